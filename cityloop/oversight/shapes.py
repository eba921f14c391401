"""What the API of oversight takes and gives."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from ninja import Field, Schema

Id = Annotated[int, Field(ge=1, lt=2**63)]
Text = Annotated[str, Field(min_length=1, max_length=2000)]
Cursor = Annotated[str, Field(max_length=400)]


class PageQuery(Schema):
    """Where a page begins, and how long it is."""

    cursor: Cursor | None = None
    size: Annotated[int, Field(ge=1, le=200)] = 50


class OversightOrderQuery(PageQuery):
    """What the orders may be narrowed by."""

    state: Literal["", "open", "overdue", "sent_back", "replied", "accepted", "ended"] = ""
    side: Literal["", "given", "ours"] = ""
    unit: Id | None = None


class ListedUnitOut(Schema):
    """A unit."""

    id: int
    code: str
    name_zh: str


class OversightOrderOut(Schema):
    """A supervision order; `unit` null: the centre answers. `late` stays once it is true."""

    id: int
    case: str
    state: str
    text: str
    unit: ListedUnitOut | None
    given_at: datetime
    due_at: datetime | None
    urged: int
    sent_back: int
    late: bool


class OversightOrderPage(Schema):
    """A page of orders, latest first."""

    items: list[OversightOrderOut]
    next: str | None


class AnsweredOut(Schema):
    """Orders to one unit in a period; `rate`: in time among those due or answered."""

    unit: ListedUnitOut | None
    given: int
    answered: int
    in_time: int
    late: int
    waiting: int
    sent_back: int
    accepted: int
    rate: float | None


class ReminderQuery(PageQuery):
    """A period of at most a year, a unit, a class."""

    since: date | None = None
    until: date | None = None
    unit: Id | None = None
    problem_class: Id | None = None


class ReminderOut(Schema):
    """A record settled by telling a unit."""

    number: str
    problem_class: str | None
    address: str
    unit: ListedUnitOut | None
    at: datetime


class ReminderPage(Schema):
    """A page of reminders, latest first."""

    items: list[ReminderOut]
    next: str | None


class RemindedOut(Schema):
    """How often a unit was reminded of a class."""

    unit: ListedUnitOut | None
    problem_class: str | None
    count: int


class SendingOut(Schema):
    """To whom a list went, until when an answer is wanted, and the answer."""

    id: int
    unit: ListedUnitOut | None
    member: str | None
    note: str
    due_on: date
    sent_at: datetime
    answer: str
    answered_at: datetime | None


class ListOut(Schema):
    """A named list and how far it has come; counted from the cases as they stand."""

    id: int
    kind: str
    title: str
    note: str
    state: str
    unit: ListedUnitOut
    made_at: datetime
    ended_at: datetime | None
    result: str
    cases: int
    cases_ended: int


class ListPage(Schema):
    """A page of lists, latest first."""

    items: list[ListOut]
    next: str | None


class EntryOut(Schema):
    """A case of a list as it stands now."""

    number: str
    status: str
    problem_class: str | None
    address: str
    unit: ListedUnitOut | None
    due_at: datetime | None
    remark: str


class WholeListOut(ListOut):
    """A list with its cases and sendings."""

    entries: list[EntryOut]
    sendings: list[SendingOut]


class CandidateOut(Schema):
    """A unit grid with repeated cases of appearance and environment."""

    grid_code: str
    address: str
    cases: int
    open: int
    latest_at: datetime


class ListIn(Schema):
    """A new list."""

    title: Annotated[str, Field(min_length=1, max_length=120)]
    kind: Literal["dead_corners", "other"]
    note: Annotated[str, Field(max_length=2000)] = ""


class CasesIn(Schema):
    """Cases by number."""

    numbers: Annotated[
        list[Annotated[str, Field(max_length=40)]], Field(min_length=1, max_length=500)
    ]
    remark: Annotated[str, Field(max_length=200)] = ""


class SendIn(Schema):
    """To a unit or to a member: one of the two."""

    organisation: Id | None = None
    member: Id | None = None
    note: Text
    due_on: date


class AnswerIn(Schema):
    """The answer of who received the list."""

    text: Text


class EndListIn(Schema):
    """What came of the list."""

    result: Text
