"""`cityloop worker`: does deferred jobs and calls the schedules of the manifests."""

from __future__ import annotations

import asyncio
import logging
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from typing import Annotated, Any

import typer

from cityloop.cli.project import open_project

_LONGEST_PAUSE = 30.0
_WHILE_TOLD = 2.0  # seconds

_told_again = {"clock": 0.0}  # when the log is told once more (monotonic seconds)

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Routine:
    """One row of a manifest's schedules and the moment of its next call (monotonic seconds)."""

    name: str
    call: Callable[[], Any]
    every_seconds: float
    due: float = 0.0
    failures: int = field(default=0)

    def run(self, now: float) -> None:
        """Call it; a failure is logged and tried again later, up to half a minute apart."""
        try:
            self.call()
            self.failures = 0
        except Exception as error:
            self.failures += 1
            self._tell(error)
            _drop_connection()
        pause = min(2.0**self.failures, _LONGEST_PAUSE) if self.failures else 0.0
        self.due = now + max(self.every_seconds, pause)

    def _tell(self, error: Exception) -> None:
        """A database that is away is a line, not a traceback for each routine; nothing that is
        told holds variables, among which the password would be."""
        from django.db import InterfaceError, OperationalError

        if isinstance(error, OperationalError | InterfaceError):
            why = str(error).strip().partition("\n")[0]
            log.warning("routine %s: the database does not answer: %s", self.name, why)
        else:
            log.exception("routine %s failed, %s times in a row", self.name, self.failures)


def past_is_told() -> bool:
    """True while somebody makes up past days of this city: a sweep by the present clock would
    find all their deadlines run out. A database that is away is each routine's own to tell."""
    from django.db import Error

    from cityloop.kernel import story

    try:
        return story.told()
    except Error:
        _drop_connection()
        return False


def clock_misleads() -> bool:
    """True while this machine's clock is minutes away from the database's: whatever runs out by it
    would be written into histories that nobody can change. /healthz says so, too."""
    from django.db import Error

    from cityloop.kernel import clock, health

    try:
        drift = health.drift_from(clock.now())
    except Error:
        _drop_connection()
        return False
    if abs(drift) <= health.MISLEADING_DRIFT:
        return False
    if time.monotonic() >= _told_again["clock"]:
        log.error("no clock is swept: the database's clock is %s from ours", drift)
        _told_again["clock"] = time.monotonic() + _LONGEST_PAUSE
    return True


def waits() -> bool:
    """No routine is called while a past is told, or by a clock that misleads."""
    return past_is_told() or clock_misleads()


def _drop_connection() -> None:
    """After a failure the connection may be dead: the next call opens a new one."""
    from django.db import connection

    connection.close()


def routines() -> list[Routine]:
    """All schedules of all subsystems."""
    from cityloop.kernel import manifest

    return [
        Routine(
            f"{app.name}.jobs.{schedule.function}",
            getattr(import_module(f"{app.name}.jobs"), schedule.function),
            schedule.every_seconds,
        )
        for app in manifest.subsystems()
        for schedule in app.schedules
    ]


def keep_schedules(
    rows: list[Routine], stop: threading.Event, *, waits: Callable[[], bool]
) -> None:
    """Call every routine when it is due, one after another, until told to stop; none while it
    `waits`."""
    while not stop.is_set():
        if waits():
            stop.wait(_WHILE_TOLD)
            continue
        now = time.monotonic()
        for row in rows:
            if row.due <= now and not stop.is_set():
                row.run(time.monotonic())
        soonest = min((row.due for row in rows), default=now + 1.0)
        stop.wait(max(0.05, min(1.0, soonest - time.monotonic())))


async def do_jobs(concurrency: int) -> None:
    """Do deferred jobs until SIGINT or SIGTERM; running jobs get ten seconds to end."""
    from procrastinate.contrib.django import app

    with app.replace_connector(app.connector.get_worker_connector()):
        async with app.open_async():
            await app.run_worker_async(
                concurrency=concurrency,
                shutdown_graceful_timeout=10.0,
                delete_jobs="successful",
                install_signal_handlers=True,
            )


def worker(
    concurrency: Annotated[int, typer.Option(help="Jobs done at the same time.", min=1)] = 4,
) -> None:
    """Do deferred jobs, sweep the clocks and call every scheduled routine. Ends with a signal."""
    open_project()
    # Until the job loop has its own handlers, and after it has ended, a signal still ends us.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    stop = threading.Event()
    sweeper = threading.Thread(target=keep_schedules, args=(routines(), stop),
                               kwargs={"waits": waits}, name="schedules")  # fmt: skip
    sweeper.start()
    try:
        asyncio.run(do_jobs(concurrency))
    finally:
        stop.set()
        sweeper.join(10.0)
