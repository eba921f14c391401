"""Vector tile layers: a table. Any subsystem adds its own in a tiles.py with LAYERS.

A layer says which rows lie in a box; the database makes the tile. No tile holds more features than
the layer's cap, and points are grouped in a lattice below zoom `cluster_below`, so a tile of a city
with a million cases stays small.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import apps

from cityloop.kernel.actor import Actor

# For the WHERE of a layer's rows: `point && {BOX}` uses the spatial index.
BOX = (
    "ST_MakeEnvelope(%(west)s::float8, %(south)s::float8, "
    "%(east)s::float8, %(north)s::float8, 4326)"
)
TODAY = "%(today)s::date"


@dataclass(frozen=True, slots=True)
class Rows:
    """A SELECT with columns id, geom (SRID 4326) and the layer's fields, and its own parameters.

    It may use BOX and TODAY, whose parameters are given: west, south, east, north, today.
    """

    sql: str
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer of tiles.

    `rows(zoom, actor)` limits rows to what the actor sees. `fields` are a feature's attributes.
    Points with `cluster_below` are grouped below that zoom: a group has `count` and no other
    field, a lone point its fields and no `count`. `groups(zoom, actor)` may give ready groups
    instead (columns n, lon, lat), where counting every row would be slow.
    """

    name: str
    fields: tuple[str, ...]
    rows: Callable[[int, Actor], Rows]
    min_zoom: int = 0
    cap: int = 4000
    cluster_below: int | None = None
    groups: Callable[[int, Actor], Rows] | None = None
    permission: str = "map.view"
    max_age: int = 300  # seconds a browser may keep a tile


def _regions(zoom: int, actor: Actor) -> Rows:
    """Outlines for lines and fills, and a point each for the name."""
    if zoom < 8:
        levels = ["province", "city", "district"]
    elif zoom < 10:
        levels = ["city", "district"]
    elif zoom < 12:
        levels = ["district", "street"]
    else:
        levels = ["district", "street", "community"]
    return Rows(
        f"""SELECT r.id, shown.geom, r.code, r.level, r.name, r.name_en, r.generated
              FROM geo_region r,
                   LATERAL (VALUES (r.geom::geometry), (r.label_point::geometry)) AS shown(geom)
             WHERE r.level = ANY(%(levels)s::text[]) AND r.geom && {BOX} AND shown.geom && {BOX}
               AND r.valid_from <= {TODAY} AND (r.valid_to IS NULL OR r.valid_to > {TODAY})""",  # noqa: S608 (constants of this table)
        {"levels": levels},
    )


def _grids(zoom: int, actor: Actor) -> Rows:
    return Rows(
        f"""SELECT id, geom, code, name FROM geo_unitgrid
             WHERE geom && {BOX} AND valid_from <= {TODAY}
               AND (valid_to IS NULL OR valid_to > {TODAY})"""  # noqa: S608 (constants of this table)
    )


def _roads(zoom: int, actor: Actor) -> Rows:
    kinds = ["primary"] if zoom < 11 else ["primary", "secondary"]
    if zoom >= 13:
        kinds = ["primary", "secondary", "branch"]
    return Rows(
        f"""SELECT id, geom, name, kind FROM geo_road
             WHERE geom && {BOX} AND kind = ANY(%(kinds)s::text[])""",  # noqa: S608 (constants of this table)
        {"kinds": kinds},
    )


LAYERS = (
    Layer("regions", ("code", "level", "name", "name_en", "generated"), _regions, max_age=3600),
    Layer("grids", ("code", "name"), _grids, min_zoom=14, max_age=3600),
    Layer("roads", ("name", "kind"), _roads, min_zoom=9, max_age=3600),
)


@cache
def layers() -> dict[str, Layer]:
    """Every layer of every installed subsystem by name: LAYERS of their tiles.py."""
    found: dict[str, Layer] = {}
    for app in apps.get_app_configs():
        if app.name.startswith("cityloop.") and find_spec(f"{app.name}.tiles"):
            for layer in import_module(f"{app.name}.tiles").LAYERS:
                if layer.name in found:
                    raise ValueError(f"two tile layers are called {layer.name}")
                found[layer.name] = layer
    return found


def statement(layer: Layer, rows: str) -> str:
    """The SQL of a tile with one feature a row."""
    fields = "".join(f", r.{name}" for name in layer.fields)
    return f"""
SELECT ST_AsMVT(t, '{layer.name}', 4096, 'shape', 'id') FROM (
  SELECT r.id{fields}, ST_AsMVTGeom(ST_Transform(r.geom, 3857), tile.box, 4096, 64) AS shape
    FROM ({rows} LIMIT {layer.cap}) r,
         (SELECT ST_TileEnvelope(%(z)s::int, %(x)s::int, %(y)s::int) AS box) tile
) t WHERE t.shape IS NOT NULL"""  # noqa: S608 (constants of this table)


def clustered(layer: Layer, rows: str) -> str:
    """The SQL of a tile with points grouped in a lattice of 16 by 16."""
    fields = "".join(f", r.{name}" for name in layer.fields)
    return f"""
WITH r AS MATERIALIZED ({rows}), c AS (
  SELECT count(*)::int AS n, min(r.id) AS id, avg(ST_X(r.geom)) AS lon, avg(ST_Y(r.geom)) AS lat
    FROM r GROUP BY floor((ST_X(r.geom) - %(west)s::float8) * 16 / %(width)s::float8),
                    floor((ST_Y(r.geom) - %(south)s::float8) * 16 / %(height)s::float8)
)
SELECT ST_AsMVT(t, '{layer.name}', 4096, 'shape', 'id') FROM (
  SELECT c.id, CASE WHEN c.n > 1 THEN c.n END AS count{fields}, {_SHAPE}
    FROM (SELECT ST_TileEnvelope(%(z)s::int, %(x)s::int, %(y)s::int) AS box) tile, c
    LEFT JOIN r ON c.n = 1 AND r.id = c.id
) t WHERE t.shape IS NOT NULL"""  # noqa: S608 (constants of this table)


def grouped(layer: Layer, groups: str) -> str:
    """The SQL of a tile with groups that the layer counted itself."""
    return f"""
SELECT ST_AsMVT(t, '{layer.name}', 4096, 'shape') FROM (
  SELECT c.n::int AS count, {_SHAPE}
    FROM (SELECT ST_TileEnvelope(%(z)s::int, %(x)s::int, %(y)s::int) AS box) tile,
         ({groups} LIMIT {layer.cap}) c
) t WHERE t.shape IS NOT NULL"""  # noqa: S608 (constants of this table)


_SHAPE = """ST_AsMVTGeom(ST_Transform(ST_SetSRID(ST_MakePoint(c.lon, c.lat), 4326), 3857),
                         tile.box, 4096, 64) AS shape"""
