"""What both lists of map settings share: the record of changes, in words."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from cityloop.geo import queries
from cityloop.geo.models import MapChange

PERMISSION = "geo.manage"
MOST_TOLD = 50
NAMES = {
    "name": lazy("What it is called"), "kind": lazy("Kind"), "url": lazy("Web address"),
    "attribution": lazy("Whose map it is"), "position": lazy("Layer"),
    "enabled": lazy("Shown on maps"), "starts_on": lazy("First day"),
    "ends_on": lazy("First day without it"),
}  # fmt: skip
ACTIONS = {
    MapChange.Action.ADD: lazy("added"), MapChange.Action.CHANGE: lazy("changed"),
    MapChange.Action.REMOVE: lazy("removed"),
}  # fmt: skip


def told(subject: str, subject_id: int) -> list[tuple[Any, str, list[str], str]]:
    """The record of one setting, latest first."""
    rows = queries.map_changes(subject=subject, subject_id=subject_id).order_by("-id")
    return [(row.at, row.actor, differences(row), row.reason) for row in rows[:MOST_TOLD]]


def differences(row: Any) -> list[str]:
    """What a change changed; of one added or removed only that."""
    found = [str(ACTIONS[row.action])] if row.action != MapChange.Action.CHANGE else []
    was, became = row.was or {}, row.became or {}
    if was and became:
        found += [
            f"{label}: {_said(was.get(name))} → {_said(became.get(name))}"
            for name, label in NAMES.items() if was.get(name) != became.get(name)
        ]  # fmt: skip
        found += [_("drawn anew")] if row.redrawn else []
    return found


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return "–" if value in (None, "") else str(value)
