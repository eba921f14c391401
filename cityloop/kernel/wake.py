"""A hint that something changed, from whoever wrote it to whoever shows it.

NOTIFY in the transaction of a step would take a lock of the whole database until the step is on the
disk, and steps would wait for each other. So it is sent after the commit, in a transaction of its
own that writes nothing and waits for no disk. It may be lost: whoever listens also looks by itself.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Any

import psycopg
from django.db import connection, transaction

CHANNEL = "cityloop_changed"
REST_SECONDS = 0.05  # of a process: who is woken looks twice, so the next hint is not needed sooner
AGAIN_SECONDS = 5.0

log = logging.getLogger("cityloop.live")


class _Sender:
    """When this process sent its last hint."""

    def __init__(self) -> None:
        self.last = 0.0

    def send(self) -> None:
        """One hint, unless there was one just now."""
        now = time.monotonic()
        if now - self.last < REST_SECONDS:
            return
        self.last = now
        with connection.cursor() as cursor:
            cursor.execute(f"NOTIFY {CHANNEL}")


_sender = _Sender()


def after_commit() -> None:
    """Send a hint once the transaction stands; at once where there is none."""
    transaction.on_commit(_sender.send, robust=True)


async def listen(woken: Callable[[], None]) -> None:
    """Call `woken` at each hint, until cancelled; a database that is away is asked again."""
    while True:
        try:
            line = await psycopg.AsyncConnection.connect(**_parameters(), autocommit=True)
            async with line:
                await line.execute(f"LISTEN {CHANNEL}")
                async for _hint in line.notifies():
                    woken()
        except psycopg.Error as error:
            log.warning("no hints from the database at the moment: %s", type(error).__name__)
        await asyncio.sleep(AGAIN_SECONDS)


def _parameters() -> dict[str, Any]:
    """Django's own, without what is for its cursors."""
    own = {"cursor_factory", "context", "prepare_threshold"}
    return {k: v for k, v in connection.get_connection_params().items() if k not in own}
