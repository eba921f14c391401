"""What units were granted: more time, suspensions, deferrals, excuses, by unit (H04)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from cityloop.cases import lateness
from cityloop.cases.models import Case, Status, Timer, TimerKind
from cityloop.cases.queries import visible
from cityloop.kernel.actor import Actor
from cityloop.people.models import Organisation


@dataclass(frozen=True, slots=True)
class Granted:
    """What a unit was granted, over the cases it had of those filed in the period; each rate has
    its count."""

    unit: Organisation
    filed: int
    extended: int
    extensions: int
    long_limits: int
    suspended: int
    deferred: int
    backlog: int
    left_backlog: int
    late: int
    excused: int

    def rate(self, count: int) -> float:
        """The share of the cases filed."""
        return count / self.filed if self.filed else 0.0


# The counts of Granted in its order; `times` are all extensions together.
GRANTED = ("filed", "extended", "times", "long_limits", "suspended", "deferred", "backlog",
           "left_backlog", "overdue", "excused")  # fmt: skip
_LED = {"long_limits": Count("pk", filter=Q(long_limit=True))}
_GIVEN = {
    "approve_extension": ("extended", "times"),
    "approve_suspension": ("suspended", "suspensions"),
    "approve_deferral": ("deferred", "deferrals"),
}
_LATE = {name: lateness.COUNTED[name] for name in ("filed", "overdue", "excused")}


def granted_by_unit(actor: Actor, *, since: datetime, until: datetime) -> list[Granted]:
    """Extensions, suspensions and deferrals by the unit that got them, of visible cases filed in
    the period, beside the lateness they could hide (H04); all of them also where others have the
    case now. Engineering limits belong to the case, and count for its lead. So does the backlog,
    which takes longer than most periods: of cases filed at any time, what stands in it since before
    the end of the period, and what left it within.
    """
    cases = visible(actor).filter(filed_at__gte=since, filed_at__lt=until)
    stood = visible(actor).filter(backlog_at__isnull=False)
    clocks: Any = lateness.handling_clocks(cases).values(unit=F("organisation_id"))
    found = defaultdict[int, dict[str, Any]](
        dict, {row["unit"]: row for row in clocks.annotate(**_LATE)}
    )
    for unit, row in lateness.done_by_unit(cases, _GIVEN).items():
        if unit in found:
            found[unit] |= row
    for unit, counts in (*_by_lead(cases, _LED), *_by_lead(stood, _backlog(since, until))):
        found[unit] |= counts
    told = {unit: [int(row.get(name) or 0) for name in GRANTED] for unit, row in found.items()}
    units = Organisation.objects.in_bulk([unit for unit, counts in told.items() if any(counts)])
    return [Granted(units[pk], *told[pk]) for pk in sorted(units)]


def _by_lead(cases: QuerySet[Case], counts: dict[str, Count]) -> list[tuple[int, dict[str, Any]]]:
    rows: Any = cases.filter(lead__isnull=False).values("lead_id").order_by("lead_id")
    return [(row.pop("lead_id"), row) for row in rows.annotate(**counts) if any(row.values())]


def _backlog(since: datetime, until: datetime) -> dict[str, Count]:
    """A hold ends when its case goes on."""
    was, still = Q(backlog_at__lt=until), Q(status=Status.DEFERRED)
    ended = Timer.objects.filter(
        case=OuterRef("pk"), kind=TimerKind.HOLD, ended_at__gte=since, ended_at__lt=until,
        started_at__lte=OuterRef("backlog_at"),
    )  # fmt: skip
    return {
        "backlog": Count("pk", filter=was & still),
        "left_backlog": Count("pk", filter=was & ~still & Q(Exists(ended))),
    }
