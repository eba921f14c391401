"""What the cases of the API look like: the shapes that its description promises."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from ninja import Field, Schema

Limit = tuple[Decimal, str]  # amount and unit


class ClassOfCase(Schema):
    """A class in short."""

    id: int
    code: str
    name: str


class UnitOfCase(Schema):
    """A unit in short."""

    id: int
    code: str
    name: str


class CaseLine(Schema):
    """A case in a list; `light` is empty where no clock runs."""

    number: str
    version: int
    status: str
    record_type: str
    channel: str
    chosen: ClassOfCase | None = Field(alias="class")
    description: str
    address: str
    area_code: str
    grid_code: str
    lon: float | None
    lat: float | None
    unit: UnitOfCase | None
    reported_at: datetime
    due_at: datetime | None
    light: Literal["", "green", "yellow", "red", "purple"]
    dispatches: int
    reworks: int
    reports: int


class CasePage(Schema):
    """A page of cases; `next` is the cursor of the following one."""

    items: list[CaseLine]
    next: str | None


class CasesAround(Schema):
    """Cases around a point."""

    items: list[CaseLine]


class RawPoint(Schema):
    """The coordinate as it was sent."""

    x: float | None
    y: float | None
    system: str


class EventOut(Schema):
    """A line of the history; `hash` covers it and the line before."""

    version: int
    action: str
    source: str = Field(alias="from")
    target: str = Field(alias="to")
    role: str
    actor: str
    at: datetime
    facts: dict[str, Any]
    imported: bool
    previous: str
    hash: str


class ClockOut(Schema):
    """A clock; `seconds_left` is negative when it is late, null unless it runs; one that stands
    still has no `due_at`. `which`: its place among those of its kind, from 1.

    `margin_hours`: working hours of the other stages that follow the limit; whole case only.
    `unit`: whom it judges, of handling clocks; `appeal`: what became of an appeal against it.
    """

    kind: str
    which: int
    unit: str | None
    appeal: Literal["", "asked", "granted", "refused"]
    state: Literal["running", "paused", "ended"]
    started_at: datetime
    due_at: datetime | None
    ended_at: datetime | None
    late: bool | None
    limit: Limit
    margin_hours: Decimal
    spent: Decimal
    seconds_left: int | None


class TaskOut(Schema):
    """Work that somebody owes the case; `asked` is what a request asks for, else empty."""

    kind: str
    unit: str | None
    member: str | None
    role: str
    what: str
    opened_at: datetime
    due_at: datetime | None
    closed_at: datetime | None
    result: str
    asked: dict[str, Any]


class PaperOut(Schema):
    """A photo or another paper; `remarks` are what was noticed about it. `url` is the original;
    `stamped_url`, of a photo, has when, where and of which case below the picture."""

    version: int
    stage: str
    sha256: str
    media_type: str
    taken_at: datetime | None
    from_album: bool
    remarks: list[dict[str, Any]]
    url: str
    stamped_url: str | None


class CaseFile(CaseLine):
    """The whole case; `steps` are the actions that the reader may take now, `hindered` those of
    the reader's posts that a rule refuses now, with its reasons.

    `holder` is the platform that dispatches it, where the city has more than one.
    `chain_broken_from`: the first version whose hash or link does not fit, null when the chain is
    whole; `changed_outside`: what is told here was changed past the life cycle.
    """

    chain_broken_from: int | None
    changed_outside: bool
    level: int
    trial: bool
    imported: bool
    in_service_area: bool
    responsibility_grid: str  # its code on the day of the report; '' for none
    raw: RawPoint
    filing_rule: int | None
    limit: Limit | None
    proposal: dict[str, Any]
    holder: UnitOfCase | None
    assisting: list[dict[str, Any]]
    substituted: bool
    liable: int | None
    closing_kind: str
    handled_late: bool | None
    appeal: Literal["", "asked", "granted", "refused"]
    extensions: int
    suspensions: int
    deferrals: int
    long_limit: bool
    backlog_at: datetime | None
    history: list[EventOut]
    clocks: list[ClockOut]
    tasks: list[TaskOut]
    attachments: list[PaperOut]
    steps: list[str]
    hindered: list[HinderedOut]


class HinderedOut(Schema):
    """A step that is the reader's, and what stands against it now."""

    action: str
    reasons: list[str]


