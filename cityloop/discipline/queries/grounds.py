"""What speaks for a card: orders, cases, re-inspections and findings of a period, by unit; what of
it is used up, and what of it still holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from cityloop.cases import lateness
from cityloop.cases.models import Appeal, Task, Timer
from cityloop.discipline.models import (
    CardGround,
    CardNote,
    CardRule,
    FraudNote,
    Recheck,
    Result,
    Trigger,
    Verdict,
)
from cityloop.people.models import Organisation

CLOCK = "clock:"  # the key of a lateness, before the number of its clock
IGNORED = timedelta(days=3)  # so long after its deadline an order without any answer is ignored


@dataclass(frozen=True, slots=True)
class Ground:
    """One thing that a unit did or left undone; `key` counts it once."""

    unit_id: int
    key: str
    at: datetime
    case_id: int | None = None
    finding_id: int | None = None


def grounds(rule: CardRule, *, now: datetime) -> list[Ground]:
    """The grounds of the rule in its days up to now, the earliest first; units on trial count for
    nothing yet."""
    since = now - timedelta(days=rule.days)
    found = SOURCES[Trigger(rule.trigger)](since, now)
    units = Organisation.objects.filter(trial=True, pk__in={one.unit_id for one in found})
    on_trial = set(units.values_list("pk", flat=True))
    counted = (one for one in found if one.unit_id not in on_trial)
    return sorted(counted, key=lambda one: (one.at, one.key))


def counted(rule: CardRule, unit_id: int) -> set[str]:
    """Keys of the grounds of the rule's kind that a card of the unit has used up.

    A card that people refused or took back was judged with its grounds: they stay used. One that
    fell because some of its grounds were excused was not: the others count again.
    """
    fell = CardNote.objects.filter(step=CardNote.Step.FALL).values("card")
    rows = CardGround.objects.filter(trigger=rule.trigger, unit_id=unit_id).exclude(card__in=fell)
    return set(rows.values_list("key", flat=True))


def still_held(card_id: int) -> int:
    """How many grounds of a card hold: neither was the lateness excused by a granted appeal nor the
    finding dismissed, whichever of these was decided last."""
    rows = CardGround.objects.filter(card=card_id)
    keys = list(rows.values_list("key", flat=True))
    clocks = [int(key.removeprefix(CLOCK)) for key in keys if key.startswith(CLOCK)]
    excused = Timer.objects.filter(pk__in=clocks, appeal=Appeal.GRANTED).count()
    return len(keys) - excused - rows.filter(finding__in=_overturned().values("finding")).count()


def _late_orders(since: datetime, now: datetime) -> list[Ground]:
    late = Q(asked__late=True) | Q(closed_at=None, result="", due_at__lt=now)
    rows = Task.objects.filter(
        late, kind="order", organisation__isnull=False, due_at__gte=since, due_at__lte=now
    )
    return [
        Ground(row.organisation_id, f"order:{row.pk}", row.due_at, case_id=row.case_id)
        for row in rows
        if row.organisation_id and row.due_at
    ]


def _ignored_orders(since: datetime, now: datetime) -> list[Ground]:
    rows = Task.objects.filter(
        kind="order", organisation__isnull=False, closed_at=None, result="", due_at__gte=since,
        due_at__lt=now - IGNORED,
    )  # fmt: skip
    return [
        Ground(row.organisation_id, f"order:{row.pk}", row.due_at, case_id=row.case_id)
        for row in rows
        if row.organisation_id and row.due_at
    ]


def _late_cases(since: datetime, now: datetime) -> list[Ground]:
    """Each handling beyond its limit, against the unit that had the case then; also one that is
    still not done, however long ago its limit passed. It keeps its key, and is counted once."""
    ended, going = lateness.late_since(since, now), lateness.still_late(now)
    return [
        Ground(
            row.organisation_id, f"{CLOCK}{row.pk}", row.ended_at or min(row.due_at, now),
            case_id=row.case_id,
        )
        for row in (*ended, *going)
        if row.organisation_id
    ]  # fmt: skip


def _false_closings(since: datetime, now: datetime) -> list[Ground]:
    """Each proven false closing, against the unit whose handling was closed."""
    rows = Recheck.objects.filter(
        result=Result.FALSE, decided_at__gte=since, decided_at__lte=now, unit__isnull=False
    )
    return [
        Ground(row.unit_id, f"recheck:{row.pk}", row.decided_at, case_id=row.case_id)
        for row in rows
        if row.unit_id and row.decided_at
    ]


def _frauds(since: datetime, now: datetime) -> list[Ground]:
    rows = FraudNote.objects.filter(
        step=FraudNote.Step.DECISION, verdict=Verdict.UPHELD, at__gte=since, at__lte=now
    ).select_related("finding")
    return [
        Ground(row.finding.unit_id, f"fraud:{row.finding_id}", row.at, finding_id=row.finding_id)
        for row in rows.exclude(finding__in=_overturned().values("finding"))
    ]


def _overturned() -> QuerySet[FraudNote]:
    """The decisions by which findings were dismissed after an appeal."""
    return FraudNote.objects.filter(step=FraudNote.Step.APPEAL_DECISION, verdict=Verdict.DISMISSED)


SOURCES: dict[Trigger, Callable[[datetime, datetime], list[Ground]]] = {
    Trigger.LATE_ORDERS: _late_orders,
    Trigger.IGNORED_ORDER: _ignored_orders,
    Trigger.LATE_CASES: _late_cases,
    Trigger.FALSE_CLOSING: _false_closings,
    Trigger.FRAUD: _frauds,
}
