"""Counts of two periods side by side, by area, unit and group of classes.

Few days, and whoever sees less than whole streets, are counted from the cases themselves; months of
a whole city from the table of days. Both give the same cells.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case as Choice
from django.db.models import CharField, Count, F, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Concat, Left

from cityloop.cases import queries as cases
from cityloop.cases.models import FINAL, OPEN, Case, Status
from cityloop.command.measures import COUNTS
from cityloop.command.models import DayFigure
from cityloop.command.spans import Span
from cityloop.kernel.actor import Actor
from cityloop.people.scope import scope_q, scopes_of

CITY_DIGITS, DISTRICT, STREET = 4, 6, 9
FLOWS = ("reported", "filed", "closed", "on_time", "late", "reworked")
NOW, BEFORE = "_now", "_before"  # ends of the columns of a statement
DIMENSIONS = ("major", "area", "unit")
Counts = dict[str, int]


@dataclass(frozen=True, slots=True)
class Cell:
    """What an area, a unit and a group of classes have in common, now and before."""

    area: str
    unit: int | None
    major: str
    now: Counts
    before: Counts


@dataclass(slots=True)
class Cube:
    """All cells of two periods. `unknown`: counts of which the earlier period knows nothing."""

    cells: list[Cell]
    unknown: frozenset[str] = frozenset()
    sums: dict[str, dict[Any, tuple[Counts, Counts]]] = field(default_factory=dict)

    def totals(self) -> tuple[dict[str, int | None], dict[str, int | None]]:
        """The counts of both periods over all cells."""
        now, before = self.by("")[""] if self.cells else ({}, {})
        known = {name: None if name in self.unknown else before.get(name, 0) for name in COUNTS}
        return {name: now.get(name, 0) for name in COUNTS}, known

    def by(self, dimension: str) -> dict[Any, tuple[Counts, Counts]]:
        """The counts of both periods for each value of a dimension; '' is all together."""
        if dimension not in self.sums:
            found: dict[Any, tuple[Counts, Counts]] = {}
            for cell in self.cells:
                pair = found.setdefault(getattr(cell, dimension) if dimension else "", ({}, {}))
                for total, counts in zip(pair, (cell.now, cell.before), strict=True):
                    for name, number in counts.items():
                        total[name] = total.get(name, 0) + number
            self.sums[dimension] = found
        return self.sums[dimension]


def digits_of(actor: Actor) -> int:
    """Digits of the areas that an actor compares: districts of a city, streets of a district."""
    codes = [code for _ids, held in scopes_of(actor) for code in held or ("",)]
    return DISTRICT if any(len(code) <= CITY_DIGITS for code in codes) or not codes else STREET


def from_days(actor: Actor) -> bool:
    """True when whole streets are all that limits the actor: the table of days knows no less."""
    return all(
        ids is None and all(len(code) <= STREET for code in codes or ())
        for ids, codes in scopes_of(actor)
    )


MAJOR = Choice(
    When(problem_class__kind="component", then=Concat(Value("C"), "problem_class__major_code")),
    When(problem_class__kind="event", then=Concat(Value("E"), "problem_class__major_code")),
    default=Value(""),
    output_field=CharField(),
)
WHERE = {
    "reported": ("reported_at", Q()),
    "filed": ("filed_at", Q()),
    "closed": ("closed_at", Q(status=Status.CLOSED)),
    "on_time": ("closed_at", Q(status=Status.CLOSED) & cases.OUTCOMES["on_time"]),
    "late": ("closed_at", Q(status=Status.CLOSED) & cases.OUTCOMES["late"]),
    "reworked": ("closed_at", Q(status=Status.CLOSED) & cases.OUTCOMES["reworked"]),
}


def happened(name: str, since: datetime, until: datetime) -> Q:
    """The cases that a count of a period counts; the list's filters say the same."""
    moment, more = WHERE[name]
    return Q(**{f"{moment}__gte": since, f"{moment}__lt": until}) & more


def any_of(since: datetime, until: datetime) -> Q:
    """The cases of which any count of a period counts one."""
    found = Q(pk__in=())
    for moment in ("reported_at", "filed_at", "closed_at"):
        found |= Q(**{f"{moment}__gte": since, f"{moment}__lt": until})
    return found


