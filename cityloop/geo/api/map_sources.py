"""The city's own map services over HTTP: WMTS, XYZ and PMTiles below our own tiles."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Path, Query, Router, Schema
from pydantic import Field

from cityloop.geo import operations, queries
from cityloop.geo.models import MapSource
from cityloop.geo.operations.map_sources import MAX_ATTRIBUTION, MAX_POSITION, MAX_URL
from cityloop.kernel import clock
from cityloop.kernel.api import idempotent
from cityloop.kernel.page import actor_of

router = Router(tags=["geo"])
Id = Annotated[int, Path(ge=1, lt=2**63)]


class MapSourceIn(Schema):
    """A map service. Addresses of WMTS and XYZ have {z}, {x} and {y} in them."""

    name: Annotated[str, Field(min_length=1, max_length=64)]
    kind: Literal["wmts", "xyz", "pmtiles"]
    url: Annotated[str, Field(min_length=1, max_length=MAX_URL)]
    attribution: Annotated[str, Field(max_length=MAX_ATTRIBUTION)] = ""
    position: Annotated[int, Field(ge=0, le=MAX_POSITION, description="lower ones lie below")] = 0
    enabled: bool = True
    reason: Annotated[str, Field(max_length=200)] = ""


class MapSourceOut(Schema):
    """A map service; `warnings`: why people will not see it, as far as can be told from here."""

    id: int
    name: str
    kind: str
    url: str
    attribution: str
    position: int
    enabled: bool
    warnings: list[str]


@router.get("/geo/map-sources", response=list[MapSourceOut], summary="The city's map services")
def map_sources(request: HttpRequest) -> list[dict[str, Any]]:
    """Those switched off too, in the order in which they are drawn."""
    actor_of(request).require("geo.manage")
    return [_out(row, request) for row in queries.all_map_sources()]


@router.post("/geo/map-sources", response={201: MapSourceOut}, summary="Add a map service")
@idempotent
def add_source(request: HttpRequest, body: MapSourceIn) -> tuple[int, dict[str, Any]]:
    """Maps show it below our own tiles. Its origin must stand in MAP_SOURCES too: see `warnings`.

    Recorded.
    """
    return 201, _set(request, body, None)


@router.put("/geo/map-sources/{source_id}", response=MapSourceOut, summary="Change a map service")
@idempotent
def change_source(
    request: HttpRequest, source_id: Id, body: MapSourceIn
) -> tuple[int, dict[str, Any]]:
    """All of it is as the body says; `enabled` false takes it off the maps. Recorded."""
    return 200, _set(request, body, source_id)


@router.delete("/geo/map-sources/{source_id}", response={204: None}, summary="Remove a map service")
@idempotent
def remove_source(
    request: HttpRequest, source_id: Id, reason: Annotated[str, Query(max_length=200)] = ""
) -> tuple[int, None]:
    """Maps show it no more. Recorded."""
    operations.remove_map_source(
        source_id=source_id, reason=reason, actor=actor_of(request), now=clock.now()
    )
    return 204, None


def _set(request: HttpRequest, body: MapSourceIn, source_id: int | None) -> dict[str, Any]:
    row = operations.set_map_source(
        **body.dict(), source_id=source_id, actor=actor_of(request), now=clock.now()
    )
    return _out(row, request)


def _out(row: MapSource, request: HttpRequest) -> dict[str, Any]:
    names = ("id", "name", "kind", "url", "attribution", "position", "enabled")
    page = request.build_absolute_uri("/").rstrip("/")
    return {
        **{name: getattr(row, name) for name in names},
        "warnings": queries.map_source_warnings(row, page=page),
    }
