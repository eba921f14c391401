"""What a row of a region or grid file must fulfil; every objection is named."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import shapely
from django.db.models import Q
from django.utils.translation import gettext, ngettext
from shapely.geometry.base import BaseGeometry

from cityloop.geo import codes
from cityloop.geo.models import Region, UnitGrid
from cityloop.geo.queries.regions import holds
from cityloop.geo.sources import Feature
from cityloop.kernel.reports import Rejection

GROUND = "cityloop.geo.ground"  # the turn of whoever writes outlines of regions or grids
# Levels that may stand without the region above: a city's own file starts somewhere.
_ROOTS = ("province", "city", "district")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A region or grid to be: row in its file, code, names, shape in WGS 84."""

    row: int
    code: str
    name: str
    name_en: str
    shape: BaseGeometry | None
    generated: bool = False

    def wkb(self) -> bytes:
        """The shape for the database."""
        return bytes(shapely.to_wkb(self.shape))


def candidates(read: Iterable[Feature], *, code: str, name: str, name_en: str) -> list[Candidate]:
    """File records with their codes in the short spelling where they can be read."""
    return [
        Candidate(one.row, _short(one.text(code)), one.text(name), one.text(name_en), one.shape)
        for one in read
    ]


def _short(code: str) -> str:
    try:
        return codes.parse_region_code(code).code
    except codes.BadCode:
        return code


def bad_shape(shape: BaseGeometry | None) -> str:
    """Why a shape can be no region or grid, '' when it can."""
    if shape is None or shape.is_empty:
        return gettext("no shape")
    if shape.geom_type not in ("Polygon", "MultiPolygon"):
        return gettext("a %(kind)s is no area") % {"kind": shape.geom_type}
    west, south, east, north = shape.bounds
    if west < -180 or east > 180 or south < -90 or north > 90:
        return gettext("its coordinates are no degrees of longitude and latitude")
    if not shape.is_valid:
        return gettext("invalid shape: %(reason)s") % {"reason": shapely.is_valid_reason(shape)}
    return ""


def overlaps(
    shapes: Sequence[BaseGeometry], others: Sequence[BaseGeometry], tolerance: float
) -> list[tuple[int, int]]:
    """Pairs (shape, other) whose common area is more than `tolerance` of the smaller one's own."""
    if not shapes or not others:
        return []
    tree = shapely.STRtree(list(others))
    mine, theirs = tree.query(list(shapes), predicate="intersects")
    if not len(mine):
        return []
    first = np.array(shapes, dtype=object)[mine]
    second = np.array(others, dtype=object)[theirs]
    common = shapely.area(shapely.intersection(first, second))
    too_much = common > tolerance * np.minimum(shapely.area(first), shapely.area(second))
    return list(zip(mine[too_much].tolist(), theirs[too_much].tolist(), strict=True))


