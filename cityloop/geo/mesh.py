"""Exact coverages: lines noded together, faces that share every vertex along their borders. Pure.

Intersections do not fit into floating point numbers, so polygons cut one by one leave hairline
gaps. Here all lines are noded at once on a grid of 1e-9 degree (0.1 mm); the faces between them
then share each border vertex, and the union of the faces of a region *is* the region.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

# Coordinates of regions and grids are multiples of this, degrees: 0.1 mm on the ground.
PRECISION = 1e-9

Shapes = npt.NDArray[np.object_]
Numbers = npt.NDArray[np.float64]
Indexes = npt.NDArray[np.int64]


class BrokenMesh(ValueError):
    """Lines that do not close into faces: a border is missing."""


def faces(lines: Iterable[BaseGeometry]) -> Shapes:
    """The faces between lines (degrees), noded on the precision grid. Raises BrokenMesh."""
    noded = shapely.union_all(np.array(list(lines), dtype=object), grid_size=PRECISION)
    found, cuts, _dangles, invalid = shapely.polygonize_full([noded])
    if len(cuts.geoms) or len(invalid.geoms):
        raise BrokenMesh("the lines do not close into faces")
    return np.array(found.geoms, dtype=object)


def owners(found: Shapes, regions: Sequence[BaseGeometry]) -> Indexes:
    """For each face the index of the region it lies in, -1 for none."""
    points = shapely.point_on_surface(found)
    tree = shapely.STRtree(list(regions))
    face_index, region_index = tree.query(points, predicate="intersects")
    owner = np.full(len(found), -1, dtype=np.int64)
    owner[face_index[::-1]] = region_index[::-1]
    return owner


def joined(found: Shapes, groups: Indexes, count: int) -> Shapes:
    """The union of the faces of each group 0..count-1; faces of group -1 are left out."""
    order = np.argsort(groups, kind="stable")
    starts = np.searchsorted(groups[order], np.arange(count + 1))
    result = np.empty(count, dtype=object)
    for group in range(count):
        members = found[order[starts[group] : starts[group + 1]]]
        result[group] = members[0] if len(members) == 1 else shapely.coverage_union_all(members)
    return result


def neighbours(found: Shapes) -> tuple[Indexes, Indexes, Numbers]:
    """Pairs of faces with a common border: two index arrays and the border's length (degrees).

    Faces of one mesh share whole edges, so equal edges are found by sorting, without geometry.
    """
    edges, owner = _edges(found)
    order = np.lexsort(edges.T)
    edges, owner = edges[order], owner[order]
    same = np.all(edges[1:] == edges[:-1], axis=1)
    first, second = owner[:-1][same], owner[1:][same]
    x1, y1, x2, y2 = edges[1:][same].T
    length = np.hypot(x1 - x2, y1 - y2)
    return _summed(first, second, length, len(found))


def _edges(found: Shapes) -> tuple[Numbers, Indexes]:
    """All edges as x1 y1 x2 y2 with the smaller end first, and the face of each."""
    rings, ring_face = shapely.get_rings(found, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    inside = ring[1:] == ring[:-1]
    start, end = xy[:-1][inside], xy[1:][inside]
    swap = (start[:, 0] > end[:, 0]) | ((start[:, 0] == end[:, 0]) & (start[:, 1] > end[:, 1]))
    start[swap], end[swap] = end[swap], start[swap].copy()
    owner: Indexes = ring_face[ring[:-1][inside]].astype(np.int64)
    return np.hstack((start, end)), owner


def _summed(
    first: Indexes, second: Indexes, length: Numbers, count: int
) -> tuple[Indexes, Indexes, Numbers]:
    key = np.minimum(first, second) * count + np.maximum(first, second)
    pairs, index = np.unique(key, return_inverse=True)
    total = np.bincount(index, weights=length, minlength=len(pairs)).astype(np.float64)
    return pairs // count, pairs % count, total
