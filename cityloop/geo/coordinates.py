"""Coordinate systems at the edges: WGS 84, CGCS2000, GCJ-02, BD-09, both ways.

Inside the product every coordinate is WGS 84 longitude and latitude in degrees (ADR 0004).

GCJ-02 shifts a WGS 84 point by 300 to 700 m with a published series; BD-09 shifts GCJ-02 once
more. Neither has a closed inverse: the inverses here iterate until the forward transform gives
the input back to 1e-12 degree (0.1 micrometre). Outside China's bounding rectangle nothing is
shifted; in a strip of about 700 m along that rectangle, in the sea or abroad, GCJ-02 is not
one-to-one and the inverse prefers the shifted reading.

The same formulas serve scalars (with `math`) and arrays (with `numpy`). Test pairs: answers of
public map services and of three open-source implementations, see tests/test_coordinates.py.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Literal, cast, get_args

import numpy as np
import numpy.typing as npt
from django.utils.translation import gettext

from cityloop.kernel.errors import Invalid

System = Literal["wgs84", "cgcs2000", "gcj02", "bd09"]
SYSTEMS: tuple[System, ...] = get_args(System)
Array = npt.NDArray[np.float64]

# Bounding rectangle of the shift: west, east, south, north.
CHINA = (72.004, 137.8347, 0.8293, 55.8271)

# Krasovsky 1940, on which the series was fitted: semi-major axis in metres, squared eccentricity.
_AXIS = 6378245.0
_ECCENTRICITY = 0.00669342162296594323
_BD_PI = math.pi * 3000.0 / 180.0
_CLOSE = 1e-12
_MOST_ROUNDS = 30


class UnknownSystem(Invalid):
    """The coordinate system is none of SYSTEMS."""

    code = "unknown-coordinate-system"


class NoCoordinate(Invalid):
    """Not a finite longitude of -180..180 with a latitude of -90..90 degrees."""

    code = "no-coordinate"


def to_wgs84(x: float, y: float, system: str = "wgs84") -> tuple[float, float]:
    """WGS 84 longitude and latitude of a point given in `system`, degrees.

    Raises UnknownSystem, NoCoordinate.
    """
    x, y = checked(x, y)
    wgs = _inverse(math, x, y, known(system))
    return (float(wgs[0]), float(wgs[1]))


def from_wgs84(lon: float, lat: float, system: str = "wgs84") -> tuple[float, float]:
    """Longitude and latitude in `system` of a WGS 84 point, degrees.

    Raises UnknownSystem, NoCoordinate.
    """
    lon, lat = checked(lon, lat)
    there = _forward(math, lon, lat, known(system))
    return (float(there[0]), float(there[1]))


def convert(x: float, y: float, source: str, target: str) -> tuple[float, float]:
    """A point of `source` in `target`, degrees. Raises UnknownSystem, NoCoordinate."""
    if known(source) == known(target):
        return checked(x, y)
    return from_wgs84(*to_wgs84(x, y, source), target)


def many_to_wgs84(x: Array, y: Array, system: str = "wgs84") -> tuple[Array, Array]:
    """As to_wgs84 for arrays of the same shape; not-finite values stay as they are."""
    wgs = _inverse(np, np.asarray(x, float), np.asarray(y, float), known(system))
    return cast(tuple[Array, Array], wgs)


def many_from_wgs84(lon: Array, lat: Array, system: str = "wgs84") -> tuple[Array, Array]:
    """As from_wgs84 for arrays of the same shape; not-finite values stay as they are."""
    there = _forward(np, np.asarray(lon, float), np.asarray(lat, float), known(system))
    return cast(tuple[Array, Array], there)


def pairs_to_wgs84(
    points: Sequence[tuple[float, float]], system: str = "wgs84"
) -> list[tuple[float, float]]:
    """As to_wgs84 for a list of points; pairs that are no coordinate come out as they went in."""
    xy = np.array(points, dtype=float).reshape(-1, 2)
    good = np.isfinite(xy).all(axis=1) & (np.abs(xy) <= (180.0, 90.0)).all(axis=1)
    lon, lat = many_to_wgs84(xy[good, 0], xy[good, 1], system)
    xy[good] = np.column_stack((lon, lat))
    return [(x, y) for x, y in xy.tolist()]


def known(system: str) -> System:
    """The system's name, lower case. Raises UnknownSystem."""
    name = system.lower().replace("-", "").replace(" ", "")
    if name not in SYSTEMS:
        raise UnknownSystem(
            gettext("unknown coordinate system %(system)s; known: %(names)s")
            % {"system": system, "names": ", ".join(SYSTEMS)}
        )
    return name


def checked(x: float, y: float) -> tuple[float, float]:
    """The pair as floats. Raises NoCoordinate for what no place on Earth has."""
    x, y = float(x), float(y)
    if not (math.isfinite(x) and math.isfinite(y) and abs(x) <= 180.0 and abs(y) <= 90.0):
        raise NoCoordinate(
            gettext("(%(x)s, %(y)s) is not a longitude and latitude in degrees") % {"x": x, "y": y}
        )
    return x, y


