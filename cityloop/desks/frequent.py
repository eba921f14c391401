"""The classes that come most often in somebody's area: the tiles of the report form."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Hashable
from datetime import date, datetime, timedelta
from threading import Lock

from django.db.models import Count

from cityloop.cases import queries as cases
from cityloop.intake import reference
from cityloop.intake.reference import KnownClass
from cityloop.kernel import clock
from cityloop.kernel.actor import Actor
from cityloop.people.scope import sees_all

MOST = 10  # as many as there are digits
SINCE = timedelta(days=30)
KEEP_SECONDS = 600.0
KEEP_MOST = 500
DIGITS = "1234567890"

_held: OrderedDict[Hashable, tuple[float, list[int]]] = OrderedDict()
_lock = Lock()


def commonest(actor: Actor, *, on: date, now: datetime) -> list[tuple[str, KnownClass]]:
    """The ten classes in force that were reported most often lately where the actor sees, each
    with its digit; fewer where less came. Counted anew every ten minutes."""
    known = reference.classes(on).by_id
    found = [known[pk] for pk in _counted(actor, now) if pk in known]
    return list(zip(DIGITS, found, strict=False))


def _counted(actor: Actor, now: datetime) -> list[int]:
    key: Hashable = (None if sees_all(actor) else actor.member_id, clock.local_day(now))
    with _lock:
        held = _held.get(key)
    if held is not None and held[0] > time.monotonic():
        return held[1]
    rows = cases.visible(actor).filter(reported_at__gte=now - SINCE, problem_class__isnull=False)
    told = rows.order_by().values("problem_class").annotate(n=Count("pk"))
    found = [one["problem_class"] for one in told.order_by("-n", "problem_class")[:MOST]]
    with _lock:
        _held[key] = time.monotonic() + KEEP_SECONDS, found
        _held.move_to_end(key)
        while len(_held) > KEEP_MOST:
            _held.popitem(last=False)
    return found


def forget() -> None:
    """Count again at the next question."""
    with _lock:
        _held.clear()
