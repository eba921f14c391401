"""What the pages of the hotline share."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as lazy

from cityloop.kernel.errors import Problem

SIZE = 50
TABS = (
    ("hotline", lazy("Calls"), "phone-call"),
    ("hotline-orders", lazy("Orders of 12345"), "inbox"),
)
CALL_TONES = {
    # state: (tone, icon)
    "ringing": ("orange", "phone-incoming"),
    "answered": ("blue", "phone-call"),
    "ended": ("grey", "circle-check"),
    "missed": ("red", "phone-missed"),
}


def tabs(here: str) -> list[tuple[str, Any, str, bool]]:
    """(path, title, icon, here) of the tabs."""
    return [(reverse(name), title, icon, name == here) for name, title, icon in TABS]


def show_problem(form: Any, problem: Problem) -> None:
    """What is wrong, at its field."""
    for name, reason in problem.fields.items():
        form.add_error(name if name in form.fields else None, reason)
    if not problem.fields:
        form.add_error(None, list(problem.reasons))
