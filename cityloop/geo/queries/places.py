"""Where points lie."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from django.contrib.gis.geos import GEOSGeometry
from django.db import connection

from cityloop.geo.coordinates import checked
from cityloop.geo.queries.regions import region_names


@dataclass(frozen=True, slots=True)
class Place:
    """Where a point lies: unit grid, region chain, and whether the platform works there."""

    grid_id: int
    grid_code: str
    community_code: str
    street_code: str
    district_code: str
    in_service: bool
    names: tuple[str, ...]  # of district, street, community

    @property
    def label(self) -> str:
        """District, street and community in one word, as Chinese writes them."""
        return "".join(self.names)


_LOCATE = """
SELECT l.grid_id, l.grid_code, l.community_code, l.street_code, l.district_code, l.in_service,
       ARRAY(SELECT r.name FROM geo_region r
              WHERE r.code IN (l.district_code, l.street_code, l.community_code)
                AND r.valid_from <= %(on)s::date
                AND (r.valid_to IS NULL OR r.valid_to > %(on)s::date)
              ORDER BY length(r.code))
  FROM cityloop_locate(%(lon)s::float8, %(lat)s::float8, %(on)s::date) l
"""


def locate(lon: float, lat: float, *, on: date) -> Place | None:
    """The place of a WGS 84 point on a day, None outside every unit grid. Raises NoCoordinate."""
    lon, lat = checked(lon, lat)
    with connection.cursor() as cursor:
        cursor.execute(_LOCATE, {"lon": lon, "lat": lat, "on": on})
        row = cursor.fetchone()
    return None if row is None else _place(row, tuple(row[6]))


# Below this many points one index search each is quicker than laying out the whole lattice.
_FEW = 3000
_LOCATE_FEW = """
SELECT p.position, l.*
  FROM unnest(%(positions)s::int4[], %(lons)s::float8[], %(lats)s::float8[])
       AS p(position, lon, lat),
       LATERAL cityloop_locate(p.lon, p.lat, %(on)s::date) l
"""
# Many points: grids and points meet in a lattice of a thousandth degree, joined by its numbers.
# The same rule as cityloop_locate (a border belongs to the older grid), a third of the time.
_LOCATE_MANY = """
WITH given AS MATERIALIZED (
  SELECT position, ST_SetSRID(ST_MakePoint(lon, lat), 4326) AS point,
         floor(lon * 1000)::int AS cx, floor(lat * 1000)::int AS cy
    FROM unnest(%(positions)s::int4[], %(lons)s::float8[], %(lats)s::float8[])
         AS p(position, lon, lat)
), cell AS MATERIALIZED (
  SELECT g.id, g.geom, cx, cy
    FROM geo_unitgrid g,
         generate_series(floor(ST_XMin(g.geom) * 1000)::int, floor(ST_XMax(g.geom) * 1000)::int) cx,
         generate_series(floor(ST_YMin(g.geom) * 1000)::int, floor(ST_YMax(g.geom) * 1000)::int) cy
   WHERE g.geom && (SELECT ST_SetSRID(ST_Extent(point)::geometry, 4326) FROM given)
     AND g.valid_from <= %(on)s::date AND (g.valid_to IS NULL OR g.valid_to > %(on)s::date)
), hit AS MATERIALIZED (
  SELECT given.position, min(cell.id) AS id
    FROM given JOIN cell USING (cx, cy)
   WHERE ST_Covers(cell.geom, given.point)
   GROUP BY given.position
)
SELECT hit.position, g.id, g.code, g.community_code, g.street_code, g.district_code,
       EXISTS (SELECT 1 FROM geo_servicepiece p
                WHERE ST_Covers(p.geom, given.point) AND p.starts_on <= %(on)s::date
                  AND (p.ends_on IS NULL OR p.ends_on > %(on)s::date))
       OR NOT EXISTS (SELECT 1 FROM geo_servicepiece)
  FROM hit JOIN given USING (position) JOIN geo_unitgrid g ON g.id = hit.id
"""


def locate_many(points: Iterable[tuple[float, float]], *, on: date) -> list[Place | None]:
    """The places of many WGS 84 points (lon, lat) on a day, in their order.

    A point that is no coordinate, or lies outside every unit grid, is None.
    """
    lonlat = np.array(list(points), dtype=float).reshape(-1, 2)
    good = np.isfinite(lonlat).all(axis=1) & (np.abs(lonlat) <= (180.0, 90.0)).all(axis=1)
    found: list[Place | None] = [None] * len(lonlat)
    lons, lats = lonlat[good].T.tolist()
    values = {"positions": np.flatnonzero(good).tolist(), "lons": lons, "lats": lats, "on": on}
    with connection.cursor() as cursor:
        cursor.execute(_LOCATE_FEW if len(lons) <= _FEW else _LOCATE_MANY, values)
        rows = cursor.fetchall()
    names = region_names({code for row in rows for code in row[3:6]}, on=on)
    for position, *row in rows:
        found[position] = _place(row, tuple(names.get(code, "") for code in row[4:1:-1]))
    return found


def _place(row: Sequence[Any], names: tuple[str, ...]) -> Place:
    grid, code, community, street, district, in_service = row[:6]
    return Place(grid, code, community, street, district, in_service, names)


_INSIDE = """
SELECT code FROM geo_unitgrid
WHERE valid_from <= %(on)s::date AND (valid_to IS NULL OR valid_to > %(on)s::date)
  AND geom && ST_GeomFromEWKB(%(outline)s) AND ST_Covers(ST_GeomFromEWKB(%(outline)s),
                                                         ST_PointOnSurface(geom))
ORDER BY code
"""


def grids_inside(outline: GEOSGeometry, *, on: date) -> list[str]:
    """Codes of the unit grids of a day whose middle lies in the outline (WGS 84)."""
    with connection.cursor() as cursor:
        cursor.execute(_INSIDE, {"outline": bytes(outline.ewkb), "on": on})
        return [row[0] for row in cursor.fetchall()]
