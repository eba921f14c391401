"""What the API answers about reports: the shapes that its description promises."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from ninja import Field, Schema


class FindingOut(Schema):
    """Something that was noticed; `about` holds the facts of the sentence."""

    code: str
    text: str
    about: dict[str, Any]


class SuggestionOut(Schema):
    """A class that the text suggests."""

    code: str = Field(alias="class")
    name: str
    confidence: float


class ReceiptOut(Schema):
    """What became of a report."""

    report: str
    case: str
    version: int
    status: str
    joined: bool
    repeated: bool
    checks: list[FindingOut]
    suggestions: list[SuggestionOut]


class SentPoint(Schema):
    """The coordinate as it was sent."""

    x: float | None
    y: float | None
    system: str


class ReporterOut(Schema):
    """Who reported; only for those who may know."""

    name: str
    phone: str
    kept_until: datetime | date


class NoticeOut(Schema):
    """An answer that is owed or was given."""

    id: int
    topic: str
    version: int
    written: bool
    state: str
    owed_at: datetime
    settled_at: datetime | None
    settled_by: str
    medium: str
    note: str


class KnownClassOut(Schema):
    """A class in short."""

    id: int
    code: str
    name: str


class GuessOut(Schema):
    """A class that a text may mean."""

    chosen: KnownClassOut = Field(alias="class")
    confidence: float


class ReportOut(Schema):
    """A report with everything that the reader may see."""

    report: str
    case: str
    status: str
    joined: bool
    number_in_channel: int | None
    channel: str
    kind: str
    source_key: str
    received_at: datetime
    occurred_at: datetime | None
    entered_by: str | None
    priority: int
    text: str
    lon: float | None
    lat: float | None
    raw: SentPoint
    address: str
    source: str
    link: str
    chosen: str | None = Field(alias="class")
    component: str
    checks: list[FindingOut]
    suggestions: list[GuessOut]
    reporter: ReporterOut | None
    answer_wanted: bool
    notices: list[NoticeOut]


class ReportsOut(Schema):
    """All reports of a case."""

    items: list[ReportOut]


class ChannelOut(Schema):
    """A channel; each entry of `required` lists alternatives of which one must be given."""

    code: str
    label: str
    group: str
    enabled: bool
    required: list[list[str]]
    photo_expected: bool
    verify: bool
    outside: str
    metres: int
    hours: int
    auto_file: str
    priority: int
    written_report: bool
    retention_days: int
    clock: dict[str, Any]
    brought_by: list[str]


class RuleGuessOut(Schema):
    """A filing rule that may apply; `limit` is amount and unit."""

    id: int
    condition: str
    limit: tuple[Decimal, str]
    place_level: str
    confidence: float


class SuggestedOut(Schema):
    """What a text may mean; `model` tells how good the text model is, null without one."""

    classes: list[GuessOut]
    rules: list[RuleGuessOut]
    model: dict[str, Any] | None


class LikenessOut(Schema):
    """A case that may be the same problem; `same` ones would be joined."""

    case: str
    status: str
    metres: float
    same: bool
    rules: list[str]
    score: float
    text: str
    class_id: int | None


class LikenessesOut(Schema):
    """Cases nearby, surest first."""

    items: list[LikenessOut]


class EarlierOut(Schema):
    """An earlier report of a caller."""

    report: str
    received_at: datetime
    status: str
    text: str


class EarlierPage(Schema):
    """The latest reports of a caller."""

    items: list[EarlierOut]


class OwedOut(NoticeOut):
    """An answer that is owed, with the report that it is for."""

    report: str
    channel: str
    status: str
    reporter: ReporterOut | None


class OwedPage(Schema):
    """A page of owed answers; `next` is the cursor of the following one."""

    items: list[OwedOut]
    next: str | None


class AccountOut(Schema):
    """A day's reports by channel; `missing` is 0 when every report has its line of history."""

    day: date
    channels: dict[str, dict[str, int]]
    received: int
    history: int
    missing: int
