"""The outline of a community or a street, drawn: from a day on a new one takes the old one's place.

Grids partition their community, so an outline never moves alone: it is refused while grids would
stick out, while ground would lie in no grid, and where it takes ground of a neighbour.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
import shapely
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext
from shapely.geometry.base import BaseGeometry

from cityloop.geo import codes, gridding
from cityloop.geo.models import Region, UnitGrid
from cityloop.geo.operations.checks import GROUND, Candidate, Checker, bad_shape
from cityloop.geo.operations.corners import share_corners
from cityloop.geo.operations.following import follow_grids
from cityloop.geo.operations.grids import coded, read_shape, write_grids
from cityloop.geo.operations.lying import HAIR_M2, over_another
from cityloop.geo.operations.regions import write_regions
from cityloop.geo.queries.regions import check_coverage, holds
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Invalid, NotAllowed, NotFound, Refused
from cityloop.kernel.turns import take_turn

DRAWN = (Region.Level.COMMUNITY, Region.Level.STREET)
NEAR = 2e-5  # degrees, some two metres: what a hand does not mean
TOLERANCE = 1e-5  # of an area
_M2 = 111_000.0**2


class OutlineRefused(Refused):
    """The outline takes ground from another, leaves grids outside, or ground without a grid."""

    code = "outline-refused"


@dataclass(frozen=True, slots=True)
class Redrawn:
    """An outline that holds from a day on, and the unit grids made for ground that was new."""

    region: Region
    made: Sequence[str]


def set_outline(
    *,
    code: str,
    shape: BaseGeometry,
    on: date,
    actor: Actor,
    now: datetime,
    name: str = "",
    reason: str = "",
    make_grids: bool = False,
    leaves_city: bool = False,
) -> Redrawn:
    """Give a community or street an outline from a day on, or make it where there is none.

    `shape`: a (multi)polygon in WGS 84 degrees; corners within two metres of a border's are taken
    to mean these. `name`: of a new region. `make_grids`: ground of a community that lies in no unit
    grid gets new ones. `leaves_city`: ground given up goes to nobody. The outline of before ends
    that day; nothing is edited. Raises OutlineRefused, Invalid, NotFound (no region, no name),
    NotAllowed.
    """
    level = _require(actor, code)
    if on < timezone.localdate(now):
        why = gettext("the day lies in the past")
        raise Invalid(why, fields={"on": why})
    if why := bad_shape(shape):
        raise Invalid(why, fields={"outline": why})
    with transaction.atomic():
        take_turn(GROUND)
        old = _lock(code, on)
        if old is None and not name.strip():
            raise NotFound(gettext("no region %(code)s on %(on)s") % {"code": code, "on": on})
        fitted = _fitted(shape, code, on)
        row = Candidate(1, code, name.strip() or _of(old, "name"), _of(old, "name_en"), fitted)
        _check(row, old, on, leaves_city=leaves_city)
        write_regions([row], on)
        made = _fill(row, on) if make_grids and level == Region.Level.COMMUNITY else []
        share_corners([fitted], on)
        _refuse_gaps(code, on, new=old is None)
        follow_grids(on=on, actor=actor, now=now)
        return Redrawn(_signed(code, on, actor, reason), made)


def _signed(code: str, on: date, actor: Actor, reason: str) -> Region:
    """The new row, with who drew it and why."""
    row = Region.objects.get(code=code, valid_from=on)
    row.drawn_by, row.reason = actor.post[:120], reason.replace("\x00", "").strip()[:200]
    row.save(update_fields=["drawn_by", "reason"])
    return row


def _require(actor: Actor, code: str) -> str:
    """The level of the region, which must be the actor's to draw. Raises Invalid, NotAllowed."""
    actor.require("geo.manage")
    try:
        level = codes.parse_region_code(code).level
    except codes.BadCode as error:
        raise Invalid(*error.reasons, fields={"code": "; ".join(error.reasons)}) from error
    if level not in DRAWN:
        why = gettext("only streets and communities are drawn; the rest comes from files")
        raise Invalid(why, fields={"code": why})
    if actor.ground is not None and not code.startswith(actor.ground):
        raise NotAllowed(
            gettext("the area %(code)s lies outside what you manage") % {"code": code},
            code="out-of-scope",
        )
    return level


def _lock(code: str, on: date) -> Region | None:
    rows = Region.objects.select_for_update().filter(code=code).order_by("-valid_from")
    found = rows.first()
    if found is None or (found.valid_to is not None and found.valid_to <= on):
        return None
    return found


def _of(old: Region | None, name: str) -> str:
    return str(getattr(old, name)) if old is not None else ""


