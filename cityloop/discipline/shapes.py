"""What the API of discipline takes and gives."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from ninja import Field, Schema

Id = Annotated[int, Field(ge=1, lt=2**63)]
Text = Annotated[str, Field(min_length=1, max_length=2000)]
Cursor = Annotated[str, Field(max_length=400)]


class DisciplineQuery(Schema):
    """Where a page begins, and how long it is."""

    cursor: Cursor | None = None
    size: Annotated[int, Field(ge=1, le=200)] = 50


class CardQuery(DisciplineQuery):
    """What the cards may be narrowed by."""

    colour: Literal["", "yellow", "red"] = ""
    state: Literal["", "proposed", "refused", "issued", "answered", "rectified", "withdrawn"] = ""


class CardOut(Schema):
    """A card; `number` is '' and `rectify_by` null before it is issued."""

    id: int
    number: str
    colour: str
    state: str
    unit_id: int
    trigger: str
    follows: int | None
    proposed_at: datetime
    issued_at: datetime | None
    rectify_by: date | None


class CardPage(Schema):
    """A page of cards, latest first."""

    items: list[CardOut]
    next: str | None


class GroundOut(Schema):
    """What the card is given for."""

    case: str | None
    finding: int | None
    at: datetime


class NoteOut(Schema):
    """What somebody said or decided."""

    step: str
    verdict: str
    text: str
    by: str
    at: datetime


class CardFile(CardOut):
    """The whole card; `points` is what it takes from the evaluation, 0 once given back."""

    points: Decimal
    grounds: list[GroundOut]
    notes: list[NoteOut]


class CardActIn(Schema):
    """approve, refuse, accept, send_back, withdraw need discipline.decide; answer is the unit's."""

    act: Literal["approve", "refuse", "answer", "accept", "send_back", "withdraw"]
    text: Text


class CardRuleOut(Schema):
    """A rule with its days."""

    id: int
    trigger: str
    threshold: int
    days: int
    points: Decimal
    red_points: Decimal
    rectify_days: int
    repeat_days: int
    source_document: str
    valid_from: date
    valid_to: date | None


class FraudQuery(DisciplineQuery):
    """What the findings may be narrowed by."""

    state: Literal["", "open", "upheld", "appealed", "dismissed"] = ""


class FraudOut(Schema):
    """A finding in a list."""

    id: int
    kind: str
    state: str
    unit_id: int
    member: str | None
    found_at: datetime


class FraudPage(Schema):
    """A page of findings, latest first."""

    items: list[FraudOut]
    next: str | None


class FraudFile(FraudOut):
    """The whole finding; `evidence` as it was when it was recorded."""

    account: str
    cases: list[str]
    evidence: list[dict[str, Any]]
    notes: list[NoteOut]


class LineIn(Schema):
    """A line of the history of a case."""

    case: Annotated[str, Field(max_length=30)]
    version: Annotated[int, Field(ge=1, lt=2**31)]


class FraudIn(Schema):
    """Who did what, in which cases; photos by digest, lines by version: at least one of them."""

    kind: Literal["fake_photo", "false_close", "moved", "split", "other"]
    unit_id: Id
    member: Annotated[str, Field(max_length=150)] = ""
    cases: Annotated[list[Annotated[str, Field(max_length=30)]], Field(min_length=1, max_length=20)]
    account: Text
    photos: Annotated[
        list[Annotated[str, Field(pattern="^[0-9a-f]{64}$")]], Field(max_length=100)
    ] = []
    lines: Annotated[list[LineIn], Field(max_length=100)] = []


class FraudNoteIn(Schema):
    """Statement and appeal are the unit's; both decisions need discipline.decide and a verdict."""

    step: Literal["statement", "decision", "appeal", "appeal_decision"]
    verdict: Literal["", "upheld", "dismissed"] = ""
    text: Text


Day = Annotated[date, Field(ge=date(1970, 1, 1), le=date(9990, 1, 1))]
Kind = Literal["", "accept", "reject", "remind", "void", "file", "join", "dispatch"]


class LotOut(Schema):
    """A lot: sha256("seed:case number:line") as a share of one lies below `share` for what was
    drawn; of each kind, the lowest one of every operator is drawn in any case."""

    day: date
    seed: str
    seal_id: int
    share: float
    decided: int
    drawn: list[str]
    drawn_at: datetime


class PeriodQuery(Schema):
    """Local days of the decisions, both counted, and their kind ('' any)."""

    since: Day | None = None
    until: Day | None = None
    kind: Kind = ""


class FigureQuery(PeriodQuery):
    """By whom figures are counted; the last thirty days unless told otherwise."""

    by: Literal["operator", "hall"] = "operator"


class DecisionQuery(DisciplineQuery):
    """Whose decisions: of a member, taken in a post of a hall; `returned`: dispatches alone that
    the unit gave back."""

    since: Day | None = None
    until: Day | None = None
    kind: Kind = ""
    operator: Id | None = None
    hall: Annotated[int, Field(ge=0, lt=2**63)] | None = None
    returned: bool = False


class SampleQuery(DisciplineQuery):
    """What drawn decisions may be narrowed by; waiting: those that you may judge."""

    since: Day | None = None
    until: Day | None = None
    kind: Kind = ""
    operator: Id | None = None
    hall: Annotated[int, Field(ge=0, lt=2**63)] | None = None
    state: Literal["", "waiting", "open", "judged", "right", "wrong"] = ""


class FigureOut(Schema):
    """What somebody (`key`: member), or a hall (organisation; 0: not known), decided of a kind.

    `rate`: wrong of judged, null without any; `return_rate`: returned of decided, null for other
    kinds than dispatch.
    """

    key: int
    name: str
    kind: str
    decided: int
    sampled: int
    judged: int
    wrong: int
    rate: float | None
    returned: int | None
    return_rate: float | None


class DecisionOut(Schema):
    """A decision: the line `version` of a case's history."""

    id: int
    case: str
    version: int
    kind: str
    operator_id: int
    operator: str
    at: datetime


class DecisionPage(Schema):
    """A page of decisions, latest first."""

    items: list[DecisionOut]
    next: str | None


class SampleOut(Schema):
    """A drawn decision; `ruling`: open, right or wrong; `answer` of the operator, null without."""

    id: int
    case: str
    version: int
    kind: str
    operator_id: int
    operator: str
    hall_id: int | None
    decided_at: datetime
    ruling: str
    mistake: str
    note: str
    judge: str | None
    judged_at: datetime | None
    answer: str | None


class SamplePage(Schema):
    """A page of drawn decisions, latest first."""

    items: list[SampleOut]
    next: str | None


class RulingIn(Schema):
    """What was found; a wrong decision needs a mistake that its kind can have, and words."""

    ruling: Literal["right", "wrong"]
    mistake: Literal[
        "", "class", "to_reject", "to_accept", "known", "level", "rule", "to_refuse", "apart",
        "unit", "other",
    ] = ""  # fmt: skip
    note: Annotated[str, Field(max_length=2000)] = ""


class RulingAnswerIn(Schema):
    """What the operator has to say."""

    text: Text
