"""Named lists: all of them, one with its cases, its forms, the sheet to print and to take away."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cityloop.kernel import clock, paging
from cityloop.kernel.actor import Actor
from cityloop.kernel.languages import in_language
from cityloop.kernel.office import pager, take
from cityloop.oversight import forms, operations, queries
from cityloop.oversight.models import ListedCase, ListKind, NamedList, Sending
from cityloop.oversight.queries.listed import ORDER, state_of
from cityloop.oversight.views import frame

MANAGE = operations.MANAGE
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would compute


@require_http_methods(["GET", "HEAD", "POST"])
def lists(request: HttpRequest) -> HttpResponse:
    """Lists made here or sent here, latest first; those who manage them make one."""
    actor = frame.reader(request)
    if request.method != "POST":
        return _lists(request, actor)
    actor.require(MANAGE)
    form = forms.NewListForm(request.POST)
    return take(
        request, form, lambda facts: operations.make_list(actor=actor, now=clock.now(), **facts),
        leads_to=_address, page=lambda: _lists(request, actor, form=form),
    )  # fmt: skip


def _lists(request: HttpRequest, actor: Actor, **given: Any) -> HttpResponse:
    now = clock.now()
    shown = paging.page(
        queries.lists(actor), order=ORDER, cursor=request.GET.get("after"), size=frame.SIZE
    )
    facts: dict[str, Any] = {
        "rows": [(row, frame.LIST_STATES[state_of(row, now=now)]) for row in shown.items],
        "tabs": frame.tabs("lists"), **pager(request, shown.next),
    }  # fmt: skip
    if actor.may(MANAGE):
        facts["form"] = forms.NewListForm()
    return render(request, "oversight/lists.html", {**facts, **given})


@require_safe
def named_list(request: HttpRequest, list_id: int) -> HttpResponse:
    """One list."""
    actor = frame.reader(request)
    return _page(request, actor, queries.list_seen(actor, list_id))


def _page(request: HttpRequest, actor: Actor, row: NamedList, **given: Any) -> HttpResponse:
    now = clock.now()
    facts = {**_facts(actor, row, now), "tabs": frame.tabs("lists")}
    facts |= _forms(request, actor, row, now)
    return render(request, "oversight/list.html", {**facts, **given})


def _facts(actor: Actor, row: NamedList, now: datetime) -> dict[str, Any]:
    entries = queries.entries(row)
    return {
        "row": row, "entries": entries, "now": now,
        "state": frame.LIST_STATES[state_of(row, now=now)],
        "progress": queries.progress(entries, now=now),
        "today": timezone.localdate(now), "sendings": list(row.sendings.all()),
        "seen": queries.seen(actor, entries),
    }  # fmt: skip


def _forms(request: HttpRequest, actor: Actor, row: NamedList, now: datetime) -> dict[str, Any]:
    """What the reader may still do with the list."""
    if row.ended_at is not None:
        return {}
    today, found = timezone.localdate(now), dict[str, Any]()
    asked = row.sendings.filter(queries.to_actor(actor), answered_at=None)
    found["answers"] = [
        (one, forms.AnswerForm(auto_id=f"answer-{one.pk}-%s")) for one in asked.order_by("pk")
    ]
    own = row.organisation_id in actor.own_units or row.made_by_id == actor.member_id
    if not (actor.may(MANAGE) and own):
        return found
    found |= {
        "add_form": forms.AddForm(auto_id="add-%s"), "end_form": forms.EndForm(auto_id="end-%s"),
        "send_form": forms.SendForm(actor=actor, on=today, auto_id="send-%s"),
    }  # fmt: skip
    if row.kind == ListKind.DEAD_CORNERS:
        period, (since, until) = frame.period(request, now)
        found |= {
            "period_form": period, "places": queries.candidates(actor, since=since, until=until),
            "period": {name: period[name].value() for name in period.fields},
        }  # fmt: skip
    return found


def _address(row: Any) -> str:
    return reverse("list", args=[row.named_list_id if isinstance(row, Sending) else row.pk])


def _change(
    request: HttpRequest,
    list_id: int,
    name: str,
    form: Any,
    save: Callable[[Actor, dict[str, Any]], Any],
    *,
    needs: str = MANAGE,
    **more: Any,
) -> HttpResponse:
    """One form of the list's page: to the page again, or the page with what is wrong."""
    actor = frame.reader(request)
    actor.require(needs)
    row = queries.list_seen(actor, list_id)
    return take(
        request, form, lambda facts: save(actor, facts), leads_to=lambda _done: _address(row),
        page=lambda: _page(request, actor, row, **{name: form}, **more),
    )  # fmt: skip


