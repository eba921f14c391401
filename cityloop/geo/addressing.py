"""Doorplates, neighbourhoods and places of interest along generated roads. Pure, deterministic."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from cityloop.geo import naming
from cityloop.geo.partition import Plane

_OFFSET_M = 14.0  # from the middle of a road to its doors
_FIRST_DOOR_M = 25.0  # from a road's end, so that doors do not stand on crossings


@dataclass(frozen=True, slots=True)
class Named:
    """An address to be; `road` names the road of a doorplate, `number` is its number."""

    kind: str
    name: str
    lon: float
    lat: float
    road: str = ""
    number: int | None = None
    full_name: str = ""


def doorplates(
    roads: Sequence[tuple[str, Sequence[BaseGeometry]]], spacing_m: float
) -> Iterator[Named]:
    """Doors on both sides of roads (name, lines in degrees): odd left, even right.

    `spacing_m` between two doors of one side.
    """
    for name, lines in roads:
        pair = 0
        for line in lines:
            for left, right in zip(*_doors(line, spacing_m), strict=True):
                for number, (lon, lat) in ((2 * pair + 1, left), (2 * pair + 2, right)):
                    yield Named("doorplate", f"{name}{number}号", lon, lat, name, number)
                pair += 1


def _doors(line: BaseGeometry, spacing_m: float) -> tuple[list[list[float]], list[list[float]]]:
    """Points left and right of a line, all in degrees."""
    plane = Plane.around(line)
    flat = plane.flat(line)
    at = np.arange(_FIRST_DOOR_M, flat.length - _FIRST_DOOR_M, spacing_m)
    here = shapely.get_coordinates(shapely.line_interpolate_point(flat, at))
    ahead = shapely.get_coordinates(shapely.line_interpolate_point(flat, at + 1.0))
    along = ahead - here
    side = np.column_stack((-along[:, 1], along[:, 0])) * _OFFSET_M
    return plane.lonlat(here + side).tolist(), plane.lonlat(here - side).tolist()


def places(code: str, name: str, shape: BaseGeometry) -> Iterator[Named]:
    """Places of interest and neighbourhoods of a community (shape in degrees)."""
    chance = random.Random(f"places {code}")  # noqa: S311 (a drawing, no secret)
    short = naming.short_community(name)
    for ending, share in naming.PLACES:
        if chance.randrange(100) < share:
            yield Named("poi", short + ending, *_somewhere(shape, chance))
    for ending in chance.sample(naming.NEIGHBOURHOODS, 3):
        yield Named("neighbourhood", short + ending, *_somewhere(shape, chance))


def _somewhere(shape: BaseGeometry, chance: random.Random) -> tuple[float, float]:
    """A point inside, drawn from the bounding box; the label point when luck is bad."""
    west, south, east, north = shape.bounds
    shapely.prepare(shape)
    for _ in range(60):
        lon, lat = chance.uniform(west, east), chance.uniform(south, north)
        if shapely.contains_xy(shape, lon, lat):
            return lon, lat
    inner = shape.point_on_surface()
    return float(inner.x), float(inner.y)
