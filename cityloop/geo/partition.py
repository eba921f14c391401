"""Outlines inside a real district, where no public outline exists: recursive halving. Pure.

A shape with a list of weighted parts is cut by a straight line, roughly across its longer side,
so that the areas on both sides are as the weights of the two halves of the list; each side is cut
again until one part is left. Straight cuts make compact parts and every cut is a plausible road.
Among a few directions the first is taken that leaves both sides in one piece and not too thin.
The same seed gives the same outlines.

All lengths are metres in a plane (see Plane). The cuts, not the pieces, are the result: borders
become exact when all cuts are noded together (mesh.py).
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from shapely import Polygon
from shapely.affinity import rotate
from shapely.geometry.base import BaseGeometry

from cityloop.geo.coordinates import metres_per_degree

Array = npt.NDArray[np.float64]
# Turns away from the first direction, degrees, in the order they are tried.
_TURNS = (0.0, 12.0, -12.0, 25.0, -25.0, 40.0, -40.0, 60.0, -60.0, 90.0)
_JITTER = 5.0
_STOUT = 0.42  # 4 pi area / perimeter squared: a square has 0.79, one of 1 : 5 has 0.44
_BISECTIONS = 32  # of some 10 km: to 3 micrometres


@dataclass(frozen=True, slots=True)
class Plane:
    """A flat metre grid around a place; good to some 1e-4 of a distance within a city."""

    lon: float
    lat: float

    @staticmethod
    def around(shape: BaseGeometry) -> Plane:
        """The plane about the middle of a shape given in degrees."""
        west, south, east, north = shape.bounds
        return Plane((west + east) / 2, (south + north) / 2)

    def flat(self, shape: Any) -> Any:
        """A shape, or an array of shapes, of degrees in metres."""
        return shapely.transform(shape, lambda xy: (xy - (self.lon, self.lat)) * self._scale())

    def degrees(self, shape: Any) -> Any:
        """A shape, or an array of shapes, of metres in degrees."""
        return shapely.transform(shape, self.lonlat)

    def lonlat(self, xy: Array) -> Array:
        """Rows of x, y in metres as rows of longitude, latitude."""
        return xy / self._scale() + (self.lon, self.lat)

    def _scale(self) -> Array:
        return np.array(metres_per_degree(self.lat))


@dataclass(frozen=True, slots=True)
class Cut:
    """One straight cut, possibly in pieces where the shape is not convex; depth 0 is the first."""

    line: BaseGeometry
    depth: int


@dataclass(slots=True)
class Division:
    """The pieces in the order of the weights, and the cuts between them."""

    pieces: list[BaseGeometry] = field(default_factory=list)
    cuts: list[Cut] = field(default_factory=list)


def divide(shape: BaseGeometry, weights: Sequence[float], seed: str) -> Division:
    """Cut a shape (metres) into one piece a weight, areas as the weights. ValueError on none."""
    if not weights or min(weights) <= 0:
        raise ValueError("at least one weight, all above zero")
    result = Division()
    chance = random.Random(seed)  # noqa: S311 (a drawing, no secret)
    _divide(shape, list(weights), chance, 0, result)
    return result


def _divide(
    shape: BaseGeometry, weights: list[float], chance: random.Random, depth: int, result: Division
) -> None:
    if len(weights) == 1:
        result.pieces.append(shape)
        return
    middle = _middle(weights)
    share = sum(weights[:middle]) / sum(weights)
    left, right, line = _halve(shape, share, chance)
    result.cuts.append(Cut(line, depth))
    _divide(left, weights[:middle], chance, depth + 1, result)
    _divide(right, weights[middle:], chance, depth + 1, result)


def _middle(weights: list[float]) -> int:
    """Where to part the list so that both halves weigh about the same."""
    sums = np.cumsum(weights)
    return int(np.argmin(np.abs(sums[:-1] - sums[-1] / 2))) + 1


def _halve(
    shape: BaseGeometry, share: float, chance: random.Random
) -> tuple[BaseGeometry, BaseGeometry, BaseGeometry]:
    first = long_side(shape) + chance.uniform(-_JITTER, _JITTER)
    best = None
    for turn in _TURNS:
        tried = _cut(shape, share, first + turn)
        score = min(_stoutness(tried[0]), _stoutness(tried[1]))
        if best is None or score > best[0]:
            best = (score, tried)
        if score >= _STOUT:
            break
    assert best is not None  # noqa: S101 (there is a first turn)
    return best[1]


def _cut(
    shape: BaseGeometry, share: float, angle: float
) -> tuple[BaseGeometry, BaseGeometry, BaseGeometry]:
    """Both sides and the cut across direction `angle`; the left side has `share` of the area."""
    turned = rotate(shape, -angle, origin=(0, 0))
    at = _position(turned, share)
    west, south, east, north = turned.bounds
    left = shapely.intersection(turned, shapely.box(west - 1, south - 1, at, north + 1))
    right = shapely.intersection(turned, shapely.box(at, south - 1, east + 1, north + 1))
    line = shapely.intersection(turned, shapely.linestrings([[at, south - 1], [at, north + 1]]))
    back = [rotate(part, angle, origin=(0, 0)) for part in (left, right, line)]
    return back[0], back[1], back[2]


def _position(shape: BaseGeometry, share: float) -> float:
    """The x left of which `share` of the area lies, by bisection on the exact area."""
    rings = _edges(shape)
    low, _, high, _ = shape.bounds
    wanted = float(shape.area) * share
    for _ in range(_BISECTIONS):
        at = (low + high) / 2
        if _area_left(rings, at) < wanted:
            low = at
        else:
            high = at
    return float(low + high) / 2


def _edges(shape: BaseGeometry) -> Array:
    """All edges as rows x1 y1 x2 y2, shells clockwise and holes the other way."""
    rows = []
    for polygon in shapely.get_parts(shapely.normalize(shape)):
        if isinstance(polygon, Polygon):
            for ring in (polygon.exterior, *polygon.interiors):
                xy = shapely.get_coordinates(ring)
                rows.append(np.hstack((xy[:-1], xy[1:])))
    return np.vstack(rows)


def _area_left(edges: Array, at: float) -> float:
    """Area with x <= at: Green's theorem over the clipped edges (the cut itself adds nothing)."""
    x1, y1, x2, y2 = edges.T
    start, end = np.minimum(x1, at), np.minimum(x2, at)
    width = x2 - x1
    slope = np.divide(y2 - y1, width, out=np.zeros_like(width), where=width != 0)
    first, last = y1 + (start - x1) * slope, y1 + (end - x1) * slope
    return float(abs(np.sum((first + last) * (end - start)) / 2))


def long_side(shape: BaseGeometry) -> float:
    """Direction of the longer side of the smallest rectangle around a shape, degrees."""
    corners = shapely.get_coordinates(shapely.oriented_envelope(shape))
    if len(corners) < 4:
        return 0.0
    a, b = corners[1] - corners[0], corners[2] - corners[1]
    side = a if np.hypot(*a) >= np.hypot(*b) else b
    return math.degrees(math.atan2(side[1], side[0]))


def _stoutness(shape: BaseGeometry) -> float:
    if not isinstance(shape, Polygon) or not shape.length:
        return 0.0
    return float(4 * math.pi * shape.area / shape.length**2)
