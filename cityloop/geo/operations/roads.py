"""Roads: imported from files, or those that outlining left; and the addresses that follow."""

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

from cityloop.geo import naming, sources
from cityloop.geo.models import Road
from cityloop.geo.operations.staging import run, stage
from cityloop.kernel.actor import Actor
from cityloop.kernel.reports import ImportReport, Progress, Rejection, counted

GENERATED = "generated"

# OpenStreetMap's highway classes in ours; everything else is a branch.
_KINDS = {
    "motorway": Road.Kind.PRIMARY,
    "trunk": Road.Kind.PRIMARY,
    "primary": Road.Kind.PRIMARY,
    "secondary": Road.Kind.SECONDARY,
    "tertiary": Road.Kind.SECONDARY,
}


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
    progress: Progress | None = None,
) -> ImportReport:
    """Roads from a file of lines, with addresses for their names and crossings.

    They replace those of the same `source`. `kind_field` holds an OpenStreetMap highway class or
    one of Road.Kind. Rows that are no line are rejected, the others imported.
    Raises UnreadableFile, UnknownSystem, NotAllowed.
    """
    actor.require("geo.manage")
    started = time.perf_counter()
    report = ImportReport()
    rows: list[tuple[str, str, BaseGeometry]] = []
    for one in counted(sources.read_features(path, layer=layer, system=system), progress):
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
        found = add_crossings(source=source, actor=actor, now=now)
        report.notes = [gettext("%(found)s roads and crossings can be searched") % {"found": found}]
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


# Doors of other sources lose their road with the old roads and find the new one of that name.
_LET_GO = """
UPDATE geo_address SET parent_id = NULL
 WHERE source <> %(source)s::text
   AND parent_id IN (SELECT id FROM geo_address WHERE source = %(source)s::text)
"""
_TAKE_UP = """
UPDATE geo_address d SET parent_id = r.id
  FROM geo_address r
 WHERE d.kind = 'doorplate' AND d.parent_id IS NULL AND d.source <> %(source)s::text
   AND r.kind = 'road' AND r.source = %(source)s::text
   AND r.name = regexp_replace(d.name, '[0-9]+号?$', '')
   AND starts_with(d.full_name, left(r.full_name, length(r.full_name) - length(r.name)))
"""


def add_crossings(*, source: str, actor: Actor, now: datetime) -> int:
    """Addresses for the named roads of a source and for every place where two of them meet.

    They replace the earlier ones of that source; returns how many. Raises NotAllowed.
    """
    actor.require("geo.manage")
    values = {"source": source, "day": timezone.localdate(now)}
    with transaction.atomic():
        run(_LET_GO, {"source": source})
        # One statement: doors of the same source go together with their roads.
        run("DELETE FROM geo_address WHERE source = %s", [source])
        made = run(_ADD_ROADS, values) + run(_ADD_CROSSINGS, values)
        run(_TAKE_UP, {"source": source})
    return made
