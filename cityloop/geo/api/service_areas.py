"""Service areas over HTTP: where the platform works, from when until when."""

from __future__ import annotations

import json
from datetime import date
from typing import Annotated, Any, Literal

import shapely
from django.http import HttpRequest
from django.utils.translation import gettext
from ninja import Path, Query, Router, Schema
from pydantic import Field
from shapely.geometry.base import BaseGeometry

from cityloop.geo import operations, queries
from cityloop.geo.models import ServiceArea
from cityloop.geo.operations.service_areas import BadArea
from cityloop.kernel import clock
from cityloop.kernel.api import idempotent
from cityloop.kernel.page import actor_of

router = Router(tags=["geo"])
Id = Annotated[int, Path(ge=1, lt=2**63)]
Reason = Annotated[str, Field(max_length=200)]
Degrees = Annotated[float, Field(allow_inf_nan=False)]
Position = Annotated[list[Degrees], Field(min_length=2, max_length=4)]
Ring = Annotated[list[Position], Field(min_length=4)]
Rings = Annotated[list[Ring], Field(min_length=1)]


class PolygonShape(Schema):
    """A polygon of GeoJSON: its outline, then its holes; longitude before latitude, WGS 84."""

    type: Literal["Polygon"]
    coordinates: Rings


class MultiPolygonShape(Schema):
    """Several polygons of GeoJSON; longitude before latitude, WGS 84."""

    type: Literal["MultiPolygon"]
    coordinates: Annotated[list[Rings], Field(min_length=1)]


class ServiceAreaIn(Schema):
    """A service area: its first day, and where it ends the first day without it; why it changes."""

    name: Annotated[str, Field(min_length=1, max_length=64)]
    shape: Annotated[PolygonShape | MultiPolygonShape, Field(discriminator="type")]
    starts_on: date
    ends_on: date | None = None
    reason: Reason = ""


class ServiceAreaOut(Schema):
    """A service area without its outline."""

    id: int
    name: str
    starts_on: date
    ends_on: date | None = Field(description="the first day without it")


class ServiceAreaWhole(ServiceAreaOut):
    """A service area with its outline as GeoJSON."""

    shape: MultiPolygonShape


@router.get("/geo/service-areas", response=list[ServiceAreaOut], summary="Where the city is served")
def service_areas(request: HttpRequest) -> list[ServiceArea]:
    """By their first day. Reports outside those of the day are flagged; without any, none is."""
    actor_of(request).require("map.view")
    return list(queries.service_areas())


@router.get("/geo/service-areas/{area_id}", response=ServiceAreaWhole, summary="One service area")
def service_area(request: HttpRequest, area_id: Id) -> dict[str, Any]:
    """With its outline."""
    actor_of(request).require("map.view")
    row = queries.service_area(area_id)
    return {**_out(row), "shape": json.loads(row.geom.json)}


@router.post("/geo/service-areas", response={201: ServiceAreaOut}, summary="Add a service area")
@idempotent
def add_area(request: HttpRequest, body: ServiceAreaIn) -> tuple[int, dict[str, Any]]:
    """Reports from its ground are flagged no more from its first day on.

    Once a city has any area, whatever lies outside those of the day is flagged, before the first
    day of the first one too. An outline crosses itself nowhere and holds ground of the city.
    Recorded.
    """
    return 201, _set(request, body, None)


@router.put(
    "/geo/service-areas/{area_id}", response=ServiceAreaOut, summary="Change a service area"
)
@idempotent
def change_area(
    request: HttpRequest, area_id: Id, body: ServiceAreaIn
) -> tuple[int, dict[str, Any]]:
    """All of it is as the body says; what was reported before keeps its flag. Recorded."""
    return 200, _set(request, body, area_id)


@router.delete(
    "/geo/service-areas/{area_id}", response={204: None}, summary="Remove a service area"
)
@idempotent
def remove_area(
    request: HttpRequest, area_id: Id, reason: Annotated[str, Query(max_length=200)] = ""
) -> tuple[int, None]:
    """One entered by mistake; a phase that ends gets its last day instead. Recorded."""
    operations.remove_service_area(
        area_id=area_id, reason=reason, actor=actor_of(request), now=clock.now()
    )
    return 204, None


def _set(request: HttpRequest, body: ServiceAreaIn, area_id: int | None) -> dict[str, Any]:
    actor = actor_of(request)
    actor.require("geo.manage")  # before anything is said of the outline
    row = operations.set_service_area(
        name=body.name, shape=_shape(body.shape), starts_on=body.starts_on, ends_on=body.ends_on,
        area_id=area_id, reason=body.reason, actor=actor, now=clock.now(),
    )  # fmt: skip
    return _out(row)


def _shape(given: PolygonShape | MultiPolygonShape) -> BaseGeometry:
    """Raises BadArea for rings that are not closed."""
    try:
        return shapely.from_geojson(given.model_dump_json())
    except shapely.GEOSException as error:
        why = gettext("each ring ends where it begins")
        raise BadArea(why, fields={"shape": why}) from error


def _out(row: ServiceArea) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ("id", "name", "starts_on", "ends_on")}
