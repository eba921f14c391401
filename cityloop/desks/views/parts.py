"""The living page of interface parts, and the reader's choice of light or dark."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from cityloop.desks.forms import FilesField, FilesInput
from cityloop.kernel import clock
from cityloop.kernel.page import actor_of

THEMES = ("auto", "light", "dark")
A_YEAR = 365 * 24 * 3600


class SampleForm(forms.Form):
    """One field of every kind."""

    reason = forms.CharField(label=gettext_lazy("Reason"), widget=forms.Textarea)
    unit = forms.ChoiceField(
        label=gettext_lazy("Lead unit"),
        choices=[("", "—"), ("1", gettext_lazy("Street of Xiaoying"))],
        help_text=gettext_lazy("Proposed from the responsibility matrix."),
    )
    photos = FilesField(
        label=gettext_lazy("Photos"), required=False, widget=FilesInput(camera=True)
    )
    forced = forms.BooleanField(label=gettext_lazy("Closing condition is met"), required=False)


class SampleFilters(forms.Form):
    """What narrows a list."""

    q = forms.CharField(label=gettext_lazy("Search"), required=False, max_length=100)
    unit = forms.ChoiceField(
        label=gettext_lazy("Unit"), required=False,
        choices=[("", "—"), ("1", gettext_lazy("Street of Xiaoying"))],
    )  # fmt: skip


def safe_next(request: HttpRequest) -> str:
    """The page to go back to, when it is one of ours."""
    asked = request.POST.get("next", "/")
    ours = url_has_allowed_host_and_scheme(asked, {request.get_host()})
    return asked if ours else "/"


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Keep light, dark or the system's choice in a cookie."""
    answer = HttpResponseRedirect(safe_next(request))
    asked = request.POST.get("theme", "")
    if asked in THEMES:
        answer.set_cookie("theme", asked, max_age=A_YEAR, samesite="Lax", httponly=True)
    return answer


@require_POST
def keys(request: HttpRequest) -> HttpResponse:
    """Keep in a cookie whether single keys do something: they get in the way of who speaks to the
    device, or presses keys by accident (WCAG 2.1.4)."""
    answer = HttpResponseRedirect(safe_next(request))
    asked = "on" if request.POST.get("keys") else "off"
    answer.set_cookie("keys", asked, max_age=A_YEAR, samesite="Lax", httponly=True)
    return answer


@require_GET
def parts(request: HttpRequest) -> HttpResponse:
    """Every part of the interface on one page."""
    actor_of(request)
    form = SampleForm(request.GET) if "reason" in request.GET else SampleForm()
    return render(request, "ui.html", {"form": form, **_samples()})


def _samples() -> dict[str, Any]:
    now = clock.now()
    badges = [
        (_("to accept"), "blue", "inbox"),
        (_("to dispatch"), "teal", "send"),
        (_("handling"), "yellow", "hammer"),
        (_("closed"), "green", "circle-check-big"),
        (_("returned"), "orange", "undo-2"),
        (_("overdue"), "red", "octagon-alert"),
        (_("escalated"), "purple", "flame"),
        (_("voided"), "grey", "ban"),
    ]
    clocks = [
        (now + timedelta(hours=30), "green"),
        (now + timedelta(minutes=50), "yellow"),
        (now + timedelta(minutes=12), "orange"),
        (now - timedelta(hours=3), "red"),
        (now - timedelta(days=2), "purple"),
    ]
    rows = [
        (f"33010220261123{n:04}", _("Exposed rubbish"), *badges[n], n % 3, *clocks[n])
        for n in range(3)
    ]
    tabs = [
        ("#", _("Facts"), "list", True),
        ("#", _("History"), "history", False),
        ("#", _("Tasks"), "clipboard-list", False),
    ]
    return {
        "filters": SampleFilters(),
        "now": now,
        "badges": badges,
        "clocks": clocks,
        "rows": rows,
        "tabs": tabs,
    }
