"""The library of precedents over the API."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from cityloop.cases import queries as cases
from cityloop.kernel import clock, paging
from cityloop.kernel.actor import Actor
from cityloop.kernel.api import idempotent
from cityloop.kernel.page import actor_of
from cityloop.precedents import operations, queries
from cityloop.precedents.models import Precedent

router = Router(tags=["precedents"])


class PrecedentQuery(Schema):
    """A class by its id, words, or a stored picture by its SHA-256: then there is one page, the
    most alike first."""

    problem_class: Annotated[int, Field(ge=1, lt=2**63)] | None = None
    q: Annotated[str, Field(max_length=100)] = ""
    picture: Annotated[str, Field(max_length=64, pattern="^([0-9a-f]{64})?$")] = ""
    cursor: Annotated[str, Field(max_length=400)] | None = None
    size: Annotated[int, Field(ge=1, le=200)] = 50


class PrecedentOut(Schema):
    """A case marked as typical; `differs`: bits of 64 by which its picture differs."""

    number: str
    problem_class: str | None
    note: str
    unit: str | None
    marked_at: datetime
    differs: int | None


class PrecedentPage(Schema):
    """A page of precedents."""

    items: list[PrecedentOut]
    next: str | None


class PrecedentIn(Schema):
    """What is typical of the case."""

    note: Annotated[str, Field(min_length=1, max_length=2000)]


class UnmarkIn(Schema):
    """Why it is no example any more."""

    reason: Annotated[str, Field(min_length=1, max_length=2000)]


def _reader(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    actor.require("precedents.view")
    return actor


def _out(row: Precedent, differs: int | None = None) -> dict[str, Any]:
    chosen, lead = row.case.problem_class, row.case.lead
    return {
        "number": row.case.number, "problem_class": chosen.code if chosen else None,
        "note": row.note, "unit": lead.code if lead else None, "marked_at": row.marked_at,
        "differs": differs,
    }  # fmt: skip


@router.get("/precedents", response=PrecedentPage, summary="Precedents")
def list_precedents(request: HttpRequest, given: Query[PrecedentQuery]) -> dict[str, Any]:
    """Of cases that you see, latest first."""
    actor = _reader(request)
    rows = queries.library(actor, class_id=given.problem_class, words=given.q)
    if given.picture:
        cases.require_files(actor, [given.picture])
        ranked = queries.by_picture(rows, operations.picture(given.picture))
        return {"items": [_out(row, bits) for row, bits in ranked], "next": None}
    found = paging.page(rows, order=queries.ORDER, cursor=given.cursor, size=given.size)
    return {"items": [_out(row) for row in found.items], "next": found.next}


@router.post("/precedents/{number}", response=PrecedentOut, summary="Mark a case as typical")
@idempotent
def mark(request: HttpRequest, number: str, body: PrecedentIn) -> tuple[int, dict[str, Any]]:
    """A case closed under its closing condition; needs precedents.mark."""
    actor = _reader(request)
    return 200, _out(operations.mark(number=number, note=body.note, actor=actor, now=clock.now()))


@router.post("/precedents/{number}/unmark", response=PrecedentOut, summary="Take the mark back")
@idempotent
def unmark(request: HttpRequest, number: str, body: UnmarkIn) -> tuple[int, dict[str, Any]]:
    """With a reason, which is kept; needs precedents.mark."""
    row = operations.unmark(
        number=number, reason=body.reason, actor=_reader(request), now=clock.now()
    )
    return 200, _out(row)
