"""What units were granted: more time, suspensions, deferrals, excuses, by unit (H04)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Q

from cityloop.cases import lateness
from cityloop.cases.models import Status
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
_IN_BACKLOG = Q(backlog_at__isnull=False, status=Status.DEFERRED)
_LED = {
    "long_limits": Count("pk", filter=Q(long_limit=True)),
    "backlog": Count("pk", filter=_IN_BACKLOG),
    "left_backlog": Count("pk", filter=Q(backlog_at__isnull=False) & ~_IN_BACKLOG),
}
_GIVEN = {
    "approve_extension": ("extended", "times"),
    "approve_suspension": ("suspended", "suspensions"),
    "approve_deferral": ("deferred", "deferrals"),
}
_LATE = {name: lateness.COUNTED[name] for name in ("filed", "overdue", "excused")}


def granted_by_unit(actor: Actor, *, since: datetime, until: datetime) -> list[Granted]:
    """Extensions, suspensions and deferrals by the unit that got them, of visible cases filed in
    the period, beside the lateness they could hide (H04); all of them also where others have the
    case now. Engineering limits and backlog belong to the case, and count for its lead.
    """
    cases = visible(actor).filter(filed_at__gte=since, filed_at__lt=until)
    led: Any = cases.filter(lead__isnull=False).values("lead_id").order_by("lead_id")
    ours = {row["lead_id"]: row for row in led.annotate(**_LED)}
    given = lateness.done_by_unit(cases, _GIVEN)
    clocks: Any = lateness.handling_clocks(cases).values(unit=F("organisation_id"))
    rows = list(clocks.annotate(**_LATE).order_by("unit"))
    units = Organisation.objects.in_bulk([row["unit"] for row in rows])
    told = (row | ours.get(row["unit"], {}) | given.get(row["unit"], {}) for row in rows)
    return [
        Granted(units[row["unit"]], *(int(row.get(name) or 0) for name in GRANTED)) for row in told
    ]
