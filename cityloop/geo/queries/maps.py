"""What maps are made of: vector tiles and the city's own map services."""

from __future__ import annotations

import math
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext

from cityloop.geo import policy, tiles
from cityloop.geo.models import MapSource
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Invalid, NotFound


class NoSuchTile(Invalid):
    """No tile has these numbers."""

    code = "no-such-tile"


def map_sources() -> list[MapSource]:
    """The city's own map services that are switched on, lowest first."""
    return list(all_map_sources().filter(enabled=True))


def all_map_sources() -> QuerySet[MapSource]:
    """Those that are switched off too, lowest first."""
    return MapSource.objects.order_by("position", "id")


def map_source_warnings(source: MapSource, *, page: str) -> list[str]:
    """Why people at the site `page` (scheme and host) will not see it on their maps, if so."""
    found = []
    parts = urlsplit(source.url)
    if not policy.allows(source.url, page=page, sources=settings.MAP_SOURCES):
        why = gettext("browsers refuse it: %(origin)s is not in the setting MAP_SOURCES")
        found.append(why % {"origin": f"{parts.scheme}://{parts.netloc}"})
    if page.startswith("https:") and parts.scheme == "http":
        found.append(gettext("browsers refuse it: a page that came by https loads nothing by http"))
    return found


def tile_layer(name: str, actor: Actor) -> tiles.Layer:
    """A layer that the actor may see. Raises NotFound, NotAllowed."""
    layer = tiles.layers().get(name)
    if layer is None:
        raise NotFound(
            gettext("no tile layer %(name)s; there are %(layers)s")
            % {"name": name, "layers": ", ".join(sorted(tiles.layers()))}
        )
    actor.require(layer.permission)
    return layer


def tile(layer: str, z: int, x: int, y: int, actor: Actor, *, on: date) -> bytes:
    """A Mapbox vector tile (Web Mercator, XYZ), empty below the layer's lowest zoom.

    Raises NotFound, NotAllowed, NoSuchTile.
    """
    chosen = tile_layer(layer, actor)
    if not (0 <= z <= 22 and 0 <= x < 2**z and 0 <= y < 2**z):
        raise NoSuchTile(
            gettext("no tile %(z)s/%(x)s/%(y)s: zoom is 0 to 22, x and y are below 2^zoom")
            % {"z": z, "x": x, "y": y}
        )
    if z < chosen.min_zoom:
        return b""
    clustering = chosen.cluster_below is not None and z < chosen.cluster_below
    if clustering and chosen.groups is not None:
        rows = chosen.groups(z, actor)
        sql = tiles.grouped(chosen, rows.sql)
    else:
        rows = chosen.rows(z, actor)
        sql = (tiles.clustered if clustering else tiles.statement)(chosen, rows.sql)
    values = {**rows.values, **_tile_values(z, x, y, 0.0 if clustering else 1 / 64), "today": on}
    with connection.cursor() as cursor:
        cursor.execute(sql, _used(values, sql))
        made = cursor.fetchone()
    return bytes(made[0]) if made and made[0] else b""


def _tile_values(z: int, x: int, y: int, margin: float) -> dict[str, Any]:
    """A tile's numbers and its box in degrees, wider by `margin` of a tile on every side."""
    west, east = (360.0 * (at / 2**z) - 180.0 for at in (x - margin, x + 1 + margin))
    north, south = (_latitude(z, at) for at in (y - margin, y + 1 + margin))
    box = {"west": west, "south": south, "east": east, "north": north}
    return {"z": z, "x": x, "y": y, **box, "width": east - west, "height": north - south}


def _latitude(z: int, y: float) -> float:
    return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * y / 2**z))))


def _used(values: dict[str, Any], sql: str) -> dict[str, Any]:
    """Only what the statement names: the server refuses parameters of unknown type."""
    return {name: value for name, value in values.items() if f"%({name})s" in sql}
