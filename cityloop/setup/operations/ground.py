"""Regions, grids and roads imported by the worker; what came of it stands in the row."""

from __future__ import annotations

import logging
import tempfile
import time
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from cityloop.geo import operations as geo
from cityloop.kernel import jobs
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Invalid, NotAllowed, Problem
from cityloop.kernel.reports import ImportReport, Progress
from cityloop.people import queries as people
from cityloop.people.scope import sees_all
from cityloop.setup.models import GroundWork

PERMISSION = "geo.manage"
TOPIC = "setup.ground"
Kind, State = GroundWork.Kind, GroundWork.State
FILES = (Kind.REGIONS, Kind.GRIDS, Kind.ROADS)
KEPT_ROWS = 200  # of rejected rows, in the report
log = logging.getLogger("cityloop.setup")


def require_keeper(actor: Actor) -> None:
    """NotAllowed unless the actor keeps the ground of the whole city."""
    actor.require(PERMISSION)
    if not sees_all(actor):
        raise NotAllowed(_("only the city's administrators may do this"), code="out-of-scope")


@transaction.atomic
def begin_ground_work(
    kind: str,
    name: str,
    *,
    actor: Actor,
    now: datetime,
    options: Mapping[str, Any] | None = None,
    content: bytes | None = None,
) -> GroundWork:
    """Give the worker an import of a file, a city to outline or districts to cut into grids.

    One at a time: what two write of the same ground would meet. Raises Invalid, NotAllowed.
    """
    require_keeper(actor)
    if kind in FILES and not content:
        raise Invalid(_("the file is empty"), fields={"file": _("the file is empty")})
    if GroundWork.objects.filter(state__in=[State.WAITING, State.RUNNING]).exists():
        raise Invalid(_("another import of the ground is under way: wait for its end"))
    row = GroundWork.objects.create(
        kind=kind, name=name[-120:], options={**(options or {}), "language": get_language()},
        content=content,
        member_id=actor.member_id or 0, at=now,
    )  # fmt: skip
    jobs.defer(TOPIC, {"work_id": row.pk})
    return row


def do_ground_work(work_id: int, *, now: datetime) -> None:
    """What the worker does: all of it or nothing, and the report into the row.

    One that its worker left behind is done again from the beginning.
    """
    row = GroundWork.objects.filter(pk=work_id, state__in=[State.WAITING, State.RUNNING]).first()
    if row is None:
        return
    GroundWork.objects.filter(pk=row.pk).update(state=State.RUNNING, started_at=now)
    began = time.monotonic()
    report = _reported(row, now)
    told = {**report.as_dict(), "refused": report.refused}
    told["rejections"] = told["rejections"][:KEPT_ROWS]
    good = not report.refused and (bool(report.imported) or not report.rejected)
    GroundWork.objects.filter(pk=row.pk).update(
        state=State.DONE if good else State.REFUSED, report=told, content=None,
        finished_at=now + timedelta(seconds=time.monotonic() - began),
    )  # fmt: skip


def _reported(row: GroundWork, now: datetime) -> ImportReport:
    try:
        actor = people.actor_for(row.member_id, now)
        require_keeper(actor)
        with override(row.options.get("language")), _Teller(row.pk) as progress:
            return RUNS[row.kind](row, actor, now, progress)
    except Problem as problem:
        return ImportReport.of_refusal(problem)
    except Exception:
        log.exception("the import %s of the ground failed", row.pk)
        return ImportReport(refused=_("an error of ours; it has been written to the log"))


class _Teller:
    """Notes how far an import is, over a connection of its own: others see it before the import's
    transaction ends. At most twice a second."""

    def __init__(self, work_id: int) -> None:
        self.work_id, self.said = work_id, 0.0
        self.line = connection.copy()

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_error: object) -> None:
        self.line.close()

    def __call__(self, done: int, total: int) -> None:
        at = time.monotonic()
        if at - self.said < 0.5 and done < total:
            return
        self.said = at
        with self.line.cursor() as cursor:
            cursor.execute(
                "UPDATE setup_ground_work SET done = %s, total = %s WHERE id = %s",
                [done, total, self.work_id],
            )


def _city(row: GroundWork, actor: Actor, now: datetime, _tell: Progress) -> ImportReport:
    return geo.outline_city(
        city_code=row.options["city"], districts=row.options.get("districts") or None,
        actor=actor, now=now,
    )  # fmt: skip


def _cut(row: GroundWork, actor: Actor, now: datetime, _tell: Progress) -> ImportReport:
    return geo.generate_grids(districts=row.options["districts"], actor=actor, now=now)


def _of_file(row: GroundWork, actor: Actor, now: datetime, tell: Progress) -> ImportReport:
    """The file by its kind; only what the kind takes of the options goes to it."""
    given = row.options
    read: dict[str, Any] = {
        "actor": actor, "now": now, "layer": given.get("layer") or "",
        "system": given.get("system") or "", "progress": tell,
    }  # fmt: skip
    if given.get("valid_from") and row.kind != Kind.ROADS:
        read["valid_from"] = date.fromisoformat(given["valid_from"])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"ground{Path(row.name).suffix.lower()}"
        path.write_bytes(bytes(row.content or b""))
        if row.kind == Kind.REGIONS:
            return geo.import_regions(path, replace=bool(given.get("replace")), **read)
        if row.kind == Kind.GRIDS:
            return geo.import_grids(path, with_gaps=bool(given.get("with_gaps")), **read)
        return geo.import_roads(path, source=row.name, **read)


Run = Callable[[GroundWork, Actor, datetime, Progress], ImportReport]
RUNS: dict[str, Run] = {
    Kind.CITY: _city, Kind.CUT: _cut, Kind.REGIONS: _of_file, Kind.GRIDS: _of_file,
    Kind.ROADS: _of_file,
}  # fmt: skip
