"""The hotline over the API: calls from a telephone system, orders of the mayor's hotline."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router

from cityloop.hotline import operations, queries, reading, shapes
from cityloop.hotline.models import Batch, Order, Result
from cityloop.kernel import clock, paging
from cityloop.kernel.api import idempotent, idempotent_in_pieces
from cityloop.kernel.page import actor_of

router = Router(tags=["hotline"])
Cursor = Annotated[int, Query(ge=0, lt=2**63)]


@router.post("/hotline/calls", response=shapes.HotlineCallOut, summary="Tell an event of a call")
@idempotent
def note_call(request: HttpRequest, body: shapes.CallIn) -> tuple[int, dict[str, Any]]:
    """Needs hotline.deliver. The same event again changes nothing; events come in any order."""
    given = body.dict()
    event = operations.CallEvent(outer_id=given.pop("id"), **given)
    call = operations.note_call(event, actor=actor_of(request), now=clock.now())
    return 200, {
        "id": call.outer_id, "call": call.pk, "state": call.state, "extension": call.extension,
        "answered_by": call.member.name if call.member and call.answered_at else "",
        "ringing_at": call.ringing_at,
        "answered_at": call.answered_at, "ended_at": call.ended_at,
    }  # fmt: skip


def batch_facts(row: Batch) -> dict[str, Any]:
    """A delivery as the shape has it."""
    return {
        "id": row.pk, "name": row.name, "at": row.at, "opened": row.opened, "joined": row.joined,
        "known": row.known, "bad_rows": row.bad_rows, "warnings": row.warnings,
    }  # fmt: skip


def _order(row: Order) -> dict[str, Any]:
    case = row.report.case
    due = (row.outer_due_at, case.due_at)
    return {
        "number": row.outer_number, "round": row.round, "case": case.number,
        "former_case": getattr(row, "former", None) or "", "status": case.status,
        "due_there": due[0], "due_here": due[1],
        "early": case.open and due[0] is not None and due[1] is not None and due[0] < due[1],
    }  # fmt: skip


def result_facts(row: Result) -> dict[str, Any]:
    """A result as the shape has it."""
    return {
        "cursor": row.pk, "number": row.order.outer_number, "round": row.order.round,
        "case": row.order.report.case.number, "outcome": row.outcome, "reply": row.reply,
        "reason_code": row.reason_code, "reason": row.reason, "at": row.at,
    }  # fmt: skip


@router.post("/hotline/orders", response=shapes.BatchOut, summary="Import orders of 12345")
@idempotent_in_pieces
def import_orders(request: HttpRequest, body: shapes.OrdersIn) -> tuple[int, dict[str, Any]]:
    """A number that is known opens nothing; a bad row is listed and the others are taken.

    Each order is committed by itself. What broke off half way is sent again, with the same key or
    another, and goes on: the orders that were taken are `known` then.

    A number whose case was refused and that is sent again opens a new round: with `sent_at` after
    the refusal, or without `sent_at` in a row that differs from every one before it.
    """
    rows = reading.from_objects(body.orders)
    row = operations.import_orders(rows, name=body.name, actor=actor_of(request), now=clock.now())
    return 200, batch_facts(row)


@router.get("/hotline/orders", response=shapes.HotlineOrderPage, summary="Orders of 12345")
def list_orders(
    request: HttpRequest, q: str = "", early: bool = False, cursor: str | None = None,
    size: Annotated[int, Query(ge=1, le=200)] = 50,
) -> dict[str, Any]:  # fmt: skip
    """Latest first; `early`: open, and due there before it is due here."""
    rows = queries.orders(actor_of(request), words=q, only_early=early)
    found = paging.page(rows, order=("-came_at", "-id"), cursor=cursor, size=size)
    return {"items": [_order(row) for row in found.items], "next": found.next}


@router.get("/hotline/results", response=shapes.OrderResults, summary="What goes back to 12345")
def list_results(
    request: HttpRequest, since: Cursor = 0, size: Annotated[int, Query(ge=1, le=200)] = 200
) -> dict[str, Any]:
    """After the cursor `since`, in the order in which it came about; refusals too."""
    found = queries.results_since(actor_of(request), since, limit=size)
    return {"items": [result_facts(row) for row in found], "next": found[-1].pk if found else since}
