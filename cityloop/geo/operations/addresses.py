"""Roads and addresses: imported, or made for a city whose roads are generated."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

import shapely
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext
from shapely.geometry.base import BaseGeometry

from cityloop.geo import addressing, naming, sources
from cityloop.geo.models import Address, Region, Road
from cityloop.geo.operations.staging import run, stage
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import NotFound
from cityloop.kernel.reports import ImportReport, Rejection

GENERATED = "generated"

# OpenStreetMap's highway classes in ours; everything else is a branch.
_KINDS = {
    "motorway": Road.Kind.PRIMARY,
    "trunk": Road.Kind.PRIMARY,
    "primary": Road.Kind.PRIMARY,
    "secondary": Road.Kind.SECONDARY,
    "tertiary": Road.Kind.SECONDARY,
}


class NoRoads(NotFound):
    """There is no generated road to put addresses on."""

    code = "no-roads"


def import_roads(
    path: str | Path,
    *,
    source: str,
    actor: Actor,
    now: datetime,
    name_field: str = "name",
    kind_field: str = "highway",
    layer: str = "",
    system: str = "",
) -> ImportReport:
    """Roads from a file of lines; they replace those of the same `source`.

    `kind_field` holds an OpenStreetMap highway class or one of Road.Kind. Rows that are no line are
    rejected, the others imported. Raises UnreadableFile, UnknownSystem, NotAllowed.
    """
    actor.require("geo.manage")
    started = time.perf_counter()
    report = ImportReport()
    rows: list[tuple[str, str, BaseGeometry]] = []
    for one in sources.read_features(path, layer=layer, system=system):
        if one.shape is None or one.shape.geom_type not in ("LineString", "MultiLineString"):
            kind = one.shape.geom_type if one.shape is not None else "nothing"
            report.rejected.append(
                Rejection(
                    one.row, one.text(name_field), gettext("%(kind)s, no line") % {"kind": kind}
                )
            )
        else:
            rows += _pieces(one, name_field, kind_field)
    with transaction.atomic():
        Road.objects.filter(source=source).delete()
        report.imported = _write_roads(rows, source)
    report.seconds = time.perf_counter() - started
    return report


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


# The middle of a road's longest piece stands for the road in each district it runs through.
_ADD_ROADS = """
INSERT INTO geo_address (kind, name, full_name, point, grid_id, source)
SELECT DISTINCT ON (r.name, l.district_code)
       'road', r.name, d.name || r.name, p.point, l.grid_id, %(source)s::text
  FROM geo_road r,
       LATERAL (SELECT ST_LineInterpolatePoint(r.geom, 0.5) AS point) p
       LEFT JOIN LATERAL cityloop_locate(ST_X(p.point), ST_Y(p.point), %(day)s::date) l ON true
       LEFT JOIN LATERAL (
         SELECT name FROM geo_region
          WHERE code = l.district_code AND valid_from <= %(day)s::date
            AND (valid_to IS NULL OR valid_to > %(day)s::date)) d ON true
 WHERE r.source = %(source)s::text AND r.name <> '' AND d.name IS NOT NULL
 ORDER BY r.name, l.district_code, ST_Length(r.geom) DESC
"""

# Where two named roads meet; pieces of one crossing (two carriageways, say) count once.
_ADD_CROSSINGS = """
WITH met AS (
  SELECT a.name AS one, b.name AS other, ST_ClosestPoint(a.geom, b.geom) AS point
    FROM geo_road a
    JOIN geo_road b ON a.name < b.name AND ST_DWithin(a.geom, b.geom, 0.000001)
   WHERE a.name <> '' AND b.name <> ''
     AND a.source = %(source)s::text AND b.source = %(source)s::text
), grouped AS (
  SELECT one, other, point,
         ST_ClusterDBSCAN(point, 0.0008, 1) OVER (PARTITION BY one, other) AS cluster
    FROM met
), placed AS (
  SELECT one, other, ST_Centroid(ST_Collect(point)) AS point
    FROM grouped GROUP BY one, other, cluster
)
INSERT INTO geo_address (kind, name, full_name, point, grid_id, source)
SELECT 'crossing', one || '与' || other || '交叉口',
       coalesce(d.name, '') || one || '与' || other || '交叉口', p.point, l.grid_id,
       %(source)s::text
  FROM placed p
  LEFT JOIN LATERAL cityloop_locate(ST_X(p.point), ST_Y(p.point), %(day)s::date) l ON true
  LEFT JOIN LATERAL (
    SELECT name FROM geo_region
     WHERE code = l.district_code AND valid_from <= %(day)s::date
       AND (valid_to IS NULL OR valid_to > %(day)s::date)) d ON true
