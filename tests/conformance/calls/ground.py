"""Ground, standards, people and components."""

from __future__ import annotations

import json
from typing import Any

import shapely

from cityloop.geo.models import GridChange, UnitGrid
from cityloop.geo.tests import world as ground
from tests import town as towns
from tests.conformance.calls.shape import Call, lonlat
from tests.conformance.city import City

EDITION = "330100-2026"
SOME_DAY = "2100-01-01"


def _point(city: City) -> dict[str, float]:
    point = city.town.grid(3).geom.point_on_surface
    return {"x": point.x, "y": point.y}


def _code(city: City) -> dict[str, str]:
    return {"code": city.component}


def _protection(city: City) -> dict[str, Any]:
    return {"name": "峰会", "first": "2026-12-01", "last": "2026-12-05", "factor": "0.5",
            "limits": [{"class": "C0101", "amount": "2", "unit": "urgent_hour"}],
            "why": "试验"}  # fmt: skip


def _day(city: City) -> dict[str, Any]:
    return {"kind": "holiday", "name": "城市日", "why": "试验"}


def _first() -> UnitGrid:
    """The first unit grid, whatever became of it."""
    return UnitGrid.objects.order_by("code")[0]


def _across(city: City) -> dict[str, Any]:
    """A line through the middle of the first grid."""
    west, south, east, north = _first().geom.extent
    middle = (west + east) / 2
    return {"on": SOME_DAY, "line": [[middle, south - 0.001], [middle, north + 0.001]]}


def _neighbours(city: City) -> dict[str, Any]:
    """The first grid and one beside it, of the same community."""
    first = _first()
    beside = UnitGrid.objects.filter(
        community_code=first.community_code, geom__intersects=first.geom
    ).exclude(pk=first.pk)
    edge = next(
        one for one in beside.order_by("code") if one.geom.intersection(first.geom).length > 0
    )
    return {"on": SOME_DAY, "codes": [first.code, edge.code]}


def _planned(city: City) -> int:
    """The change that was planned when the city was built, whatever became of it."""
    return GridChange.objects.order_by("id")[0].pk


def _area(city: City) -> dict[str, Any]:
    """Half the town."""
    west, south, east, north = ground.OUTLINE.bounds
    half = shapely.box(west, south, (west + east) / 2, north)
    return {"name": "一期", "shape": json.loads(shapely.to_geojson(half)),
            "starts_on": "2026-02-01", "ends_on": "2028-02-01", "reason": "试验"}  # fmt: skip


def _source(city: City) -> dict[str, Any]:
    return {"name": "天地图", "kind": "wmts", "attribution": "天地图",
            "url": "https://t0.tianditu.gov.cn/vec_w/wmts?r={y}&c={x}&z={z}"}  # fmt: skip


def _hours(city: City) -> dict[str, Any]:
    return {"periods": [{"weekdays": [1, 2, 3, 4, 5], "starts": "09:00", "ends": "17:00"}],
            "why": "夏令作息"}  # fmt: skip


