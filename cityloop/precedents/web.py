"""The library, and the mark of one case."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cityloop.cases import queries as cases
from cityloop.cases.models import Case, ClosingKind, Status
from cityloop.kernel import clock, files, paging
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import NotAllowed, NotFound, Problem
from cityloop.kernel.page import actor_of
from cityloop.precedents import forms, operations, queries

SIZE = 20


def _reader(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    actor.require("precedents.view")
    return actor


@require_http_methods(["GET", "HEAD", "POST"])
def library(request: HttpRequest) -> HttpResponse:
    """By class and words, latest first; with a picture, the most alike first.

    A picture is posted, kept, and then named in the address: a search can be sent to others.
    """
    actor = _reader(request)
    if request.method != "POST":
        return _library(request, actor, forms.PictureForm())
    form = forms.PictureForm(request.POST, request.FILES)
    if form.is_valid():
        sent = form.cleaned_data["picture"]
        try:
            row = files.store(chunks=sent.chunks(), filename=sent.name or "", now=clock.now())
            operations.picture(row.sha256)
        except Problem as problem:
            form.add_error("picture", list(problem.reasons))
        else:
            kept = {name: request.POST[name] for name in ("q", "problem_class")
                    if request.POST.get(name)}  # fmt: skip
            where = urlencode({**kept, "picture": row.sha256})
            return redirect(f"{reverse('precedents')}?{where}")
    answer = _library(request, actor, form)
    answer.status_code = 400
    return answer


def _library(request: HttpRequest, actor: Actor, form: forms.PictureForm) -> HttpResponse:
    search = forms.SearchForm(request.GET, classes=queries.classes(actor))
    given = search.cleaned_data if search.is_valid() else {}
    chosen = given.get("problem_class")
    found = queries.library(
        actor, class_id=int(chosen) if chosen else None, words=given.get("q", "")
    )
    picture = request.GET.get("picture", "")
    facts: dict[str, Any] = {
        "form": search, "picture_form": form, "picture": picture, "filtered": any(given.values()),
    }  # fmt: skip
    if picture:
        try:
            ranked = queries.by_picture(found, operations.picture(picture))
        except Problem as problem:
            ranked, facts["objection"] = [], str(problem)
        likes = {row.pk: 100 - round(bits / 64 * 100) for row, bits in ranked}
        rows = [row for row, _bits in ranked]
    else:
        likes, shown = {}, paging.page(
            found, order=queries.ORDER, cursor=request.GET.get("after"), size=SIZE
        )  # fmt: skip
        rows = shown.items
        facts |= _pager(request, shown.next)
    papers = queries.pictures(rows)
    facts["rows"] = [(row, papers.get(row.case_id, []), likes.get(row.pk)) for row in rows]
    return render(request, "precedents/library.html", facts)


def _pager(request: HttpRequest, following: str | None) -> dict[str, str]:
    query = {key: str(one) for key, one in request.GET.items() if key != "after" and one}
    return {
        "next": f"?{urlencode({**query, 'after': following})}" if following else "",
        "first": f"?{urlencode(query)}" if request.GET.get("after") else "",
    }


@require_http_methods(["GET", "HEAD", "POST"])
def precedent(request: HttpRequest, number: str) -> HttpResponse:
    """The mark of a case: what it teaches; whoever may mark does it here."""
    actor = _reader(request)
    case = cases.get(actor, number)
    if request.method != "POST":
        return _mark(request, actor, case)
    actor.require(operations.MARK)
    form = forms.MarkForm(request.POST)
    return _take(
        request, form, lambda facts: operations.mark(
            number=number, actor=actor, now=clock.now(), **facts),
        lambda: _mark(request, actor, case, mark_form=form), number,
    )  # fmt: skip


@require_POST
def unmark(request: HttpRequest, number: str) -> HttpResponse:
    """Take the mark back."""
    actor = _reader(request)
    actor.require(operations.MARK)
    case, form = cases.get(actor, number), forms.UnmarkForm(request.POST)
    return _take(
        request, form, lambda facts: operations.unmark(
            number=number, actor=actor, now=clock.now(), **facts),
        lambda: _mark(request, actor, case, unmark_form=form), number,
    )  # fmt: skip


def _take(
    request: HttpRequest,
    form: Any,
    save: Callable[[dict[str, Any]], Any],
    page: Callable[[], HttpResponse],
    number: str,
) -> HttpResponse:
    """Call an operation with a valid form; else the page with what is wrong and was typed."""
    if form.is_valid():
        try:
            save(form.cleaned_data)
        except (NotAllowed, NotFound):
            raise
        except Problem as problem:
            for name, reason in problem.fields.items():
                form.add_error(name, reason)
            if not problem.fields:
                form.add_error(None, list(problem.reasons))
        else:
            messages.success(request, _("It is recorded."))
            return redirect("precedent", number=number)
    answer = page()
    answer.status_code = 400
    return answer


def _mark(request: HttpRequest, actor: Actor, case: Case, **given: Any) -> HttpResponse:
    row = queries.of_case(case)
    facts: dict[str, Any] = {
        "case": case, "row": row, "earlier": queries.earlier_marks(case),
        "normal": case.status == Status.CLOSED and case.closing_kind == ClosingKind.NORMAL,
    }  # fmt: skip
    if actor.may(operations.MARK):
        if row is not None:
            facts["unmark_form"] = forms.UnmarkForm()
        elif facts["normal"]:
            facts["mark_form"] = forms.MarkForm()
    return render(request, "precedents/precedent.html", {**facts, **given})


urlpatterns = [
    path("precedents/", library, name="precedents"),
    path("precedents/<str:number>/", precedent, name="precedent"),
    path("precedents/<str:number>/unmark/", unmark, name="precedent-unmark"),
]
