"""What the pages of discipline share: tabs, tones, forms that call one operation."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import pgettext_lazy

from cityloop.kernel.actor import Actor
from cityloop.kernel.page import actor_of

SIZE = 50
VIEW, ANSWER, JUDGE = "discipline.view", "discipline.answer", "discipline.judge"
TABS = (
    # (name of the address, title, icon)
    ("discipline", lazy("Re-inspection"), "shuffle"),
    ("samples", lazy("Sampled decisions"), "clipboard-check"),
    ("error-rates", lazy("Error rates"), "chart-column"),
    ("fraud", lazy("Fraud findings"), "shield-alert"),
    ("cards", lazy("Yellow and red cards"), "square-pen"),
    ("card-rules", lazy("Rules of cards"), "scale"),
)
SAMPLED = frozenset({"samples", "error-rates"})  # tabs of who judges decisions, too
STAGES = {
    # stage of a photo: words
    "report": pgettext_lazy("photo", "report"),
    "verify": pgettext_lazy("photo", "verification"),
    "before": pgettext_lazy("photo", "before handling"),
    "after": pgettext_lazy("photo", "after handling"),
    "check": pgettext_lazy("photo", "check"),
    "paper": pgettext_lazy("photo", "paper"),
}
COLOURS = {"yellow": ("yellow", "triangle-alert"), "red": ("red", "octagon-alert")}
CARD_TONES = {
    # state: (tone, icon)
    "proposed": ("grey", "lightbulb"),
    "refused": ("grey", "circle-off"),
    "issued": ("orange", "timer"),
    "answered": ("blue", "reply"),
    "rectified": ("green", "circle-check"),
    "withdrawn": ("grey", "undo-2"),
}
RULING_LOOKS = {
    # what was found about a decision: (tone, icon)
    "open": ("blue", "circle-dot"),
    "right": ("green", "circle-check"),
    "wrong": ("red", "circle-x"),
}
FRAUD_LOOKS = {
    # state: (words, tone, icon)
    "open": (pgettext_lazy("fraud", "not decided"), "blue", "circle-dot"),
    "upheld": (pgettext_lazy("fraud", "upheld"), "red", "octagon-alert"),
    "appealed": (pgettext_lazy("fraud", "appealed against"), "orange", "scale"),
    "dismissed": (pgettext_lazy("fraud", "dismissed"), "green", "circle-check"),
}


def reader(request: HttpRequest) -> Actor:
    """Who watches over others; raises NotAllowed."""
    actor = actor_of(request)
    actor.require(VIEW)
    return actor


def sampler(request: HttpRequest) -> Actor:
    """Who judges decisions, or watches over others; raises NotAllowed."""
    actor = actor_of(request)
    if not actor.may(JUDGE):
        actor.require(VIEW)
    return actor


def concerned(request: HttpRequest) -> Actor:
    """Who watches over others, or answers for a unit; raises NotAllowed."""
    actor = actor_of(request)
    if not actor.may(ANSWER):
        actor.require(VIEW)
    return actor


def tabs(actor: Actor, here: str) -> list[tuple[str, Any, str, bool]]:
    """(path, title, icon, here) of the tabs; none for who sees the own unit only."""
    judges, views = actor.may(JUDGE), actor.may(VIEW)
    return [
        (reverse(name), title, icon, name == here)
        for name, title, icon in TABS
        if views or (judges and name in SAMPLED)
    ]
