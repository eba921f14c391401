"""Reminders: records below a case, with counters of their own (B10)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, QuerySet

from cityloop.cases import queries as cases
from cityloop.cases.models import Case, RecordType
from cityloop.kernel.actor import Actor
from cityloop.people.models import Organisation
from cityloop.standards.models import ProblemClass

ORDER = ("-closed_at", "-id")


def reminders(
    actor: Actor,
    *,
    since: datetime,
    until: datetime,
    unit_id: int | None = None,
    class_id: int | None = None,
) -> QuerySet[Case]:
    """Visible reminders of a period, of one unit or class where these are named."""
    rows = cases.visible(actor).filter(
        record_type=RecordType.REMINDER, closed_at__gte=since, closed_at__lt=until
    )
    if unit_id is not None:
        rows = rows.filter(lead_id=unit_id)
    if class_id is not None:
        rows = rows.filter(problem_class_id=class_id)
    return rows.select_related("problem_class", "lead")


@dataclass(frozen=True, slots=True)
class Reminded:
    """How often a unit was reminded of a class; `unit` None: nobody was found responsible."""

    unit: Organisation | None
    problem_class: ProblemClass | None
    count: int


def counts(actor: Actor, *, since: datetime, until: datetime) -> list[Reminded]:
    """Counters by unit and class of a period, the highest first."""
    rows = reminders(actor, since=since, until=until).select_related(None).order_by()
    grouped = rows.values("lead_id", "problem_class_id").annotate(n=Count("pk"))
    units = Organisation.objects.in_bulk([row["lead_id"] for row in grouped])
    classes = ProblemClass.objects.in_bulk([row["problem_class_id"] for row in grouped])
    found = [
        Reminded(units.get(row["lead_id"]), classes.get(row["problem_class_id"]), row["n"])
        for row in grouped
    ]
    return sorted(found, key=_rank)


def _rank(one: Reminded) -> tuple[int, str, str]:
    return (
        -one.count, one.unit.code if one.unit else "",
        one.problem_class.code if one.problem_class else "",
    )  # fmt: skip
