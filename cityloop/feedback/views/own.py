"""Everybody's pages: say what hinders, see what came of it, wish the same as a colleague."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cityloop.feedback import forms, operations, queries
from cityloop.feedback.models import Entry
from cityloop.feedback.views import frame
from cityloop.kernel import clock, files, paging, release
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Invalid, NotFound
from cityloop.kernel.models import StoredFile
from cityloop.kernel.office import pager, take
from cityloop.kernel.page import actor_of, menu, office_tabs

NEW = "/feedback/new/"


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """The form; it knows where the reader comes from."""
    actor = actor_of(request)
    if request.method != "POST":
        page = _came_from(request)
        title = request.GET.get("title", "") or _title_of(actor, page)
        return _form(request, forms.SayForm(initial={"page": page, "title": title}))
    form = forms.SayForm(request.POST, request.FILES)
    return take(
        request, form, lambda given: _said(given, actor),
        done=_("Thank you. You will be told when there is an answer."),
        leads_to=lambda row: reverse("feedback-entry", args=[row.pk]),
        page=lambda: _form(request, form), status=None,
    )  # fmt: skip


def _said(given: dict[str, Any], actor: Actor) -> Entry:
    sent = given.pop("picture")
    told = operations.NewEntry(
        **given, picture=_picture(sent) if sent else None,
        language=translation.get_language() or "",
    )  # fmt: skip
    return operations.say(told, actor=actor, limited=settings.RATE_LIMITS, now=clock.now())


def _picture(sent: Any) -> StoredFile | None:
    """The upload, stored; its problems stand at its field."""
    try:
        row = files.store(chunks=sent.chunks(), filename=sent.name or "", now=clock.now())
    except files.BadFile as problem:
        raise Invalid(*problem.reasons, fields={"picture": "; ".join(problem.reasons)}) from problem
    return operations.picture_of(row.sha256)


def _came_from(request: HttpRequest) -> str:
    """The page that the reader comes from: as the link says, else as the browser does."""
    if given := request.GET.get("page", ""):
        return given[:300]
    before = urlsplit(request.headers.get("Referer", ""))
    return before.path if before.netloc == request.get_host() and before.path != NEW else ""


def _title_of(actor: Actor, page: str) -> str:
    """What the menu or the office calls the part to which a page belongs; '' for the unknown."""
    known = [(line.path, line.title) for line in menu(actor)]
    known += [(reverse(tab.address), tab.title) for tab in office_tabs(actor)]
    fits = [(len(path), title) for path, title in known if path != "/" and page.startswith(path)]
    return _(max(fits)[1]) if fits else ""


def _form(request: HttpRequest, form: forms.SayForm) -> HttpResponse:
    context = {"form": form, "tabs": frame.tabs("feedback-new"), "version": release.version(),
               "page": form["page"].value(), "title": form["title"].value()}  # fmt: skip
    return render(request, "feedback/new.html", context)


@require_safe
def own(request: HttpRequest) -> HttpResponse:
    """What the reader said, latest first, with the last answer."""
    actor = actor_of(request)
    shown = paging.page(
        queries.own(actor), order=queries.ORDER, cursor=request.GET.get("after"), size=frame.SIZE
    )
    answers = queries.last_answers(shown.items)
    context = {
        "rows": [(row, frame.kind_of(row), frame.state_of(row), answers.get(row.pk))
                 for row in shown.items],
        "tabs": frame.tabs("feedback"), **pager(request, shown.next),
    }  # fmt: skip
    return render(request, "feedback/own.html", context)


@require_safe
def entry(request: HttpRequest, entry_id: int) -> HttpResponse:
    """One of the reader's own, and what it was answered."""
    row = queries.own_entry(actor_of(request), entry_id)
    context = {
        "row": row, "kind": frame.kind_of(row), "state": frame.state_of(row),
        "answers": [(note, frame.STATES[note.state]) for note in queries.answers_to(row)],
        "supporters": queries.supporters(row), "tabs": frame.tabs("feedback"),
    }  # fmt: skip
    return render(request, "feedback/entry.html", context)


@require_safe
def picture(request: HttpRequest, entry_id: int) -> HttpResponseBase:
    """The screenshot, for who sent it and for administrators."""
    row = queries.seen_entry(actor_of(request), entry_id)
    if row.picture is None:
        raise NotFound(_("there is no such picture"))
    answer = FileResponse(files.opened(row.picture), content_type=row.picture.media_type)
    answer["Cache-Control"] = "private, max-age=3600"
    return answer


@require_safe
def wishes(request: HttpRequest) -> HttpResponse:
    """What colleagues wish, as the administrators show it; latest first."""
    actor = actor_of(request)
    shown = paging.page(
        queries.wishes(actor), order=queries.WISHED, cursor=request.GET.get("after"),
        size=frame.SIZE,
    )  # fmt: skip
    answers = queries.last_answers(shown.items)
    context = {
        "rows": [(row, frame.state_of(row), answers.get(row.pk), row.member_id == actor.member_id)
                 for row in shown.items],
        "tabs": frame.tabs("feedback-wishes"), **pager(request, shown.next),
    }  # fmt: skip
    return render(request, "feedback/wishes.html", context)


@require_POST
def support(request: HttpRequest, entry_id: int) -> HttpResponse:
    """The reader wishes the same."""
    row = operations.support(entry_id, actor=actor_of(request), now=clock.now())
    messages.success(request, _("It is recorded."))
    return redirect(f"{reverse('feedback-wishes')}#wish-{row.pk}")
