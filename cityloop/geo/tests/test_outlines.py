"""Outlines of streets and communities, drawn: dated, never over a neighbour, never with a gap."""

from __future__ import annotations

from datetime import timedelta

import pytest
import shapely
from shapely.geometry.base import BaseGeometry

from cityloop.geo import drawn, operations, queries
from cityloop.geo.models import Region, UnitGrid
from cityloop.geo.operations.grids import read_shape
from cityloop.geo.tests import world
from cityloop.geo.tests.world import BOSS, NOW, TODAY
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Invalid, NotAllowed, NotFound

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("L16"), pytest.mark.requirement("A01")]
LATER = TODAY + timedelta(days=10)
HOME = f"{world.DISTRICT}001001"


def _shape(code: str) -> BaseGeometry:
    return read_shape(Region.objects.get(code=code, valid_to=None).geom)


def _edge_grid(code: str = HOME) -> UnitGrid:
    """A grid on the city's outer edge, without which its community is still one piece."""
    district = _shape(world.DISTRICT)
    for grid in UnitGrid.objects.filter(community_code=code).order_by("code"):
        shape = read_shape(grid.geom)
        rest = shapely.difference(_shape(code), shape)
        on_edge = shapely.intersection(shape.boundary, district.boundary).length > 0.0003
        if on_edge and rest.geom_type == "Polygon":
            return grid
    raise AssertionError("no such grid")


def _set(code: str, shape: BaseGeometry, **given) -> operations.Redrawn:
    facts = {"on": LATER, "actor": BOSS, "now": NOW, "reason": "边界调整", **given}
    return operations.set_outline(code=code, shape=shape, **facts)


def _shrunk() -> tuple[UnitGrid, BaseGeometry]:
    """The community without a grid of its edge, which is retired on that day."""
    grid = _edge_grid()
    rest = shapely.difference(_shape(HOME), read_shape(grid.geom))
    operations.retire_grid(code=grid.code, on=LATER, leaves_city=True, actor=BOSS, now=NOW)
    return grid, rest


def test_an_outline_that_leaves_grids_outside_is_refused(town: str) -> None:
    grid = _edge_grid()
    rest = shapely.difference(_shape(HOME), read_shape(grid.geom))
    with pytest.raises(operations.OutlineRefused, match=f"retire or split it first .{grid.code}"):
        _set(HOME, rest, leaves_city=True)
    assert Region.objects.filter(code=HOME).count() == 1


def test_ground_that_leaves_the_city_is_named_as_such(town: str) -> None:
    grid, rest = _shrunk()
    with pytest.raises(operations.OutlineRefused, match="would belong to no community"):
        _set(HOME, rest)
    done = _set(HOME, rest, leaves_city=True)
    before = Region.objects.get(code=HOME, valid_to=LATER)
    assert done.region.valid_from == LATER
    assert (done.region.drawn_by, done.region.reason) == ("system", "边界调整")
    assert before.valid_from < TODAY
    assert queries.check_coverage(HOME, on=TODAY).grids == 1 + (
        queries.check_coverage(HOME, on=LATER).grids
    )
    after = queries.check_coverage(HOME, on=LATER)
    assert (round(after.gap_m2), round(after.outside_m2)) == (0, 0)
    inside = read_shape(grid.geom).representative_point()
    assert queries.locate(inside.x, inside.y, on=TODAY) is not None
    assert queries.locate(inside.x, inside.y, on=LATER) is None


def test_ground_that_comes_gets_grids_of_its_own_or_is_refused(town: str) -> None:
    grid, rest = _shrunk()
    _set(HOME, rest, leaves_city=True)
    whole = shapely.union(rest, read_shape(grid.geom))
    next_day = LATER + timedelta(days=1)
    with pytest.raises(operations.OutlineRefused, match="would lie in no unit grid"):
        _set(HOME, whole, on=next_day)
    done = _set(HOME, whole, on=next_day, make_grids=True)
    assert len(done.made) >= 1
    assert not UnitGrid.objects.filter(code__in=done.made, valid_from__lt=next_day).exists()
    assert grid.code not in done.made
    after = queries.check_coverage(HOME, on=next_day)
    assert (round(after.gap_m2), round(after.outside_m2)) == (0, 0)
    inside = read_shape(grid.geom).representative_point()
    found = queries.locate(inside.x, inside.y, on=next_day)
    assert found is not None
    assert found.grid_code in done.made


