"""Is this installation well? Database, tables, queue, disk and clock, each in one sentence."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import Error, connection

from cityloop.kernel.schema import OlderDatabase, waiting_migrations

LEAST_FREE_BYTES = 1024**3
LONGEST_WAIT = timedelta(minutes=5)  # of a job that is due while nothing is done
LONGEST_BACKLOG = timedelta(hours=1)  # while work goes on, as after a stop or a large import
# What PostgreSQL says where a table, or a function of PostGIS, is not there.
MISSING = {
    "42P01": "its tables are not there yet: run cityloop migrate",
    "42883": "the database has no PostGIS yet: run cityloop migrate",
}
AT_WORK = timedelta(minutes=1)  # since a job was begun
LARGEST_DRIFT = timedelta(seconds=5)  # between our clock and the database's
MISLEADING_DRIFT = timedelta(minutes=1)  # from here on nothing is done by our clock alone


@dataclass(frozen=True, slots=True)
class Finding:
    """The state of one part; `figures`: numbers of it that anybody may know, in seconds or counts.

    Words name folders, versions and what a failing part said: they are for administrators.
    """

    name: str
    well: bool
    words: str
    figures: dict[str, float] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """For administrators on /healthz, and for `cityloop check --json`."""
        return asdict(self)

    def state(self) -> dict[str, Any]:
        """For everybody else."""
        return {"name": self.name, "well": self.well, "figures": self.figures}


Look = tuple[bool, str] | tuple[bool, str, dict[str, float]]


def examine(*, now: datetime) -> list[Finding]:
    """Look at every part; a part that cannot be asked is not well."""
    began = time.monotonic()
    return [
        _look(name, look, now + timedelta(seconds=time.monotonic() - began)) for name, look in PARTS
    ]


def _look(name: str, look: Callable[[datetime], Look], now: datetime) -> Finding:
    try:
        return Finding(name, *look(now))
    except (Error, OSError) as error:
        missing = MISSING.get(getattr(error.__cause__, "sqlstate", None) or "")
        words = missing or " ".join(str(error).split()) or type(error).__name__
        return Finding(name, False, words)


def _database(_now: datetime) -> tuple[bool, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version'), postgis_lib_version()")
        server, postgis = cursor.fetchone()
    return True, f"PostgreSQL {server}, PostGIS {postgis}"


def _tables(_now: datetime) -> tuple[bool, str]:
    try:
        waiting = waiting_migrations()
    except OlderDatabase as error:
        return False, str(error)
    if waiting:
        return False, f"{len(waiting)} migrations wait: run cityloop migrate"
    return True, "up to date"


def _queue(now: datetime) -> Look:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT count(*) FILTER (WHERE status = 'todo'),
                      count(*) FILTER (WHERE status = 'failed'),
                      (SELECT min(e.at) FROM procrastinate_jobs j
                         JOIN procrastinate_events e ON e.job_id = j.id AND e.type = 'deferred'
                        WHERE j.status = 'todo'
                          AND coalesce(j.scheduled_at, e.at) <= %(now)s),
                      (SELECT at FROM procrastinate_events
                        WHERE type = 'started' ORDER BY id DESC LIMIT 1)
                 FROM procrastinate_jobs""",
            {"now": now},
        )
        waiting, failed, oldest, started = cursor.fetchone()
    wait = now - oldest if oldest else timedelta()
    at_work = started is not None and now - started <= AT_WORK
    words = f"{waiting} waiting, {failed} failed, the oldest waits {wait.total_seconds():.0f} s"
    if at_work and wait > LONGEST_WAIT:
        words += f"; catching up, a warning after {LONGEST_BACKLOG.total_seconds():.0f} s"
    elif wait > LONGEST_WAIT:
        words += "; no worker has begun a job lately: is `cityloop serve` running?"
    figures = {"waiting": waiting, "failed": failed, "oldest": round(wait.total_seconds())}
    return wait <= (LONGEST_BACKLOG if at_work else LONGEST_WAIT), words, figures


def _disk(_now: datetime) -> tuple[bool, str]:
    """Data and files may lie on two disks: what is told is the worse of them."""
    looks = [_folder(Path(one)) for one in (settings.DATA_DIR, settings.MEDIA_ROOT)]
    well, _free, words = min(looks)
    return well, words


def _folder(folder: Path) -> tuple[bool, int, str]:
    """Whether a folder takes more, the bytes that are free, and both in words."""
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    writable = os.access(folder, os.W_OK)
    words = f"{free / 1024**3:.1f} GiB free in {folder}" + ("" if writable else ", not writable")
    return writable and free >= LEAST_FREE_BYTES, free, words


def drift_from(now: datetime) -> timedelta:
    """How far the database's clock is ahead of ours. One statement."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        there: datetime = cursor.fetchone()[0]
    return there - now


def _clock(now: datetime) -> Look:
    drift = drift_from(now)
    seconds = drift.total_seconds()
    words = f"{seconds:+.1f} s from the database's clock"
    return abs(drift) <= LARGEST_DRIFT, words, {"drift": round(seconds, 1)}


# One row per part; /healthz and `cityloop check` show them in this order.
PARTS: tuple[tuple[str, Callable[[datetime], Look]], ...] = (
    ("database", _database),
    ("tables", _tables),
    ("queue", _queue),
    ("disk", _disk),
    ("clock", _clock),
)
