"""Two writers at the same moment, of whom the second waits for the first."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from django.db import connection, transaction
from django.utils import translation

WAITING = """
SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'
AND datname = current_database()
"""


def meanwhile(first: Callable[[], object], second: Callable[[], object]) -> Future[object]:
    """The second begins before the first is committed, and waits for it."""

    def alone() -> object:
        try:
            with translation.override("en"):
                return second()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            first()
            told = pool.submit(alone)
            wait_for_a_waiter()
        told.exception(timeout=20)
    return told


def wait_for_a_waiter() -> None:
    """Until somebody waits for a lock in this database, twenty seconds at most."""
    until = time.monotonic() + 20
    with connection.cursor() as cursor:
        while time.monotonic() < until:
            # Within one transaction the server shows the same picture again.
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(WAITING)
            if cursor.fetchone()[0]:
                return
            time.sleep(0.02)
