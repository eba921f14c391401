"""What a supervisor looks through: overdue by step and multiples of the limit, reworked more than
once, suspended and deferred by age. Each number is counted by the condition of its list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q

from cityloop.cases import queries as cases
from cityloop.cases.models import HELD, OPEN
from cityloop.desks import looks
from cityloop.desks.narrowing import AGES, TIMES, late_by, stood_for
from cityloop.kernel.actor import Actor

ROLES = frozenset({"supervisor"})


@dataclass(frozen=True, slots=True)
class Row:
    """One step: (multiple, how many) for each multiple of the limit, and in all."""

    status: str
    look: looks.Look
    cells: list[tuple[int, int]]

    @property
    def every(self) -> int:
        """All that is overdue at this step."""
        return sum(number for _times, number in self.cells)


@dataclass(frozen=True, slots=True)
class Overdue:
    """The whole: steps, sums by multiple, reworked more than once, (days, how many) that stand."""

    rows: list[Row]
    sums: list[tuple[int, int]]
    reworked: int
    held: list[tuple[int, int]]

    @property
    def every(self) -> int:
        """All that is overdue."""
        return sum(number for _times, number in self.sums)


def of(actor: Actor, *, now: datetime) -> Overdue:
    """What the reader sees of it, in two statements over open work. What is overdue is found by the
    index of open cases by deadline, so what is in time costs nothing."""
    seen = cases.visible(actor).filter(status__in=OPEN).order_by()
    late = seen.filter(due_at__lt=now).values("status")
    counted = late.annotate(
        **{f"times_{n}": Count("pk", filter=late_by(n, now)) for n in TIMES}
    )  # fmt: skip
    found: dict[str, dict[str, Any]] = {row["status"]: dict(row) for row in counted}
    rows = [
        Row(status, look, [(n, found[status][f"times_{n}"]) for n in TIMES])
        for status, look in looks.STATUS.items()
        if status in found
    ]
    sums = [(n, sum(row[f"times_{n}"] for row in found.values())) for n in TIMES]
    more = seen.filter(Q(reworks__gt=1) | Q(status__in=HELD)).aggregate(
        reworked=Count("pk", filter=Q(reworks__gt=1)),
        **{f"held_{days}": Count("pk", filter=stood_for(days, now)) for days in AGES},
    )
    held = [(days, more[f"held_{days}"]) for days in AGES]
    return Overdue(rows, sums, more["reworked"], held)
