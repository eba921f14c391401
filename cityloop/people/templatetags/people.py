"""Filters of the office's pages."""

from __future__ import annotations

from django import template
from django.utils.functional import Promise

from cityloop.people import naming
from cityloop.people.models import PeopleChange

register = template.Library()
LONGEST = 12


@register.filter
def record_word(word: str) -> str | Promise:
    """The word shown for one that the record keeps."""
    return naming.word(word)


@register.filter
def differences(change: PeopleChange) -> list[tuple[str, str, str]]:
    """(column, before, after) of a recorded change; the first dozen."""
    before, after = change.before or {}, change.after or {}
    names = sorted(name for name in after if after[name] not in (None, "", [], False))
    if change.before is not None:
        names = sorted(after)
    return [
        (str(naming.FIELDS.get(name, name)), _plain(before.get(name)), _plain(after[name]))
        for name in names[:LONGEST]
    ]


def _plain(value: object) -> str:
    return "–" if value in (None, "") else str(value)
