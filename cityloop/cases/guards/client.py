"""Guard on what the client of a post can do."""

from __future__ import annotations

from django.utils.translation import gettext as _

from cityloop.cases.change import Change

# What a unit does at a light terminal: receives, handles, gives back, replies.
AT_TERMINAL = frozenset({
    "receive", "return", "assign", "hand_in", "hand_back", "finish", "assist_done", "reply",
})  # fmt: skip


def fits_client(change: Change) -> str | None:
    """A light terminal receives, handles and replies; everything else needs a console (A25)."""
    if not change.actor.terminal or change.action in AT_TERMINAL:
        return None
    return _("your terminal receives, handles and replies: use a console for this")
