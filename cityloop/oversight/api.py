"""Supervision orders, reminders and named lists over the API."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Path, Query, Router

from cityloop.kernel import clock, paging
from cityloop.kernel.actor import Actor
from cityloop.kernel.api import idempotent
from cityloop.kernel.errors import Invalid
from cityloop.kernel.page import actor_of
from cityloop.oversight import forms, operations, queries, shapes
from cityloop.oversight.models import ListedCase, Sending
from cityloop.oversight.queries import listed, ordered, reminded
from cityloop.people.models import Member, Organisation

router = Router(tags=["oversight"])
ListId = Annotated[int, Path(ge=1, lt=2**63)]


def _reader(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    actor.require("oversight.view")
    return actor


def _unit(unit: Any) -> dict[str, Any] | None:
    return {"id": unit.pk, "code": unit.code, "name_zh": unit.name_zh} if unit else None


def _period(since: date | None, until: date | None) -> tuple[datetime, datetime]:
    """The days as moments, the last thirty unless told otherwise; raises Invalid."""
    last = until or timezone.localdate(clock.now())
    first = since or last - timedelta(days=min(forms.PERIOD_DAYS, (last - date.min).days))
    if not first <= last <= first + timedelta(days=min(forms.LONGEST_DAYS,
                                                       (date.max - first).days)):  # fmt: skip
        why = _("The days stand in order, a year at most.")
        raise Invalid(why, fields={"until": why})
    if last.year >= date.max.year or first.year <= date.min.year:
        raise Invalid(_("no such year"), fields={"until": _("no such year")})
    return forms.span(first, last)


@router.get("/oversight/orders", response=shapes.OversightOrderPage, summary="Supervision orders")
def list_orders(request: HttpRequest, given: Query[shapes.OversightOrderQuery]) -> dict[str, Any]:
    """Of your cases, latest first. Given and answered by steps of the case: urge, reply ..."""
    actor, now = _reader(request), clock.now()
    rows = queries.orders(actor, state=given.state, side=given.side, unit_id=given.unit, now=now)
    found = paging.page(rows, order=ordered.ORDER, cursor=given.cursor, size=given.size)
    return {"items": [_order(row, now) for row in found.items], "next": found.next}


def _order(row: Any, now: datetime) -> dict[str, Any]:
    return {
        "id": row.pk, "case": row.case.number, "state": queries.state_of(row, now=now),
        "text": row.what, "unit": _unit(row.organisation), "given_at": row.opened_at,
        "due_at": row.due_at, "urged": row.asked.get("urged", 0),
        "sent_back": row.asked.get("sent_back", 0), "late": bool(row.asked.get("late")),
    }  # fmt: skip


@router.get("/oversight/orders/units", response=list[shapes.AnsweredOut],
            summary="How units answered orders")  # fmt: skip
def orders_by_unit(
    request: HttpRequest, since: date | None = None, until: date | None = None
) -> list[dict[str, Any]]:
    """Orders given from `since` to `until`, the last thirty days unless told otherwise."""
    actor, now = _reader(request), clock.now()
    start, end = _period(since, until)
    names = ("given", "answered", "in_time", "late", "waiting", "sent_back", "accepted", "rate")
    return [
        {"unit": _unit(row.unit), **{name: getattr(row, name) for name in names}}
        for row in queries.by_unit(actor, since=start, until=end, now=now)
    ]


@router.get("/oversight/reminders", response=shapes.ReminderPage, summary="Reminders")
def list_reminders(request: HttpRequest, given: Query[shapes.ReminderQuery]) -> dict[str, Any]:
    """Records below a case in a period, latest first."""
    actor = _reader(request)
    start, end = _period(given.since, given.until)
    rows = queries.reminders(
        actor, since=start, until=end, unit_id=given.unit, class_id=given.problem_class
    )
    found = paging.page(rows, order=reminded.ORDER, cursor=given.cursor, size=given.size)
    items = [
        {"number": row.number, "problem_class": _class(row), "address": row.address,
         "unit": _unit(row.lead), "at": row.closed_at}
        for row in found.items
    ]  # fmt: skip
    return {"items": items, "next": found.next}


def _class(case: Any) -> str | None:
    return case.problem_class.code if case.problem_class else None


@router.get("/oversight/reminders/counts", response=list[shapes.RemindedOut],
            summary="Counters of reminders")  # fmt: skip
def count_reminders(
    request: HttpRequest, since: date | None = None, until: date | None = None
) -> list[dict[str, Any]]:
    """By unit and class over a period, the highest first."""
    actor = _reader(request)
    start, end = _period(since, until)
    return [
        {"unit": _unit(row.unit), "count": row.count,
         "problem_class": row.problem_class.code if row.problem_class else None}
        for row in queries.counts(actor, since=start, until=end)
    ]  # fmt: skip


@router.get("/oversight/lists", response=shapes.ListPage, summary="Named lists")
def list_lists(request: HttpRequest, given: Query[shapes.PageQuery]) -> dict[str, Any]:
    """Those of your unit and those sent to you, latest first."""
    actor, now = _reader(request), clock.now()
    found = paging.page(
        queries.lists(actor), order=listed.ORDER, cursor=given.cursor, size=given.size
    )
    return {"items": [_list(row, now) for row in found.items], "next": found.next}


@router.get("/oversight/lists/candidates", response=list[shapes.CandidateOut],
            summary="Places that may be dead corners")  # fmt: skip
def list_candidates(
    request: HttpRequest, since: date | None = None, until: date | None = None
) -> list[Any]:
    """Unit grids with the most repeated cases of appearance and environment in a period."""
    actor = _reader(request)
    start, end = _period(since, until)
    return list(queries.candidates(actor, since=start, until=end))


@router.get("/oversight/lists/{list_id}", response=shapes.WholeListOut, summary="One list")
def get_list(request: HttpRequest, list_id: ListId) -> dict[str, Any]:
    """404 when it is neither your unit's nor sent to you."""
    return _whole(_reader(request), list_id)