def test_a_neighbours_ground_and_the_world_outside_are_refused(town: str) -> None:
    wide = _shape(HOME).buffer(0.001)
    with pytest.raises(operations.OutlineRefused) as caught:
        _set(HOME, wide, make_grids=True)
    said = " ".join(caught.value.reasons)
    assert "it overlaps 3301990" in said
    assert "lies outside its parent" in said


def test_a_hand_that_misses_a_border_by_a_metre_means_the_border(town: str) -> None:
    shape = _shape(HOME)
    shaken = shapely.set_coordinates(
        shapely.Polygon(shape.geoms[0].exterior),
        [
            (x + (5e-6 if n % 2 else -5e-6), y)
            for n, (x, y) in enumerate(shape.geoms[0].exterior.coords[:-1])
        ]
        + [(shape.geoms[0].exterior.coords[0][0] - 5e-6, shape.geoms[0].exterior.coords[0][1])],
    )
    done = _set(HOME, shaken)
    assert shapely.symmetric_difference(read_shape(done.region.geom), shape).area * 1.2e10 < 1


def test_a_street_keeps_its_communities(town: str) -> None:
    street = f"{world.DISTRICT}001"
    shape, gone = _shape(street), _shape(HOME)
    with pytest.raises(operations.OutlineRefused, match="would stick out of it"):
        _set(street, shapely.difference(shape, gone), leaves_city=True)
    done = _set(street, shape)
    assert done.region.level == "street"
    assert Region.objects.get(code=HOME).parent == done.region


def test_a_community_is_drawn_where_there_was_none(town: str) -> None:
    grid, rest = _shrunk()
    _set(HOME, rest, leaves_city=True)
    new, shape = f"{world.DISTRICT}001009", read_shape(grid.geom)
    with pytest.raises(NotFound):
        _set(new, shape)
    done = _set(new, shape, name="新社区", make_grids=True)
    assert (done.region.name, done.region.parent.code) == ("新社区", f"{world.DISTRICT}001")
    assert all(code.startswith(new) for code in done.made)
    assert queries.check_coverage(new, on=LATER).gap_m2 < 1


def test_who_may_not_and_what_is_wrong_changes_nothing(town: str) -> None:
    shape = _shape(HOME)
    elsewhere = Actor(
        member_id=None, name="t", post="t", permissions=frozenset({"geo.manage"}),
        organisation_ids=None, region_codes=("330106",),
    )  # fmt: skip
    with pytest.raises(NotAllowed):
        _set(HOME, shape, actor=elsewhere)
    with pytest.raises(NotAllowed):
        _set(HOME, shape, actor=Actor(member_id=None, name="t", post="t"))
    with pytest.raises(Invalid, match="past"):
        _set(HOME, shape, on=TODAY - timedelta(days=1))
    with pytest.raises(Invalid, match="only streets and communities"):
        _set(world.DISTRICT, shape)
    with pytest.raises(Invalid):
        _set(HOME, shapely.Polygon([(120, 30), (121, 31), (120, 31), (121, 30)]))
    assert Region.objects.filter(code=HOME).count() == 1


def test_outlines_are_written_as_corners_or_geojson() -> None:
    square = shapely.box(120, 30, 120.1, 30.1)
    text = drawn.write_outline(square)
    assert len(text.splitlines()) == 4
    assert drawn.read_outline(text).equals(square)
    holed = square.difference(shapely.box(120.01, 30.01, 120.02, 30.02))
    assert drawn.read_outline(drawn.write_outline(holed)).equals(holed)
    assert drawn.read_line("120，30\n\n120.1; 30.1") == [(120, 30), (120.1, 30.1)]
    for bad in ("120 30\nx", "120 30 1", "200 30", "120 30\n121 31", '{"type":'):
        with pytest.raises(Invalid):
            drawn.read_outline(bad)