@dataclass(slots=True)
class Checker:
    """The rules of import_regions, with the regions that hold on `day` beside the file's."""

    day: date
    replace: bool
    tolerance: float
    _there: dict[str, BaseGeometry] = field(default_factory=dict)
    _later: list[tuple[str, BaseGeometry]] = field(default_factory=list)
    _faulty: set[str] = field(default_factory=set)

    def rejections(self, rows: Sequence[Candidate]) -> list[Rejection]:
        """Every objection, in the order of the file; empty when all may be written."""
        found = [Rejection(row.row, row.code, why) for row in rows for why in _own_faults(row)]
        found += _doubled(rows)
        bad = {one.row for one in found}
        good = [row for row in rows if row.row not in bad]
        self._there = dict(_regions_beside(good, holds(self.day)))
        self._later = _regions_beside(good, Q(valid_from__gt=self.day))
        # A child is not blamed for the faults of its parent's row.
        self._faulty = {row.code for row in rows if row.row in bad}
        found += [*self._existing(good), *self._misplaced(good), *self._crossing(good)]
        if self.replace:
            found += self._stranded(good)
        return sorted(found, key=lambda one: one.row)

    def _existing(self, rows: Sequence[Candidate]) -> list[Rejection]:
        if self.replace:
            return self._not_before(rows)
        known = {*self._there, *(code for code, _shape in self._later)}
        return [
            Rejection(row.row, row.code, gettext("a region with this code exists already"))
            for row in rows
            if row.code in known
        ]

    def _not_before(self, rows: Sequence[Candidate]) -> list[Rejection]:
        """An outline is replaced from a later day on than its own first."""
        begun = Region.objects.filter(code__in=[row.code for row in rows], valid_from__gte=self.day)
        first = dict(begun.order_by("valid_from").values_list("code", "valid_from"))
        why = gettext("its outline begins on %(day)s: let the new one begin later")
        return [
            Rejection(row.row, row.code, why % {"day": first[row.code]})
            for row in rows if row.code in first
        ]  # fmt: skip

    def _stranded(self, rows: Sequence[Candidate]) -> list[Rejection]:
        """Unit grids never cross a community: those that a new outline leaves outside are retired
        or split before it holds."""
        shapes = {row.code: row for row in rows if len(row.code) == codes.LEVELS["community"]}
        living = UnitGrid.objects.filter(
            Q(valid_to=None) | Q(valid_to__gt=self.day),
            community_code__in=list(shapes), valid_from__lte=self.day,
        )  # fmt: skip
        outside: dict[str, list[str]] = {}
        for code, community, geom in living.order_by("code").values_list(
            "code", "community_code", "geom"
        ):
            share = _share_outside(shapely.from_wkb(bytes(geom.wkb)), shapes[community].shape)
            if share > self.tolerance:
                outside.setdefault(community, []).append(code)
        return [
            Rejection(shapes[community].row, community, _why_outside(found))
            for community, found in outside.items()
        ]

    def _misplaced(self, rows: Sequence[Candidate]) -> list[Rejection]:
        shapes = {**self._there, **{row.code: row.shape for row in rows}}
        found = []
        for row in rows:
            parent = codes.parent_code(row.code)
            above = shapes.get(parent)
            if parent in self._faulty:
                continue
            if above is None:
                if codes.parse_region_code(row.code).level not in _ROOTS:
                    found.append(
                        Rejection(
                            row.row,
                            row.code,
                            gettext("parent %(parent)s is missing") % {"parent": parent},
                        )
                    )
            elif (share := _share_outside(row.shape, above)) > self.tolerance:
                reason = gettext("%(share)s of its area lies outside its parent %(parent)s") % {
                    "share": f"{share:.1%}",
                    "parent": parent,
                }
                found.append(Rejection(row.row, row.code, reason))
        return found

    def _crossing(self, rows: Sequence[Candidate]) -> list[Rejection]:
        """Overlaps of siblings, of the file among themselves, with what is there and with what will
        be: a new outline has no last day."""
        found = []
        own = {row.code for row in rows}
        for digits in codes.LEVELS.values():
            level = [row for row in rows if len(row.code) == digits]
            others = [
                (code, shape)
                for code, shape in (*self._there.items(), *self._later)
                if len(code) == digits and code not in own
            ]
            others += [(row.code, row.shape) for row in level if row.shape is not None]
            found += self._crossing_of(level, others)
        return found

    def _crossing_of(
        self, level: Sequence[Candidate], others: Sequence[tuple[str, BaseGeometry]]
    ) -> list[Rejection]:
        shapes = [row.shape for row in level if row.shape is not None]
        crossed = dict.fromkeys(
            (mine, others[other][0])
            for mine, other in overlaps(shapes, [shape for _, shape in others], self.tolerance)
        )
        return [
            Rejection(
                level[mine].row,
                level[mine].code,
                gettext("it overlaps %(other)s") % {"other": code},
            )
            for mine, code in crossed
            if code != level[mine].code
        ]


def _own_faults(row: Candidate) -> list[str]:
    faults: list[str] = []
    try:
        codes.parse_region_code(row.code)
    except codes.BadCode as error:
        faults += error.reasons
    if not row.name:
        faults.append(gettext("no name"))
    if len(row.name) > 64:
        faults.append(gettext("its name has more than 64 characters"))
    if why := bad_shape(row.shape):
        faults.append(why)
    return faults


def _doubled(rows: Sequence[Candidate]) -> list[Rejection]:
    first: dict[str, int] = {}
    found = []
    for row in rows:
        if row.code in first:
            found.append(
                Rejection(
                    row.row,
                    row.code,
                    gettext("same code as row %(row)s") % {"row": first[row.code]},
                )
            )
        first.setdefault(row.code, row.row)
    return found


def _share_outside(shape: BaseGeometry | None, parent: BaseGeometry) -> float:
    if shape is None or not shape.area:
        return 0.0
    return float(shape.difference(parent).area / shape.area)


def _regions_beside(rows: Sequence[Candidate], valid: Q) -> list[tuple[str, BaseGeometry]]:
    """Regions of those days: those of the rows' codes, their parents and siblings."""
    parents = {codes.parent_code(row.code) for row in rows}
    wanted = {row.code for row in rows} | parents
    beside = Region.objects.filter(
        valid, Q(code__in=wanted) | Q(parent__code__in=parents) | Q(parent=None)
    )
    found = beside.order_by("valid_from").values_list("code", "geom")
    return [(code, shapely.from_wkb(bytes(geom.wkb))) for code, geom in found]


def _why_outside(grids: Sequence[str]) -> str:
    why = ngettext(
        "%(n)s unit grid lies outside its new outline: retire or split it first (%(codes)s)",
        "%(n)s unit grids lie outside its new outline: retire or split them first (%(codes)s)",
        len(grids),
    )
    return why % {"n": len(grids), "codes": ", ".join(grids[:5]) + (", …" if grids[5:] else "")}
