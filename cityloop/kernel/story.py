"""Days of the past that are being made up: meanwhile nothing acts on the city by the present clock.

Whoever tells them moves cases, fires clocks and takes steps by a time of their own. A sweep by the
present clock would find every deadline of theirs run out long ago, and a history that runs back.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError, connection
from django.utils.translation import gettext as _

from cityloop.kernel.errors import Refused

# One of a database at a time; the server lets go when the connection is lost.
_LOCK = "hashtextextended('cityloop.story', 0)"
_HELD = f"""SELECT EXISTS (
  SELECT FROM pg_locks l, {_LOCK} AS key
  WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND l.classid::bigint = (key >> 32) & 4294967295 AND l.objid::bigint = key & 4294967295)
"""  # noqa: S608 (constants only)


class StoryTold(Refused):
    """Somebody else makes up days of this city at the moment."""

    code, title = "story-told", "The city's past is being made up"


@contextmanager
def telling() -> Iterator[None]:
    """While past days are made up; raises StoryTold where somebody else is at it."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_try_advisory_lock({_LOCK})")
        ((mine,),) = cursor.fetchall()
    if not mine:
        raise StoryTold(_("another simulation is at work in this database: wait until it ends"))
    try:
        yield
    finally:
        try:
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT pg_advisory_unlock({_LOCK})")
        except DatabaseError:  # whatever broke it is told by what `yield` raised
            connection.close()


def told() -> bool:
    """True while somebody makes up past days of this city."""
    with connection.cursor() as cursor:
        cursor.execute(_HELD)
        ((held,),) = cursor.fetchall()
    return bool(held)
