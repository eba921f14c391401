"""Imports as they are tried and taken."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from django.db import transaction

from cityloop.assets import operations as assets
from cityloop.kernel import uploads
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Invalid
from cityloop.kernel.models import Upload
from cityloop.kernel.reports import ImportReport
from cityloop.people import operations as people
from cityloop.people.models import ANY
from cityloop.setup.sheets import Sheet

Run = Callable[[Path], ImportReport]
# How the register of components reads a file, by its ending.
FORMATS = {".csv": "csv", ".geojson": "geojson", ".json": "geojson", ".gpkg": "gpkg"}


def importer(upload: Upload, *, actor: Actor, now: datetime) -> Run:
    """The import that an upload is meant for; it takes the path of the file."""
    return RUNS[upload.kind](upload, actor, now)


def look_at(upload: Upload, *, actor: Actor, now: datetime) -> uploads.Trial:
    """What taking the file would do; nothing stays of it."""
    return uploads.try_upload(upload, importer(upload, actor=actor, now=now))


@transaction.atomic
def take_in(
    upload: Upload, sheet: Sheet, *, stamp: str, actor: Actor, now: datetime
) -> ImportReport:
    """Take the file as it was shown. Raises Stale, Invalid (rows are wrong, of a kind of which all
    come in or none), and as the import."""
    report = uploads.take(upload, importer(upload, actor=actor, now=now), stamp=stamp)
    if report.rejected and not sheet.partly:
        raise Invalid(*report.notes, rejected=report.rejected)
    return report


def _organisations(_upload: Upload, actor: Actor, now: datetime) -> Run:
    return lambda path: people.import_organisations(path, actor=actor, now=now)


def _responsibilities(upload: Upload, actor: Actor, now: datetime) -> Run:
    edition = upload.options.get("edition") or ANY
    return lambda path: people.import_responsibilities(
        path, actor=actor, now=now, edition_code=edition
    )


def _members(_upload: Upload, actor: Actor, now: datetime) -> Run:
    return lambda path: people.import_members(path, actor=actor, now=now)


def _components(upload: Upload, actor: Actor, now: datetime) -> Run:
    given = upload.options
    return lambda path: assets.import_components(
        path, FORMATS.get(path.suffix, "xlsx"), actor=actor, now=now,
        system=given.get("system") or "wgs84", layer=given.get("layer") or "",
        update=bool(given.get("update")),
    )  # fmt: skip


RUNS = {
    "organisations": _organisations,
    "responsibilities": _responsibilities,
    "members": _members,
    "components": _components,
}
