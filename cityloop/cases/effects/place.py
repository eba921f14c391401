"""Effect of giving a case its place."""

from __future__ import annotations

from django.contrib.gis.geos import Point
from django.utils import timezone

from cityloop.cases.change import Change
from cityloop.geo import queries as geo


def place_case(change: Change) -> None:
    """Point, unit grid and area as the guard found them; the history says from where, and where
    the case was before. A component that stands in another grid is not the one meant."""
    case, point = change.case, change.inputs["point"]
    found = geo.locate(point.lon, point.lat, on=timezone.localdate(change.now))
    assert found is not None  # noqa: S101 (the guard has looked)
    former = (
        {"lon": case.point.x, "lat": case.point.y, "grid": case.grid_code}
        if (case.point and case.grid_code)
        else None
    )
    component = case.component
    if component is not None and component.grid_code != found.grid_code:
        change.facts["component_left"] = component.code
        case.component_id = None
    case.point = Point(point.lon, point.lat, srid=4326)
    case.raw_x, case.raw_y, case.raw_system = point.lon, point.lat, "wgs84"
    case.grid_code, case.area_code = found.grid_code, found.community_code
    case.in_service_area = found.in_service
    change.facts["placed"] = {
        "lon": point.lon, "lat": point.lat, "grid": found.grid_code, "by": point.named,
        **({"was": former} if former else {}),
    }  # fmt: skip
    if point.named and (former or not case.address):
        case.address = point.named[:200]
