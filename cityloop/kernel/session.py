"""The database sessions of the threads of a process that serves for long.

The web server ends threads that idle without Python hearing of it: their sessions would stay open
until the database takes no more. Whoever opens one closes those that are left behind.

Each thread has a session of its own, and each session reads the catalogue and makes its plans for
itself. What only one thread does at a time is quicker in one session, whose plans are warm: the
server spends a third less on a report. What pages ask depends on who reads: a plan that is kept for
everybody may take a hundred times as long for one of them, so theirs are made anew.
"""

from __future__ import annotations

import os
import select
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from weakref import WeakValueDictionary

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

THREADS = "/proc/self/task"  # one folder for each thread of this process, by its number


def look_after(wrapper: BaseDatabaseWrapper) -> None:
    """A connection that broke, or that a request left in a transaction, is not used again."""
    wrapper.close_if_unusable_or_obsolete()
    _drop_lost(wrapper)


def look_after_own() -> None:
    """The same for this thread's own."""
    look_after(connections[DEFAULT_DB_ALIAS])


PREPARED_AFTER = 2  # times that a statement was sent; as settings.DATABASES begin


def keep_plans(keep: bool) -> None:
    """Whether what this thread's session asks often is prepared, and its plans kept."""
    raw = connections[DEFAULT_DB_ALIAS].connection
    if raw is not None:
        raw.prepare_threshold = PREPARED_AFTER if keep else None


def drop_own_lost() -> None:
    """For requests whose thread's connection Django looks after in the other respects."""
    _drop_lost(connections[DEFAULT_DB_ALIAS])


def _drop_lost(wrapper: BaseDatabaseWrapper) -> None:
    """Close one that the server has closed: it tells so on the socket, where a look costs nothing.

    Otherwise each thread would answer one request with an error after the database came back.
    """
    if wrapper.connection is None or wrapper.in_atomic_block:
        return
    if _spoken_to(wrapper.connection) and not wrapper.is_usable():
        wrapper.close()


def _spoken_to(raw: Any) -> bool:
    """The server has sent something that nobody asked for: as a rule that it has gone."""
    try:
        poll = select.poll()
        poll.register(raw.pgconn.socket, select.POLLIN)
        return bool(poll.poll(0))
    except Exception:  # no socket any more
        return True


class Opened:
    """The sessions that the threads of this process have opened, each by the thread's number."""

    def __init__(self) -> None:
        self._by_thread: WeakValueDictionary[tuple[int, str], Any] = WeakValueDictionary()
        self._lock = threading.Lock()

    def watch(self) -> None:
        """From now on note each session that is opened, and close what ended threads left open."""
        connection_created.connect(self._note, weak=False, dispatch_uid="kernel.session.opened")

    def _note(self, connection: BaseDatabaseWrapper, **_sent: Any) -> None:
        if connection.allow_thread_sharing:
            return  # lent from thread to thread: it outlives them
        mine = threading.get_native_id()
        with self._lock:
            left = self._left_behind(mine, connection)
            self._by_thread[mine, connection.alias] = connection.connection
        for one in left:
            one.close()

    def _left_behind(self, mine: int, connection: BaseDatabaseWrapper) -> list[Any]:
        """Sessions of threads that are no more, and of an earlier one that had this number."""
        running, here = set(os.listdir(THREADS)), (mine, connection.alias)
        gone = [key for key in self._by_thread if key == here or str(key[0]) not in running]
        earlier = [self._by_thread.pop(key, None) for key in gone]
        return [one for one in earlier if one is not None and one is not connection.connection]


opened = Opened()


class OneSession:
    """Lends its session to one thread at a time; whoever uses it sees to that.

    Only where `keep` was called, in a process that serves for long: tests and commands work in
    their threads' own sessions, and leave none open behind them.
    """

    def __init__(self) -> None:
        self._kept: BaseDatabaseWrapper | None = None

    def keep(self) -> None:
        """From now on lend one; it connects when it is first used, and anew when it broke."""
        self._kept = connections.create_connection(DEFAULT_DB_ALIAS)
        self._kept.inc_thread_sharing()

    @contextmanager
    def lent(self) -> Iterator[None]:
        """Inside, `django.db.connection` of this thread is the session kept."""
        if self._kept is None:
            yield
            return
        own = connections[DEFAULT_DB_ALIAS]
        look_after(self._kept)
        connections[DEFAULT_DB_ALIAS] = self._kept
        try:
            yield
        finally:
            connections[DEFAULT_DB_ALIAS] = own
