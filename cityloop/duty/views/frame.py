"""What the pages of duty share: the reader, the tabs, the unit that is shown."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as lazy

from cityloop.duty import queries
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import NotFound
from cityloop.kernel.page import actor_of
from cityloop.people.models import Organisation

SIZE = 50
TABS = (
    # (name of the address, title, icon)
    ("duty", lazy("Roster"), "calendar-clock"),
    ("duty-coverage", lazy("Coverage"), "calendar-range"),
    ("duty-calls", lazy("Dispatch notices"), "phone-outgoing"),
    ("duty-handovers", lazy("Shift handover"), "clipboard-list"),
    ("duty-secondments", lazy("Secondments"), "arrow-right-left"),
)
CALL_TONES = {
    # state: (tone, icon)
    "waiting": ("yellow", "timer"),
    "opened": ("green", "mail-open"),
    "passed": ("orange", "phone-forwarded"),
    "ended": ("grey", "circle-slash"),
}


def reader(request: HttpRequest) -> Actor:
    """Who reads; raises NotAllowed without duty.view."""
    actor = actor_of(request)
    actor.require("duty.view")
    return actor


def tabs(here: str) -> list[tuple[str, Any, str, bool]]:
    """(path, title, icon, here) of the tabs."""
    return [(reverse(name), title, icon, name == here) for name, title, icon in TABS]


def unit_asked(actor: Actor, given: str | None) -> Organisation:
    """The unit that the address names, else the reader's own; raises NotFound."""
    if given:
        if not (given.isascii() and given.isdigit() and len(given) < 19):
            raise NotFound
        return queries.unit_seen(actor, int(given))
    return queries.unit_seen(actor, actor.organisation_id or 0)
