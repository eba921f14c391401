"""Places, addresses, regions, coordinates and the map's style over HTTP."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from ninja import Query, Router, Schema
from pydantic import Field, FiniteFloat

from cityloop.geo import coordinates, queries
from cityloop.geo.api import changes, grids, map_changes, map_sources, service_areas
from cityloop.geo.coordinates import System
from cityloop.geo.models import Region
from cityloop.geo.style import style
from cityloop.kernel import clock, paging
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import NotFound
from cityloop.kernel.page import actor_of

router = Router(tags=["geo"])
for part in (grids, changes, service_areas, map_sources, map_changes):
    router.add_router("", part.router)
Level = Literal["province", "city", "district", "street", "community"]
MOST_POINTS = 10_000


class PlaceOut(Schema):
    """Where a point lies."""

    grid_code: str
    community_code: str
    street_code: str
    district_code: str
    names: list[str] = Field(description="names of district, street and community")
    in_service: bool


class PointIn(Schema):
    """A point in one of the coordinate systems, degrees."""

    x: FiniteFloat = Field(description="longitude in `system`, degrees", ge=-180, le=180)
    y: FiniteFloat = Field(description="latitude in `system`, degrees", ge=-90, le=90)
    system: System = "wgs84"


class LocateIn(PointIn):
    """Which point, and on which day (default: today)."""

    on: date | None = None


class PointsIn(Schema):
    """Many points of one coordinate system."""

    points: list[tuple[float, float]] = Field(max_length=MOST_POINTS)
    system: System = "wgs84"
    on: date | None = None


class ConvertIn(PointIn):
    """A point and the system wanted."""

    to: System = "wgs84"


class PointOut(Schema):
    """A point, degrees."""

    x: float
    y: float
    system: System


class AddressOut(Schema):
    """An address with its point in WGS 84."""

    id: int
    kind: str
    name: str
    full_name: str
    lon: float
    lat: float
    grid_code: str | None
    metres: float | None = Field(description="from the point asked near, if any")


class AddressIn(Schema):
    """Words of an address; nearer ones first with lon and lat."""

    q: str = Field(min_length=1, max_length=100)
    lon: FiniteFloat | None = Field(None, ge=-180, le=180)
    lat: FiniteFloat | None = Field(None, ge=-90, le=90)
    limit: int = Field(10, ge=1, le=100)


class NearIn(Schema):
    """A WGS 84 point and how far to look."""

    lon: FiniteFloat = Field(ge=-180, le=180)
    lat: FiniteFloat = Field(ge=-90, le=90)
    within_m: FiniteFloat = Field(500, gt=0, le=5000)


class RegionOut(Schema):
    """A region without its outline; that is in the tiles."""

    code: str
    level: Level
    name: str
    name_en: str
    parent: str | None
    generated: bool
    lon: FiniteFloat = Field(description="of a point inside, for a label")
    lat: float


class RegionsIn(Schema):
    """Which regions: of one level, or the direct children of a code."""

    level: Level | None = None
    parent: str = Field("", pattern=r"^\d{0,12}$")
    cursor: str | None = None
    size: int = Field(50, ge=1, le=200)


class RegionPage(Schema):
    """A page of regions; `next` is the cursor of the following one."""

    items: list[RegionOut]
    next: str | None


@router.get("/geo/locate", response=PlaceOut, summary="Unit grid and regions of a point")
def locate(request: HttpRequest, asked: Query[LocateIn]) -> queries.Place:
    """404 outside every unit grid."""
    _reader(request)
    lon, lat = coordinates.to_wgs84(asked.x, asked.y, asked.system)
    place = queries.locate(lon, lat, on=asked.on or _today())
    if place is None:
        raise NotFound(gettext("the point lies outside every unit grid"), code="outside")
    return place


@router.post(
    "/geo/locate", response=list[PlaceOut | None], summary="Unit grids and regions of many points"
)
def locate_many(request: HttpRequest, asked: PointsIn) -> list[queries.Place | None]:
    """In the order given; null outside every unit grid and for what is no coordinate."""
    _reader(request)
    points = coordinates.pairs_to_wgs84(asked.points, asked.system)
    return queries.locate_many(points, on=asked.on or _today())


@router.get("/geo/convert", response=PointOut, summary="A point in another coordinate system")
def convert(request: HttpRequest, asked: Query[ConvertIn]) -> dict[str, Any]:
    """WGS 84, CGCS2000, GCJ-02 and BD-09, both ways, exact to 0.1 mm against itself."""
    _reader(request)
    x, y = coordinates.convert(asked.x, asked.y, asked.system, asked.to)
    return {"x": x, "y": y, "system": asked.to}


@router.get("/geo/addresses", response=list[AddressOut], summary="Addresses by words")
def addresses(request: HttpRequest, asked: Query[AddressIn]) -> list[queries.FoundAddress]:
    """Every word must occur; two Chinese characters are a word. Two roads find their crossing."""
    _reader(request)
    near = (asked.lon, asked.lat) if asked.lon is not None and asked.lat is not None else None
    return queries.search_address(asked.q, near=near, limit=asked.limit)


@router.get("/geo/addresses/nearest", response=AddressOut, summary="The nearest address")
def nearest(request: HttpRequest, asked: Query[NearIn]) -> queries.FoundAddress:
    """404 when none lies that near."""
    _reader(request)
    found = queries.nearest_address(asked.lon, asked.lat, within_m=asked.within_m)
    if found is None:
        raise NotFound(
            gettext("no address within %(metres)s m") % {"metres": f"{asked.within_m:g}"}
        )
    return found


@router.get("/geo/regions", response=RegionPage, summary="Regions in the caller's area")
def regions(request: HttpRequest, asked: Query[RegionsIn]) -> dict[str, Any]:
    """Those in force, by code, and the regions above the caller's area."""
    rows = queries.regions_of(_reader(request), levels=[asked.level] if asked.level else ())
    if asked.parent:
        rows = rows.filter(parent__code=asked.parent)
    rows = rows.select_related("parent").defer("geom", "parent__geom")
    found: paging.Page[Region] = paging.page(
        rows, order=("code",), cursor=asked.cursor, size=asked.size
    )
    return {"items": [_region(row) for row in found.items], "next": found.next}


def _region(row: Region) -> dict[str, Any]:
    return {
        "code": row.code,
        "level": row.level,
        "name": row.name,
        "name_en": row.name_en,
        "parent": row.parent.code if row.parent else None,
        "generated": row.generated,
        "lon": row.label_point.x,
        "lat": row.label_point.y,
    }


@router.get("/geo/map-style", response=dict[str, Any], summary="The base map as a MapLibre style")
def map_style(request: HttpRequest) -> dict[str, Any]:
    """Our own vector tiles over the map services that the city switched on."""
    _reader(request)
    return style(
        origin=request.build_absolute_uri("/").rstrip("/"),
        sources=queries.map_sources(),
        centre=queries.city_centre(),
        title=gettext("City map"),
    )


def _reader(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    actor.require("map.view")
    return actor


def _today() -> date:
    return timezone.localdate(clock.now())
