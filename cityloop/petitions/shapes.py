"""What the API of petitions takes and answers."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal, get_args

from ninja import Schema
from pydantic import ConfigDict, Field, FiniteFloat

from cityloop.kernel.api import Moment, OneOf

Text = Annotated[str, Field(max_length=5000)]
Words = Annotated[str, Field(max_length=200)]
Size = Annotated[int, Field(ge=1, le=200)]
Kind = Literal["letter", "visit", "joint_visit", "email", "online"]


class Strict(Schema):
    """A body without unknown names."""

    model_config = ConfigDict(extra="forbid")


class PetitionQuery(Schema):
    """What the register may be narrowed by."""

    kind: Annotated[str, OneOf(get_args(Kind))] = ""
    state: Literal["", "waiting", "transferred", "late", "answered"] = ""
    q: Annotated[str, Field(max_length=60)] = ""
    cursor: str | None = None
    size: Size = 50


class PetitionIn(Strict):
    """A line of the register; `address` is the petitioner's, `place` the matter's."""

    kind: Kind
    received_on: date
    subject: Annotated[str, Field(min_length=1, max_length=120)]
    text: Annotated[str, Field(min_length=1, max_length=5000)]
    name: Annotated[str, Field(max_length=60)] = ""
    phone: Annotated[str, Field(max_length=30)] = ""
    address: Words = ""
    head_count: Annotated[int, Field(ge=1, le=100_000)] = 1
    place: Words = ""
    class_code: Annotated[str, Field(max_length=60)] = ""


class TransferIn(Strict):
    """The matter as a case is opened for it; WGS 84."""

    text: Annotated[str, Field(min_length=1, max_length=2000)]
    address: Words = ""
    class_code: Annotated[str, Field(max_length=60)] = ""
    x: FiniteFloat | None = None
    y: FiniteFloat | None = None


class DecideIn(Strict):
    """Whether the petition repeats the earlier one; if not, the reason."""

    earlier: Annotated[str, Field(max_length=16)]
    same: bool
    reason: Annotated[str, Field(max_length=200)] = ""


class LetterIn(Strict):
    """The answer word for word."""

    text: Annotated[str, Field(min_length=1, max_length=5000)]
    medium: Literal["post", "handed", "email", "phone", "online"] = "post"


class PetitionerOut(Schema):
    """Who petitions; only for those who may know."""

    name: str
    phone: str
    address: str


class PetitionOut(Schema):
    """A petition; `first`: the number of the first one of its chain."""

    number: str
    kind: str
    received_on: date
    subject: str
    text: str
    place: str
    head_count: int
    petitioner: PetitionerOut | None
    registered_at: Moment
    due_on: date
    late: bool
    case: str | None
    transferred_at: Moment | None
    answered_at: Moment | None
    first: str | None


class PetitionPage(Schema):
    """A page of the register."""

    items: list[PetitionOut]
    next: str | None


class RepetitionOut(Schema):
    """An earlier petition that this one seems to repeat, of this register or another `house`'s."""

    earlier: str
    house: str
    received_on: date
    why: list[str]
    answer: str
    reason: str
    decided_at: Moment | None


class LetterOut(Schema):
    """A letter that was sent."""

    id: int
    text: str
    medium: str
    sent_at: Moment


class WholePetitionOut(PetitionOut):
    """A petition with its chain, proposals and letters."""

    chain: list[str]
    repetitions: list[RepetitionOut]
    letters: list[LetterOut]


class KindCountOut(Schema):
    """Petitions of a period; `kind` is empty in the line of all, `rate` null without any."""

    kind: str
    petitions: int
    people: int
    transferred: int
    rate: float | None
    answered: int
    in_time: int
    repeated: int


class SuggestionIn(Strict):
    """What somebody suggests; who it is may stay unsaid."""

    subject: Annotated[str, Field(min_length=1, max_length=120)]
    text: Annotated[str, Field(min_length=1, max_length=5000)]
    name: Annotated[str, Field(max_length=60)] = ""
    phone: Annotated[str, Field(max_length=30)] = ""


class SuggestionAnswerIn(Strict):
    """What becomes of a suggestion, and why."""

    outcome: Literal["adopted", "partly", "studied", "declined"]
    text: Annotated[str, Field(min_length=1, max_length=5000)]


class SuggestionQuery(Schema):
    """What the list of suggestions may be narrowed by."""

    state: Literal["", "waiting", "late", "answered"] = ""
    cursor: str | None = None
    size: Size = 50


class CitizensSuggestionOut(Schema):
    """A suggestion; `sender` only for those who may know."""

    number: str
    subject: str
    text: str
    received_at: Moment
    due_at: Moment
    sender: PetitionerOut | None
    outcome: str
    reply: str
    replied_at: Moment | None


class CitizensSuggestionPage(Schema):
    """A page of suggestions."""

    items: list[CitizensSuggestionOut]
    next: str | None


class ContactLine(Strict):
    """A channel; `value`: number, link or address."""

    kind: Literal["phone", "web", "app", "email", "post", "visit"]
    label_zh: Annotated[str, Field(min_length=1, max_length=60)]
    label_en: Annotated[str, Field(max_length=60)] = ""
    value: Annotated[str, Field(min_length=1, max_length=200)]
    note_zh: Annotated[str, Field(max_length=120)] = ""
    note_en: Annotated[str, Field(max_length=120)] = ""


class ContactIn(Strict):
    """Channels and rules; they replace what was published before."""

    lines: Annotated[list[ContactLine], Field(min_length=1, max_length=30)]
    rules_zh: Annotated[str, Field(min_length=1, max_length=10_000)]
    rules_en: Annotated[str, Field(max_length=10_000)] = ""


class ContactOut(Schema):
    """Channels and rules as published; `set_at` is null while the given ones hold."""

    lines: list[dict[str, Any]]
    rules_zh: str
    rules_en: str
    set_at: Moment | None
