"""What both lists of map settings share: the record of changes, in words."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from cityloop.geo import queries, words
from cityloop.geo.models import MapChange

PERMISSION = "geo.manage"
MOST_TOLD = 50


def told(subject: str, subject_id: int) -> list[tuple[Any, str, list[str], str]]:
    """The record of one setting, latest first."""
    rows = queries.map_changes(subject=subject, subject_id=subject_id).order_by("-id")
    return [(row.at, row.actor, differences(row), row.reason) for row in rows[:MOST_TOLD]]


def differences(row: Any) -> list[str]:
    """What a change changed; of one added or removed only that."""
    found = [str(words.ACTIONS[row.action])] if row.action != MapChange.Action.CHANGE else []
    was, became = row.was or {}, row.became or {}
    if was and became:
        found += [
            f"{label}: {_said(was.get(name))} → {_said(became.get(name))}"
            for name, label in words.SETTINGS.items() if was.get(name) != became.get(name)
        ]  # fmt: skip
        found += [_("drawn anew")] if row.redrawn else []
    return found


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return "–" if value in (None, "") else str(value)