@require_POST
def add(request: HttpRequest, list_id: int) -> HttpResponse:
    """Cases by number."""
    form = forms.AddForm(request.POST, auto_id="add-%s")

    def save(actor: Actor, facts: dict[str, Any]) -> Any:
        return operations.add_cases(
            list_id=list_id, numbers=facts["numbers"].replace(",", " ").split(),
            remark=facts["remark"], actor=actor, now=clock.now(),
        )  # fmt: skip

    return _change(request, list_id, "add_form", form, save)


@require_POST
def add_place(request: HttpRequest, list_id: int) -> HttpResponse:
    """The cases of a place that the page suggested."""
    form = forms.PlaceForm(request.POST)

    def save(actor: Actor, facts: dict[str, Any]) -> Any:
        since, until = forms.span(facts["since"], facts["until"])
        return operations.add_place(
            list_id=list_id, grid_code=facts["grid_code"], since=since, until=until, actor=actor,
            now=clock.now(),
        )  # fmt: skip

    return _change(request, list_id, "place_form", form, save)


@require_POST
def drop(request: HttpRequest, list_id: int, number: str) -> HttpResponse:
    """Take a case off."""

    def save(actor: Actor, facts: dict[str, Any]) -> Any:
        return operations.drop_case(list_id=list_id, number=number, actor=actor)

    return _change(request, list_id, "drop_form", forms.DropForm(request.POST), save)


@require_POST
def send(request: HttpRequest, list_id: int) -> HttpResponse:
    """To a unit or a leader."""
    actor = frame.reader(request)
    today = timezone.localdate(clock.now())
    form = forms.SendForm(request.POST, actor=actor, on=today, auto_id="send-%s")

    def save(actor: Actor, facts: dict[str, Any]) -> Any:
        return operations.send_list(list_id=list_id, actor=actor, now=clock.now(), **facts)

    return _change(request, list_id, "send_form", form, save)


@require_POST
def answer(request: HttpRequest, list_id: int, sending_id: int) -> HttpResponse:
    """By who received the list."""
    form = forms.AnswerForm(request.POST, auto_id=f"answer-{sending_id}-%s")

    def save(actor: Actor, facts: dict[str, Any]) -> Any:
        return operations.answer_list(
            sending_id=sending_id, text=facts["text"], actor=actor, now=clock.now()
        )

    return _change(request, list_id, "answer_form", form, save, needs="oversight.view",
                   failed=sending_id)  # fmt: skip


@require_POST
def end(request: HttpRequest, list_id: int) -> HttpResponse:
    """The follow-up ends."""
    form = forms.EndForm(request.POST, auto_id="end-%s")

    def save(actor: Actor, facts: dict[str, Any]) -> Any:
        return operations.end_list(list_id=list_id, actor=actor, now=clock.now(), **facts)

    return _change(request, list_id, "end_form", form, save)


@require_safe
def sheet(request: HttpRequest, list_id: int) -> HttpResponse:
    """The list on paper."""
    actor = frame.reader(request)
    row = queries.list_seen(actor, list_id)
    return render(request, "oversight/list_print.html", _facts(actor, row, clock.now()))


@require_safe
def export(request: HttpRequest, list_id: int) -> HttpResponse:
    """The list as CSV that a spreadsheet opens; needs cases.export."""
    actor = frame.reader(request)
    actor.require("cases.export")
    row = queries.list_seen(actor, list_id)
    answer = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="list-{row.pk}.csv"'
    out = csv.writer(answer)
    out.writerow([_("Number"), _("Class"), _("Address"), _("Unit"), _("Status"), _("Due"),
                  _("Remark")])  # fmt: skip
    for entry in queries.entries(row):
        out.writerow([_plain(cell) for cell in _cells(entry)])
    return answer


def _cells(entry: ListedCase) -> list[str]:
    case = entry.case
    due = f"{timezone.localtime(case.due_at):%Y-%m-%d %H:%M}" if case.due_at else ""
    chosen, lead = case.problem_class, case.lead
    name = in_language(chosen.name_zh, chosen.name_en) if chosen else ""
    return [
        case.number, name, case.address or case.grid_code,
        lead.name if lead else "", str(case.get_status_display()), due, entry.remark,
    ]  # fmt: skip


def _plain(cell: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell
