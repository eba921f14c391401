"""Standards over HTTP: editions, classes, rules, the manual, deadlines, the calendar."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from cityloop.kernel import clock
from cityloop.kernel.api import Moment, idempotent
from cityloop.kernel.page import actor_of
from cityloop.standards import operations, queries, shapes, worktime
from cityloop.standards.api import calendar, examples
from cityloop.standards.api.calendar import VIEW, Code
from cityloop.standards.api.examples import PhotoOut
from cityloop.standards.models import Edition, FilingRule, ProblemClass

router = Router(tags=["standards"])
router.add_router("", calendar.router)
router.add_router("", examples.router)
ClassId = Annotated[int, Field(ge=1, le=2**63 - 1)]


class EditionOut(Schema):
    """One edition of a catalogue."""

    code: str
    name_zh: str
    name_en: str
    kind: str
    family: str
    status: str
    valid_from: date
    valid_to: date | None
    based_on: str | None
    source: str
    note: str

    @staticmethod
    def resolve_based_on(row: Edition) -> str | None:
        """Its code."""
        return row.based_on.code if row.based_on else None


class ChangedOut(Schema):
    """A class or a rule that differs; `fields`: name to old and new, only for changed ones."""

    what: Literal["added", "changed", "removed"]
    key: str
    name: str
    fields: dict[str, tuple[str, str]]


class DifferenceOut(Schema):
    """What changed from one edition to another."""

    old: str
    new: str
    counts: dict[str, int]
    classes: list[ChangedOut]
    rules: list[ChangedOut]


class ClassOut(Schema):
    """One class; `on_the_spot`: the inspector may solve it at once and only record it."""

    id: int
    code: str
    kind: str
    major_code: str
    major_zh: str
    major_en: str
    minor_code: str
    name_zh: str
    name_en: str
    level: int
    on_the_spot: bool
    second_eye: bool
    provisional: bool
    synonyms: list[str]


class RuleOut(Schema):
    """One filing rule."""

    id: int
    seq: int
    condition_zh: str
    condition_en: str
    closing_zh: str
    closing_en: str
    limit_amount: Decimal
    limit_unit: str
    place_level: str
    season_from: str
    season_to: str
    engineering_amount: Decimal | None
    engineering_unit: str
    units_hint: str
    provisional: bool


class ManualOut(RuleOut):
    """A line of the command manual: a rule with its class and example pictures."""

    problem_class: ClassOut
    photos: list[PhotoOut]

    @staticmethod
    def resolve_photos(row: FilingRule) -> list[Any]:
        """In the order of the page."""
        return list(row.photos.all())


class ManualPage(Schema):
    """A page of the manual; `next` is the cursor of the following one."""

    items: list[ManualOut]
    next: str | None


class DueIn(Schema):
    """A limit to work out. A start without zone is the city's local time."""

    start: Moment
    amount: Annotated[Decimal, Field(ge=0, le=999_999)]
    unit: worktime.Unit
    calendar: Code = queries.DEFAULT


class IntervalOut(Schema):
    """A stretch between start and deadline, in the unit asked for."""

    start: datetime
    end: datetime
    counted: bool
    reason: str
    name: str
    text: str
    amount: Decimal


class DueOut(Schema):
    """When a limit runs out and why; `warnings` name years whose holidays are not known."""

    due: datetime
    intervals: list[IntervalOut]
    warnings: list[str]


def _edition(code: str) -> Edition:
    """The edition asked for, or the one in force today."""
    return queries.edition(code) if code else queries.current_edition(_today())


def _today() -> date:
    return clock.now().astimezone(ZoneInfo(settings.TIME_ZONE)).date()


@router.get("/standards/editions", response=list[EditionOut], summary="Editions of catalogues")
def list_editions(request: HttpRequest) -> Any:
    """All editions, newest first."""
    actor_of(request).require(VIEW)
    return list(queries.editions())


@router.get(
    "/standards/editions/{old}/difference/{new}",
    response=DifferenceOut,
    summary="What changed between editions",
)
def difference(request: HttpRequest, old: Code, new: Code) -> dict[str, Any]:
    """Added, changed and removed classes and rules, field by field."""
    actor_of(request).require(VIEW)
    return queries.diff_editions(old, new).as_dict()


@router.get(
    "/standards/editions/{code}/difference",
    response=DifferenceOut,
    summary="What an edition changes against the one in force before it",
)
def difference_to_predecessor(request: HttpRequest, code: Code) -> dict[str, Any]:
    """As between two editions, of which the other is the published one of the family that ends
    where this begins. `old` is empty for the first of a family: all of it is added."""
    actor_of(request).require(VIEW)
    return queries.diff_to_predecessor(code).as_dict()


