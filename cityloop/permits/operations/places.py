"""Where a permit holds: an area as text, or a circle; and how permits follow the unit grids."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.gis.gdal import GDALException
from django.contrib.gis.geos import GEOSException, GEOSGeometry, MultiPolygon, Point, Polygon
from django.db.models import Q
from django.utils.translation import gettext as _

from cityloop.geo import queries as geo
from cityloop.geo.coordinates import checked, metres_per_degree
from cityloop.kernel.actor import Actor
from cityloop.permits.models import Permit, PermitChange
from cityloop.permits.operations.record import bad, line

MOST_RADIUS_M = 2000
USUAL_RADIUS_M = 20
CORNERS = 32  # of a circle
MOST_TEXT = 20_000
MOST_DEGREES = 0.5  # an area wider than this is a slip of the pen


@dataclass(frozen=True, slots=True)
class Ground:
    """Where a permit holds, as the row keeps it."""

    point: Point
    radius_m: int | None
    ground: GEOSGeometry
    grid_code: str
    area_code: str


def ground_of(
    *, lon: float | None, lat: float | None, radius_m: int | None, area: str, on: date
) -> Ground:
    """The area (WKT polygon, WGS 84), else the circle around the point. Raises Invalid."""
    radius: int | None = None
    if area.strip():
        shape = _polygon(area)
        middle, field = shape.point_on_surface, "area"
    elif lon is not None and lat is not None:
        radius = USUAL_RADIUS_M if radius_m is None else radius_m
        if not 1 <= radius <= MOST_RADIUS_M:
            raise bad("radius_m", _("1 to %(n)s metres") % {"n": MOST_RADIUS_M})
        shape, field = None, "lon"
        middle = Point(*checked(lon, lat), srid=4326)
    else:
        raise bad("lon", _("give a point, or an area"))
    found = geo.locate(middle.x, middle.y, on=on)
    if found is None:
        raise bad(field, _("the point lies in no unit grid"))
    if shape is None:
        shape = _circle(middle.x, middle.y, float(radius or 0))
    return Ground(middle, radius, shape, found.grid_code, found.community_code)


def _circle(lon: float, lat: float, radius: float) -> Polygon:
    wide, high = metres_per_degree(lat)
    turns = [2 * math.pi * n / CORNERS for n in range(CORNERS)]
    ring = [
        (lon + radius * math.cos(turn) / wide, lat + radius * math.sin(turn) / high)
        for turn in turns
    ]
    return Polygon([*ring, ring[0]], srid=4326)


def _polygon(text: str) -> GEOSGeometry:
    why = _("no area: write POLYGON((longitude latitude, ...)) in WGS 84")
    if len(text) > MOST_TEXT or not text.strip().upper().startswith(("POLYGON", "MULTIPOLYGON")):
        raise bad("area", why)
    try:
        shape = GEOSGeometry(text.strip(), srid=4326)
    except (GEOSException, GDALException, ValueError) as error:
        raise bad("area", why) from error
    west, south, east, north = shape.extent if not shape.empty else (0.0, 0.0, 999.0, 999.0)
    wide = max(east - west, north - south)
    if not isinstance(shape, Polygon | MultiPolygon) or not shape.valid or not wide < MOST_DEGREES:
        raise bad("area", _("the area crosses itself, is empty or too large"))
    return shape


def follow_grids(*, retired: Sequence[str], on: date, actor: Actor, now: datetime) -> int:
    """Give permits of retired grids, and those in no grid, the grid of a day; returns how many.

    One that lies in no grid then has none and keeps its area. A line of history each.
    """
    wanted = Q(grid_code__in=list(retired)) | Q(grid_code="")
    rows = list(Permit.objects.select_for_update().filter(wanted).order_by("pk"))
    places = geo.locate_many([(row.point.x, row.point.y) for row in rows], on=on)
    changed, lines = [], []
    for row, place in zip(rows, places, strict=True):
        grid = place.grid_code if place else ""
        if grid == row.grid_code:
            continue
        reason = _("unit grids changed on %(day)s") % {"day": on}
        moved = {"grid_code": [row.grid_code, grid]}
        lines.append(line(row, "moved", actor=actor, now=now, reason=reason, fields=moved))
        row.grid_code = grid
        row.area_code = place.community_code if place else row.area_code
        changed.append(row)
    Permit.objects.bulk_update(changed, ["grid_code", "area_code"], batch_size=2000)
    PermitChange.objects.bulk_create(lines, batch_size=2000)
    return len(changed)