def by_place(rows: QuerySet[Case], digits: int) -> Any:
    """The rows grouped by area, unit and group of classes."""
    grouped: Any = rows.order_by().annotate(area=Left("area_code", digits), major=MAJOR)
    return grouped.values("area", "major", unit=F("lead_id"))


def counted(actor: Actor, now: Span, before: Span, *, digits: int) -> Cube:
    """Both periods from the cases that the actor sees; one statement."""
    numbers = {
        f"{name}{end}": Count("pk", filter=happened(name, span.since, span.until))
        for end, span in ((NOW, now), (BEFORE, before))
        for name in FLOWS
    }
    seen = cases.visible(actor).filter(
        any_of(now.since, now.until) | any_of(before.since, before.until)
    )
    return Cube([_cell(row, FLOWS) for row in by_place(seen, digits).annotate(**numbers)])


def summed(actor: Actor, now: Span, before: Span, *, digits: int) -> Cube:
    """Both periods from the table of days; one statement. Only for actors of `from_days`."""
    numbers = {
        f"{name}{end}": Sum(name, filter=Q(day__range=(span.first, span.last)), default=0)
        for end, span in ((NOW, now), (BEFORE, before))
        for name in FLOWS
    }
    rows: Any = day_figures(actor).filter(
        Q(day__range=(now.first, now.last)) | Q(day__range=(before.first, before.last))
    )
    rows = rows.order_by().annotate(place=Left("area", digits)).values("place", "unit", "major")
    return Cube([_cell(row, FLOWS) for row in rows.annotate(**numbers)])


def day_figures(actor: Actor) -> QuerySet[DayFigure]:
    """The figures of the streets that an actor sees."""
    return DayFigure.objects.filter(scope_q(actor, region_field="area"))


def of_spans(actor: Actor, now: Span, before: Span) -> Cube:
    """Both periods by the way that is right for the actor."""
    ask = summed if from_days(actor) else counted
    return ask(actor, now, before, digits=digits_of(actor))


def standing(actor: Actor, *, now: datetime, digits: int) -> Cube:
    """What is open and overdue now, and what was open at this time yesterday; two statements.

    What was overdue then no case remembers: the table of days does, from the evening before.
    """
    since = now - timedelta(days=1)
    seen = cases.visible(actor)
    held = {"open_now": Count("pk"), "overdue_now": Count("pk", filter=Q(due_at__lt=now))}
    cells = [
        _cell({**row, "open_before": row["open_now"]}, ("open", "overdue"))
        for row in by_place(seen.filter(status__in=OPEN), digits).annotate(**held)
    ]
    came = Q(reported_at__gte=since, reported_at__lt=now)
    went = Q(status__in=FINAL, closed_at__gte=since)
    moved = {"came": Count("pk", filter=came), "went": Count("pk", filter=went)}
    cells += [
        _cell({**row, "open_before": row["went"] - row["came"]}, ("open",))
        for row in by_place(seen.filter(came | went), digits).annotate(**moved)
    ]
    return Cube(cells, frozenset({"overdue"}))


def _cell(row: dict[str, Any], names: Iterable[str]) -> Cell:
    area = row["place"] if "place" in row else row["area"]
    now, before = (
        {name: int(row[f"{name}{end}"]) for name in names if f"{name}{end}" in row}
        for end in (NOW, BEFORE)
    )
    return Cell(area, row["unit"], row["major"], now, before)


def with_evening(cube: Cube, actor: Actor, evening: Any) -> Cube:
    """The cube with what was overdue at the end of a day, where the table of days has it."""
    if not from_days(actor):
        return cube
    rows: Any = day_figures(actor).filter(day=evening)
    digits = digits_of(actor)
    rows = rows.order_by().annotate(place=Left("area", digits)).values("place", "unit", "major")
    found = [_cell(row, ("overdue",)) for row in rows.annotate(overdue_before=Sum("overdue"))]
    if not any(cell.before.get("overdue") for cell in found):
        return cube
    return Cube([*cube.cells, *found], cube.unknown - {"overdue"})


def joined(cubes: Sequence[Cube]) -> Cube:
    """Cubes of different counts as one."""
    cells = [cell for cube in cubes for cell in cube.cells]
    return Cube(cells, frozenset().union(*(cube.unknown for cube in cubes)))
