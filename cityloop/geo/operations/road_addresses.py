"""Addresses that follow from the stored roads: each name once a district, and every crossing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from cityloop.geo.operations.staging import run
from cityloop.kernel.actor import Actor

# Placed by the outlines of districts: roads may come before there are unit grids, and a road that
# runs outside all of them is found too. The middle of its longest piece stands for a road in each
# district it runs through.
_DISTRICT = """
LEFT JOIN LATERAL cityloop_locate(ST_X(p.point), ST_Y(p.point), %(day)s::date) l ON true
LEFT JOIN LATERAL (
  SELECT r.code, r.name FROM geo_region r
   WHERE r.level = 'district' AND ST_Covers(r.geom, p.point) AND r.valid_from <= %(day)s::date
     AND (r.valid_to IS NULL OR r.valid_to > %(day)s::date)
   ORDER BY r.id LIMIT 1) d ON true
"""
# Where two named roads meet, of whichever files; pieces of one crossing (two carriageways, say)
# count once.
_FIND = f"""
CREATE TEMPORARY TABLE road_address ON COMMIT DROP AS
WITH middle AS MATERIALIZED (
  SELECT name, source, ST_LineInterpolatePoint(geom, 0.5) AS point, ST_Length(geom) AS length
    FROM geo_road WHERE name <> ''
), road AS (
  SELECT DISTINCT ON (p.name, d.code)
         'road' AS kind, p.name, coalesce(d.name, '') || p.name AS full_name, p.point, l.grid_id,
         p.source
    FROM middle p {_DISTRICT}
   ORDER BY p.name, d.code, p.length DESC, p.source
), met AS (
  SELECT a.name AS one, b.name AS other, ST_ClosestPoint(a.geom, b.geom) AS point, a.source
    FROM geo_road a
    JOIN geo_road b ON a.name < b.name AND ST_DWithin(a.geom, b.geom, 0.000001)
   WHERE a.name <> '' AND b.name <> ''
), grouped AS (
  SELECT left(one || '与' || other || '交叉口', 128) AS name, point, source,
         ST_ClusterDBSCAN(point, 0.0008, 1) OVER (PARTITION BY one, other) AS cluster
    FROM met
), crossing AS (
  SELECT name, ST_Centroid(ST_Collect(point ORDER BY point)) AS point, min(source) AS source
    FROM grouped GROUP BY name, cluster
)
SELECT kind, name, full_name, point, grid_id, source FROM road
UNION ALL
SELECT 'crossing', p.name, coalesce(d.name, '') || p.name, p.point, l.grid_id, p.source
  FROM crossing p {_DISTRICT}
"""  # noqa: S608 (constants only)

# What stays keeps its row, and so its doors: a city has a million of them.
_GONE = """
SELECT a.id FROM geo_address a
 WHERE a.kind IN ('road', 'crossing')
   AND a.source IN (SELECT source FROM geo_road UNION ALL SELECT unnest(%(gone)s::text[]))
   AND NOT EXISTS (SELECT 1 FROM road_address n
                    WHERE (n.kind, n.name, n.full_name, n.source)
                          = (a.kind, a.name, a.full_name, a.source)
                      AND ST_Equals(n.point, a.point))
"""
_WITHOUT_ROAD = f"UPDATE geo_address SET parent_id = NULL WHERE parent_id IN ({_GONE})"  # noqa: S608
_REMOVE = f"DELETE FROM geo_address WHERE id IN ({_GONE})"  # noqa: S608 (constants only)
_ADD = """
INSERT INTO geo_address (kind, name, full_name, point, grid_id, source)
SELECT n.kind, n.name, n.full_name, n.point, n.grid_id, n.source FROM road_address n
 WHERE NOT EXISTS (SELECT 1 FROM geo_address a
                    WHERE (n.kind, n.name, n.full_name, n.source)
                          = (a.kind, a.name, a.full_name, a.source)
                      AND ST_Equals(n.point, a.point))
"""
_LET_GO = """
UPDATE geo_address SET parent_id = NULL
 WHERE source <> ALL (%(gone)s::text[])
   AND parent_id IN (SELECT id FROM geo_address WHERE source = ANY (%(gone)s::text[]))
"""
# Doors that have no road, or lost it, find the one of that name.
_TAKE_UP = """
UPDATE geo_address d SET parent_id = r.id
  FROM geo_address r
 WHERE d.kind = 'doorplate' AND d.parent_id IS NULL AND r.kind = 'road'
   AND r.name = regexp_replace(d.name, '[0-9]+号?$', '')
   AND starts_with(d.full_name, left(r.full_name, length(r.full_name) - length(r.name)))
"""


def add_crossings(*, actor: Actor, now: datetime, gone: Sequence[str] = ()) -> int:
    """Addresses for the named roads and for every place where two of them meet.

    They replace the earlier ones, also those of sources `gone` that have no roads any more. Doors
    keep their road where it stays. Returns how many there are. Raises NotAllowed.
    """
    actor.require("geo.manage")
    values = {"gone": list(gone), "day": timezone.localdate(now)}
    with transaction.atomic():
        run("DROP TABLE IF EXISTS road_address")
        found = run(_FIND, values)
        run("ANALYZE road_address")
        for statement in (_WITHOUT_ROAD, _REMOVE, _ADD, _TAKE_UP):
            run(statement, values)
    return found


def let_go(gone: Sequence[str]) -> None:
    """Doors of other sources lose the roads of sources that go."""
    run(_LET_GO, {"gone": list(gone)})


def take_up() -> int:
    """Doors without a road find the one of their name in their district; returns how many."""
    return run(_TAKE_UP)
