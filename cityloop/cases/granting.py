"""What units were granted: more time, suspensions, deferrals, excuses, by unit (H04)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Q, Sum

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
_GIVEN = {
    "extended": Count("pk", filter=Q(extensions__gt=0)),
    "times": Sum("extensions"),
    "long_limits": Count("pk", filter=Q(long_limit=True)),
    "suspended": Count("pk", filter=Q(suspensions__gt=0)),
    "deferred": Count("pk", filter=Q(deferrals__gt=0)),
    "backlog": Count("pk", filter=_IN_BACKLOG),
    "left_backlog": Count("pk", filter=Q(backlog_at__isnull=False) & ~_IN_BACKLOG),
}
_LATE = {name: lateness.COUNTED[name] for name in ("filed", "overdue", "excused")}


def granted_by_unit(actor: Actor, *, since: datetime, until: datetime) -> list[Granted]:
    """Extensions, suspensions and deferrals by lead unit, of visible cases filed in the period.

    They stand beside the lateness they could hide (H04); that is each unit's own, also in cases
    that others have now. Three statements.
    """
    cases = visible(actor).filter(filed_at__gte=since, filed_at__lt=until)
    led: Any = cases.filter(lead__isnull=False).values("lead_id").order_by("lead_id")
    given = {row["lead_id"]: row for row in led.annotate(**_GIVEN)}
    clocks: Any = lateness.handling_clocks(cases).values(unit=F("organisation_id"))
    rows = list(clocks.annotate(**_LATE).order_by("unit"))
    units = Organisation.objects.in_bulk([row["unit"] for row in rows])
    told = (row | given.get(row["unit"], {}) for row in rows)
    return [
        Granted(units[row["unit"]], *(int(row.get(name) or 0) for name in GRANTED)) for row in told
    ]
