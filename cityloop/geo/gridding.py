"""Unit grids of about one hectare inside communities. Pure.

Each community gets a lattice along the longer side of its own smallest rectangle (streets mostly
run that way), with cells of about cell_m; the lattices are noded together with the borders of all
communities at once; cells smaller than _SLIVER of a full one join the neighbour of the same
community with which they share the longest border. So a grid never crosses a community, grids do
not overlap, and their union is the community exactly.

Codes have three digits for the sequence: where a community would need more than 999 grids, its
cells become larger until they fit.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.affinity import rotate
from shapely.geometry.base import BaseGeometry

from cityloop.geo import mesh
from cityloop.geo.codes import MOST_GRIDS
from cityloop.geo.mesh import Numbers
from cityloop.geo.partition import Plane, long_side

_SLIVER = 0.35
_FULL = 0.95  # of 999 where cells must grow: borders cut more cells than the area says
_GROW = 1.06


@dataclass(frozen=True, slots=True)
class Cell:
    """One unit grid to be: its community, sequence within it and polygon in degrees."""

    community: str
    sequence: int
    shape: BaseGeometry


@dataclass(frozen=True, slots=True)
class Gridding:
    """The cells, and the communities with the cells' corners added to their borders."""

    cells: list[Cell]
    communities: dict[str, BaseGeometry]


def grid(communities: Mapping[str, BaseGeometry], cell_m: float = 100.0) -> Gridding:
    """Cut communities (code -> polygon in degrees, not overlapping) into cells of cell_m squared.

    Raises mesh.BrokenMesh when borders do not close.
    """
    codes = sorted(communities)
    outlines = [communities[code] for code in codes]
    plane = Plane.around(shapely.box(*shapely.total_bounds(np.array(outlines, dtype=object))))
    flat = plane.flat(np.array(outlines, dtype=object))
    sizes = [_cell_size(shape, cell_m) for shape in flat]
    while True:
        found, owner, group = _mesh(plane, outlines, list(flat), sizes)
        crowded = _crowded(owner, group, len(codes))
        if not crowded:
            break
        for index in crowded:
            sizes[index] *= _GROW
    return _gridding(codes, plane, found, owner, group)


def _cell_size(shape: BaseGeometry, cell_m: float) -> float:
    return max(cell_m, math.sqrt(shape.area / (MOST_GRIDS * _FULL)))


def _mesh(
    plane: Plane, outlines: list[BaseGeometry], flat: list[BaseGeometry], sizes: list[float]
) -> tuple[mesh.Shapes, mesh.Indexes, mesh.Indexes]:
    """Faces, the community of each and the merged cell of each."""
    lattices = np.array([_lattice(s, m) for s, m in zip(flat, sizes, strict=True)], dtype=object)
    inside = plane.degrees(shapely.intersection(lattices, np.array(flat, dtype=object)))
    borders = shapely.boundary(np.array(outlines, dtype=object))
    found = mesh.faces([*borders, *inside])
    owner = mesh.owners(found, outlines)
    found, owner = found[owner >= 0], owner[owner >= 0]
    areas = shapely.area(plane.flat(found))
    smallest = np.array([_SLIVER * size * size for size in sizes])[owner]
    return found, owner, _merged(found, owner, areas, smallest)


def _lattice(shape: BaseGeometry, size: float) -> BaseGeometry:
    """Lattice lines over a community, metres, evenly spaced over its smallest rectangle."""
    angle = long_side(shape)
    west, south, east, north = rotate(shape, -angle, origin=(0, 0)).bounds
    columns, rows = max(1, round((east - west) / size)), max(1, round((north - south) / size))
    across = np.linspace(west, east, columns + 1)[1:-1]
    along = np.linspace(south, north, rows + 1)[1:-1]
    lines = [[(x, south - 1), (x, north + 1)] for x in across]
    lines += [[(west - 1, y), (east + 1, y)] for y in along]
    return rotate(shapely.MultiLineString(lines), angle, origin=(0, 0))


def _merged(
    found: mesh.Shapes, owner: mesh.Indexes, areas: Numbers, smallest: Numbers
) -> mesh.Indexes:
    """For each face the face it ends up with: slivers join, smallest first."""
    beside = _beside(found, owner)
    groups = Groups(areas)
    for face in np.argsort(areas, kind="stable").tolist():
        if areas[face] >= smallest[face]:
            break
        if groups.area[groups.top(face)] < smallest[face]:
            groups.join(face, beside[face])
    return np.array([groups.top(face) for face in range(len(found))], dtype=np.int64)


class Groups:
    """Faces joined into cells: a union-find forest with the area of each cell."""

    def __init__(self, areas: Numbers) -> None:
        self.area = areas.tolist()
        self._above = list(range(len(areas)))

    def top(self, face: int) -> int:
        """The face that stands for the cell."""
        above = self._above
        while above[face] != face:
            above[face] = above[above[face]]
            face = above[face]
        return face

    def join(self, face: int, beside: list[tuple[int, float]]) -> None:
        """Give the face's cell to the cell with the longest common border; alone it stays."""
        root = self.top(face)
        lengths: dict[int, float] = {}
        for other, length in beside:
            host = self.top(other)
            lengths[host] = lengths.get(host, 0.0) + length
        lengths.pop(root, None)
        if lengths:
            host = max(lengths, key=lambda one: (lengths[one], -one))
            self._above[root] = host
            self.area[host] += self.area[root]


def _beside(found: mesh.Shapes, owner: mesh.Indexes) -> list[list[tuple[int, float]]]:
    """For each face its neighbours of the same community with the length of the common border."""
    first, second, length = mesh.neighbours(found)
    same = owner[first] == owner[second]
    pairs = zip(first[same].tolist(), second[same].tolist(), length[same].tolist(), strict=True)
    beside: list[list[tuple[int, float]]] = [[] for _ in range(len(found))]
    for a, b, long in pairs:
        beside[a].append((b, long))
        beside[b].append((a, long))
    return beside


def _crowded(owner: mesh.Indexes, group: mesh.Indexes, count: int) -> list[int]:
    roots = np.unique(group)
    return np.flatnonzero(np.bincount(owner[roots], minlength=count) > MOST_GRIDS).tolist()


def _gridding(
    codes: list[str], plane: Plane, found: mesh.Shapes, owner: mesh.Indexes, group: mesh.Indexes
) -> Gridding:
    roots, cell_of = np.unique(group, return_inverse=True)
    shapes = shapely.normalize(mesh.joined(found, cell_of, len(roots)))
    community = owner[roots]
    whole = mesh.joined(found, owner, len(codes))
    cells = []
    for index, code in enumerate(codes):
        own = shapes[community == index]
        cells += [Cell(code, n + 1, own[i]) for n, i in enumerate(_reading_order(plane, own))]
    return Gridding(cells, dict(zip(codes, shapely.normalize(whole), strict=True)))


def _reading_order(plane: Plane, shapes: mesh.Shapes) -> list[int]:
    """From north to south in bands of a cell, in each band from west to east."""
    flat = plane.flat(shapes)
    band = math.sqrt(float(np.median(shapely.area(flat))))
    xy = shapely.get_coordinates(shapely.centroid(flat))
    order: list[int] = np.lexsort((xy[:, 0], -np.floor(xy[:, 1] / band))).tolist()
    return order
