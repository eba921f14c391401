"""Suggestions: the citizen's page and its answer, the desk's list, one suggestion."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cityloop.kernel import clock, paging
from cityloop.kernel.errors import Invalid, TooMany
from cityloop.kernel.office import pager
from cityloop.kernel.page import actor_of, actor_with
from cityloop.petitions import forms, operations, queries
from cityloop.petitions.models import Suggestion
from cityloop.petitions.views import frame


def state_of(row: Suggestion, now: datetime) -> tuple[Any, str, str]:
    """(words, tone, icon) of where a suggestion stands."""
    if row.replied_at:
        return frame.SUGGESTION_STATES["answered"]
    return frame.SUGGESTION_STATES["late" if row.due_at <= now else "waiting"]


@require_http_methods(["GET", "HEAD", "POST"])
def suggest(request: HttpRequest) -> HttpResponse:
    """A citizen suggests something, without signing in."""
    form = forms.SuggestionForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            row = operations.suggest(
                operations.NewSuggestion(**form.cleaned_data), caller=_caller(request),
                limited=settings.RATE_LIMITS, now=clock.now(),
            )  # fmt: skip
        except (Invalid, TooMany) as problem:
            frame.show(form, problem)
            status = problem.status
        else:
            return redirect("suggested", row.token)
    elif request.method == "POST":
        status = 422
    return render(request, "petitions/suggest.html", {"form": form}, status=status)


def _caller(request: HttpRequest) -> str:
    """The address that sends; behind our own proxy the one that it saw."""
    seen = request.headers.get("X-Forwarded-For", "") if settings.USE_X_FORWARDED_HOST else ""
    return seen.rpartition(",")[2].strip() or request.META.get("REMOTE_ADDR", "")


@require_safe
def suggested(request: HttpRequest, token: str) -> HttpResponse:
    """How a suggestion stands, for whoever has its address."""
    row, now = queries.by_token(token), clock.now()
    context = {"row": row, "state": state_of(row, now), "address": request.build_absolute_uri()}
    answer = render(request, "petitions/suggested.html", context)
    answer["Cache-Control"], answer["X-Robots-Tag"] = "private, no-store", "noindex"
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
def suggestions(request: HttpRequest) -> HttpResponse:
    """The desk's list; posted to: one that came by letter, telephone or visit."""
    actor, now = actor_with(request, queries.VIEW), clock.now()
    if request.method != "POST":
        return _list(request, forms.SuggestionForm())
    form = forms.SuggestionForm(request.POST)
    return frame.take(
        request, form,
        lambda given: operations.enter_suggestion(
            operations.NewSuggestion(**given), actor=actor, now=now
        ),
        leads_to=lambda row: reverse("suggestion", args=[row.number]),
        page=lambda: _list(request, form),
    )  # fmt: skip


def _list(request: HttpRequest, form: forms.SuggestionForm) -> HttpResponse:
    actor, now = actor_of(request), clock.now()
    asked = forms.SuggestionFilter(request.GET or None)
    state = asked.cleaned_data["state"] if asked.is_valid() else ""
    shown = paging.page(
        queries.suggestions(actor, state=state, now=now), order=queries.SUGGESTED,
        cursor=request.GET.get("after"), size=frame.SIZE,
    )  # fmt: skip
    context = {
        "rows": [(row, state_of(row, now)) for row in shown.items], "filter": asked, "form": form,
        "may_register": actor.may(queries.REGISTER), "tabs": frame.tabs("suggestions"),
        "now": now, "asked": state, **pager(request, shown.next),
    }  # fmt: skip
    return render(request, "petitions/suggestions.html", context)


@require_safe
def suggestion(request: HttpRequest, number: str) -> HttpResponse:
    """One suggestion, and its answer."""
    return _page(request, number)


def _page(request: HttpRequest, number: str, **typed: Any) -> HttpResponse:
    actor, now = actor_of(request), clock.now()
    row = queries.suggestion(actor, number)
    open_to = actor.may(queries.REPLY) and row.replied_at is None
    context = {
        "row": row, "state": state_of(row, now), "person": queries.sender_of(actor, row),
        "form": forms.SuggestionAnswerForm() if open_to else None, "now": now,
        "tabs": frame.tabs("suggestions"),
        "address": request.build_absolute_uri(reverse("suggested", args=[row.token])), **typed,
    }  # fmt: skip
    return render(request, "petitions/suggestion.html", context)


@require_POST
def answer(request: HttpRequest, number: str) -> HttpResponse:
    """The suggestion is answered."""
    actor, now = actor_with(request, queries.REPLY), clock.now()
    form = forms.SuggestionAnswerForm(request.POST)
    return frame.take(
        request, form,
        lambda given: operations.answer_suggestion(number, actor=actor, now=now, **given),
        leads_to=lambda row: reverse("suggestion", args=[row.number]),
        page=lambda: _page(request, number, form=form),
    )  # fmt: skip
