"""Roads: imported from files, or those that outlining left."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

import shapely
from django.db import transaction
from django.utils.translation import gettext
from shapely.geometry.base import BaseGeometry

from cityloop.geo import naming, sources
from cityloop.geo.models import Road
from cityloop.geo.operations.file_names import GENERATED, take_for_roads
from cityloop.geo.operations.road_addresses import add_crossings
from cityloop.geo.operations.staging import run, stage
from cityloop.kernel.actor import Actor
from cityloop.kernel.reports import ImportReport, Progress, Rejection, counted

# OpenStreetMap's highway classes in ours; everything else is a branch.
_KINDS = {
    "motorway": Road.Kind.PRIMARY,
    "trunk": Road.Kind.PRIMARY,
    "primary": Road.Kind.PRIMARY,
    "secondary": Road.Kind.SECONDARY,
    "tertiary": Road.Kind.SECONDARY,
}


def import_roads(  # noqa: PLR0913 (how to read a file, all by keyword)
    path: str | Path,
    *,
    source: str,
    actor: Actor,
    now: datetime,
    name_field: str = "name",
    kind_field: str = "highway",
    layer: str = "",
    system: str = "",
    replace: bool = False,
    progress: Progress | None = None,
) -> ImportReport:
    """Roads from a file of lines, with addresses for their names and crossings.

    They replace those of the same `source`, and with `replace` the generated ones with their doors.
    `kind_field` holds an OpenStreetMap highway class or one of Road.Kind. Rows that are no line are
    rejected, the others imported; where all are, the earlier roads stay. Raises UnreadableFile,
    UnknownSystem, SourceTaken, Invalid, NotAllowed.
    """
    actor.require("geo.manage")
    take_for_roads(source)
    started = time.perf_counter()
    report = ImportReport()
    rows: list[tuple[str, str, BaseGeometry]] = []
    for one in counted(sources.read_features(path, layer=layer, system=system), progress):
        if why := _fault(one):
            report.rejected.append(Rejection(one.row, one.text(name_field), why))
        else:
            rows += _pieces(one, name_field, kind_field)
    if rows:
        with transaction.atomic():
            gone = _remove(source, replace)
            report.imported = _write_roads(rows, source)
            found = add_crossings(actor=actor, now=now, gone=gone)
            report.notes = _notes(found, [name for name, _, _ in rows], name_field)
    report.seconds = time.perf_counter() - started
    return report


def _remove(source: str, generated: bool) -> list[str]:
    """The roads of a source go, or the generated ones with their doors too; whose went."""
    gone = [source, GENERATED] if generated else [source]
    Road.objects.filter(source__in=gone).delete()
    if generated:
        run("DELETE FROM geo_address WHERE source = %s AND kind = 'doorplate'", [GENERATED])
    return gone


def _notes(found: int, names: Sequence[str], name_field: str) -> list[str]:
    """How much can be found, and what cannot: roads without a name, and those that are made up."""
    notes = [gettext("%(found)s roads and crossings can be searched") % {"found": found}]
    if nameless := names.count(""):
        notes.append(
            gettext("%(n)s of %(all)s have no name (attribute %(field)s)")
            % {"n": nameless, "all": len(names), "field": name_field}
        )
    if made := Road.objects.filter(source=GENERATED).count():
        notes.append(
            gettext("%(n)s generated roads stand beside them; --replace takes them away")
            % {"n": made}
        )
    return notes


def _fault(one: sources.Feature) -> str:
    if one.shape is None or one.shape.geom_type not in ("LineString", "MultiLineString"):
        kind = one.shape.geom_type if one.shape is not None else "nothing"
        return gettext("%(kind)s, no line") % {"kind": kind}
    if one.shape.is_empty:
        return gettext("no shape")
    west, south, east, north = one.shape.bounds
    if west < -180 or east > 180 or south < -90 or north > 90:
        return gettext("its coordinates are no degrees of longitude and latitude")
    return ""


def _pieces(
    one: sources.Feature, name_field: str, kind_field: str
) -> Iterator[tuple[str, str, BaseGeometry]]:
    given = one.text(kind_field).removesuffix("_link")
    kind = given if given in Road.Kind.values else _KINDS.get(given, Road.Kind.BRANCH)
    for line in shapely.get_parts(one.shape):
        yield one.text(name_field)[:64], str(kind), line


def write_generated_roads(roads: Sequence[tuple[str, str, BaseGeometry]]) -> int:
    """Name and write the roads (district, kind, line) that outlining left; returns how many."""
    stems = {district: naming.stems(district) for district, _, _ in roads}
    named = (
        (naming.road_name(next(stems[district]), kind, place), kind, line)
        for place, (district, kind, line) in enumerate(roads)
    )
    return _write_roads(named, GENERATED)


def _write_roads(rows: Iterable[tuple[str, str, BaseGeometry]], source: str) -> int:
    stage(
        "new_road",
        (("name", "text"), ("kind", "text"), ("shape", "bytea")),
        ((name, kind, shapely.to_wkb(shapely.force_2d(line))) for name, kind, line in rows),
    )
    return run(
        """INSERT INTO geo_road (name, kind, geom, source)
           SELECT name, kind, ST_GeomFromWKB(shape, 4326), %s FROM new_road""",
        [source],
    )
