"""Lateness by the unit whose clock ran out: it stays with that unit, whoever has the case later.

Each handling clock judges one unit (Timer.organisation). What a case says of itself
(`Case.handled_late`) is for counts by area; whoever counts, ranks or warns units asks here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db.models import BigIntegerField, Count, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.db.models import Case as Choice
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce

from cityloop.cases import rework
from cityloop.cases.models import Appeal, Case, CaseEvent, ClosingKind, Status, Timer, TimerKind

# It need not have ended, and may stand still: what ran out is late, whoever puts it off now.
STILL_LATE = ~Q(state="ended") & (Q(fired__gt=0) | Q(spent__gt=F("limit_amount")))
LATE = Q(late=True) | STILL_LATE
REWORKED = "(rework)"  # no step: what counts as one is said in cases/rework.py
WITH_IT = Q(case__lead=F("organisation"))  # the unit has the case now, or had it last


def handling_clocks(cases: QuerySet[Case]) -> QuerySet[Timer]:
    """The clocks by which units are judged in these cases; `late_here`: late by any of theirs."""
    rows = Timer.objects.filter(kind=TimerKind.HANDLING, organisation__isnull=False)
    late = rows.filter(LATE, case=OuterRef("case"), organisation=OuterRef("organisation"))
    return rows.filter(case__in=cases).annotate(late_here=Exists(late)).order_by()


def _cases(condition: Q) -> Count:
    return Count("case", distinct=True, filter=condition)


# Of the cases that a unit had. `on_time`: handed in within the limit, and never late with it.
COUNTED = {
    "filed": Count("case", distinct=True),
    "closed": _cases(
        WITH_IT & Q(case__status=Status.CLOSED, case__closing_kind=ClosingKind.NORMAL)
    ),
    "on_time": _cases(Q(late=False, late_here=False)),
    "overdue": _cases(LATE),
    "excused": _cases(Q(appeal=Appeal.GRANTED)),
}


def done_by_unit(
    cases: QuerySet[Case], actions: Mapping[str, tuple[str, str]]
) -> dict[int, dict[str, int]]:
    """Unit -> figures, from the lines of these steps: `actions` names for each the figure of how
    many cases, and of how often in all; REWORKED stands for every line that counts a rework. A line
    that names no unit counts for who has the case."""
    wanted = Q(action__in=actions) | (rework.LINES if REWORKED in actions else Q())
    what = Choice(When(rework.LINES, then=Value(REWORKED)), default=F("action"))
    named = Cast(KeyTextTransform("unit", "facts"), BigIntegerField())
    rows = CaseEvent.objects.filter(wanted, case__in=cases).values(
        done=what, by=Coalesce(named, "case__lead_id", output_field=BigIntegerField())
    )
    found: dict[int, dict[str, int]] = {}
    for row in rows.order_by().annotate(in_cases=Count("case", distinct=True), times=Count("pk")):
        if row["done"] in actions:
            in_cases, times = actions[row["done"]]
            found.setdefault(row["by"], {}).update({in_cases: row["in_cases"], times: row["times"]})
    return found


def late_since(since: datetime, now: datetime) -> QuerySet[Timer]:
    """Clocks that ended late in these days and still count against their unit (`_counting`)."""
    return _counting().filter(late=True, ended_at__gte=since, ended_at__lte=now)


def still_late(now: datetime) -> QuerySet[Timer]:
    """Clocks that ran out, whenever that was, and have not ended: who never finishes is late every
    day, and so is who had the case put off when it was overdue. They count against their unit as
    those of `late_since` do, among which they are once they end."""
    return _counting().filter(~Q(state="ended") & overdue_at(now), first_started_at__lte=now)


def _counting() -> QuerySet[Timer]:
    """Handling clocks that can speak against a unit: no appeal was granted, the case is neither on
    trial nor from an import. A clock that went on for better proof without any rest of its limit is
    the same lateness once more."""
    return Timer.objects.filter(
        kind=TimerKind.HANDLING, limit_amount__gt=0, organisation__isnull=False,
        case__trial=False, case__imported=False,
    ).exclude(appeal=Appeal.GRANTED)  # fmt: skip


def overdue_at(now: datetime) -> Q:
    """Handling clocks that are late, or run past their deadline though no sweep has said so."""
    return LATE | Q(state="running", due_at__lt=now)
