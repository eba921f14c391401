"""The record of what was configured, over all subsystems: each has append-only records of its own.

A manifest names (`changes`) a function of queries that answers one question with rows, the newest
first; here they become one list that is turned by keyset.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from importlib import import_module
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.timezone import get_default_timezone

from cityloop.kernel.manifest import subsystems

LONGEST = 120  # of a value in a line


@dataclass(frozen=True, slots=True)
class Change:
    """One change. `part`: a code of PARTS of the page; `lines`: before and after, in words."""

    part: str
    key: int
    at: datetime
    actor: str
    what: str
    lines: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which changes: of a part, by a person (words of the name or post; a member), of a day; those
    behind `after`: (moment, part, key) of the last one seen."""

    part: str = ""
    person: str = ""
    member: int | None = None
    day: date | None = None
    after: tuple[datetime, str, int] | None = None
    limit: int = 50


def changes(asked: Asked) -> list[Change]:
    """At most `limit` and one more, which says that there are others; newest first."""
    wider = replace(asked, limit=asked.limit + 1)
    found: list[Change] = []
    for app in subsystems():
        if app.changes:
            found += getattr(import_module(f"{app.name}.queries"), app.changes)(wider)
    # Two sorts, both stable: newest first, of one moment by part, in it the latest first.
    found.sort(key=lambda one: (one.part, -one.key))
    found.sort(key=lambda one: one.at, reverse=True)
    return found[: wider.limit]


def asked_of(
    rows: QuerySet[Any], asked: Asked, part: str, make: Callable[[Any], Change],
    *, at: str = "at", actor: str = "actor", member: str = "member_id",
) -> list[Change]:  # fmt: skip
    """What a table answers; `member` '': it does not know who, and answers nothing about one."""
    if asked.part not in ("", part) or (asked.member is not None and not member):
        return []
    rows = rows.filter(_behind(asked, part, at))
    if asked.person:
        rows = rows.filter(**{f"{actor}__icontains": asked.person})
    if asked.member is not None:
        rows = rows.filter(**{member: asked.member})
    if asked.day is not None:
        first = datetime.combine(asked.day, time(), get_default_timezone())
        rows = rows.filter(**{f"{at}__gte": first, f"{at}__lt": first + timedelta(days=1)})
    return [make(row) for row in rows.order_by(f"-{at}", "-pk")[: asked.limit]]


def _behind(asked: Asked, part: str, at: str) -> Q:
    if asked.after is None:
        return Q()
    moment, last, key = asked.after
    if part > last:
        return Q(**{f"{at}__lte": moment})
    earlier = Q(**{f"{at}__lt": moment})
    return earlier if part < last else earlier | Q(**{at: moment, "pk__lt": key})


def lines_of(
    before: Any,
    after: Any,
    *,
    leave: tuple[str, ...] = (),
    names: Mapping[str, object] | None = None,
) -> tuple[str, ...]:
    """Field by field what differs between two states of a row; of one that came or went nothing.
    `names`: what the fields are called."""
    called = names or {}
    if not isinstance(before, Mapping) or not isinstance(after, Mapping):
        return () if before is None or after is None else (f"{_short(before)} → {_short(after)}",)
    return tuple(
        f"{called.get(name, name)}: {_told(before.get(name), after.get(name))}"
        for name in sorted({*before, *after} - set(leave))
        if before.get(name) != after.get(name)
    )


def _told(old: Any, new: Any) -> str:
    """Two values; of two lists what came and what went."""
    if not (isinstance(old, list) and isinstance(new, list)):
        return f"{_short(old)} → {_short(new)}"
    came, went = (
        [one for one in these if one not in those] for these, those in ((new, old), (old, new))
    )
    return "; ".join(f"{sign} {_short(some)}" for sign, some in (("+", came), ("−", went)) if some)


def pairs(fields: Mapping[str, Any]) -> tuple[str, ...]:
    """Lines of fields as name -> [old, new]."""
    return tuple(
        f"{name}: {_short(pair[0])} → {_short(pair[1])}" for name, pair in sorted(fields.items())
    )


def _short(value: Any) -> str:
    if isinstance(value, list) and not any(isinstance(one, dict | list) for one in value):
        value = ", ".join(map(str, value))
    text = "–" if value in (None, "", []) else str(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
