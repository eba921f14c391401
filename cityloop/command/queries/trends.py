"""Counts by day, for charts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, DateField, QuerySet, Sum
from django.db.models.functions import Cast, TruncDate

from cityloop.cases import queries as cases
from cityloop.cases.models import Case
from cityloop.command.queries.cells import WHERE, Cube, day_figures, from_days, happened
from cityloop.command.spans import Span
from cityloop.kernel.actor import Actor

SHOWN = ("reported", "closed", "on_time", "late")


@dataclass(frozen=True, slots=True)
class Day:
    """The counts of one day."""

    day: date
    counts: dict[str, int]

    @property
    def rate(self) -> float | None:
        """Per cent of what was closed and judged that was handled in time."""
        judged = self.counts["on_time"] + self.counts["late"]
        return round(100 * self.counts["on_time"] / judged, 1) if judged else None


def by_day(actor: Actor, span: Span) -> list[Day]:
    """Each day of a period, also those without anything; the actor's own cases only.

    From the table of days one statement; from the cases one for each moment that is counted by.
    """
    counted = _stored(actor, span) if from_days(actor) else _counted(actor, span)
    days = [span.first + timedelta(days=n) for n in range(span.days)]
    empty = dict.fromkeys(SHOWN, 0)
    return [Day(day, empty | counted.get(day, {})) for day in days]


def day_of(cube: Cube, day: date) -> Day:
    """The later period of a cube as a day."""
    now, _before = cube.totals()
    return Day(day, {name: now[name] or 0 for name in SHOWN})


def _stored(actor: Actor, span: Span) -> dict[date, dict[str, int]]:
    rows: Any = day_figures(actor).filter(day__range=(span.first, span.last)).order_by()
    sums = {f"n_{name}": Sum(name) for name in SHOWN}
    return {
        row["day"]: {name: row[f"n_{name}"] for name in SHOWN}
        for row in rows.values("day").annotate(**sums)
    }


def _counted(actor: Actor, span: Span) -> dict[date, dict[str, int]]:
    found: dict[date, dict[str, int]] = {}
    for name in SHOWN:
        rows = cases.visible(actor).filter(happened(name, span.since, span.until))
        for day, number in _days(rows, WHERE[name][0]):
            found.setdefault(day, dict.fromkeys(SHOWN, 0))[name] = number
    return found


def _days(rows: QuerySet[Case], moment: str) -> list[tuple[date, int]]:
    of: Any = rows.order_by().annotate(of=Cast(TruncDate(moment), DateField()))
    return list(of.values_list("of").annotate(Count("pk")))
