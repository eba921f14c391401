"""What duty takes and gives over the API."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from ninja import Schema
from pydantic import Field, FiniteFloat

from cityloop.geo.coordinates import System

Id = Annotated[int, Field(ge=1, lt=2**63)]
Clock = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", description="HH:MM")]
Words = Annotated[str, Field(max_length=2000)]


class PersonOut(Schema):
    """A member by id and name."""

    id: int
    name: str


class OnDutyOut(Schema):
    """Who can be called now, in order; `why` says who was passed over."""

    member: PersonOut
    called_as: str
    shift: str
    why: str


class ShiftIn(Schema):
    """A shift of a unit; `special` ones hold in protection periods."""

    unit_id: Id
    name: str
    starts: Clock
    ends: Clock
    post: str = ""
    special: bool = False


class ShiftOut(Schema):
    """A shift as it stands."""

    id: int
    unit_id: int
    name: str
    starts: Clock
    ends: Clock
    post: str
    special: bool


class TurnIn(Schema):
    """Somebody on duty: ISO weekdays, a period, the place in the order of calls."""

    shift_id: Id
    member_id: Id
    weekdays: list[int]
    first_on: date
    last_on: date | None = None
    rank: int = 1


class TurnOut(Schema):
    """A turn as it stands."""

    id: int
    shift_id: int
    member: PersonOut
    weekdays: list[int]
    first_on: date
    last_on: date | None
    rank: int


class AbsenceIn(Schema):
    """Somebody is away: leave, ill, training or away."""

    member_id: Id
    kind: str
    first_on: date
    last_on: date
    deputy_id: Id | None = None


class AbsenceOut(Schema):
    """An absence as it stands."""

    id: int
    member: PersonOut
    kind: str
    first_on: date
    last_on: date
    deputy: PersonOut | None


class RosterOut(Schema):
    """The roster of a unit."""

    shifts: list[ShiftOut]
    turns: list[TurnOut]
    absences: list[AbsenceOut]


class CoverageGapOut(Schema):
    """Hours of the week without anybody, from 0 (Monday 00:00) to 168."""

    first: int
    last: int
    night: bool
    weekend: bool
    reports: float


class CoverageOut(Schema):
    """168 hours from Monday: people on duty, reports in an average week; the gaps."""

    monday: date
    people: list[int]
    reports: list[float]
    gaps: list[CoverageGapOut]


class CallOut(Schema):
    """One call of a dispatch and its read receipt."""

    id: int
    case: str
    unit_id: int
    member: PersonOut | None
    called_as: str
    shift: str
    why: str
    state: str
    called_at: datetime
    answer_by: datetime | None
    opened_at: datetime | None
    opened_by: PersonOut | None


class CallPage(Schema):
    """A page of calls."""

    items: list[CallOut]
    next: str | None


class EndShiftIn(Schema):
    """The end of a shift; `remarks` by pile."""

    shift: str
    remark: Words = ""
    remarks: dict[str, Words] = {}


class AcceptIn(Schema):
    """The coming person's answer, '' for none."""

    answer: str


class BesideOut(Schema):
    """Other open work at the end of the shift, and the page that lists it."""

    label: str
    count: int
    late: int
    path: str


class HandoverOut(Schema):
    """A handover; `digest` is the SHA-256 of the list that both sign."""

    id: int
    hall_id: int
    desk: str
    shift: str
    ended_at: datetime
    left_by: PersonOut
    remark: str
    remarks: dict[str, str]
    cases: int
    beside: list[BesideOut]
    digest: str
    accepted_at: datetime | None
    accepted_by: PersonOut | None
    answer: str
    late: bool


class HandoverPage(Schema):
    """A page of handovers."""

    items: list[HandoverOut]
    next: str | None


class LineOut(Schema):
    """One open case as it stood."""

    case: str
    pile: str
    status: str
    version: int
    due_at: datetime | None
    overdue: bool
    urged: bool
    escalated: bool


class WholeHandoverOut(HandoverOut):
    """A handover with its lines; `missing`: what the history shows open beside them."""

    lines: list[LineOut]
    missing: list[str]
    intact: bool


class TeamMemberIn(Schema):
    """Somebody for an emergency team; phone '' is the account's, no hours day and night."""

    member_id: Id
    phone: Annotated[str, Field(max_length=40)] = ""
    starts: Clock | None = None
    ends: Clock | None = None


class TeamReachIn(Schema):
    """How and when somebody of a team is reached from now on."""

    phone: Annotated[str, Field(max_length=40)] = ""
    starts: Clock | None = None
    ends: Clock | None = None


class TeamMemberOut(Schema):
    """Somebody of an emergency team; no hours: day and night."""

    id: int
    member: PersonOut
    phone: str
    starts: Clock | None
    ends: Clock | None
    begun_at: datetime | None
    ended_at: datetime | None


class CameraIn(Schema):
    """A camera to watch, with its place in degrees of a coordinate system."""

    code: Annotated[str, Field(max_length=40)]
    name: Annotated[str, Field(max_length=80)]
    lon: Annotated[FiniteFloat, Field(ge=-180, le=180)]
    lat: Annotated[FiniteFloat, Field(ge=-90, le=90)]
    system: System = "wgs84"


class CameraOut(Schema):
    """A camera that is watched, with its place in WGS 84 degrees."""

    id: int
    code: str
    name: str
    lon: float
    lat: float
    ended_at: datetime | None


class StandingByOut(Schema):
    """A protection period with its emergency team and the cameras that are watched in it."""

    id: int
    name: str
    first: date
    last: date
    duty: str
    team: list[TeamMemberOut]
    cameras: list[CameraOut]


class SecondmentOut(Schema):
    """A secondment that ends soon or has ended."""

    holding_id: int
    member: PersonOut
    organisation_id: int
    ends_on: date
    ended: bool
    tasks: int
    cases: int
    successor: PersonOut | None
    done_at: datetime | None
    moved: list[str]
    pooled: list[str]


class SuccessorIn(Schema):
    """Who takes over."""

    successor_id: Id


class EndSecondmentIn(Schema):
    """Ends today; without a successor all goes back to the desks."""

    reason: str
    successor_id: Id | None = None


class SuccessionOut(Schema):
    """What became of a secondment's work."""

    holding_id: int
    successor: PersonOut | None
    done_at: datetime | None
    moved: list[str]
    pooled: list[str]