@router.post("/oversight/lists", response=shapes.WholeListOut, summary="Make a list")
@idempotent
def make_list(request: HttpRequest, body: shapes.ListIn) -> tuple[int, dict[str, Any]]:
    """Needs oversight.manage."""
    actor = _reader(request)
    row = operations.make_list(actor=actor, now=clock.now(), **body.dict())
    return 200, _whole(actor, row.pk)


@router.post("/oversight/lists/{list_id}/cases", response=shapes.WholeListOut,
             summary="Add cases to a list")  # fmt: skip
@idempotent
def add_cases(
    request: HttpRequest, list_id: ListId, body: shapes.CasesIn
) -> tuple[int, dict[str, Any]]:
    """Cases that you see; those on the list already change nothing."""
    actor = _reader(request)
    operations.add_cases(list_id=list_id, actor=actor, now=clock.now(), **body.dict())
    return 200, _whole(actor, list_id)


@router.post("/oversight/lists/{list_id}/sendings", response=shapes.WholeListOut,
             summary="Send a list")  # fmt: skip
@idempotent
def send_list(
    request: HttpRequest, list_id: ListId, body: shapes.SendIn
) -> tuple[int, dict[str, Any]]:
    """To a unit or a member, who are told; they see the list from then on."""
    actor = _reader(request)
    operations.send_list(
        list_id=list_id, organisation=_found(Organisation, body.organisation, "organisation"),
        member=_found(Member, body.member, "member"), note=body.note, due_on=body.due_on,
        actor=actor, now=clock.now(),
    )  # fmt: skip
    return 200, _whole(actor, list_id)


def _found(model: Any, pk: int | None, field: str) -> Any:
    if pk is None:
        return None
    row = model.objects.filter(pk=pk, active=True).first()
    if row is None:
        raise Invalid(_("unknown: %(value)s") % {"value": pk}, fields={field: _("unknown")})
    return row


@router.post("/oversight/sendings/{sending_id}/answer", response=shapes.SendingOut,
             summary="Answer a list")  # fmt: skip
@idempotent
def answer_list(
    request: HttpRequest, sending_id: ListId, body: shapes.AnswerIn
) -> tuple[int, dict[str, Any]]:
    """Once, by who received it."""
    row = operations.answer_list(
        sending_id=sending_id, text=body.text, actor=_reader(request), now=clock.now()
    )
    return 200, _sending(row)


@router.post("/oversight/lists/{list_id}/end", response=shapes.WholeListOut,
             summary="End a list")  # fmt: skip
@idempotent
def end_list(
    request: HttpRequest, list_id: ListId, body: shapes.EndListIn
) -> tuple[int, dict[str, Any]]:
    """With what came of it; nothing is added or sent afterwards."""
    actor = _reader(request)
    operations.end_list(list_id=list_id, result=body.result, actor=actor, now=clock.now())
    return 200, _whole(actor, list_id)


def _list(row: Any, now: datetime) -> dict[str, Any]:
    return {
        "id": row.pk, "kind": row.kind, "title": row.title, "note": row.note,
        "state": listed.state_of(row, now=now), "unit": _unit(row.organisation),
        "made_at": row.made_at, "ended_at": row.ended_at, "result": row.result,
        "cases": row.case_count, "cases_ended": row.cases_ended,
    }  # fmt: skip


def _whole(actor: Actor, list_id: int) -> dict[str, Any]:
    row = queries.list_seen(actor, list_id)
    return {
        **_list(row, clock.now()),
        "entries": [_entry(one) for one in queries.entries(row)],
        "sendings": [_sending(one) for one in row.sendings.all()],
    }


def _entry(row: ListedCase) -> dict[str, Any]:
    case = row.case
    return {
        "number": case.number, "status": case.status, "problem_class": _class(case),
        "address": case.address, "unit": _unit(case.lead), "due_at": case.due_at,
        "remark": row.remark,
    }  # fmt: skip


def _sending(row: Sending) -> dict[str, Any]:
    return {
        "id": row.pk, "unit": _unit(row.organisation),
        "member": row.member.name if row.member else None, "note": row.note,
        "due_on": row.due_on, "sent_at": row.sent_at, "answer": row.answer,
        "answered_at": row.answered_at,
    }  # fmt: skip
