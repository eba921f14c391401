"""Codes of regions and unit grids."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cityloop.geo import codes
from cityloop.geo.codes import BadCode

pytestmark = pytest.mark.requirement("A01")
part = st.integers(1, 999).map("{:03d}".format)
community = st.tuples(st.integers(110101, 659999), part, part).filter(
    lambda p: p[0] % 100 and p[0] // 100 % 100
).map(lambda p: f"{p[0]}{p[1]}{p[2]}")  # fmt: skip


@pytest.mark.parametrize(
    ("text", "code", "level", "parent"),
    [
        ("33", "33", "province", ""),
        ("330000", "33", "province", ""),
        ("3301", "3301", "city", "33"),
        ("330100", "3301", "city", "33"),
        ("330106", "330106", "district", "3301"),
        ("330106000000", "330106", "district", "3301"),
        ("330106004000", "330106004", "street", "330106"),
        ("330106109", "330106109", "street", "330106"),
        ("330106004051", "330106004051", "community", "330106004"),
    ],
)
def test_region_codes_are_read_in_all_spellings(
    text: str, code: str, level: str, parent: str
) -> None:
    assert codes.parse_region_code(text) == codes.RegionCode(code, level, parent)


@pytest.mark.parametrize(
    "text", ["", "3", "33010", "33010A", "０３", "330006", "330106000051", "00"]
)
def test_what_is_no_region_code_is_refused(text: str) -> None:
    with pytest.raises(BadCode):
        codes.parse_region_code(text)


def test_the_example_of_the_standard() -> None:
    grid = codes.parse_grid_code("320582110152102")
    assert (grid.district, grid.street, grid.community) == ("320582", "320582110", "320582110152")
    assert (grid.sequence, grid.edition) == (102, "2013")


def test_the_edition_of_2005_has_fourteen_digits() -> None:
    grid = codes.parse_grid_code("33010600405107")
    assert (grid.community, grid.sequence, grid.edition) == ("330106004051", 7, "2005")
    assert codes.as_15_digits("33010600405107") == "330106004051007"
    assert codes.build_grid_code("330106004051", 7, "2005") == "33010600405107"


@pytest.mark.parametrize(
    "text", ["", "330106004051", "3301060040510001", "330106004051000", "33010600405100",
             "330106000051001", "33010600405 001"]
)  # fmt: skip
def test_what_is_no_grid_code_is_refused(text: str) -> None:
    with pytest.raises(BadCode):
        codes.parse_grid_code(text)


@pytest.mark.parametrize(
    ("sequence", "edition"), [(0, "2013"), (1000, "2013"), (100, "2005"), (1, "1999")]
)
def test_sequences_that_do_not_fit_are_refused(sequence: int, edition: str) -> None:
    with pytest.raises(BadCode):
        codes.build_grid_code("330106004051", sequence, edition)


@given(community=community, sequence=st.integers(1, 999))
def test_building_and_reading_agree(community: str, sequence: int) -> None:
    grid = codes.parse_grid_code(codes.build_grid_code(community, sequence))
    assert (grid.community, grid.sequence) == (community, sequence)