CALLS = (
    # geo
    Call("GET", "/geo/locate", query=_point),
    Call("POST", "/geo/locate", reads=True,
         body=lambda city: {"points": [list(_point(city).values()), [0.0, 0.0]]}),
    Call("GET", "/geo/convert", query=lambda city: {**_point(city), "to": "gcj02"}),
    Call("GET", "/geo/addresses", query=lambda city: {"q": "路", "limit": 5}),
    Call("GET", "/geo/addresses/nearest", query=lambda city: {**lonlat(city), "within_m": 5000}),
    Call("GET", "/geo/regions"),
    Call("GET", "/geo/map-style"),
    Call("GET", "/geo/grids", query=lambda city: {"community": city.town.grid().community_code}),
    Call("POST", "/geo/grids/{code}/retire", by="administrator",
         refused=(towns.STRANGER, "acceptor", "evaluator"),
         at=lambda city: {"code": _first().code},
         body=lambda city: {"on": SOME_DAY, "leaves_city": True},
         another=lambda city: {"on": "2101-01-01", "leaves_city": True}),
    Call("POST", "/geo/grids/{code}/split", by="administrator",
         refused=(towns.STRANGER, "acceptor", "evaluator"),
         at=lambda city: {"code": _first().code},
         body=_across, another=lambda city: {**_across(city), "on": "2101-01-01"}),
    Call("POST", "/geo/grids/merge", by="administrator",
         refused=(towns.STRANGER, "acceptor", "evaluator"),
         body=_neighbours, another=lambda city: {**_neighbours(city), "on": "2101-01-01"}),
    Call("GET", "/geo/grid-changes"),
    Call("POST", "/geo/grid-changes/{change_id}/move", by="administrator",
         refused=(towns.STRANGER, "acceptor", "evaluator"),
         at=lambda city: {"change_id": _planned(city)},
         body=lambda city: {"on": SOME_DAY, "reason": "改期"},
         another=lambda city: {"on": SOME_DAY, "reason": "再改"}),
    Call("POST", "/geo/grid-changes/{change_id}/cancel", by="administrator",
         refused=(towns.STRANGER, "acceptor", "evaluator"),
         at=lambda city: {"change_id": _planned(city)},
         body=lambda city: {"reason": "不拆"}, another=lambda city: {"reason": "再议"}),
    Call("GET", "/geo/service-areas"),
    Call("GET", "/geo/service-areas/{area_id}", at=lambda city: {"area_id": city.service_area}),
    Call("POST", "/geo/service-areas", by="administrator", status=201,
         refused=(towns.STRANGER, "acceptor", "evaluator"),
         body=_area, another=lambda city: {**_area(city), "name": "二期"}),
    Call("PUT", "/geo/service-areas/{area_id}", by="administrator",
         refused=(towns.STRANGER, "acceptor", "evaluator"),
         at=lambda city: {"area_id": city.service_area},
         body=_area, another=lambda city: {**_area(city), "name": "二期"}),
    Call("DELETE", "/geo/service-areas/{area_id}", by="administrator", status=204,
         refused=(towns.STRANGER, "acceptor", "evaluator"),
         at=lambda city: {"area_id": city.service_area}, query=lambda city: {"reason": "误录"}),
    Call("GET", "/geo/map-sources", by="administrator",
         refused=(towns.STRANGER, "acceptor", "evaluator")),
    Call("POST", "/geo/map-sources", by="administrator", status=201,
         refused=(towns.STRANGER, "acceptor", "evaluator"),
         body=_source, another=lambda city: {**_source(city), "position": 2}),
    Call("PUT", "/geo/map-sources/{source_id}", by="administrator",
         refused=(towns.STRANGER, "acceptor", "evaluator"),
         at=lambda city: {"source_id": city.map_source},
         body=_source, another=lambda city: {**_source(city), "position": 2}),
    Call("DELETE", "/geo/map-sources/{source_id}", by="administrator", status=204,
         refused=(towns.STRANGER, "acceptor", "evaluator"),
         at=lambda city: {"source_id": city.map_source}, query=lambda city: {"reason": "停用"}),
    Call("GET", "/geo/map-changes", by="administrator",
         refused=(towns.STRANGER, "acceptor", "evaluator")),
    Call("GET", "/geo/map-changes/{change_id}", by="administrator",
         refused=(towns.STRANGER, "acceptor", "evaluator"),
         at=lambda city: {"change_id": city.map_change}),
    # standards
    Call("GET", "/standards/working-hours"),
    Call("PUT", "/standards/working-hours", by="administrator",
         refused=(towns.STRANGER, "acceptor", "evaluator"),
         body=_hours, another=lambda city: {**_hours(city), "why": "再试"}),
    Call("PUT", "/standards/calendar-years/{year}", by="administrator",
         refused=(towns.STRANGER, "acceptor", "evaluator"), at=lambda city: {"year": 2031},
         body=lambda city: {"why": "国办通知"}, another=lambda city: {"why": "再试"}),
    Call("GET", "/standards/calendar-changes"),
    Call("GET", "/standards/editions"),
    Call("GET", "/standards/editions/{old}/difference/{new}",
         at=lambda city: {"old": "HZ-2006", "new": EDITION}),
    Call("GET", "/standards/editions/{code}/difference", at=lambda city: {"code": EDITION}),
    Call("GET", "/standards/classes", query=lambda city: {"q": "井盖"}),
    Call("GET", "/standards/classes/{class_id}/rules",
         at=lambda city: {"class_id": city.town.chosen().pk}),
    Call("GET", "/standards/manual", query=lambda city: {"q": "井盖"}),
    Call("GET", "/standards/due",
         query=lambda city: {"start": "2026-03-02T09:00+08:00", "amount": 4, "unit": "work_hour"}),
    Call("GET", "/standards/calendar", query=lambda city: {"year": 2026}),
    Call("PUT", "/standards/calendar/{day}", by="administrator",
         refused=(towns.STRANGER, "acceptor", "evaluator"), at=lambda city: {"day": "2026-03-03"},
         body=_day, another=lambda city: {**_day(city), "name": "另一日"}),
    Call("DELETE", "/standards/calendar/{day}", by="administrator", status=204,
         refused=(towns.STRANGER, "acceptor", "evaluator"),
         at=lambda city: {"day": "2099-10-01"}, query=lambda city: {"why": "试验"}),
    Call("GET", "/standards/protection"),
    Call("POST", "/standards/protection", by="administrator", status=201,
         refused=(towns.STRANGER, "acceptor", "evaluator"),
         body=_protection, another=lambda city: {**_protection(city), "name": "赛事"}),
    Call("DELETE", "/standards/protection/{period_id}", by="administrator", status=204,
         refused=(towns.STRANGER, "acceptor", "evaluator"),
         at=lambda city: {"period_id": city.protection}, query=lambda city: {"why": "试验"}),
    Call("GET", "/standards/rules/{rule_id}/examples",
         at=lambda city: {"rule_id": city.town.rule().pk}),
    Call("POST", "/standards/rules/{rule_id}/examples", by="administrator", picture=True,
         refused=(towns.STRANGER, "acceptor", "evaluator"),
         at=lambda city: {"rule_id": city.town.rule().pk},
         body=lambda city: {"verdict": "good", "caption": "井盖完好"},
         another=lambda city: {"verdict": "bad", "caption": "井盖破损"}),
    Call("DELETE", "/standards/examples/{photo_id}", by="administrator", status=204,
         refused=(towns.STRANGER, "acceptor", "evaluator"),
         at=lambda city: {"photo_id": city.example}),
    # people
    Call("GET", "/organisations"),
    Call("GET", "/members", refused=(towns.STRANGER, "inspector", "water_worker")),
    Call("GET", "/responsibility", refused=(towns.STRANGER, "inspector"),
         query=lambda city: {"kind": "component", "edition_code": EDITION, "major_code": "01",
                             "minor_code": "01", "district_code": towns.DISTRICT}),
    Call("GET", "/responsibility/gaps", refused=(towns.STRANGER, "inspector"),
         query=lambda city: {"edition_code": EDITION}),
    # assets
    Call("GET", "/components"),
    Call("GET", "/components/nearest", query=lonlat),
    Call("GET", "/components/{code}", at=_code),
    Call("GET", "/components/{code}/history", at=_code),
    Call("POST", "/components/{code}/state", by="administrator", at=_code,
         refused=(towns.STRANGER, "acceptor", "inspector"),
         body=lambda city: {"state": "damaged", "reason": "试验"},
         another=lambda city: {"state": "lost", "reason": "试验"}),
    Call("POST", "/components/{code}/owner", by="administrator", at=_code,
         refused=(towns.STRANGER, "acceptor", "inspector"),
         body=lambda city: {"owner_id": city.town.units["ROADS"].pk, "reason": "移交"},
         another=lambda city: {"owner_id": city.town.units["GREEN"].pk, "reason": "移交"}),
    Call("GET", "/components/{code}/owners", at=_code),
    Call("POST", "/components/{code}/owners", by="administrator", at=_code,
         refused=(towns.STRANGER, "acceptor", "inspector"),
         body=lambda city: {"organisation_id": city.town.units["ROADS"].pk, "on": "2026-02-01",
                            "source_document": "接管书"},
         another=lambda city: {"organisation_id": city.town.units["GREEN"].pk, "on": "2026-02-01",
                               "source_document": "接管书"}),
)  # fmt: skip