def _fitted(shape: BaseGeometry, code: str, on: date) -> BaseGeometry:
    """The outline with the corners of the borders that it runs along, and nothing of a neighbour's
    that a hand took by less than two metres."""
    beside = _beside(shape, code, on)
    grids = _grids(code, on)
    corners = [shapely.get_coordinates(one) for one in (*beside, *grids)]
    if corners:
        near = shapely.multipoints(np.unique(np.concatenate(corners), axis=0))
        around = shapely.box(*shape.bounds).buffer(NEAR * 2)
        shape = shapely.snap(shape, shapely.intersection(near, around), NEAR)
    for other in beside:
        common = shapely.intersection(shape, other)
        if common.area and common.buffer(-NEAR).is_empty:
            shape = shapely.difference(shape, other)
    if why := bad_shape(shape):
        raise Invalid(why, fields={"outline": why})
    return shape


def _beside(shape: BaseGeometry, code: str, on: date) -> list[BaseGeometry]:
    """Regions of the same level that touch a shape, but for the one of the code itself."""
    level = codes.parse_region_code(code).level
    rows = Region.objects.filter(holds(on), level=level).exclude(code=code)
    around = shapely.box(*shape.bounds).buffer(NEAR * 2).wkt
    found = rows.filter(geom__bboverlaps=f"SRID=4326;{around}").values_list("geom", flat=True)
    return [read_shape(geom) for geom in found]


def _grids(code: str, on: date) -> list[BaseGeometry]:
    rows = UnitGrid.objects.filter(holds(on), community_code=code)
    return [read_shape(geom) for geom in rows.values_list("geom", flat=True)]


def _check(row: Candidate, old: Region | None, on: date, *, leaves_city: bool) -> None:
    checker = Checker(day=on, replace=True, tolerance=TOLERANCE)
    wrong = [one.reason for one in checker.rejections([row])]
    wrong += _children_outside(row, on)
    if wrong:
        raise OutlineRefused(*wrong)
    if old is None or leaves_city or row.shape is None:
        return
    lost = shapely.difference(read_shape(old.geom), row.shape)
    for other in _beside(lost, row.code, on) if not lost.is_empty else ():
        lost = shapely.difference(lost, other)
    if lost.area * _M2 > HAIR_M2:
        raise OutlineRefused(
            gettext(
                "%(area)s m² would belong to no %(level)s: say that this ground leaves the city"
            )
            % {"area": round(lost.area * _M2), "level": _level_words(row.code)},
            code="leaves-gap",
        )


def _level_words(code: str) -> str:
    street = codes.parse_region_code(code).level == Region.Level.STREET
    return gettext("street") if street else gettext("community")


def _children_outside(row: Candidate, on: date) -> list[str]:
    """The communities that a street's outline would leave outside."""
    found = []
    children = Region.objects.filter(holds(on), parent__code=row.code).order_by("code")
    for code, name, geom in children.values_list("code", "name", "geom"):
        shape = read_shape(geom)
        if shapely.difference(shape, row.shape).area > TOLERANCE * shape.area:
            why = gettext("%(name)s (%(code)s) would stick out of it")
            found.append(why % {"name": name, "code": code})
    return found


def _fill(row: Candidate, on: date) -> list[str]:
    """New unit grids on the ground of a community that lies in none; their codes."""
    ground = row.shape
    if grids := _grids(row.code, on):
        ground = shapely.difference(ground, shapely.union_all(np.array(grids, dtype=object)))
    parts = [one for one in shapely.get_parts(ground) if one.area * _M2 > HAIR_M2]
    cells: list[gridding.Cell] = []
    for part in parts:
        for cell in gridding.grid({row.code: part}).cells:
            cells.append(gridding.Cell(row.code, len(cells) + 1, cell.shape))
    if not cells:
        return []
    rows = coded(cells, {row.code: row.name})
    share_corners([cell.shape for cell in cells], on)
    write_grids(rows, on)
    made = [code for code, _name, _shape in rows]
    if why := over_another(made):
        raise OutlineRefused(why)
    return made


def _refuse_gaps(code: str, on: date, *, new: bool) -> None:
    """Ground of a community with unit grids lies in one of them; a new one waits for its grids."""
    if len(code) != codes.LEVELS["community"]:
        return
    found = check_coverage(code, on=on)
    if not found.grids and (new or not UnitGrid.objects.filter(community_code=code).exists()):
        return
    if found.gap_m2 > HAIR_M2:
        raise OutlineRefused(
            gettext("%(area)s m² of it would lie in no unit grid: let new grids be made for it")
            % {"area": round(found.gap_m2)},
            code="leaves-gap",
        )
    if found.outside_m2 > HAIR_M2:
        why = gettext("unit grids would stick out of it by %(area)s m²: retire or split them first")
        raise OutlineRefused(why % {"area": round(found.outside_m2)})
