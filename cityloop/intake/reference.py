"""What every report needs to know and seldom changes: kept by this process for some seconds.

Flow, channels and the classes of the day. Other processes see a change within KEEP_SECONDS;
one that asks for something unknown looks again at once, but not more often than every second.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from threading import Lock
from typing import Any, Generic, TypeVar

from django.utils.translation import gettext as _

from cityloop.cases import queries as cases
from cityloop.cases.models import Flow
from cityloop.intake import channels
from cityloop.intake.channels import Channel
from cityloop.intake.models import ChannelSetting
from cityloop.kernel.errors import Invalid
from cityloop.standards import queries as standards
from cityloop.standards.models import ProblemClass

KEEP_SECONDS = 5.0
T = TypeVar("T")


class UnknownChannel(Invalid):
    """No row of intake/channels.py has this code, or the city has closed the channel."""

    code, title = "unknown-channel", "There is no such channel"


class UnknownClass(Invalid):
    """The class is in no published edition that holds today."""

    code, title = "unknown-class", "There is no such class"


class Kept(Generic[T]):
    """A value that is read again when older than KEEP_SECONDS; `key` tells days apart.

    `stamp`: what is quickly asked and tells whether the value is still the same.
    """

    def __init__(self, read: Callable[[Any], T], stamp: Callable[[], str] = lambda: "") -> None:
        self._read, self._stamp = read, stamp
        self._held: tuple[float, Any, str, T] | None = None
        self._lock = Lock()

    def get(self, key: Any = None, *, newer_than: float = KEEP_SECONDS) -> T:
        """The value; read now when there is none of this key that is new enough."""
        held = self._held
        if held is None or held[1] != key or time.monotonic() - held[0] > newer_than:
            with self._lock:
                self._held = held = self._renewed(key)
        return held[3]

    def _renewed(self, key: Any) -> tuple[float, Any, str, T]:
        began, stamp, held = time.monotonic(), self._stamp(), self._held
        if stamp and held is not None and held[1:3] == (key, stamp):
            return began, key, stamp, held[3]
        return began, key, stamp, self._read(key)

    def forget(self) -> None:
        """The next question reads again."""
        self._held = None


@dataclass(frozen=True, slots=True)
class KnownClass:
    """A class as intake needs it."""

    id: int
    code: str
    kind: str
    level: int
    name_zh: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Classes:
    """Classes in force on a day, by id, by full code and by code inside the edition (C0101)."""

    by_id: dict[int, KnownClass]
    by_code: dict[str, KnownClass]


def _read_channels(_key: object) -> dict[str, Channel]:
    found = dict(channels.BY_CODE)
    rows = ChannelSetting.objects.order_by("channel", "-id").distinct("channel")
    for row in rows:
        if row.channel in found:
            found[row.channel] = channels.with_changes(found[row.channel], row.changes)
    return found


def _read_flows(_key: object) -> tuple[Flow, dict[str, Flow]]:
    """The flow that holds, and its variants for channels with a clock of their own."""
    current = cases.current_flow()
    rows = Flow.objects.filter(code__startswith=f"{current.code}+")
    return current, {row.code: row for row in rows}


def _read_classes(on: date) -> Classes:
    by_id: dict[int, KnownClass] = {}
    by_code: dict[str, KnownClass] = {}
    for row in standards.classes(standards.current_edition(on)):
        by_id[row.pk] = known = known_class(row)
        by_code[row.code] = by_code[row.short_code] = known
    return Classes(by_id, by_code)


def known_class(row: ProblemClass) -> KnownClass:
    """A stored class as intake keeps it."""
    return KnownClass(row.pk, row.code, row.kind, row.level, row.name_zh, row.name_en)


_channels = Kept(_read_channels)
_flows = Kept(_read_flows)
_classes = Kept(_read_classes, stamp=standards.stamp)
_ALL = (_channels, _flows, _classes)


def forget() -> None:
    """This process asks the database again."""
    for one in _ALL:
        one.forget()


def all_channels() -> list[Channel]:
    """Every channel as the city has set it, in the order of the table."""
    return list(_channels.get().values())


def channel(code: str) -> Channel:
    """An open channel; raises UnknownChannel."""
    found = _channels.get().get(code)
    if found is None or not found.enabled:
        reason = _("there is no open channel %(code)s") % {"code": code[:40]}
        raise UnknownChannel(reason, fields={"channel": reason})
    return found


def flows() -> tuple[Flow, dict[str, Flow]]:
    """The flow that new cases start with, and its variants by code."""
    return _flows.get()


def classes(on: date) -> Classes:
    """Classes in force on a day."""
    return _classes.get(on)


def class_of(code: str, on: date) -> KnownClass:
    """A class by full code (edition/C0101), by C0101, or by id; raises UnknownClass."""
    for age in (KEEP_SECONDS, 1.0):
        known = _classes.get(on, newer_than=age)
        found = known.by_code.get(code)
        if found is None and code.isascii() and code.isdigit():
            found = known.by_id.get(int(code))
        if found is not None:
            return found
    reason = _("%(code)s is in no edition that holds today") % {"code": code[:60]}
    raise UnknownClass(reason, fields={"class_code": reason})
