"""What the API of substitute works takes and answers."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from typing import Annotated, Literal

from django.utils.translation import gettext as _
from ninja import Schema
from pydantic import AfterValidator, Field, WithJsonSchema

from cityloop.works.models import OrderState
from cityloop.works.queries import STANDINGS


def _on_the_clock(given: time) -> time:
    """Hours of the city's own clock; raises ValueError for those of another zone."""
    if given.tzinfo is not None:
        raise ValueError(_("hours of the city's clock, without a zone"))
    return given


Id = Annotated[int, Field(ge=1, lt=2**63)]
_CLOCK = {"type": "string", "pattern": r"^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]+)?)?$"}
Hours = Annotated[time, AfterValidator(_on_the_clock), WithJsonSchema(_CLOCK)]
Money = Annotated[Decimal, Field(max_digits=14, decimal_places=2)]
Words = Annotated[str, Field(max_length=200)]
Given = Annotated[str, Field(min_length=1, max_length=200)]
Sha = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", description="of a file stored before")]
State = Annotated[str, Field(pattern=f"^({'|'.join(['', *OrderState.values])})$")]
Standing = Annotated[str, Field(pattern=f"^({'|'.join(['', *(s for s, _label in STANDINGS)])})$")]


class WorksUnitOut(Schema):
    """A unit in short."""

    id: int
    code: str
    name_zh: str


class OrderOut(Schema):
    """An order; `committed` is what it takes of its budget line."""

    number: str
    case: str
    state: str
    unit: WorksUnitOut
    liable: WorksUnitOut | None
    reason: str
    budget_line: int | None
    total: Decimal | None
    committed: Decimal
    invoice: str | None
    opened_at: datetime
    done_at: datetime | None
    cancel_reason: str


class OrderItemOut(Schema):
    """A line with the price of the day of the order."""

    name: str
    measure: str
    price: Decimal
    quantity: Decimal
    amount: Decimal
    reason: str


class WholeOrderOut(OrderOut):
    """An order with its lines and the ids of its claims."""

    items: list[OrderItemOut]
    claims: list[int]


class OrderPage(Schema):
    """A page of orders, latest first."""

    items: list[OrderOut]
    next: str | None


class OrderQuery(Schema):
    """What the orders may be narrowed by."""

    q: Annotated[str, Field(max_length=32)] = ""
    state: State = ""
    cursor: str | None = None
    size: Annotated[int, Field(ge=1, le=200)] = 50


class OrderLineIn(Schema):
    """A quantity of the price list, or work beside it: named, priced, with the reason why."""

    quantity: Money
    price_item_id: Id | None = None
    name: Annotated[str, Field(max_length=120)] = ""
    measure: Annotated[str, Field(max_length=20)] = ""
    price: Money | None = None
    reason: Words = ""


class PriceOrderIn(Schema):
    """What is ordered and what pays for it; `reason` where a leader goes beyond the budget, or the
    prices of done work are corrected."""

    lines: Annotated[list[OrderLineIn], Field(min_length=1, max_length=50)]
    budget_line_id: Id
    reason: Words = ""


class InvoiceIn(Schema):
    """The unit's invoice; `reason` where it is above the order or the budget."""

    invoice_number: Annotated[str, Field(min_length=1, max_length=60)]
    amount: Money
    issued_on: date
    sha256: Sha
    reason: Words = ""


class CancelIn(Schema):
    """Why the order is taken back."""

    reason: Given


class ClaimIn(Schema):
    """Who owes how much: the unit that is liable for the work, or a party in words."""

    amount: Money
    party: Annotated[str, Field(max_length=120)] = ""
    liable_id: Id | None = None


class ClaimOut(Schema):
    """A claim and what came of it."""

    id: int
    order: str
    party: str
    liable: WorksUnitOut | None
    standing: Literal["paid", "written_off", "refused", "partial", "noticed", "open"]
    amount: Decimal
    paid: Decimal
    left: Decimal
    opened_on: date
    notice_on: date | None
    due_on: date | None


