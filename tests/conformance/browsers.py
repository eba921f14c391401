"""Browsers in which members of the city are told, for the tables of calls and pages."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from cityloop.kernel.actor import Actor
from cityloop.notify import operations
from cityloop.notify.tests.pushing import Phone

# What the city is set up with.
PUSH = {"PUSH_CONTACT": "mailto:city@example.cn", "PUSH_KEY": "seed-of-the-tests-" * 3}
PHONE = Phone()


def push_form(name: str) -> dict[str, str]:
    """A browser as its page sends it."""
    browser = PHONE.at(f"https://push.example.net/{name}")
    return {"endpoint": browser.endpoint, "p256dh": browser.p256dh, "auth": browser.auth}


def push_body(name: str) -> dict[str, Any]:
    """The same for the API."""
    form = push_form(name)
    return {"endpoint": form.pop("endpoint"), "keys": form, "device": "Phone"}


def told_in_a_browser(actor: Actor, *, now: datetime) -> int:
    """A browser of the actor's; its id."""
    browser = PHONE.at("https://push.example.net/held")
    return operations.subscribe(browser, device="Phone", actor=actor, now=now).pk