@router.get("/standards/classes", response=list[ClassOut], summary="Find classes by typing")
def find_classes(
    request: HttpRequest,
    q: Annotated[str, Field(max_length=100)] = "",
    edition: Code = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 20,
) -> list[ProblemClass]:
    """By code, name, synonym, part of a name, pinyin initials or English words, best first."""
    actor_of(request).require(VIEW)
    return queries.search_classes(q, _edition(edition), limit)


@router.get(
    "/standards/classes/{class_id}/rules", response=list[RuleOut], summary="Filing rules of a class"
)
def rules_of_class(
    request: HttpRequest,
    class_id: ClassId,
    place_level: Literal["", "A", "B", "C"] = "",
    on: date | None = None,
    edition: Code = "",
) -> list[FilingRule]:
    """The rules to choose from on a day (default: today) at a place of a level."""
    actor_of(request).require(VIEW)
    chosen = queries.edition(edition) if edition else None
    return queries.rules_for(class_id, on=on or _today(), place_level=place_level, of=chosen)


@router.get("/standards/manual", response=ManualPage, summary="The command manual")
def search_manual(
    request: HttpRequest,
    q: Annotated[str, Field(max_length=100)] = "",
    kind: Literal["", "component", "event"] = "",
    edition: Code = "",
    cursor: Annotated[str, Field(max_length=400)] = "",
    size: Annotated[int, Query(ge=1, le=200)] = 100,
) -> Any:
    """Class, condition, limit, closing condition and units, searchable."""
    actor_of(request).require(VIEW)
    return queries.manual(_edition(edition), q, kind=kind, cursor=cursor or None, size=size)


@router.get("/standards/due", response=DueOut, summary="When a limit runs out, and why")
def due(request: HttpRequest, wanted: Query[DueIn]) -> dict[str, Any]:
    """The deadline of a limit with every counted and skipped stretch."""
    actor_of(request).require(VIEW)
    calendar = queries.work_calendar(wanted.calendar)
    start = wanted.start
    if start.tzinfo is None:
        start = start.replace(tzinfo=calendar.tz)
    end = worktime.due_at(start, wanted.amount, wanted.unit, calendar)
    told = worktime.explain(start, wanted.amount, wanted.unit, calendar)
    return {
        "due": end,
        "intervals": [_interval(one) for one in told],
        "warnings": [queries.warning_text(one) for one in worktime.warnings(start, end, calendar)],
    }


def _interval(one: worktime.Interval) -> dict[str, Any]:
    return {
        "start": one.start,
        "end": one.end,
        "counted": one.counted,
        "reason": one.reason,
        "name": one.name,
        "text": queries.reason_text(one),
        "amount": one.amount,
    }


@router.get(
    "/standards/protection", response=list[shapes.ProtectionOut], summary="Protection periods"
)
def list_protection(request: HttpRequest, calendar: Code = queries.DEFAULT) -> list[dict[str, Any]]:
    """Holidays and events with other limits and another duty, latest first."""
    actor_of(request).require(VIEW)
    return [shapes.protection(row) for row in queries.protection_periods(calendar)]


@router.post(
    "/standards/protection", response={201: shapes.ProtectionOut}, summary="Add a protection period"
)
@idempotent
def add_protection(
    request: HttpRequest, body: shapes.ProtectionIn, calendar: Code = queries.DEFAULT
) -> tuple[int, dict[str, Any]]:
    """Cases filed in these days get these limits; recorded with its reason."""
    values = body.dict(exclude={"why", "limits"})
    limits = [(one.class_code, one.amount, one.unit) for one in body.limits]
    new = operations.NewProtection(**values, limits=limits)
    actor = actor_of(request)
    row = operations.add_protection(new, code=calendar, actor=actor, now=clock.now(), why=body.why)
    return 201, shapes.protection(row)


@router.delete(
    "/standards/protection/{period_id}", response={204: None}, summary="End a protection period"
)
@idempotent
def remove_protection(
    request: HttpRequest,
    period_id: ClassId,
    why: Annotated[str, Query(max_length=500)],
    calendar: Code = queries.DEFAULT,
) -> tuple[int, None]:
    """Limits that were given in it stay; recorded with its reason."""
    actor = actor_of(request)
    operations.remove_protection(period_id, code=calendar, actor=actor, now=clock.now(), why=why)
    return 204, None
