"""The regions of a city whose streets and communities have no public outline. Pure.

Districts are real. Inside each chosen district the streets are outlined by recursive halving with
areas as their numbers of communities (partition.py), the communities inside each street with equal
areas; two or three lanes cross each community. The cuts serve three times: as borders, as the
base map's roads, and as what addresses lie along. All borders of the city are noded at once, so
neighbours share their borders exactly and every parent is the union of its children.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from cityloop.geo import mesh
from cityloop.geo.partition import Cut, Plane, divide
from cityloop.geo.sources import Division

_LANE_BLOCKS = (0.9, 1.1, 1.0, 1.2)  # lanes part a community into as many blocks
_NARROW_M = 30.0  # a street's cut shorter than this is no road


@dataclass(frozen=True, slots=True)
class Street:
    """One generated piece of road in degrees: main roads lie on the borders of streets."""

    kind: str
    shape: BaseGeometry
    district: str


@dataclass(slots=True)
class Outlines:
    """Shapes by region code, and the roads between them."""

    shapes: dict[str, BaseGeometry] = field(default_factory=dict)
    roads: list[Street] = field(default_factory=list)


@dataclass(slots=True)
class _District:
    """A district being cut: the plane it is cut in, its leaves and the borders between them."""

    code: str
    plane: Plane
    leaves: list[tuple[str, BaseGeometry]] = field(default_factory=list)
    borders: list[BaseGeometry] = field(default_factory=list)
    roads: list[Street] = field(default_factory=list)


def outline(
    districts: Mapping[str, BaseGeometry],
    streets: Sequence[Division],
    communities: Sequence[Division],
) -> Outlines:
    """Outline the given streets and communities inside their districts (code -> degrees).

    A district without streets stays whole. Deterministic: the codes are the seeds.
    Raises mesh.BrokenMesh when the districts' borders do not close.
    """
    result = Outlines()
    leaves: list[tuple[str, BaseGeometry]] = []
    lines = list(shapely.boundary(np.array(list(districts.values()), dtype=object)))
    for code, shape in districts.items():
        below = _below(code, streets, communities)
        cut = _district(code, shape, below)
        leaves += cut.leaves or [(code, shape)]
        lines += cut.borders
        result.roads += cut.roads
    found = mesh.faces(lines)
    owner = mesh.owners(found, [shape for _, shape in leaves])
    shapes = mesh.joined(found, owner, len(leaves))
    result.shapes.update(zip((code for code, _ in leaves), shapes, strict=True))
    _add_parents(result.shapes)
    return result


def _below(
    district: str, streets: Sequence[Division], communities: Sequence[Division]
) -> dict[str, list[str]]:
    """The codes of a district's streets with the codes of their communities."""
    below: dict[str, list[str]] = {s.code: [] for s in streets if s.parent == district}
    for community in communities:
        if community.parent in below:
            below[community.parent].append(community.code)
    return below


def _district(code: str, shape: BaseGeometry, below: Mapping[str, list[str]]) -> _District:
    """Cut a district into streets, each into communities."""
    cut = _District(code, Plane.around(shape))
    if not below:
        return cut
    weights = [max(1, len(codes)) for codes in below.values()]
    division = divide(cut.plane.flat(shape), weights, code)
    _keep(cut, "primary", division.cuts)
    for (street, codes), piece in zip(below.items(), division.pieces, strict=True):
        _street(cut, street, codes, piece)
    return cut


def _street(cut: _District, street: str, codes: list[str], piece: BaseGeometry) -> None:
    leaves = codes or [street]
    inner = divide(piece, [1.0] * len(leaves), street)
    _keep(cut, "secondary", inner.cuts)
    for code, block in zip(leaves, inner.pieces, strict=True):
        cut.leaves.append((code, cut.plane.degrees(block)))
        _keep(cut, "branch", divide(block, _LANE_BLOCKS, code).cuts, border=False)


def _keep(cut: _District, kind: str, cuts: Sequence[Cut], *, border: bool = True) -> None:
    """Note cuts as roads, and as borders where they part regions."""
    for one in cuts:
        line = cut.plane.degrees(one.line)
        if border:
            cut.borders.append(line)
        for part, flat in zip(shapely.get_parts(line), shapely.get_parts(one.line), strict=True):
            if flat.length >= _NARROW_M:
                cut.roads.append(Street(kind, part, cut.code))


def _add_parents(shapes: dict[str, BaseGeometry]) -> None:
    """Streets are the union of their communities, districts of their streets."""
    for digits in (9, 6):
        groups: dict[str, list[BaseGeometry]] = {}
        for code, shape in shapes.items():
            if len(code) == (12 if digits == 9 else 9):
                groups.setdefault(code[:digits], []).append(shape)
        for code, members in groups.items():
            shapes[code] = shapely.coverage_union_all(members)
