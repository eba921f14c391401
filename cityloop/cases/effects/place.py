"""Effect of giving a case its place."""

from __future__ import annotations

from django.contrib.gis.geos import Point
from django.utils import timezone

from cityloop.cases.change import Change
from cityloop.geo import queries as geo


def place_case(change: Change) -> None:
    """Point, unit grid and area as the guard found them; the history says from where."""
    case, point = change.case, change.inputs["point"]
    found = geo.locate(point.lon, point.lat, on=timezone.localdate(change.now))
    assert found is not None  # noqa: S101 (the guard has looked)
    case.point = Point(point.lon, point.lat, srid=4326)
    case.raw_x, case.raw_y, case.raw_system = point.lon, point.lat, "wgs84"
    case.grid_code, case.area_code = found.grid_code, found.community_code
    case.in_service_area = found.in_service
    change.facts["placed"] = {
        "lon": point.lon, "lat": point.lat, "grid": found.grid_code, "by": point.named,
    }  # fmt: skip
    if point.named and not case.address:
        case.address = point.named[:200]
