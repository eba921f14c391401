"""Coordinate systems against published pairs, and against themselves."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cityloop.geo import coordinates
from cityloop.geo.coordinates import NoCoordinate, UnknownSystem

pytestmark = pytest.mark.requirement("O05")

# Pairs from the test suites of open-source libraries (the shift as such, to the last digit).
EXACT = [
    ("gcj02", (121.5272106, 31.1774276), (121.531541859215, 31.17530398364597)),
    ("gcj02", (113.912316, 22.543847), (113.9171764808363, 22.540796131694766)),
    ("gcj02", (116.377817, 39.911954), (116.38404722455657, 39.91334545536069)),
    ("gcj02", (116.404, 39.915), (116.41024449916938, 39.91640428150164)),
]
# What map services answer for a WGS 84 point; they add noise of some decimetres of their own.
SERVICES = [
    ("gcj02", (116.481499, 39.990475), (116.487585177952, 39.991754014757)),
    ("gcj02", (116.481499, 39.990375), (116.487585177952, 39.991653917101)),
    ("gcj02", (119.6427465, 29.0820414), (119.6474509, 29.0790641)),  # Jinhua
    ("gcj02", (118.6711365, 24.8770487), (118.6756787, 24.8741363)),  # Quanzhou
    ("bd09", (114.21892734521, 29.575429778924), (114.23074952312, 29.57908262908)),
    ("bd09", (116.397428, 39.90923), (116.41004950566, 39.916979519873)),
    ("bd09", (119.6427465, 29.0820414), (119.6538875, 29.0854003)),
    ("bd09", (119.9183831, 32.4580023), (119.9296902, 32.4615531)),  # Taizhou, Jiangsu
]
# Hangzhou and what lies around it.
CITY = {"lon": st.floats(118.3, 120.8), "lat": st.floats(29.1, 30.6)}


def metres(one: tuple[float, float], other: tuple[float, float]) -> float:
    across, along = coordinates.metres_per_degree(one[1])
    return math.hypot((one[0] - other[0]) * across, (one[1] - other[1]) * along)


@pytest.mark.parametrize(("system", "wgs", "there"), EXACT)
def test_the_shift_is_the_published_one(
    system: str, wgs: tuple[float, float], there: tuple[float, float]
) -> None:
    assert metres(coordinates.from_wgs84(*wgs, system), there) < 0.001
    assert metres(coordinates.to_wgs84(*there, system), wgs) < 0.001


@pytest.mark.parametrize(("system", "wgs", "there"), SERVICES)
def test_a_metre_from_what_map_services_answer(
    system: str, wgs: tuple[float, float], there: tuple[float, float]
) -> None:
    assert metres(coordinates.from_wgs84(*wgs, system), there) < 1.0
    assert metres(coordinates.to_wgs84(*there, system), wgs) < 1.0


def test_gcj02_to_bd09_in_hangzhou() -> None:
    assert metres(
        coordinates.convert(120.026268, 30.279164, "gcj02", "bd09"), (120.032768, 30.285238)
    ) < 0.1  # fmt: skip


@given(system=st.sampled_from(coordinates.SYSTEMS), **CITY)
def test_there_and_back_is_the_same_point(system: str, lon: float, lat: float) -> None:
    there = coordinates.from_wgs84(lon, lat, system)
    back = coordinates.to_wgs84(*there, system)
    assert abs(back[0] - lon) < 1e-9
    assert abs(back[1] - lat) < 1e-9


@given(
    system=st.sampled_from(("gcj02", "bd09")),
    lon=st.floats(72.02, 137.8),
    lat=st.floats(0.85, 55.8),
)
def test_all_over_china_the_inverse_is_exact(system: str, lon: float, lat: float) -> None:
    back = coordinates.to_wgs84(*coordinates.from_wgs84(lon, lat, system), system)
    assert metres(back, (lon, lat)) < 0.001


@given(
    source=st.sampled_from(coordinates.SYSTEMS), target=st.sampled_from(coordinates.SYSTEMS), **CITY
)
def test_every_system_converts_to_every_other(
    source: str, target: str, lon: float, lat: float
) -> None:
    given_point = coordinates.from_wgs84(lon, lat, source)
    there = coordinates.convert(*given_point, source, target)
    assert metres(coordinates.to_wgs84(*there, target), (lon, lat)) < 0.001


def test_cgcs2000_is_taken_as_wgs84() -> None:
    assert coordinates.to_wgs84(120.1, 30.2, "cgcs2000") == (120.1, 30.2)


@pytest.mark.parametrize("point", [(-0.1276, 51.5072), (151.2, -33.87), (-118.24, 34.05)])
def test_nothing_is_shifted_outside_china(point: tuple[float, float]) -> None:
    for system in coordinates.SYSTEMS:
        assert coordinates.from_wgs84(*point, system) == point
        assert coordinates.to_wgs84(*point, system) == point


def test_arrays_give_what_scalars_give() -> None:
    chance = np.random.default_rng(7)
    lon, lat = chance.uniform(60, 145, 500), chance.uniform(-5, 60, 500)
    for system in coordinates.SYSTEMS:
        there = coordinates.many_from_wgs84(lon, lat, system)
        back = coordinates.many_to_wgs84(*there, system)
        for i in range(500):
            one = coordinates.from_wgs84(lon[i], lat[i], system)
            assert one == pytest.approx((there[0][i], there[1][i]), abs=1e-12)
            assert coordinates.to_wgs84(*one, system) == pytest.approx(
                (back[0][i], back[1][i]), abs=1e-11
            )


def test_bad_pairs_in_a_list_stay_what_they_were() -> None:
    points = coordinates.pairs_to_wgs84([(120.1, 30.2), (500.0, 1.0)], "gcj02")
    assert points[0] == pytest.approx(coordinates.to_wgs84(120.1, 30.2, "gcj02"))
    assert points[1] == (500.0, 1.0)
    assert coordinates.pairs_to_wgs84([], "bd09") == []


@pytest.mark.parametrize("pair", [(math.nan, 30.0), (120.0, math.inf), (181.0, 0.0), (0.0, -90.5)])
def test_what_is_no_coordinate_is_refused(pair: tuple[float, float]) -> None:
    with pytest.raises(NoCoordinate):
        coordinates.to_wgs84(*pair)


def test_unknown_systems_are_named() -> None:
    with pytest.raises(UnknownSystem, match="mars"):
        coordinates.convert(120.0, 30.0, "mars", "wgs84")
    assert coordinates.known("GCJ-02") == "gcj02"