"""

_ADD_NAMED = """
WITH placed AS MATERIALIZED (
  SELECT n.*, l.grid_id, l.street_code
    FROM (SELECT *, ST_SetSRID(ST_MakePoint(lon, lat), 4326) AS point FROM new_address) n
    JOIN LATERAL cityloop_locate(n.lon, n.lat, %(day)s::date) l ON true
), street AS MATERIALIZED (
  SELECT s.code, s.name, d.name AS district
    FROM geo_region s JOIN geo_region d ON d.id = s.parent_id
   WHERE s.level = 'street' AND s.valid_from <= %(day)s::date
     AND (s.valid_to IS NULL OR s.valid_to > %(day)s::date)
)
INSERT INTO geo_address (kind, name, full_name, number, point, grid_id, parent_id, source)
SELECT n.kind, n.name, s.district || s.name || n.name, n.number, n.point, n.grid_id, road.id,
       %(source)s::text
  FROM placed n
  JOIN street s ON s.code = n.street_code
  LEFT JOIN geo_address road
    ON road.kind = 'road' AND road.source = %(source)s::text
   AND road.full_name = s.district || n.road AND n.road <> ''
"""


def add_crossings(*, source: str, actor: Actor, now: datetime) -> int:
    """Addresses for the named roads of a source and for every place where two of them meet.

    They replace the earlier ones of that source; returns how many. Raises NotAllowed.
    """
    actor.require("geo.manage")
    with transaction.atomic():
        # One statement: doors go together with the roads they refer to.
        run("DELETE FROM geo_address WHERE source = %s", [source])
        return _roads_and_crossings(source, now)


def _roads_and_crossings(source: str, now: datetime) -> int:
    values = {"source": source, "day": timezone.localdate(now)}
    return run(_ADD_ROADS, values) + run(_ADD_CROSSINGS, values)


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
        return made + _write_named([*addressing.doorplates(roads, spacing), *places], now)


def _generated_roads(now: datetime) -> list[tuple[str, list[BaseGeometry]]]:
    """Named generated roads that have an address, in order, so that doors come out the same."""
    known = set(
        Address.objects.filter(kind="road", source=GENERATED).values_list("name", flat=True)
    )
    lines: dict[str, list[BaseGeometry]] = {}
    rows = Road.objects.filter(source=GENERATED).order_by("id").values_list("name", "geom")
    for name, geom in rows:
        if name in known:
            lines.setdefault(name, []).append(shapely.from_wkb(bytes(geom.wkb)))
    return list(lines.items())


def _places(now: datetime) -> Iterator[addressing.Named]:
    day = timezone.localdate(now)
    rows = Region.objects.filter(
        level=Region.Level.COMMUNITY, generated=True, valid_from__lte=day, valid_to=None
    ).order_by("code")
    for code, name, geom in rows.values_list("code", "name", "geom"):
        yield from addressing.places(code, name, shapely.from_wkb(bytes(geom.wkb)))


def _write_named(rows: Sequence[addressing.Named], now: datetime) -> int:
    stage(
        "new_address",
        (
            ("kind", "text"),
            ("name", "text"),
            ("lon", "float8"),
            ("lat", "float8"),
            ("road", "text"),
            ("number", "int4"),
        ),
        ((row.kind, row.name, row.lon, row.lat, row.road, row.number) for row in rows),
    )
    return run(_ADD_NAMED, {"source": GENERATED, "day": timezone.localdate(now)})
