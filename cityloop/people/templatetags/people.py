"""Filters of the office's pages."""

from __future__ import annotations

from django import template
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as lazy

from cityloop.people.models import PeopleChange

register = template.Library()
# What the record of changes calls things: word kept in the table -> word shown.
WORDS = {
    "create": lazy("made"), "change": lazy("altered"), "move": lazy("moved"),
    "close": lazy("taken out of use"), "hold": lazy("post given"), "end": lazy("ended"),
    "patrol": lazy("ground set"), "issue": lazy("key made"), "revoke": lazy("key stopped"),
    "reset password": lazy("first password set"), "change password": lazy("password changed"),
    "demo": lazy("demo city"), "organisation": lazy("Organisation"), "member": lazy("Member"),
    "post": lazy("Post"), "role": lazy("Role"), "holding": lazy("Post held"),
    "responsibility": lazy("Matrix line"), "responsibleperson": lazy("Responsible person"),
    "token": lazy("Key"), "peoplesetting": lazy("Decision of the city"),
}  # fmt: skip
LONGEST = 12


@register.filter
def record_word(word: str) -> str | Promise:
    """The word shown for one that the record keeps."""
    return WORDS.get(word, word)


@register.filter
def differences(change: PeopleChange) -> list[tuple[str, str, str]]:
    """(column, before, after) of a recorded change; the first dozen."""
    before, after = change.before or {}, change.after or {}
    names = sorted(name for name in after if after[name] not in (None, "", [], False))
    if change.before is not None:
        names = sorted(after)
    return [(name, _plain(before.get(name)), _plain(after[name])) for name in names[:LONGEST]]


def _plain(value: object) -> str:
    return "–" if value in (None, "") else str(value)
