"""The calendar of working time over HTTP: special days, weekly hours, years, who changed what."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema
from pydantic import WithJsonSchema

from cityloop.kernel import clock
from cityloop.kernel.api import idempotent
from cityloop.kernel.page import actor_of
from cityloop.standards import operations, queries
from cityloop.standards.models import CalendarChange, SpecialDay
from cityloop.standards.workcalendar import FIRST_YEAR, LAST_YEAR, WeeklyPeriod

router = Router(tags=["standards"])
VIEW = "manual.view"
Code = Annotated[str, Field(max_length=40, pattern="^[0-9A-Za-z._-]*$")]
Year = Annotated[int, Field(ge=FIRST_YEAR, le=LAST_YEAR)]
Why = Annotated[str, Field(max_length=500)]
# "08:30": what "format": "time" would name has an offset (RFC 3339), a working day has none.
TimeOfDay = Annotated[
    time,
    WithJsonSchema({"type": "string", "pattern": r"^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$"}),
]
MonthDay = Annotated[str, Field(pattern=r"^(\d\d-\d\d)?$")]


class DayIn(Schema):
    """A day that differs from its weekday; `periods` as HH:MM pairs, only for a workday."""

    kind: Literal["holiday", "workday"]
    name: Annotated[str, Field(max_length=60)] = ""
    periods: Annotated[list[tuple[TimeOfDay, TimeOfDay]], Field(max_length=10)] | None = None
    why: Annotated[str, Field(max_length=500)]


class DayOut(Schema):
    """A special day of the calendar."""

    day: date
    kind: str
    name: str
    periods: list[list[str]] | None


class Hours(Schema):
    """A period of the week: weekdays from 1 (Monday), hours, the season's first and last MM-DD."""

    weekdays: Annotated[list[Annotated[int, Field(ge=1, le=7)]], Field(min_length=1, max_length=7)]
    starts: TimeOfDay
    ends: TimeOfDay
    season_from: MonthDay = ""
    season_to: MonthDay = ""


class HoursIn(Schema):
    """All periods of the week."""

    periods: Annotated[list[Hours], Field(min_length=1, max_length=50)]
    why: Why


class WeekOut(Schema):
    """The periods of the week."""

    periods: list[Hours]


class YearIn(Schema):
    """Why the year is complete: which plan was entered."""

    why: Why


class YearOut(Schema):
    """A year whose holidays are known."""

    year: int
    known: bool


class CalendarChangeOut(Schema):
    """Who changed the calendar, when, what (before, after) and why."""

    at: datetime
    actor: str
    what: str
    before: Any
    after: Any
    why: str


@router.get("/standards/calendar", response=list[DayOut], summary="Special days of a year")
def special_days(
    request: HttpRequest,
    year: Annotated[int, Query(ge=FIRST_YEAR, le=LAST_YEAR)],
    calendar: Code = queries.DEFAULT,
) -> list[SpecialDay]:
    """Holidays, make-up days and days of other hours."""
    actor_of(request).require(VIEW)
    return queries.special_days(year, calendar)


@router.put("/standards/calendar/{day}", response=DayOut, summary="Set a special day")
@idempotent
def put_day(
    request: HttpRequest, day: date, body: DayIn, calendar: Code = queries.DEFAULT
) -> tuple[int, dict[str, Any]]:
    """Make a day a holiday, or a working day with usual or given hours; recorded with its why."""
    row = operations.set_special_day(
        day,
        body.kind,
        name=body.name,
        periods=body.periods,
        code=calendar,
        actor=actor_of(request),
        now=clock.now(),
        why=body.why,
    )
    return 200, DayOut.from_orm(row).dict()


@router.delete("/standards/calendar/{day}", response={204: None}, summary="Clear a special day")
@idempotent
def delete_day(
    request: HttpRequest,
    day: date,
    why: Annotated[str, Query(max_length=500)],
    calendar: Code = queries.DEFAULT,
) -> tuple[int, None]:
    """Make a day an ordinary one again; recorded with its reason."""
    actor = actor_of(request)
    operations.clear_special_day(day, code=calendar, actor=actor, now=clock.now(), why=why)
    return 204, None


@router.get("/standards/working-hours", response=list[Hours], summary="Weekly working hours")
def working_hours(request: HttpRequest, calendar: Code = queries.DEFAULT) -> list[dict[str, Any]]:
    """The periods of the week, with their season where they have one."""
    actor_of(request).require(VIEW)
    return [_hours(one) for one in queries.work_calendar(calendar).hours_set]


@router.put("/standards/working-hours", response=WeekOut, summary="Set the weekly hours")
@idempotent
def put_hours(
    request: HttpRequest, body: HoursIn, calendar: Code = queries.DEFAULT
) -> tuple[int, dict[str, Any]]:
    """Replaces all of them; open deadlines follow, recorded with the reason."""
    periods = [
        WeeklyPeriod(frozenset(one.weekdays), one.starts, one.ends, one.season_from, one.season_to)
        for one in body.periods
    ]
    actor = actor_of(request)
    operations.set_periods(periods, code=calendar, actor=actor, now=clock.now(), why=body.why)
    return 200, _week(calendar)


@router.put("/standards/calendar-years/{year}", response=YearOut, summary="Confirm a year's days")
@idempotent
def put_year(
    request: HttpRequest, year: Year, body: YearIn, calendar: Code = queries.DEFAULT
) -> tuple[int, dict[str, Any]]:
    """The holidays of the year have been entered by hand: its warning ends."""
    actor = actor_of(request)
    operations.confirm_year(year, code=calendar, actor=actor, now=clock.now(), why=body.why)
    return 200, {"year": year, "known": True}


@router.get(
    "/standards/calendar-changes", response=list[CalendarChangeOut],
    summary="Who changed the calendar, and why",
)  # fmt: skip
def calendar_changes(
    request: HttpRequest, calendar: Code = queries.DEFAULT,
    size: Annotated[int, Query(ge=1, le=200)] = 50,
) -> list[dict[str, Any]]:  # fmt: skip
    """The latest changes, newest first."""
    actor_of(request).require(VIEW)
    return [_change(one) for one in queries.calendar_changes(calendar)[:size]]


def _week(calendar: str) -> dict[str, Any]:
    return {"periods": [_hours(one) for one in queries.work_calendar(calendar).hours_set]}


def _hours(one: WeeklyPeriod) -> dict[str, Any]:
    return {
        "weekdays": sorted(one.weekdays), "starts": one.starts, "ends": one.ends,
        "season_from": one.season_from, "season_to": one.season_to,
    }  # fmt: skip


def _change(one: CalendarChange) -> dict[str, Any]:
    names = ("at", "actor", "what", "before", "after", "why")
    return {name: getattr(one, name) for name in names}
