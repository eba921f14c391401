"""The shapes of coordination in the API."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from ninja import Schema
from pydantic import Field

from cityloop.kernel.api import AwareMoment

Id = Annotated[int, Field(ge=1, lt=2**63)]
Text = Annotated[str, Field(min_length=1, max_length=2000)]
Sha = Annotated[str, Field(pattern="^([0-9a-f]{64})?$")]
Level = Literal["", "district", "centre", "city", "commission"]


class DisputeLine(Schema):
    """A dispute in a list; `liable` is null while it is open."""

    id: int
    case: str
    parties: list[int]
    level: str
    opened_at: datetime
    fixed_at: datetime | None
    fixed_by: int | None
    closed_at: datetime | None
    liable: int | None
    decision: str
    document: str
    matrix_line: int | None


class DisputePage(Schema):
    """A page of disputes, latest first."""

    items: list[DisputeLine]
    next: str | None


class SiteMeetingOut(Schema):
    """A meeting at the place."""

    held_at: datetime
    place: str
    present: str
    minutes: str
    sha256: str
    recorded_by: str


class DisputeFile(DisputeLine):
    """The whole record."""

    site_meetings: list[SiteMeetingOut]


class SiteMeetingIn(Schema):
    """What is kept of a meeting; `sha256`: a stored file (POST /files)."""

    held_at: AwareMoment
    place: Annotated[str, Field(min_length=1, max_length=200)]
    present: Annotated[str, Field(min_length=1, max_length=400)]
    minutes: Text
    sha256: Sha = ""


class RaiseIn(Schema):
    """Why the level after `level`, where the dispute lies, must decide."""

    level: str
    reason: Text


class DecisionIn(Schema):
    """Whose duty it is; `reach` says where it becomes a line of the matrix, '' nowhere.

    `assist_ids`: who helps, in this case with the `subtask`, and by the line; without them a party
    that leads keeps those of the line of before.
    """

    unit_id: Id
    reason: Text
    assist_ids: Annotated[list[Id], Field(max_length=20)] = []
    subtask: Annotated[str, Field(max_length=2000)] = ""
    document: Annotated[str, Field(min_length=1, max_length=200)]
    reach: Literal["", "street", "district", "city"] = ""
    valid_from: date | None = None
    sha256: Sha = ""


class DisputeQuery(Schema):
    """What the list may be narrowed by."""

    state: Literal["", "open", "fixed", "closed"] = ""
    level: Level = ""
    case: Annotated[str, Field(max_length=24)] = ""
    unit_id: Id | None = None
    cursor: str | None = None
    size: Annotated[int, Field(ge=1, le=200)] = 50


class AgendaItemOut(Schema):
    """A point: a dispute, a unit with its figures of the last 30 days, or words."""

    position: int
    title: str
    dispute: int | None
    unit_id: int | None
    cases: int
    late: int


class MeetingTaskOut(Schema):
    """What a unit does, and until when."""

    id: int
    unit_id: int
    what: str
    due_on: date
    done_at: datetime | None
    result: str


class MeetingLine(Schema):
    """A joint meeting in a list; `held_at` is null until the minutes are written."""

    id: int
    kind: str
    title: str
    region_code: str
    planned_at: datetime
    place: str
    held_at: datetime | None


class MeetingPage(Schema):
    """A page of meetings, latest first."""

    items: list[MeetingLine]
    next: str | None


class MeetingFile(MeetingLine):
    """The whole meeting."""

    present: str
    minutes: str
    agenda: list[AgendaItemOut]
    tasks: list[MeetingTaskOut]


class MeetingIn(Schema):
    """The invitation; `region_code` '' is your own area. The agenda fills itself."""

    kind: Literal["joint", "hearing"] = "joint"
    title: Annotated[str, Field(min_length=1, max_length=200)]
    planned_at: AwareMoment
    place: Annotated[str, Field(min_length=1, max_length=200)]
    region_code: Annotated[str, Field(pattern=r"^(\d{2,12})?$")] = ""


class AgendaItemIn(Schema):
    """One more point."""

    words: Annotated[str, Field(min_length=1, max_length=200)]


class MinutesIn(Schema):
    """The meeting was held."""

    held_at: AwareMoment
    present: Annotated[str, Field(min_length=1, max_length=400)]
    minutes: Text
    sha256: Sha = ""


class MeetingTaskIn(Schema):
    """A decision that a unit carries out."""

    unit_id: Id
    what: Text
    due_on: date


class TaskResultIn(Schema):
    """What the unit did."""

    result: Text


class MilestoneOut(Schema):
    """A step of a key matter."""

    id: int
    title: str
    due_on: date
    reached_on: date | None
    note: str


class MatterLine(Schema):
    """A key matter in a list, with how far it has come."""

    id: int
    title: str
    region_code: str
    owner_id: int
    due_on: date
    opened_at: datetime
    closed_at: datetime | None
    cases: int
    cases_ended: int
    milestones: int
    milestones_left: int


class MatterPage(Schema):
    """A page of key matters, latest first."""

    items: list[MatterLine]
    next: str | None


class MatterFile(MatterLine):
    """The whole matter; `numbers` are those of its cases that you see."""

    description: str
    result: str
    steps: list[MilestoneOut]
    numbers: list[str]


class MatterIn(Schema):
    """What the project is about; `region_code` '' is your own area."""

    title: Annotated[str, Field(min_length=1, max_length=200)]
    description: Text
    owner_id: Id
    due_on: date
    region_code: Annotated[str, Field(pattern=r"^(\d{2,12})?$")] = ""


class MatterCaseIn(Schema):
    """A case that joins."""

    number: Annotated[str, Field(min_length=1, max_length=24)]


class TakenOutIn(Schema):
    """A case that joined by mistake, and why it is taken out."""

    number: Annotated[str, Field(min_length=1, max_length=24)]
    reason: Text


class MilestoneIn(Schema):
    """One more step."""

    title: Annotated[str, Field(min_length=1, max_length=200)]
    due_on: date


class ReachedIn(Schema):
    """A step is reached."""

    note: Text


class MatterEndIn(Schema):
    """What came of it."""

    result: Text


class OperationLine(Schema):
    """A joint operation in a list; planned until `started_at`, over with `ended_at`."""

    id: int
    title: str
    region_code: str
    lead_id: int
    unit_ids: list[int]
    begins_on: date
    ends_on: date
    planned_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    called_off: bool
    cases: int
    cases_ended: int
    cases_found: int


class OperationPage(Schema):
    """A page of joint operations, latest first."""

    items: list[OperationLine]
    next: str | None


class OperationResultOut(Schema):
    """What a unit counted."""

    unit_id: int
    kind: str
    number: int
    note: str
    told_at: datetime
    told_by: str


class OperationFile(OperationLine):
    """The whole operation; `totals` by kind, `numbers` of its cases that you see."""

    plan: str
    report: str
    results: list[OperationResultOut]
    totals: dict[str, int]
    numbers: list[str]


class OperationIn(Schema):
    """The plan; `region_code` '' is your own area."""

    title: Annotated[str, Field(min_length=1, max_length=200)]
    plan: Text
    lead_id: Id
    unit_ids: Annotated[list[Id], Field(min_length=1, max_length=40)]
    begins_on: date
    ends_on: date
    region_code: Annotated[str, Field(pattern=r"^(\d{2,12})?$")] = ""


class OperationResultIn(Schema):
    """What a unit counted; below zero corrects what was told before."""

    unit_id: Id
    kind: Literal["inspected", "corrected", "seized", "ordered", "helped", "other"]
    number: Annotated[int, Field(ge=-1_000_000, le=1_000_000)]
    note: Annotated[str, Field(max_length=300)] = ""


class OperationReportIn(Schema):
    """How it went."""

    report: Text


class CallOffIn(Schema):
    """Why it is given up."""

    reason: Text
