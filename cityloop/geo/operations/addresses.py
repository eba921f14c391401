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

from cityloop.geo import addressing, queries, sources
from cityloop.geo.addressing import Named
from cityloop.geo.models import Address, Region, Road
from cityloop.geo.operations.roads import GENERATED, add_crossings
from cityloop.geo.operations.staging import run, stage
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import NotFound
from cityloop.kernel.reports import ImportReport, Rejection

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
) -> ImportReport:
    """Addresses from a file of points, or a CSV with columns lon and lat.

    They replace those of the same `source`, which must not be one of roads. Attributes: name; kind
    (one of Address.Kind, default poi); full_name (default: district, street, name). Rows without
    name or point are rejected, the others imported, also outside the unit grids.
    Raises UnreadableFile, UnknownSystem, NotAllowed.
    """
    actor.require("geo.manage")
    started = time.perf_counter()
    report = ImportReport()
    rows: list[Named] = []
    for one in sources.read_features(path, layer=layer, system=system):
        if why := _fault(one):
            report.rejected.append(Rejection(one.row, one.text("name"), why))
        else:
            rows.append(_named(one))
    with transaction.atomic():
        run("DELETE FROM geo_address WHERE source = %s", [source])
        report.imported = _write(rows, source, now)
    report.seconds = time.perf_counter() - started
    return report


def _fault(one: sources.Feature) -> str:
    if not one.text("name"):
        return gettext("no name")
    if one.shape is None or one.shape.is_empty or one.shape.geom_type != "Point":
        return gettext("no point")
    if abs(one.shape.x) > 180 or abs(one.shape.y) > 90:
        return gettext("its coordinates are no degrees of longitude and latitude")
    if one.text("kind") not in ("", *Address.Kind.values):
        return gettext("kind is one of %(values)s") % {"values": ", ".join(Address.Kind.values)}
    return ""


def _named(one: sources.Feature) -> Named:
    assert one.shape is not None  # noqa: S101 (checked by _fault)
    name, kind = one.text("name")[:128], one.text("kind") or Address.Kind.POI
    door = _DOOR.fullmatch(name) if kind == Address.Kind.DOORPLATE else None
    return Named(
        kind=kind,
        name=name,
        lon=one.shape.x,
        lat=one.shape.y,
        road=door.group(1) if door else "",
        number=int(door.group(2)) if door else None,
        full_name=one.text("full_name")[:256],
    )


def make_addresses(*, about: int = 20_000, actor: Actor, now: datetime) -> int:
    """Addresses for a city outlined by outline_city, once its grids are there.

    Roads, crossings, doorplates, neighbourhoods and places of interest, `about` so many in all;
    they replace the earlier generated ones. Returns how many. Raises NoRoads, NotAllowed.
    """
    actor.require("geo.manage")
    with transaction.atomic():
        made = add_crossings(source=GENERATED, actor=actor, now=now)
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
