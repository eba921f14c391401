"""Addresses: imported from files, or made for a city whose roads are generated."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

import shapely
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext
from shapely.geometry.base import BaseGeometry

from cityloop.geo import addressing, queries
from cityloop.geo.addressing import Named
from cityloop.geo.models import Address, Region, Road
from cityloop.geo.operations import address_files
from cityloop.geo.operations.file_names import GENERATED, take_for_addresses
from cityloop.geo.operations.road_addresses import add_crossings, let_go, take_up
from cityloop.geo.operations.staging import run, stage
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import NotFound
from cityloop.kernel.reports import ImportReport, Progress, Rejection, counted

_DOOR = re.compile(r"(.+?)(\d{1,6})号?")


class NoRoads(NotFound):
    """There is no generated road to put addresses on."""

    code = "no-roads"


def import_addresses(
    path: str | Path,
    *,
    source: str,
    actor: Actor,
    now: datetime,
    layer: str = "",
    system: str = "",
    progress: Progress | None = None,
) -> ImportReport:
    """Addresses from CSV or a workbook with columns lon and lat, or from a file of points.

    They replace those of the same `source`, which must not be one of roads. Columns: name; kind
    (one of Address.Kind, default poi); full_name (default: district, street, name); Chinese headers
    and kinds are understood. Rows without name or point and repeated ones are rejected, the others
    imported, also outside the unit grids; where all are rejected, the earlier addresses stay.
    Raises BadTable, UnreadableFile, UnknownSystem, SourceTaken, Invalid, NotAllowed.
    """
    actor.require("geo.manage")
    take_for_addresses(source)
    started = time.perf_counter()
    report = ImportReport()
    first: dict[tuple[object, ...], int] = {}
    rows: list[Named] = []
    for one in counted(address_files.read(Path(path), layer=layer, system=system), progress):
        same = first.setdefault((one.kind, one.name, one.full_name, one.lon, one.lat), one.row)
        why = one.fault or (same != one.row and gettext("same as row %(row)s") % {"row": same})
        if why:
            report.rejected.append(Rejection(one.row, one.name[:60], why))
        else:
            rows.append(_named(one))
    if rows:
        with transaction.atomic():
            report.imported = _replace(rows, source, actor, now)
    report.seconds = time.perf_counter() - started
    return report


def _replace(rows: Sequence[Named], source: str, actor: Actor, now: datetime) -> int:
    """Write addresses in the place of the earlier ones; doors find their roads again."""
    if Road.objects.exists():
        add_crossings(actor=actor, now=now)
    let_go([source])
    run("DELETE FROM geo_address WHERE source = %s", [source])
    written = _write(rows, source, now)
    take_up()
    return written


def _named(one: address_files.Entry) -> Named:
    door = _DOOR.fullmatch(one.name) if one.kind == Address.Kind.DOORPLATE else None
    return Named(
        kind=one.kind,
        name=one.name,
        lon=one.lon,
        lat=one.lat,
        road=door.group(1) if door else "",
        number=int(door.group(2)) if door else None,
        full_name=one.full_name,
    )


def make_addresses(*, about: int = 20_000, actor: Actor, now: datetime) -> int:
    """Addresses for a city outlined by outline_city, once its grids are there.

    Roads, crossings, doorplates, neighbourhoods and places of interest, `about` so many in all;
    they replace the earlier generated ones. Returns how many. Raises NoRoads, NotAllowed.
    """
    actor.require("geo.manage")
    with transaction.atomic():
        let_go([GENERATED])
        run("DELETE FROM geo_address WHERE source = %s", [GENERATED])
        made = add_crossings(actor=actor, now=now)
        roads = _generated_roads(now)
        if not roads:
            raise NoRoads(
                gettext("no generated road lies inside unit grids: outline_city, then grids")
            )
        places = list(_places(now))
        doors = max(0, about - made - len(places)) / 2
        metres = sum(line.length for _, lines in roads for line in lines) * 104_000.0
        spacing = max(20.0, metres / doors) if doors else metres
        rows = _inside([*addressing.doorplates(roads, spacing), *places], now)
        return made + _write(rows, GENERATED, now)


def _inside(rows: Sequence[Named], now: datetime) -> list[Named]:
    """Those within a unit grid: a door beyond the border would be another district's."""
    found = queries.locate_many([(r.lon, r.lat) for r in rows], on=timezone.localdate(now))
    return [row for row, place in zip(rows, found, strict=True) if place is not None]


def _generated_roads(now: datetime) -> list[tuple[str, list[BaseGeometry]]]:
    """Generated roads inside unit grids, by district and name, always in the same order."""
    rows = list(Road.objects.filter(source=GENERATED).order_by("id").values_list("name", "geom"))
    shapes = [shapely.from_wkb(bytes(geom.wkb)) for _, geom in rows]
    middles = [line.interpolate(0.5, normalized=True) for line in shapes]
    places = queries.locate_many([(m.x, m.y) for m in middles], on=timezone.localdate(now))
    lines: dict[tuple[str, str], list[BaseGeometry]] = {}
    for (name, _), line, place in zip(rows, shapes, places, strict=True):
        if place is not None:
            lines.setdefault((place.district_code, name), []).append(line)
    return [(name, pieces) for (_, name), pieces in lines.items()]


def _places(now: datetime) -> Iterator[Named]:
    day = timezone.localdate(now)
    rows = Region.objects.filter(
        level=Region.Level.COMMUNITY, generated=True, valid_from__lte=day, valid_to=None
    ).order_by("code")
    for code, name, geom in rows.values_list("code", "name", "geom"):
        yield from addressing.places(code, name, shapely.from_wkb(bytes(geom.wkb)))


_WRITE = """
WITH placed AS MATERIALIZED (
  SELECT n.*, l.grid_id, l.street_code
    FROM (SELECT *, ST_SetSRID(ST_MakePoint(lon, lat), 4326) AS point FROM new_address) n
    LEFT JOIN LATERAL cityloop_locate(n.lon, n.lat, %(day)s::date) l ON true
), street AS MATERIALIZED (
  SELECT s.code, s.name, d.name AS district
    FROM geo_region s JOIN geo_region d ON d.id = s.parent_id
   WHERE s.level = 'street' AND s.valid_from <= %(day)s::date
     AND (s.valid_to IS NULL OR s.valid_to > %(day)s::date)
), road AS MATERIALIZED (
  SELECT DISTINCT ON (full_name) full_name, id FROM geo_address
   WHERE kind = 'road' ORDER BY full_name, id
)
INSERT INTO geo_address (kind, name, full_name, number, point, grid_id, parent_id, source)
SELECT n.kind, n.name,
       left(coalesce(nullif(n.full_name, ''), s.district || s.name || n.name, n.name), 256),
       n.number, n.point, n.grid_id, road.id, %(source)s::text
  FROM placed n
  LEFT JOIN street s ON s.code = n.street_code
  LEFT JOIN road ON road.full_name = s.district || n.road AND n.road <> ''
"""


def _write(rows: Sequence[Named], source: str, now: datetime) -> int:
    stage(
        "new_address",
        (
            ("kind", "text"),
            ("name", "text"),
            ("lon", "float8"),
            ("lat", "float8"),
            ("road", "text"),
            ("number", "int4"),
            ("full_name", "text"),
        ),
        ((r.kind, r.name, r.lon, r.lat, r.road, r.number, r.full_name) for r in rows),
    )
    return run(_WRITE, {"source": source, "day": timezone.localdate(now)})
