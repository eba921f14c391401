"""The matters that a leader looks at first, with a photo and why they are red."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case as Choice
from django.db.models import F, IntegerField, Q, Value, When

from cityloop.cases import queries as cases
from cityloop.cases import views as case_views
from cityloop.cases.models import Attachment, Case
from cityloop.desks import boxes
from cityloop.kernel.actor import Actor

BOX = "red"
MOST = 10


@dataclass(frozen=True, slots=True)
class RedMatter:
    """One case, why it is red (keys of wording.RED), its first photo."""

    case: Case
    why: tuple[str, ...]
    light: str
    photo: Attachment | None


def red_matters(actor: Actor, *, now: datetime, most: int = MOST) -> list[RedMatter]:
    """The worst open cases of the actor: grave and leaders' own first, then the latest.

    Three statements, of open cases only: all that are red are sorted, few are read.
    """
    found = cases.visible(actor).filter(boxes.BY_KEY[BOX].condition(actor, now))
    sorted_ = found.order_by(-_WEIGHT, F("due_at").asc(nulls_last=True), "pk")
    order = list(sorted_.values_list("pk", flat=True)[:most])
    rows = Case.objects.select_related(*cases.SHOWN).in_bulk(order)
    shown = [rows[pk] for pk in order]
    photos = first_photos(shown)
    return [
        RedMatter(case, _why(case, now), case_views.light(case, now=now), photos.get(case.pk))
        for case in shown
    ]


def _weigh(condition: Q, weight: int) -> Choice:
    return Choice(When(condition, then=Value(weight)), default=0, output_field=IntegerField())


_WEIGHT = (
    _weigh(Q(level=4), 4)
    + _weigh(Q(channel="leader"), 3)
    + _weigh(Q(escalations__gt=0), 2)
    + _weigh(Q(answer_owed=True), 1)
)


def _why(case: Case, now: datetime) -> tuple[str, ...]:
    twice = case_views.light(case, now=now) == "purple"
    told = {
        "major": case.level == 4,
        "leader": case.channel == "leader",
        "escalated": case.escalations > 0,
        "answer": case.answer_owed,
        "twice": twice,
    }
    return tuple(key for key, holds in told.items() if holds)


def first_photos(rows: Sequence[Case]) -> dict[int, Attachment]:
    """The first picture of each case; one statement."""
    papers = Attachment.objects.filter(
        case__in=[case.pk for case in rows], file__media_type__startswith="image/"
    ).select_related("file")
    return {paper.case_id: paper for paper in papers.order_by("case_id", "-pk")}
