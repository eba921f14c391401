"""What an administrator reads of the installation: part by part a light, words, and what to do.

`health.py` answers machines in a word; these rows are for people, in their language. Subsystems
add rows of their own through the manifest (`health`).
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import Error, connection, transaction
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from cityloop.kernel import clock, health
from cityloop.kernel.manifest import subsystems
from cityloop.kernel.models import Marker

WELL, WATCH, BAD = "well", "watch", "bad"
BACKUP, DISK = "backup", "disk"  # markers
LEAST_SHARE = 0.1  # of a disk that is free
DAYS_KEPT = 60  # of the disk's free space
SOON = 30  # days until a disk is full
ALIVE = timedelta(seconds=60)  # since a worker's last sign of life
DAILY, LONG_AGO = timedelta(hours=26), timedelta(days=3)
GIB = 1024**3


@dataclass(frozen=True, slots=True)
class Row:
    """One part: its name, its light (well, watch, bad), what is seen, what to do, where."""

    part: str
    light: str
    words: str
    todo: str = ""
    path: str = ""


@dataclass(frozen=True, slots=True)
class Topic:
    """The jobs of one topic that are not done."""

    name: str
    waiting: int
    doing: int
    failed: int
    oldest: datetime | None


Ask = Callable[[datetime], Sequence[Row]]


def rows(*, now: datetime) -> list[Row]:
    """Every row, what is worst first; a part that cannot be asked is bad, and says why."""
    asks: list[tuple[str, Ask]] = list(OWN)
    asks += [
        (_(app.title), getattr(import_module(f"{app.name}.queries"), app.health))
        for app in subsystems()
        if app.health
    ]
    found = [row for title, ask in asks for row in _asked(title, ask, now)]
    return sorted(found, key=lambda row: (BAD, WATCH, WELL).index(row.light))


def _asked(title: str, ask: Ask, now: datetime) -> Sequence[Row]:
    try:
        with transaction.atomic():
            return ask(now)
    except (Error, OSError) as error:
        words = " ".join(str(error).split()) or type(error).__name__
        return [Row(str(title), BAD, words, _("Look at this part and at the log of the server."))]


def _database(_now: datetime) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('server_version'), pg_database_size(current_database())"
        )
        version, size = cursor.fetchone()
    words = _("PostgreSQL %(version)s; the city's data takes %(size)s") % {
        "version": version.split(" ")[0], "size": gib(size),
    }  # fmt: skip
    return [Row(_("Database"), WELL, words)]


def _tables(now: datetime) -> list[Row]:
    found = next(one for one in health.PARTS if one[0] == "tables")[1](now)
    if found[0]:
        return [Row(_("Tables"), WELL, _("They fit this version of the program."))]
    return [Row(_("Tables"), BAD, found[1], _("Run cityloop migrate on the server."))]


def _queue(now: datetime) -> list[Row]:
    well, _words, figures = _figures(now)
    numbers = {
        "waiting": int(figures["waiting"]), "failed": int(figures["failed"]),
        "oldest": spoken(timedelta(seconds=figures["oldest"])),
    }  # fmt: skip
    words = _("%(waiting)d jobs wait, the oldest for %(oldest)s; %(failed)d have failed") % numbers
    todo, light = "", WELL
    if not well:
        light, todo = BAD, _("Nothing is done: see whether a worker runs, then its log.")
    elif numbers["failed"]:
        light = WATCH
        todo = _("The log of the worker says why they failed; what they should have done is open.")
    return [Row(_("Jobs"), light, words, todo)]


def _figures(now: datetime) -> tuple[bool, str, dict[str, float]]:
    well, words, *figures = next(one for one in health.PARTS if one[0] == "queue")[1](now)
    return well, words, figures[0] if figures else {}


def _workers(now: datetime) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT last_heartbeat FROM procrastinate_workers ORDER BY 1 DESC")
        seen = [row[0] for row in cursor.fetchall()]
    alive = sum(now - at <= ALIVE for at in seen)
    if alive:
        words = _("%(n)d at work, last seen at %(at)s") % {"n": alive, "at": clocked(seen[0])}
        return [Row(_("Workers"), WELL, words)]
    words = _("none at work")
    if seen:
        words = _("none at work; the last was seen at %(at)s") % {"at": clocked(seen[0])}
    todo = _("Start cityloop serve, or cityloop worker: no clock runs and no message goes out.")
    return [Row(_("Workers"), BAD, words, todo)]


def _disks(now: datetime) -> list[Row]:
    return [_disk(name, folder, now) for name, folder in _folders()]


def _folders() -> list[tuple[str, Path]]:
    """Data and photos; once where both lie on one disk."""
    data, media = _existing(Path(settings.DATA_DIR)), _existing(Path(settings.MEDIA_ROOT))
    if data.stat().st_dev == media.stat().st_dev:
        return [(_("Disk"), data)]
    return [(_("Disk of the data"), data), (_("Disk of the photos"), media)]


def _existing(folder: Path) -> Path:
    while not folder.exists():
        folder = folder.parent
    return folder


def _disk(name: str, folder: Path, now: datetime) -> Row:
    usage = shutil.disk_usage(folder)
    share = usage.free / usage.total
    words = _("%(free)s of %(total)s free (%(share)d %%) in %(folder)s") % {
        "free": gib(usage.free), "total": gib(usage.total), "share": share * 100, "folder": folder,
    }  # fmt: skip
    days = days_left(str(folder), usage.free, now)
    if days is not None:
        words += "; " + _("at the pace of the last days full in %(n)d days") % {"n": days}
    light, todo = WELL, ""
    if usage.free < health.LEAST_FREE_BYTES:
        light, todo = BAD, _("Make room at once: photos and steps will be refused.")
    elif share < LEAST_SHARE or (days is not None and days < SOON):
        light, todo = WATCH, _("Make room, or put a larger disk below this folder.")
    return Row(name, light, words, todo)


def note_disks(*, now: datetime) -> None:
    """Keep how much is free today, for the trend."""
    today = clock.local_day(now).isoformat()
    oldest = clock.local_day(now - timedelta(days=DAYS_KEPT)).isoformat()
    with transaction.atomic():
        row = Marker.objects.select_for_update().filter(pk=DISK).first()
        kept: dict[str, dict[str, int]] = dict(row.value) if row else {}
        for _name, folder in _folders():
            days = {day: free for day, free in kept.get(str(folder), {}).items() if day >= oldest}
            kept[str(folder)] = {**days, today: shutil.disk_usage(folder).free}
        Marker.objects.update_or_create(pk=DISK, defaults={"value": kept, "set_at": now})


def days_left(folder: str, free: int, now: datetime) -> int | None:
    """Days until the disk of a folder is full, by what was free on the oldest day kept; None where
    it does not fill, or is known for less than two days."""
    row = Marker.objects.filter(pk=DISK).first()
    days = row.value.get(folder, {}) if row else {}
    if not days:
        return None
    first = min(days)
    past = (clock.local_day(now) - date.fromisoformat(first)).days
    lost = days[first] - free
    return None if past < 2 or lost <= 0 else free * past // lost


def _backup(now: datetime) -> list[Row]:
    row = Marker.objects.filter(pk=BACKUP).first()
    todo = _("Let the server run cityloop backup every night, into a folder on another disk.")
    if row is None:
        return [Row(_("Backup"), BAD, _("none has been made"), todo)]
    age = now - row.set_at
    words = _("the last at %(at)s, %(files)d photos and papers, into %(folder)s") % {
        "at": clocked(row.set_at), "files": row.value.get("files", 0),
        "folder": row.value.get("folder", "?"),
    }  # fmt: skip
    light = WELL if age <= DAILY else WATCH if age <= LONG_AGO else BAD
    return [Row(_("Backup"), light, words, "" if light == WELL else todo)]


def note_backup(*, folder: str, files: int, seconds: float, now: datetime) -> None:
    """A backup stands, whole: since when, where and how large."""
    value: dict[str, Any] = {"folder": folder, "files": files, "seconds": seconds}
    Marker.objects.update_or_create(pk=BACKUP, defaults={"value": value, "set_at": now})


def _clock(now: datetime) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        drift = abs((cursor.fetchone()[0] - now).total_seconds())
    words = _("%(n).1f s apart from the database's") % {"n": drift}
    if drift <= health.LARGEST_DRIFT.total_seconds():
        return [Row(_("Clock of the server"), WELL, words)]
    return [
        Row(
            _("Clock of the server"),
            BAD,
            words,
            _("Set both servers by one time service: deadlines count."),
        )
    ]


def topics() -> list[Topic]:
    """Jobs that are not done, by what they are about; those that wait longest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT coalesce(j.args->>'topic', j.task_name),
                      count(*) FILTER (WHERE j.status = 'todo'),
                      count(*) FILTER (WHERE j.status = 'doing'),
                      count(*) FILTER (WHERE j.status = 'failed'),
                      min(e.at) FILTER (WHERE j.status = 'todo')
                 FROM procrastinate_jobs j
                 LEFT JOIN LATERAL (SELECT min(at) AS at FROM procrastinate_events
                                     WHERE job_id = j.id AND type = 'deferred') e ON true
                WHERE j.status IN ('todo', 'doing', 'failed')
                GROUP BY 1 ORDER BY 5 NULLS LAST, 1 LIMIT 50"""
        )
        return [Topic(*row) for row in cursor.fetchall()]


def clocked(at: datetime) -> str:
    """A moment by the city's clock."""
    return f"{localtime(at):%Y-%m-%d %H:%M}"


def gib(count: float) -> str:
    """Bytes in words."""
    if count < GIB:
        return f"{count / 1024**2:.0f} MiB"
    return f"{count / GIB:.1f} GiB"


def spoken(span: timedelta) -> str:
    """A span in the unit that fits it."""
    seconds = int(span.total_seconds())
    for size, words in ((86400, _("%(n)d d")), (3600, _("%(n)d h")), (60, _("%(n)d min"))):
        if seconds >= size:
            return words % {"n": seconds // size}
    return _("%(n)d s") % {"n": seconds}


# Rows of the frame itself; those of the subsystems follow.
OWN: tuple[tuple[str, Ask], ...] = (
    ("database", _database),
    ("tables", _tables),
    ("workers", _workers),
    ("jobs", _queue),
    ("disk", _disks),
    ("backup", _backup),
    ("clock", _clock),
)
