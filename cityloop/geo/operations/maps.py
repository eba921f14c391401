"""Service areas and the city's own map services."""

from __future__ import annotations

import re
from datetime import date, datetime
from urllib.parse import urlsplit

import shapely
from django.contrib.gis.geos import GEOSGeometry, MultiPolygon
from django.db import transaction
from django.utils.translation import gettext
from shapely.geometry.base import BaseGeometry

from cityloop.geo.models import SRID, MapSource, ServiceArea
from cityloop.geo.operations.checks import bad_shape
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Invalid, NotFound


class BadArea(Invalid):
    """The service area has no usable outline or ends before it starts."""

    code = "bad-area"


class BadMapSource(Invalid):
    """The map source's kind or address cannot work."""

    code = "bad-map-source"


def set_service_area(
    *,
    name: str,
    shape: BaseGeometry,
    starts_on: date,
    ends_on: date | None = None,
    actor: Actor,
    now: datetime,
) -> ServiceArea:
    """Add or change the service area of this name; `ends_on` is the first day without service.

    `shape` is a (multi)polygon in WGS 84 degrees. Raises BadArea, NotAllowed.
    """
    actor.require("geo.manage")
    if why := bad_shape(shape):
        raise BadArea(why)
    if ends_on is not None and ends_on <= starts_on:
        raise BadArea(gettext("it ends before it starts"))
    parts = [GEOSGeometry(memoryview(part.wkb), srid=SRID) for part in shapely.get_parts(shape)]
    geom = MultiPolygon(*parts, srid=SRID)
    with transaction.atomic():
        area, _ = ServiceArea.objects.update_or_create(
            name=name, defaults={"geom": geom, "starts_on": starts_on, "ends_on": ends_on}
        )
    return area


def remove_service_area(*, name: str, actor: Actor, now: datetime) -> None:
    """Remove a service area entered by mistake; a phase that ends gets `ends_on` instead.

    Raises NotFound, NotAllowed.
    """
    actor.require("geo.manage")
    if not ServiceArea.objects.filter(name=name).delete()[0]:
        raise NotFound(gettext("no service area %(name)s") % {"name": name})


def set_map_source(
    *,
    name: str,
    kind: str,
    url: str,
    attribution: str = "",
    position: int = 0,
    enabled: bool = True,
    actor: Actor,
    now: datetime,
) -> MapSource:
    """Add or change a WMTS, XYZ or PMTiles source of the city.

    A WMTS address is the GetTile request with {z}, {y}, {x} in place of matrix, row and column.
    The origin must also stand in the setting MAP_SOURCES, else browsers refuse it.
    Raises BadMapSource, NotAllowed.
    """
    actor.require("geo.manage")
    if kind not in MapSource.Kind.values:
        raise BadMapSource(
            gettext("kind is one of %(values)s") % {"values": ", ".join(MapSource.Kind.values)}
        )
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise BadMapSource(gettext("the address starts with http:// or https://"))
    fields = set(re.findall(r"\{(\w+)\}", url))
    if kind != MapSource.Kind.PMTILES and not {"z", "x", "y"} <= fields:
        raise BadMapSource(gettext("the address has {z}, {x} and {y} in it"))
    source, _ = MapSource.objects.update_or_create(
        name=name,
        defaults={
            "kind": kind,
            "url": url,
            "attribution": attribution,
            "position": position,
            "enabled": enabled,
        },
    )
    return source


def remove_map_source(*, name: str, actor: Actor, now: datetime) -> None:
    """Remove a map source. Raises NotFound, NotAllowed."""
    actor.require("geo.manage")
    if not MapSource.objects.filter(name=name).delete()[0]:
        raise NotFound(gettext("no map source %(name)s") % {"name": name})
