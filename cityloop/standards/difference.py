"""What changed between two sets of rows: added, changed, removed, field by field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any


class What(StrEnum):
    """The kinds of change."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Change:
    """One row that differs. `fields`: name -> (old, new) as text; only for changed rows.

    `before`, `after`: the rows themselves (ClassRow, RuleRow); None where there is none.
    """

    what: What
    key: str
    name: str
    fields: dict[str, tuple[str, str]] = field(default_factory=dict)
    before: Any = None
    after: Any = None

    def __str__(self) -> str:
        fields = self.fields.items()
        parts = [f"{name}: {old or '-'} -> {new or '-'}" for name, (old, new) in fields]
        return " ".join([f"{self.what} {self.key} {self.name}", "; ".join(parts)]).rstrip()

    def as_dict(self) -> dict[str, Any]:
        """JSON-able, without the rows."""
        return {
            "what": str(self.what), "key": self.key, "name": self.name,
            "fields": {name: list(pair) for name, pair in self.fields.items()},
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Difference:
    """Changes from one edition, or state of one, to another."""

    old: str
    new: str
    classes: tuple[Change, ...]
    rules: tuple[Change, ...]

    def __bool__(self) -> bool:
        return bool(self.classes or self.rules)

    def counts(self) -> dict[str, int]:
        """{"classes_added": 3, ...}, every kind named."""
        return {
            f"{table}_{what}": sum(change.what is what for change in changes)
            for table, changes in (("classes", self.classes), ("rules", self.rules))
            for what in What
        }

    def as_dict(self) -> dict[str, Any]:
        """JSON-able."""
        return {
            "old": self.old,
            "new": self.new,
            "counts": self.counts(),
            "classes": [change.as_dict() for change in self.classes],
            "rules": [change.as_dict() for change in self.rules],
        }


def changes(
    old: Mapping[Any, Any], new: Mapping[Any, Any], *, without: Iterable[str] = ()
) -> tuple[Change, ...]:
    """Changes between rows (dataclasses of one type) by key, in the order of the keys."""
    left_out = set(without)
    found: list[Change] = []
    for key in sorted(old.keys() | new.keys()):
        before, after = old.get(key), new.get(key)
        if before is None:
            found.append(Change(What.ADDED, str(key), title(after), after=after))
        elif after is None:
            found.append(Change(What.REMOVED, str(key), title(before), before=before))
        elif fields := _fields(before, after, left_out):
            found.append(Change(What.CHANGED, str(key), title(after), fields, before, after))
    return tuple(found)


def title(row: Any) -> str:
    """What a person calls the row."""
    return str(getattr(row, "name_zh", "") or getattr(row, "condition_zh", ""))


def _fields(old: Any, new: Any, without: set[str]) -> dict[str, tuple[str, str]]:
    before, after = asdict(old), asdict(new)
    return {
        name: (_text(before[name]), _text(after[name]))
        for name in before
        if name not in without and before[name] != after[name]
    }


def _text(value: Any) -> str:
    if isinstance(value, tuple | list):
        return ";".join(value)
    if isinstance(value, bool):
        return "1" if value else "0"
    return "" if value is None else str(value)