class BoxOut(Schema):
    """How many cases wait at a status, and how many of them are late."""

    status: str
    count: int
    overdue: int


class StretchOut(Schema):
    """A stretch of time between a clock's start and its deadline; `margin`: behind the limit.

    `amount`: what it counted, in the limit's unit, in the margin in working hours. A pause has the
    reason "paused", the step that made it with who and why, and no `end` while it lasts.
    `changed_since`: why the calendar of its day was changed after it was counted. The deadline
    stands as it was counted then.
    """

    start: datetime
    end: datetime | None
    counted: bool
    reason: str
    margin: bool
    amount: Decimal
    changed_since: str = ""
    action: str = ""
    actor: str = ""
    why: str = ""


class DeadlineOut(Schema):
    """How the deadline of a clock came about. Amounts are in the limit's unit.

    What the stretches counted, and what had been used before (`used_before`: by another platform of
    its share, by the unit when it had the case before), is the limit. While the clock stands still,
    it has no deadline, and `used` and `left` are the limit.
    """

    kind: str
    which: int = Field(description="Its place among the case's clocks of this kind, from 1")
    state: Literal["running", "paused", "ended"]
    limit: Limit
    margin_hours: Decimal
    used_before: Decimal
    used: Decimal
    left: Decimal
    due_at: datetime | None
    stands_since: datetime | None
    stretches: list[StretchOut]


class ClockChangeOut(Schema):
    """A change of a clock's deadline: who made it, and from when to when."""

    at: datetime
    action: str
    actor: str
    what: str
    was: datetime | None
    due: datetime | None
    reason: str


class CountOut(Schema):
    """The figures of an area or a unit; `key`: region code, or id of the unit."""

    key: str
    name: str
    filed: int
    closed: int
    on_time: int
    overdue: int
    reworked: int
    reworks: int
    returned: int
    returns: int
    deferred: int


class ReworkOut(Schema):
    """How often a unit did its own work again; `reason`: code of the judgement that it
    did not hold, or `reopen`, `recheck_false`, which have none."""

    unit: UnitOfCase
    reason: str
    times: int


class GrantedOut(Schema):
    """What a unit was granted, of its cases filed in the period; rates are shares of `filed`."""

    unit: UnitOfCase
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
    extension_rate: float
    suspension_rate: float
    deferral_rate: float
    late_rate: float


class Taken(Schema):
    """The case after a step."""

    number: str
    version: int
    status: str


class FieldOut(Schema):
    """An input of a step."""

    name: str
    required: bool
    label: str


class StepOut(Schema):
    """A row of the life cycle; `reasons` are pairs of code and label."""

    action: str
    source: list[str] = Field(alias="from")
    target: str = Field(alias="to")
    roles: list[str]
    side: str
    fields_: list[FieldOut] = Field(alias="fields")
    reasons: list[tuple[str, str]]


class FileOut(Schema):
    """A stored file."""

    sha256: str
    media_type: str
    size: int


class PrecisionOut(Schema):
    """A line of the matrix by what became of its proposals; `rule` 0: by earlier cases alone, or by
    the register that `by` names (permits.excavation).

    `share` is right among settled, null while nothing is settled.
    """

    rule: int
    by: str
    proposed: int
    settled: int
    right: int
    first_time: int
    share: float | None
    auto: int
    auto_settled: int
    auto_right: int
    auto_share: float | None
    returned: int


class TrialDifferenceOut(Schema):
    """A past case for which the draft names another unit; units by id."""

    number: str
    before: int | None
    after: int | None
    handled_by: int | None
    verdict: Literal["better", "worse", "other"]


class TrialOut(Schema):
    """A draft tried on past cases; `shown` are the latest of those that it changes."""

    cases: int
    changed: int
    better: int
    worse: int
    other: int
    shown: list[TrialDifferenceOut]