class PaymentOut(Schema):
    """Money that came; negative: a mistaken entry taken back."""

    amount: Decimal
    paid_on: date
    reference: str
    actor: str
    recorded_at: datetime


class ClaimNoteOut(Schema):
    """A line on a claim."""

    kind: str
    text: str
    actor: str
    at: datetime


class WholeClaimOut(ClaimOut):
    """A claim with its payments and notes, oldest first."""

    payments: list[PaymentOut]
    notes: list[ClaimNoteOut]


class ClaimPage(Schema):
    """A page of claims, latest first."""

    items: list[ClaimOut]
    next: str | None


class ClaimQuery(Schema):
    """What the ledger may be narrowed by."""

    q: Annotated[str, Field(max_length=60)] = ""
    standing: Standing = ""
    cursor: str | None = None
    size: Annotated[int, Field(ge=1, le=200)] = 50


class NoticeIn(Schema):
    """The notice as it was served."""

    notice_on: date
    due_on: date
    sha256: Sha


class PaymentIn(Schema):
    """Money that came; a negative amount takes a mistaken entry back. `reference` names the
    document with its number."""

    amount: Money
    paid_on: date
    reference: Annotated[str, Field(min_length=1, max_length=120)]


class ClaimNoteIn(Schema):
    """A line on a claim; `written_off` gives up what is left and is a leader's decision."""

    kind: Literal["remark", "reminded", "refused", "written_off"]
    text: Annotated[str, Field(min_length=1, max_length=500)]


class PartyOwedOut(Schema):
    """What a party owes; `by_age`: 0 to 30, 31 to 90, 91 to 180 days, and older."""

    party: str
    claims: int
    claimed: Decimal
    paid: Decimal
    by_age: list[Decimal]
    unrecovered: Decimal
    written_off: Decimal


class AgeingOut(Schema):
    """Unrecovered money by party, and all together."""

    on: date
    parties: list[PartyOwedOut]
    whole: PartyOwedOut


class PriceOut(Schema):
    """A price of a designated unit."""

    id: int
    code: str
    name: str
    measure: str
    price: Decimal
    valid_from: date
    valid_to: date | None


class DesignationOut(Schema):
    """A unit of the standing list with the prices that hold today."""

    id: int
    unit: WorksUnitOut
    skills: str
    phone: str
    on_call_from: Hours | None
    on_call_to: Hours | None
    valid_from: date
    valid_to: date | None
    source_document: str
    prices: list[PriceOut]


class DesignationIn(Schema):
    """A unit for the standing list; without both hours it is on call day and night."""

    organisation_id: Id
    skills: Given
    source_document: Given
    valid_from: date
    phone: Annotated[str, Field(max_length=40)] = ""
    on_call_from: Hours | None = None
    on_call_to: Hours | None = None


class EndIn(Schema):
    """From when the unit is off the list, and why."""

    ends_on: date
    reason: Given


class PriceIn(Schema):
    """A price from a day on; the one before ends there."""

    code: Annotated[str, Field(min_length=1, max_length=20)]
    name: Annotated[str, Field(min_length=1, max_length=120)]
    measure: Annotated[str, Field(min_length=1, max_length=20)]
    price: Money
    valid_from: date


class BudgetOut(Schema):
    """A budget line; `left` is below zero only as far as leaders allowed it (`exceeded`)."""

    id: int
    year: int
    code: str
    name: str
    area_code: str
    amount: Decimal
    committed: Decimal
    invoiced: Decimal
    left: Decimal
    exceeded: Decimal


class BudgetIn(Schema):
    """A budget line; the same year and code again change its amount, with the reason."""

    year: Annotated[int, Field(ge=2000, le=2100)]
    code: Annotated[str, Field(min_length=1, max_length=20)]
    name: Annotated[str, Field(min_length=1, max_length=120)]
    amount: Money
    area_code: Annotated[str, Field(pattern=r"^\d{0,12}$")] = ""
    reason: Words = ""
