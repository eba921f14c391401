"""Filters of the office's pages."""

from __future__ import annotations

from django import template

from cityloop.people.models import PeopleChange

register = template.Library()
LONGEST = 12


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
