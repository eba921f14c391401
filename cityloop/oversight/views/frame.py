"""What the pages of oversight share: tabs, tones, pager, forms that call one operation."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import pgettext_lazy

from cityloop.kernel.actor import Actor
from cityloop.kernel.page import actor_of
from cityloop.oversight import forms

SIZE = 50
TABS = (
    # (name of the address, title, icon)
    ("orders", lazy("Supervision orders"), "megaphone"),
    ("orders-units", lazy("Orders by unit"), "chart-bar"),
    ("lists", lazy("Lists of cases"), "list-checks"),
    ("reminders", lazy("Reminders"), "bell"),
)
ORDER_TONES = {
    # state: (tone, icon)
    "open": ("yellow", "timer"),
    "sent_back": ("orange", "undo-2"),
    "overdue": ("red", "octagon-alert"),
    "replied": ("blue", "reply"),
    "accepted": ("green", "circle-check"),
    "ended": ("grey", "circle-stop"),
}
LIST_STATES = {
    # state: (words, tone, icon)
    "draft": (pgettext_lazy("list", "being made"), "grey", "pencil"),
    "sent": (pgettext_lazy("list", "sent"), "blue", "send"),
    "late": (pgettext_lazy("list", "answer overdue"), "red", "octagon-alert"),
    "answered": (pgettext_lazy("list", "answered"), "teal", "reply"),
    "ended": (pgettext_lazy("list", "ended"), "green", "circle-check"),
}


def reader(request: HttpRequest) -> Actor:
    """Who reads; raises NotAllowed without oversight.view."""
    actor = actor_of(request)
    actor.require("oversight.view")
    return actor


def tabs(here: str) -> list[tuple[str, Any, str, bool]]:
    """(path, title, icon, here) of the tabs."""
    return [(reverse(name), title, icon, name == here) for name, title, icon in TABS]


def period(
    request: HttpRequest, now: datetime
) -> tuple[forms.PeriodForm, tuple[datetime, datetime]]:
    """The form of the period as asked, and its moments: the usual ones where it is wrong."""
    usual = forms.usual(timezone.localdate(now))
    asked = {name: request.GET[name] for name in usual if request.GET.get(name)}
    form = forms.PeriodForm({**usual, **asked})
    if form.is_valid():
        return form, forms.span(form.cleaned_data["since"], form.cleaned_data["until"])
    plain = forms.PeriodForm(usual)
    plain.is_valid()
    return form, forms.span(plain.cleaned_data["since"], plain.cleaned_data["until"])
