"""The back office: the list with its filters and counters, one entry with all that may be done."""

from __future__ import annotations

import csv
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cityloop.feedback import forms, operations, queries
from cityloop.feedback.models import SPOKEN, Entry, Kind
from cityloop.feedback.queries import MANAGE
from cityloop.feedback.views import frame
from cityloop.kernel import clock, office, paging
from cityloop.kernel.actor import Actor
from cityloop.kernel.office import pager, take
from cityloop.kernel.page import actor_with

TAB = "office-feedback"
MOST = 10_000  # rows of a file
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would compute


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """Entries, latest first; the counters are those of all of them."""
    actor = actor_with(request, MANAGE)
    form = forms.FeedbackFilter(request.GET)
    rows, given = _found(actor, form)
    shown = paging.page(rows, order=queries.ORDER, cursor=request.GET.get("after"), size=frame.SIZE)
    counts = queries.counters(actor)
    facts: dict[str, Any] = {
        "form": form, "filtered": any(given.values()), "now": clock.now(),
        "tiles": [(words, icon, counts[state], f"?state={state}")
                  for state, (words, _tone, icon) in frame.STATES.items()],
        "rows": [(row, frame.kind_of(row), frame.state_of(row), frame.post_of(row))
                 for row in shown.items],
        "query": urlencode({key: one for key, one in given.items() if one}),
        **pager(request, shown.next),
    }  # fmt: skip
    return office.page(request, "feedback/office_list.html", TAB, facts)


def _found(actor: Actor, form: forms.FeedbackFilter) -> tuple[Any, dict[str, str]]:
    """The rows behind a filter, and what of it holds; a field that is wrong narrows nothing."""
    form.is_valid()
    given = {name: form.cleaned_data.get(name, "") for name in ("q", "kind", "state", "page")}
    rows = queries.managed(
        actor, kind=given["kind"], state=given["state"], page=given["page"], words=given["q"]
    )
    return rows, given


@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """The list behind the same filters as CSV that a spreadsheet opens."""
    actor = actor_with(request, MANAGE)
    rows, _given = _found(actor, forms.FeedbackFilter(request.GET))
    found = list(rows.order_by(*queries.ORDER)[:MOST])
    answers = queries.last_answers(found)
    answer = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="feedback.csv"'
    out = csv.writer(answer)
    out.writerow([_("Number"), _("Kind"), _("State"), _("Same as number"), _("What was said"),
                  _("Page"), _("Title of the page"), _("Written by"), _("Post"), _("Organisation"),
                  _("Written at"), _("Language"), _("Version"), _("Last answer")])  # fmt: skip
    for row in found:
        last = answers.get(row.pk)
        out.writerow([_plain(cell) for cell in _cells(row, last.text if last else "")])
    return answer


def _cells(row: Entry, answer: str) -> list[str]:
    return [
        str(row.pk), str(row.get_kind_display()), str(row.head.get_state_display()),
        str(row.same_as_id or ""), row.text, row.page, row.title,
        row.member.name, frame.post_of(row), row.organisation.name,
        f"{timezone.localtime(row.written_at):%Y-%m-%d %H:%M}",
        row.language, row.version, answer,
    ]  # fmt: skip


def _plain(cell: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell


@require_safe
def entry(request: HttpRequest, entry_id: int) -> HttpResponse:
    """One entry: who said it where, what was done, what may be done."""
    actor = actor_with(request, MANAGE)
    return _page(request, actor, queries.managed_entry(actor, entry_id))


def _page(request: HttpRequest, actor: Actor, row: Entry, **typed: Any) -> HttpResponse:
    notes = [(note, frame.STATES[note.state], frame.DEEDS[note.deed], note.state in SPOKEN)
             for note in queries.notes_of(row)]  # fmt: skip
    facts = {
        "row": row, "kind": frame.kind_of(row), "state": frame.state_of(row), "notes": notes,
        "post": frame.post_of(row),
        "followers": queries.followers_of(row), "supporters": queries.supporters(row),
        "beside": [(one, frame.state_of(one)) for one in queries.beside(actor, row)],
        **_forms(actor, row), **typed,
    }  # fmt: skip
    return office.page(request, "feedback/office_entry.html", TAB, facts)


def _forms(actor: Actor, row: Entry) -> dict[str, Any]:
    """What the reader may do with the entry as it stands."""
    if row.same_as is not None:
        return {"may_part": True}
    found: dict[str, Any] = {
        "answer_form": forms.AnswerForm(initial={"state": row.state}, auto_id="answer-%s")
    }
    if row.published_at is None and not row.followers.exists():
        found["same_form"] = forms.SameForm(auto_id="same-%s")
    if row.kind == Kind.WISH and actor.sees_all:
        words = {"words": row.shown_as or row.text}
        found["publish_form"] = forms.PublishForm(initial=words, auto_id="publish-%s")
    return found


def _change(
    request: HttpRequest,
    entry_id: int,
    name: str,
    form: Any,
    save: Callable[[Actor, dict[str, Any]], Entry],
) -> HttpResponse:
    """One form of the entry's page: to the page again, or the page with what is wrong."""
    actor = actor_with(request, MANAGE)
    row = queries.managed_entry(actor, entry_id)
    return take(
        request, form, lambda given: save(actor, given), done=_("It is recorded."),
        leads_to=lambda _done: reverse("office-feedback-entry", args=[entry_id]),
        page=lambda: _page(request, actor, row, **{name: form}), status=None,
    )  # fmt: skip


@require_POST
def answer(request: HttpRequest, entry_id: int) -> HttpResponse:
    """Words for the writer, and where the entry stands."""
    form = forms.AnswerForm(request.POST, auto_id="answer-%s")

    def save(actor: Actor, given: dict[str, Any]) -> Entry:
        return operations.answer(entry_id, actor=actor, now=clock.now(), **given)

    return _change(request, entry_id, "answer_form", form, save)


@require_POST
def same(request: HttpRequest, entry_id: int) -> HttpResponse:
    """Another entry is answered for this one."""
    form = forms.SameForm(request.POST, auto_id="same-%s")

    def save(actor: Actor, given: dict[str, Any]) -> Entry:
        return operations.mark_same(entry_id, other_id=given["other"], actor=actor, now=clock.now())

    return _change(request, entry_id, "same_form", form, save)


@require_POST
def publish(request: HttpRequest, entry_id: int) -> HttpResponse:
    """The staff is shown the wish."""
    form = forms.PublishForm(request.POST, auto_id="publish-%s")

    def save(actor: Actor, given: dict[str, Any]) -> Entry:
        return operations.publish(entry_id, actor=actor, now=clock.now(), **given)

    return _change(request, entry_id, "publish_form", form, save)


@require_POST
def apart(request: HttpRequest, entry_id: int) -> HttpResponse:
    """It was another matter."""
    operations.mark_apart(entry_id, actor=actor_with(request, MANAGE), now=clock.now())
    return redirect("office-feedback-entry", entry_id)


@require_POST
def withdraw(request: HttpRequest, entry_id: int) -> HttpResponse:
    """The staff is shown the wish no more."""
    operations.withdraw(entry_id, actor=actor_with(request, MANAGE), now=clock.now())
    return redirect("office-feedback-entry", entry_id)
