"""Outlines and unit grids as exact coverages."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.affinity import rotate
from shapely.geometry.base import BaseGeometry

from cityloop.geo import gridding, mesh, outlining, partition
from cityloop.geo.codes import MOST_GRIDS
from cityloop.geo.tests import world

pytestmark = pytest.mark.requirement("A01")


@st.composite
def blobs(draw: st.DrawFn) -> shapely.Polygon:
    """A star-shaped polygon of 0.3 to 6 square kilometres, in degrees."""
    corners = draw(st.integers(4, 14))
    radii = draw(st.lists(st.floats(400, 1500), min_size=corners, max_size=corners))
    turn = draw(st.floats(0, 6))
    xy = [
        (radius * math.cos(turn + 2 * math.pi * i / corners),
         radius * math.sin(turn + 2 * math.pi * i / corners))
        for i, radius in enumerate(radii)
    ]  # fmt: skip
    return partition.Plane(120.1, 30.2).degrees(shapely.Polygon(xy))


def bent(shape: BaseGeometry, before: BaseGeometry) -> bool:
    """True when a border moved by no more than the precision of coordinates."""
    return shape.symmetric_difference(before).area < mesh.PRECISION * before.length


@settings(max_examples=40, deadline=None)
@given(shape=blobs(), weights=st.lists(st.floats(0.5, 3), min_size=1, max_size=9))
def test_parts_have_areas_as_their_weights(shape: shapely.Polygon, weights: list[float]) -> None:
    flat = partition.Plane.around(shape).flat(shape)
    division = partition.divide(flat, weights, "seed")
    for piece, weight in zip(division.pieces, weights, strict=True):
        assert piece.area == pytest.approx(flat.area * weight / sum(weights), rel=1e-3)
    assert len(division.cuts) == len(weights) - 1


def test_a_division_needs_weights() -> None:
    for weights in ([], [1.0, 0.0]):
        with pytest.raises(ValueError, match="weight"):
            partition.divide(shapely.box(0, 0, 1, 1), weights, "seed")


def test_the_same_seed_gives_the_same_outlines() -> None:
    one, other = world.shapes(), world.shapes()
    assert {c: s.wkb for c, s in one.items()} == {c: s.wkb for c, s in other.items()}


def test_children_are_their_parent_exactly() -> None:
    found = world.shapes()
    for parent in [code for code in found if len(code) < 12]:
        below = [s for c, s in found.items() if c.startswith(parent) and len(c) == len(parent) + 3]
        assert shapely.coverage_is_valid(below)
        assert shapely.union_all(below).equals(found[parent])
    assert bent(found[world.DISTRICT], world.OUTLINE)
    assert all(shape.geom_type == "Polygon" for shape in found.values())


def test_districts_without_streets_stay_whole_beside_others() -> None:
    beside = shapely.box(120.121, 30.2, 120.14, 30.22).difference(world.OUTLINE)
    made = outlining.outline(
        {world.DISTRICT: world.OUTLINE, "330198": beside}, world.STREETS, world.COMMUNITIES
    )
    assert shapely.coverage_is_valid([made.shapes[world.DISTRICT], made.shapes["330198"]])
    assert {road.kind for road in made.roads} == {"primary", "secondary", "branch"}


@settings(max_examples=25, deadline=None)
@given(shape=blobs(), cell=st.sampled_from((60.0, 100.0, 250.0)))
def test_cells_fill_any_community_without_gap_or_overlap(
    shape: shapely.Polygon, cell: float
) -> None:
    made = gridding.grid({"330199001001": shape}, cell)
    cells = [one.shape for one in made.cells]
    assert shapely.coverage_is_valid(cells)
    assert shapely.union_all(cells).equals(made.communities["330199001001"])
    assert bent(made.communities["330199001001"], shape)
    assert [one.sequence for one in made.cells] == list(range(1, len(cells) + 1))
    areas = shapely.area(partition.Plane.around(shape).flat(np.array(cells)))
    assert areas.max() < 2.2 * cell * cell
    if len(cells) > 1:
        assert areas.min() > 0.3 * cell * cell


def test_cells_of_neighbours_share_their_borders() -> None:
    found = {c: s for c, s in world.shapes().items() if len(c) == 12}
    made = gridding.grid(found)
    cells = [one.shape for one in made.cells]
    assert shapely.coverage_is_valid(cells)
    for code, whole in made.communities.items():
        own = [one.shape for one in made.cells if one.community == code]
        assert shapely.union_all(own).equals(whole)
    sizes = shapely.area(partition.Plane.around(world.OUTLINE).flat(np.array(cells)))
    assert 9_000 < sizes.mean() < 11_000


def test_large_communities_get_larger_cells() -> None:
    wide = partition.Plane(120, 30).degrees(rotate(shapely.box(0, 0, 6000, 4000), 20))
    made = gridding.grid({"330199001001": wide})
    assert 850 < len(made.cells) <= MOST_GRIDS


def test_islands_and_holes_are_filled_too() -> None:
    middle, beside = shapely.Point(120.1, 30.2), shapely.Point(120.115, 30.2)
    ring = middle.buffer(0.006).difference(middle.buffer(0.002))
    island = beside.buffer(0.0004)
    made = gridding.grid({"330199001001": ring.union(island)})
    assert shapely.union_all([c.shape for c in made.cells]).equals(made.communities["330199001001"])
    assert all(cell.shape.geom_type == "Polygon" for cell in made.cells)


def test_lines_that_do_not_close_are_told() -> None:
    with pytest.raises(mesh.BrokenMesh):
        mesh.faces([shapely.box(0, 0, 1, 1).boundary, shapely.box(2, 2, 3, 3).boundary,
                    shapely.LineString([(0.5, 0.5), (2.5, 2.5)])])  # fmt: skip


def test_neighbours_and_their_common_border() -> None:
    boxes = np.array([shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1), shapely.box(5, 5, 6, 6)])
    first, second, length = mesh.neighbours(boxes)
    assert (first.tolist(), second.tolist(), length.tolist()) == ([0], [1], [1.0])