def metres_per_degree(lat: float) -> tuple[float, float]:
    """Length in metres of one degree of longitude and of latitude on the WGS 84 ellipsoid."""
    squared = 0.00669437999014
    bend = 1.0 - squared * math.sin(math.radians(lat)) ** 2
    across = 6378137.0 / math.sqrt(bend) * math.cos(math.radians(lat))
    along = 6378137.0 * (1.0 - squared) / bend**1.5
    return math.radians(across), math.radians(along)


def metres_between(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Distance of two lon/lat points within a city, to a metre."""
    across, along = metres_per_degree((one[1] + other[1]) / 2)
    return math.hypot((one[0] - other[0]) * across, (one[1] - other[1]) * along)


def _forward(m: Any, x: Any, y: Any, system: System) -> tuple[Any, Any]:
    if system in ("wgs84", "cgcs2000"):
        return x, y
    shifted = _add(x, y, _gcj_shift(m, x, y))
    if system == "bd09":
        shifted = _bd_from_gcj(m, *shifted)
    return _where_in_china(m, x, y, shifted, (x, y))


def _inverse(m: Any, x: Any, y: Any, system: System) -> tuple[Any, Any]:
    if system in ("wgs84", "cgcs2000"):
        return x, y
    gcj = _solve(m, x, y, _bd_shift) if system == "bd09" else (x, y)
    wgs = _solve(m, *gcj, _gcj_shift)
    return _where_in_china(m, *wgs, wgs, (x, y))


def _solve(m: Any, x: Any, y: Any, shift: Any) -> tuple[Any, Any]:
    """The point that `shift` moves to (x, y): each round leaves at most a fiftieth of the error."""
    guess = (x, y)
    for _ in range(_MOST_ROUNDS):
        dx, dy = shift(m, *guess)
        better = (x - dx, y - dy)
        moved = _largest(m, better[0] - guess[0], better[1] - guess[1])
        guess = better
        if not moved > _CLOSE:
            break
    return guess


def _largest(m: Any, dx: Any, dy: Any) -> float:
    if m is math:
        return float(max(abs(dx), abs(dy)))
    moves = np.maximum(np.abs(dx), np.abs(dy))
    return float(np.nanmax(moves, initial=0.0))


def _where_in_china(m: Any, lon: Any, lat: Any, inside: Any, outside: Any) -> tuple[Any, Any]:
    west, east, south, north = CHINA
    if m is math:
        return cast(
            tuple[Any, Any],
            inside if west <= lon <= east and south <= lat <= north else outside,
        )
    within = (west <= lon) & (lon <= east) & (south <= lat) & (lat <= north)
    return np.where(within, inside[0], outside[0]), np.where(within, inside[1], outside[1])


def _add(x: Any, y: Any, shift: tuple[Any, Any]) -> tuple[Any, Any]:
    return x + shift[0], y + shift[1]


def _gcj_shift(m: Any, lon: Any, lat: Any) -> tuple[Any, Any]:
    """Degrees by which GCJ-02 lies east and north of WGS 84."""
    east, north = _gcj_metres(m, lon - 105.0, lat - 35.0)
    sine = m.sin(lat / 180.0 * m.pi)
    bend = 1.0 - _ECCENTRICITY * sine * sine
    root = m.sqrt(bend)
    north = north * 180.0 / (_AXIS * (1.0 - _ECCENTRICITY) / (bend * root) * m.pi)
    east = east * 180.0 / (_AXIS / root * m.cos(lat / 180.0 * m.pi) * m.pi)
    return east, north


def _gcj_metres(m: Any, x: Any, y: Any) -> tuple[Any, Any]:
    """The published series, in metres east and north; x, y in degrees from 105 E 35 N."""
    root = m.sqrt(abs(x))
    waves = (20.0 * m.sin(6.0 * x * m.pi) + 20.0 * m.sin(2.0 * x * m.pi)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + waves
    east = east + (20.0 * m.sin(x * m.pi) + 40.0 * m.sin(x / 3.0 * m.pi)) * 2.0 / 3.0
    east = east + (150.0 * m.sin(x / 12.0 * m.pi) + 300.0 * m.sin(x / 30.0 * m.pi)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + waves
    north = north + (20.0 * m.sin(y * m.pi) + 40.0 * m.sin(y / 3.0 * m.pi)) * 2.0 / 3.0
    north = north + (160.0 * m.sin(y / 12.0 * m.pi) + 320.0 * m.sin(y * m.pi / 30.0)) * 2.0 / 3.0
    return east, north


def _bd_from_gcj(m: Any, x: Any, y: Any) -> tuple[Any, Any]:
    radius = m.sqrt(x * x + y * y) + 0.00002 * m.sin(y * _BD_PI)
    turn = m.atan2(y, x) + 0.000003 * m.cos(x * _BD_PI)
    return radius * m.cos(turn) + 0.0065, radius * m.sin(turn) + 0.006


def _bd_shift(m: Any, x: Any, y: Any) -> tuple[Any, Any]:
    """Degrees by which BD-09 lies east and north of GCJ-02."""
    bd = _bd_from_gcj(m, x, y)
    return bd[0] - x, bd[1] - y
