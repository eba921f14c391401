"""One search for everything: pages, cases, rules, units, components, places."""

from __future__ import annotations

from datetime import datetime
from itertools import groupby

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from cityloop.kernel import manifest
from cityloop.kernel.actor import Actor
from cityloop.kernel.manifest import Hit
from cityloop.kernel.page import menu, office_tabs, personal

MAX_WORDS = 100
EACH = 6  # hits of one kind


def found(actor: Actor, words: str, *, now: datetime) -> list[tuple[str, list[Hit]]]:
    """(group, hits) for what somebody typed, pages first; without words the pages alone.

    Each subsystem shows what the actor may see, and nothing else.
    """
    typed = " ".join(words.replace("\x00", " ").split())[:MAX_WORDS]
    hits = pages(actor, typed)
    if typed:
        hits += manifest.search(actor, typed, limit=EACH, now=now)
    return [(name, list(some)) for name, some in groupby(hits, key=lambda one: one.group)]


def pages(actor: Actor, typed: str) -> list[Hit]:
    """Lines of the menus and tabs of the office whose title, in either language, has every word."""
    words = typed.casefold().split()
    lines = [(one.title, one.path, one.icon, "") for one in (*menu(actor), *personal())]
    if not actor.terminal:
        lines += [(one.title, reverse(one.address), one.icon, _("Back office"))
                  for one in office_tabs(actor)]  # fmt: skip
    group = _("Pages")
    known = [(title, _(title), path, icon, sub) for title, path, icon, sub in lines]
    fits = [Hit(group, shown, path, sub, icon) for title, shown, path, icon, sub in known
            if _says(title, shown, words)]  # fmt: skip
    return fits if not words else fits[:EACH]


def _says(title: str, shown: str, words: list[str]) -> bool:
    with override("zh-hans"):
        every = f"{title} {shown} {_(title)}".casefold()
    return all(word in every for word in words)
