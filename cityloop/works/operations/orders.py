"""Orders: they follow the steps of their case, are priced, invoiced, cancelled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from cityloop.cases.models import CaseEvent
from cityloop.kernel.actor import Actor
from cityloop.kernel.encoding import says_something
from cityloop.kernel.errors import NotAllowed, Refused
from cityloop.works import queries
from cityloop.works.models import (
    BudgetLine,
    Designation,
    Exceedance,
    Invoice,
    Order,
    OrderItem,
    OrderState,
    PriceItem,
)
from cityloop.works.operations.record import (
    CENT,
    apart,
    bad,
    money,
    not_before,
    not_later,
    once,
    record,
    stored,
    words,
)

ORDER = "works.order"
LEADER = "leader"
# The steps of a case that an order follows: given, given back or given to another, done or not.
FOLLOWED = ("substitute", "return", "dispatch", "dispatch_by_order", "dispatch_across", "decide",
            "close", "force_close")  # fmt: skip
UNFINISHED = (OrderState.OPENED, OrderState.PRICED)
FINISHED = ("handled", "checking", "checked")  # the unit has reported its result
MOST_LINES = 50


@dataclass(frozen=True, slots=True)
class OrderLine:
    """A line to order: of the price list, or named and priced by hand with the reason why."""

    quantity: Any
    price_item_id: int | None = None
    name: str = ""
    measure: str = ""
    price: Any = None
    reason: str = ""


@transaction.atomic
def follow_case(*, number: str, now: datetime) -> int:
    """Open an order for every substitution in the case's history, and bring each up to date.

    Reads the history, not the message that told of it: told twice, late or in another order it
    comes to the same. Returns how many orders the case has.
    """
    lines = list(
        CaseEvent.objects.filter(case__number=number, action__in=FOLLOWED).order_by("version")
    )
    orders = [
        (_order_of(number, line), lines[place + 1 : place + 2])
        for place, line in enumerate(lines)
        if line.action == "substitute"
    ]
    for order, following in orders:
        for line in following:
            _follow(order, line, now=now)
        _name_liable(order, now=now)
    return len(orders)


def _order_of(number: str, line: CaseEvent) -> Order:
    """The order of a history line, locked; opened when there is none yet."""
    facts = line.facts
    opened, new = Order.objects.get_or_create(
        case_id=line.case_id,
        version=line.version,
        defaults={
            "number": f"W{number}-{line.version}", "unit_id": facts["unit"],
            "liable_id": facts.get("liable"), "reason": str(facts.get("reason", "")),
            "opened_at": line.at,
        },
    )  # fmt: skip
    if new:
        record(opened, "opened", actor=Actor.system("works"), now=line.at, version=line.version,
               order=queries.standing(opened))  # fmt: skip
    rows = Order.objects.select_for_update()
    return rows.get(case_id=line.case_id, version=line.version)


def _follow(order: Order, line: CaseEvent, *, now: datetime) -> None:
    """What the next step of the case means for the order."""
    system = Actor.system("works")
    # Whoever ends a case by force may think nothing of it, but finished work is owed for.
    if line.action == "close" or (line.action == "force_close" and line.source in FINISHED):
        if order.done_at is None and order.state != OrderState.CANCELLED:
            order.done_at = line.at
            if order.state in UNFINISHED:
                order.state = OrderState.DONE
            _write(order, "done", "done_at", "state", actor=system, now=now, version=line.version)
    elif order.state in UNFINISHED:
        _cancel(order, str(line.facts.get("reason", "")), actor=system, now=now)


def _name_liable(order: Order, *, now: datetime) -> None:
    """A dispute open when the order was given has been decided since: who should have acted is
    known. A claim that names somebody already stays as it was made."""
    decided = CaseEvent.objects.filter(
        case=order.case_id, version__gt=order.version, action="name_liable"
    ).order_by("version").first()  # fmt: skip
    if decided is None or order.liable_id == decided.facts["liable"] or order.claims.exists():
        return
    order.liable_id = decided.facts["liable"]
    _write(order, "liable", "liable", actor=Actor.system("works"), now=now,
           version=decided.version, liable=order.liable_id)  # fmt: skip


def _write(
    order: Order, action: str, *fields: str, actor: Actor, now: datetime, **facts: Any
) -> None:
    """Record what the order is from now on, then write these fields: its table takes no change of
    which the last record does not say the same."""
    record(order, action, actor=actor, now=now, order=queries.standing(order), **facts)
    order.save(update_fields=fields)


@transaction.atomic
def price_order(
    *,
    number: str,
    lines: Sequence[OrderLine],
    budget_line_id: int,
    actor: Actor,
    now: datetime,
    reason: str = "",
) -> Order:
    """Say what is ordered and from which budget line; again until the work is done.

    Prices are those of the unit's list on the day of the order. Once the work is done they stand:
    until the invoice comes another person than who priced may correct them. `reason`: why they are
    corrected, or why a leader goes beyond the budget line. Nobody prices what their own unit earns
    or owes. Raises Invalid, Refused, NotAllowed, NotFound.
    """
    order = _locked(actor, number)
    if order.state in (OrderState.INVOICED, OrderState.CANCELLED):
        raise Refused(_("an order that is invoiced or cancelled is not priced any more"))
    action = _pricing(order, actor, reason)
    if not 0 < len(lines) <= MOST_LINES:
        raise bad("lines", _("one line at least, %(n)s at most") % {"n": MOST_LINES})
    items = [_item(order, line, place) for place, line in enumerate(lines)]
    total = sum((item.amount for item in items), Decimal(0))
    budget = _budget(actor, order, budget_line_id, now)
    _commit(order, budget, total, reason=reason, actor=actor, now=now)
    order.items.all().delete()
    OrderItem.objects.bulk_create(items)
    if order.state == OrderState.OPENED:
        order.state = OrderState.PRICED
    order.total = total
    ordered = [[item.name, str(item.price), str(item.quantity)] for item in items]
    _write(order, action, "state", "total", "committed", "budget_line", actor=actor, now=now,
           reason=reason.strip(), total=total, budget=budget.code, lines=ordered)  # fmt: skip
    return order


def _pricing(order: Order, actor: Actor, reason: str) -> str:
    """As what the prices are recorded: "priced", or "corrected" where the work is done and they
    stood already; raises Invalid without a reason, NotAllowed for who gave these prices."""
    if order.done_at is None or order.total is None:
        return "priced"
    words(reason, "reason", longest=200)
    last = queries.last_pricing(order)
    if last is not None and last.member_id == actor.member_id:
        raise NotAllowed(_("the work is done: another person than who priced it corrects this"))
    return "corrected"


def _item(order: Order, line: OrderLine, place: int) -> OrderItem:
    """The line with its price of the day of the order."""
    where = f"lines.{place}"
    quantity = money(line.quantity, f"{where}.quantity")
    if line.price_item_id is not None:
        listed = _listed(order, line.price_item_id, where)
        name, measure, price, reason = listed.name, listed.measure, listed.price, ""
    else:
        listed = None
        name = words(line.name, f"{where}.name", longest=120)
        measure = words(line.measure, f"{where}.measure", longest=20)
        price = money(line.price, f"{where}.price")
        reason = words(line.reason, f"{where}.reason", longest=200)
    amount = money((price * quantity).quantize(CENT), f"{where}.quantity")
    return OrderItem(order=order, price_item=listed, name=name, measure=measure, price=price,
                     quantity=quantity, amount=amount, reason=reason)  # fmt: skip


def _listed(order: Order, price_item_id: int, where: str) -> PriceItem:
    on = timezone.localdate(order.opened_at)
    held: Designation | None = queries.designation_of(order.unit_id, on=on)
    found = None
    if held is not None:
        found = queries.prices(on=on, designation_id=held.pk).filter(pk=price_item_id).first()
    if found is None:
        raise bad(f"{where}.price_item_id",
                  _("no price of this unit on the day of the order"))  # fmt: skip
    return found


def _budget(actor: Actor, order: Order, line_id: int, now: datetime) -> BudgetLine:
    """The budget line, locked until the order is written."""
    queries.budget_seen(actor, line_id)
    line = BudgetLine.objects.select_for_update().get(pk=line_id)
    if not order.case.area_code.startswith(line.area_code):
        raise bad("budget_line_id", _("this budget line is for another area"))
    if line.year not in queries.budget_years(order, now):
        raise bad("budget_line_id", _("this budget line is for another year"))
    return line


def _commit(
    order: Order, line: BudgetLine, amount: Decimal, *, reason: str, actor: Actor, now: datetime
) -> None:
    """Take the amount from the line; beyond what is left only a leader may, with a reason."""
    others = line.orders.exclude(pk=order.pk).aggregate(s=Sum("committed"))["s"] or Decimal(0)
    over = others + amount - line.amount
    lower = order.budget_line_id == line.pk and amount <= order.committed
    order.committed, order.budget_line = amount, line
    if over <= 0 or lower:
        return
    if LEADER not in actor.roles:
        raise Refused(
            _("budget line %(line)s has %(left)s left, %(amount)s are needed: a leader may decide")
            % {"line": line.code, "left": line.amount - others, "amount": amount},
            code="budget-exhausted",
        )
    Exceedance.objects.create(
        budget_line=line, order=order, over=min(over, amount),
        reason=words(reason, "reason", longest=200), member_id=actor.member_id,
        actor=actor.post[:120], at=now,
    )  # fmt: skip


@transaction.atomic
def record_invoice(
    *,
    number: str,
    invoice_number: str,
    amount: object,
    issued_on: date,
    sha256: str,
    actor: Actor,
    now: datetime,
    reason: str = "",
) -> Invoice:
    """The unit's invoice with its paper; above the order's total it needs a reason.

    What it takes of the budget line replaces what the order took. Nobody records what their own
    unit earns or owes."""
    order = _locked(actor, number)
    total = _invoiceable(order, issued_on)
    asked = money(amount, "amount")
    why = words(reason, "reason", longest=200, optional=True)
    if asked > total and not says_something(why):
        raise bad("reason", _("the invoice is above the order (%(total)s): say why")
                  % {"total": total})  # fmt: skip
    text = words(invoice_number, "invoice_number", longest=60)
    twice = bad("invoice_number", _("this unit's invoice %(number)s is recorded already")
                % {"number": text})  # fmt: skip
    if Invoice.objects.filter(unit_id=order.unit_id, number=text).exists():
        raise twice
    line = BudgetLine.objects.select_for_update(of=("self",)).get(orders=order)
    _commit(order, line, asked, reason=why, actor=actor, now=now)
    with once("invoice_number_once_a_unit", twice):
        invoice = Invoice.objects.create(
            order=order, unit_id=order.unit_id, number=text, amount=asked, reason=why,
            issued_on=not_later(issued_on, timezone.localdate(now), "issued_on"),
            file=stored(sha256, "file"), member_id=actor.member_id, recorded_at=now,
        )  # fmt: skip
    order.state = OrderState.INVOICED
    _write(order, "invoiced", "state", "committed", "budget_line", actor=actor, now=now,
           reason=why, invoice=text, amount=asked, total=total)  # fmt: skip
    return invoice


def _invoiceable(order: Order, issued_on: date) -> Decimal:
    """The total of an order that may be invoiced; raises Refused, and Invalid for an invoice of
    before the order."""
    if order.state == OrderState.INVOICED:
        raise Refused(_("this order is invoiced already"))
    if order.state == OrderState.CANCELLED or order.total is None:
        raise Refused(_("price the order before its invoice"))
    if order.state != OrderState.DONE:
        raise Refused(_("the work is not done yet: the invoice follows it"))
    opened = timezone.localdate(order.opened_at)
    not_before(issued_on, opened, "issued_on", _("an invoice follows its order"))
    return order.total


@transaction.atomic
def cancel_order(*, number: str, reason: str, actor: Actor, now: datetime) -> Order:
    """Take an order back that is not done yet; its budget is free again."""
    order = _locked(actor, number)
    if order.state not in UNFINISHED:
        raise Refused(_("only an order that is not done yet can be cancelled"))
    _cancel(order, words(reason, "reason", longest=200), actor=actor, now=now)
    return order


def _cancel(order: Order, reason: str, *, actor: Actor, now: datetime) -> None:
    order.state, order.committed = OrderState.CANCELLED, Decimal(0)
    order.cancel_reason = reason[:200]
    _write(order, "cancelled", "state", "committed", "cancel_reason", actor=actor, now=now,
           reason=reason)  # fmt: skip


def _locked(actor: Actor, number: str) -> Order:
    """The order as the actor sees it, locked, for who may decide about it; NotAllowed, NotFound."""
    actor.require(ORDER)
    seen = queries.order_seen(actor, number)
    rows = Order.objects.select_for_update(of=("self",)).select_related("case", "budget_line")
    order = rows.get(pk=seen.pk)
    apart(actor, order)
    return order
