"""Substitute works over the API."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Path, Query, Router, Schema

from cityloop.cases import queries as cases
from cityloop.kernel import clock, paging
from cityloop.kernel.actor import Actor
from cityloop.kernel.api import idempotent
from cityloop.kernel.page import actor_with
from cityloop.works import operations, queries, shapes
from cityloop.works.models import Designation, Order, PriceItem

router = Router(tags=["substitute works"])
ClaimId = Annotated[int, Path(ge=1, lt=2**63)]
DesignationId = Annotated[int, Path(ge=1, lt=2**63)]


def _reader(request: HttpRequest) -> Actor:
    return actor_with(request, "works.view")


def _facts(shape: type[Schema], row: Any) -> dict[str, Any]:
    """The columns of a row that a shape names."""
    return {name: getattr(row, name) for name in shape.model_fields}


def _unit(unit: Any) -> dict[str, Any] | None:
    return {"id": unit.pk, "code": unit.code, "name_zh": unit.name_zh} if unit else None


def _order(row: Order) -> dict[str, Any]:
    invoice = getattr(row, "invoice", None)
    return {
        "number": row.number, "case": row.case.number, "state": row.state,
        "unit": _unit(row.unit), "liable": _unit(row.liable), "reason": row.reason,
        "budget_line": row.budget_line_id, "total": row.total, "committed": row.committed,
        "invoice": invoice.number if invoice else None, "opened_at": row.opened_at,
        "done_at": row.done_at, "cancel_reason": row.cancel_reason,
    }  # fmt: skip


def _whole_order(actor: Actor, number: str) -> dict[str, Any]:
    row = queries.order_seen(actor, number)
    claims = queries.claims(actor).filter(order=row).order_by("pk")
    return {
        **_order(row),
        "items": [_facts(shapes.OrderItemOut, one) for one in row.items.order_by("pk")],
        "claims": list(claims.values_list("pk", flat=True)),
    }


def _claim(row: Any) -> dict[str, Any]:
    return {
        "id": row.pk, "order": row.order.number, "party": row.party, "liable": _unit(row.liable),
        "standing": row.standing, "amount": row.amount, "paid": row.paid, "left": row.left,
        "opened_on": row.opened_on, "notice_on": row.notice_on, "due_on": row.due_on,
    }  # fmt: skip


def _whole_claim(actor: Actor, claim_id: int) -> dict[str, Any]:
    row = queries.claim_seen(actor, claim_id)
    return {
        **_claim(row),
        "payments": [_facts(shapes.PaymentOut, one) for one in row.payments.order_by("pk")],
        "notes": [_facts(shapes.ClaimNoteOut, one) for one in row.notes.order_by("pk")],
    }


def _designation(row: Designation, prices: list[PriceItem]) -> dict[str, Any]:
    return {
        "id": row.pk, "unit": _unit(row.organisation), "skills": row.skills, "phone": row.phone,
        "on_call_from": row.on_call_from, "on_call_to": row.on_call_to,
        "valid_from": row.valid_from, "valid_to": row.valid_to,
        "source_document": row.source_document,
        "prices": [_facts(shapes.PriceOut, one) for one in prices if one.designation_id == row.pk],
    }  # fmt: skip


@router.get("/works/orders", response=shapes.OrderPage, summary="Orders of your cases")
def orders(request: HttpRequest, given: Query[shapes.OrderQuery]) -> dict[str, Any]:
    """Latest first; `q` finds the beginning of an order's or a case's number."""
    rows = queries.orders(_reader(request), state=given.state, words=given.q)
    return paging.listed(
        rows, _order, order=("-opened_at", "-id"), cursor=given.cursor, size=given.size
    )


@router.get("/works/orders/{number}", response=shapes.WholeOrderOut, summary="One order")
def order(request: HttpRequest, number: str) -> dict[str, Any]:
    """404 outside your scope."""
    return _whole_order(_reader(request), number)


@router.post("/works/orders/{number}/price", response=shapes.WholeOrderOut,
             summary="Price an order")  # fmt: skip
@idempotent
def price_order(
    request: HttpRequest, number: str, body: shapes.PriceOrderIn
) -> tuple[int, dict[str, Any]]:
    """At the list of the day of the order; needs works.order; a leader may exceed the budget. Done
    work: another person corrects, with the reason."""
    actor = _reader(request)
    lines = [operations.OrderLine(**line.dict()) for line in body.lines]
    operations.price_order(
        number=number, lines=lines, budget_line_id=body.budget_line_id, reason=body.reason,
        actor=actor, now=clock.now(),
    )  # fmt: skip
    return 200, _whole_order(actor, number)


@router.post("/works/orders/{number}/invoice", response=shapes.WholeOrderOut,
             summary="Record its invoice")  # fmt: skip
@idempotent
def record_invoice(
    request: HttpRequest, number: str, body: shapes.InvoiceIn
) -> tuple[int, dict[str, Any]]:
    """Once; store the file first (POST /files); needs works.order."""
    actor = _reader(request)
    cases.require_files(actor, [body.sha256])
    operations.record_invoice(number=number, actor=actor, now=clock.now(), **body.dict())
    return 200, _whole_order(actor, number)


@router.post("/works/orders/{number}/cancel", response=shapes.WholeOrderOut,
             summary="Take an order back")  # fmt: skip
@idempotent
def cancel_order(
    request: HttpRequest, number: str, body: shapes.CancelIn
) -> tuple[int, dict[str, Any]]:
    """While it is not done; its budget is free again; needs works.order."""
    actor = _reader(request)
    operations.cancel_order(number=number, reason=body.reason, actor=actor, now=clock.now())
    return 200, _whole_order(actor, number)


@router.post("/works/orders/{number}/claims", response={201: shapes.WholeClaimOut},
             summary="Claim the cost")  # fmt: skip
@idempotent
def open_claim(
    request: HttpRequest, number: str, body: shapes.ClaimIn
) -> tuple[int, dict[str, Any]]:
    """Of an invoiced order, all claims together never above the cost; needs works.claim."""
    actor = _reader(request)
    made = operations.open_claim(order_number=number, actor=actor, now=clock.now(), **body.dict())
    return 201, _whole_claim(actor, made.pk)


@router.get("/works/claims", response=shapes.ClaimPage, summary="The ledger of claims")
def claims(request: HttpRequest, given: Query[shapes.ClaimQuery]) -> dict[str, Any]:
    """Latest first; a unit sees the claims on itself only."""
    rows = queries.claims(_reader(request), standing=given.standing, words=given.q)
    return paging.listed(
        rows, _claim, order=("-opened_on", "-id"), cursor=given.cursor, size=given.size
    )


@router.get("/works/ageing", response=shapes.AgeingOut, summary="Unrecovered money by age")
def ageing(request: HttpRequest) -> dict[str, Any]:
    """Per liable party and all together, as of today."""
    on = timezone.localdate(clock.now())
    rows = queries.ageing(_reader(request), on=on)
    return {"on": on, "parties": [asdict(row) for row in rows],
            "whole": asdict(queries.whole(rows))}  # fmt: skip


@router.get("/works/claims/{claim_id}", response=shapes.WholeClaimOut, summary="One claim")
def claim(request: HttpRequest, claim_id: ClaimId) -> dict[str, Any]:
    """With its payments and notes; 404 outside your scope."""
    return _whole_claim(_reader(request), claim_id)


@router.post("/works/claims/{claim_id}/notice", response=shapes.WholeClaimOut,
             summary="Record the notice")  # fmt: skip
@idempotent
def send_notice(
    request: HttpRequest, claim_id: ClaimId, body: shapes.NoticeIn
) -> tuple[int, dict[str, Any]]:
    """Once; store the file first (POST /files); needs works.claim."""
    actor = _reader(request)
    cases.require_files(actor, [body.sha256])
    operations.send_notice(claim_id=claim_id, actor=actor, now=clock.now(), **body.dict())
    return 200, _whole_claim(actor, claim_id)


@router.post("/works/claims/{claim_id}/payments", response=shapes.WholeClaimOut,
             summary="Record a payment")  # fmt: skip
@idempotent
def record_payment(
    request: HttpRequest, claim_id: ClaimId, body: shapes.PaymentIn
) -> tuple[int, dict[str, Any]]:
    """Never above what is left to pay, with the number of its document; needs works.claim, and
    another unit than those that earn or owe the money."""
    actor = _reader(request)
    operations.record_payment(claim_id=claim_id, actor=actor, now=clock.now(), **body.dict())
    return 200, _whole_claim(actor, claim_id)


@router.post("/works/claims/{claim_id}/notes", response=shapes.WholeClaimOut,
             summary="Note what was said or decided")  # fmt: skip
@idempotent
def note_claim(
    request: HttpRequest, claim_id: ClaimId, body: shapes.ClaimNoteIn
) -> tuple[int, dict[str, Any]]:
    """A remark, a reminder, a refusal; a write-off needs a leader; needs works.claim."""
    actor, now = _reader(request), clock.now()
    if body.kind == "written_off":
        operations.write_off(claim_id=claim_id, text=body.text, actor=actor, now=now)
    else:
        operations.note_claim(
            claim_id=claim_id, kind=body.kind, text=body.text, actor=actor, now=now
        )
    return 200, _whole_claim(actor, claim_id)


@router.get("/works/designations", response=list[shapes.DesignationOut],
            summary="Designated units and their prices")  # fmt: skip
def designations(request: HttpRequest) -> list[dict[str, Any]]:
    """Those that hold today."""
    _reader(request)
    on = timezone.localdate(clock.now())
    prices = list(queries.prices(on=on))
    return [_designation(row, prices) for row in queries.designations(on=on)]


@router.post("/works/designations", response={201: shapes.DesignationOut},
             summary="Designate a unit")  # fmt: skip
@idempotent
def designate(request: HttpRequest, body: shapes.DesignationIn) -> tuple[int, dict[str, Any]]:
    """Needs works.manage."""
    facts = body.dict()
    start, end = facts.pop("on_call_from"), facts.pop("on_call_to")
    row = operations.designate(
        on_call=(start, end) if start and end else None, actor=_reader(request), now=clock.now(),
        **facts,
    )  # fmt: skip
    return 201, _designation(row, [])


@router.post("/works/designations/{designation_id}/end", response=shapes.DesignationOut,
             summary="Take a unit off the list")  # fmt: skip
@idempotent
def end_designation(
    request: HttpRequest, designation_id: DesignationId, body: shapes.EndIn
) -> tuple[int, dict[str, Any]]:
    """What was ordered stays; needs works.manage."""
    row = operations.end_designation(
        designation_id=designation_id, actor=_reader(request), now=clock.now(), **body.dict()
    )
    return 200, _designation(row, [])


@router.post("/works/designations/{designation_id}/prices", response={201: shapes.PriceOut},
             summary="Set a price")  # fmt: skip
@idempotent
def set_price(
    request: HttpRequest, designation_id: DesignationId, body: shapes.PriceIn
) -> tuple[int, dict[str, Any]]:
    """From a day on; the price before ends there; needs works.manage."""
    row = operations.set_price(
        designation_id=designation_id, actor=_reader(request), now=clock.now(), **body.dict()
    )
    return 201, _facts(shapes.PriceOut, row)


@router.get("/works/budgets", response=list[shapes.BudgetOut], summary="Budget lines")
def budgets(
    request: HttpRequest, year: Annotated[int | None, Query(ge=2000, le=2100)] = None
) -> list[Any]:
    """With what is committed, invoiced and left."""
    rows = queries.budgets(_reader(request), year=year)
    return [_facts(shapes.BudgetOut, row) for row in rows]


@router.put("/works/budgets", response=shapes.BudgetOut, summary="Set a budget line")
@idempotent
def set_budget(request: HttpRequest, body: shapes.BudgetIn) -> tuple[int, Any]:
    """New, or another amount of one with the reason; needs works.manage."""
    actor = _reader(request)
    row = operations.set_budget(actor=actor, now=clock.now(), **body.dict())
    return 200, _facts(shapes.BudgetOut, queries.budget_seen(actor, row.pk))
