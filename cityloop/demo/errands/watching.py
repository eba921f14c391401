"""Those who watch: lists of dead corners with follow-up, typical cases, judged replies."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Count
from django.utils import timezone

from cityloop.cases.models import IN_HANDLING, Case, ClosingKind, Status
from cityloop.demo.errands.shape import After, Errand, then
from cityloop.demo.town import Town
from cityloop.oversight import operations as oversight
from cityloop.oversight.models import NamedList
from cityloop.precedents import operations as precedents
from cityloop.precedents.models import Precedent

LISTED = 4  # cases of a list
WEEK = timedelta(days=7)


def dead_corners(town: Town, now: datetime) -> After | None:
    """The unit with most work gets a list of its open cases, and answers within a day or two."""
    desks = {one.organisation_id for one in town.posts["unit_desk"]}
    held = Case.objects.filter(status__in=IN_HANDLING, lead_id__in=desks)
    busy = held.values("lead_id").annotate(n=Count("pk")).order_by("-n", "lead_id").first()
    if busy is None:
        return None
    actor, unit = town.person("supervisor", now=now), town.units[busy["lead_id"]]
    numbers = held.filter(lead=unit).order_by("due_at", "pk").values_list("number", flat=True)
    row = oversight.make_list(
        kind="dead_corners", title=f"{unit.name_zh}卫生死角清单", actor=actor, now=now
    )
    oversight.add_cases(
        list_id=row.pk, numbers=numbers[:LISTED], remark="长期反复", actor=actor, now=now
    )
    sent = oversight.send_list(
        list_id=row.pk, organisation=unit, due_on=timezone.localdate(now + WEEK),
        note="请逐处清理并答复。", actor=actor, now=now,
    )  # fmt: skip
    return then(
        (now + timedelta(hours=town.chance.uniform(4, 40)), _answered(sent.pk, unit.pk)),
        (now + WEEK, _ended(row.pk, actor.member_id or 0)), counted="lists sent",
    )  # fmt: skip


def _answered(sending: int, unit: int) -> Errand:
    def answered(town: Town, now: datetime) -> After:
        desk = town.person("unit_desk", now=now, unit=unit)
        oversight.answer_list(sending_id=sending, text="已安排专人逐处清理。", actor=desk, now=now)
        return After(counted="lists answered")

    return answered


def _ended(named: int, member: int) -> Errand:
    def ended(town: Town, now: datetime) -> After | None:
        if NamedList.objects.filter(pk=named, ended_at=None).exists():
            oversight.end_list(
                list_id=named, result="清单内问题均已处置。", actor=town.actor(member, now), now=now
            )
        return None

    return ended


def typical(town: Town, now: datetime) -> After | None:
    """A case closed lately is marked as typical, of a class that has none yet."""
    known = Precedent.objects.filter(unmarked_at=None).values("case__problem_class_id")
    rows = Case.objects.filter(
        status=Status.CLOSED, closing_kind=ClosingKind.NORMAL, imported=False,
        closed_at__gte=now - timedelta(days=1), filing_rule__isnull=False,
    ).exclude(problem_class_id__in=known)  # fmt: skip
    number = rows.order_by("pk").values_list("number", flat=True).first()
    if number is None:
        return None
    precedents.mark(
        number=number, note="类别、立案条件和责任单位清楚，可供同类案件参考。",
        actor=town.person("acceptor", now=now), now=now,
    )  # fmt: skip
    return After(counted="precedents")
