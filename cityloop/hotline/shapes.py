"""What the API of the hotline takes and answers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import ConfigDict, Field

from cityloop.kernel.api import AwareMoment


class CallIn(Schema):
    """An event of a call; `caller` is left out where the number is withheld."""

    model_config = ConfigDict(extra="forbid")
    id: Annotated[str, Field(min_length=1, max_length=100)]
    event: Literal["ringing", "answered", "ended"]
    extension: Annotated[str, Field(min_length=1, max_length=20)]
    caller: Annotated[str, Field(max_length=30)] = ""
    line: Annotated[str, Field(max_length=30)] = ""
    at: AwareMoment | None = None
    recording: Annotated[str, Field(max_length=500)] = ""


class HotlineCallOut(Schema):
    """A call as it stands; says nothing of the caller."""

    id: str
    call: int
    state: str
    extension: str
    answered_by: str
    ringing_at: datetime | None
    answered_at: datetime | None
    ended_at: datetime | None


class OrdersIn(Schema):
    """Orders as objects: number, text, due_at, sent_at, name, phone, address, lon, lat, class_code.

    `sent_at`: when 12345 sent the order; later than our refusal, it opens a new round.
    """

    model_config = ConfigDict(extra="forbid")
    name: Annotated[str, Field(max_length=120)] = "API"
    orders: Annotated[list[dict[str, Any]], Field(min_length=1, max_length=5000)]


class BadRowOut(Schema):
    """A row that was not taken, or was taken with a warning, and why."""

    row: int
    number: str
    reasons: list[str]


class BatchOut(Schema):
    """What became of a delivery."""

    id: int
    name: str
    at: datetime
    opened: int
    joined: int
    known: int
    bad_rows: list[BadRowOut]
    warnings: list[BadRowOut]


class HotlineOrderOut(Schema):
    """A round of an order with its case and both deadlines; `former_case` was refused."""

    number: str
    round: int
    case: str
    former_case: str
    status: str
    due_there: datetime | None
    due_here: datetime | None
    early: bool


class HotlineOrderPage(Schema):
    """One page."""

    items: list[HotlineOrderOut]
    next: str | None


class OrderResultOut(Schema):
    """What goes back for an order; a later row of the same number replaces an earlier one."""

    cursor: int
    number: str
    round: int
    case: str
    outcome: str
    reply: str
    reason_code: str
    reason: str
    at: datetime


class OrderResults(Schema):
    """Results after the cursor; ask again with `next`."""

    items: list[OrderResultOut]
    next: int
