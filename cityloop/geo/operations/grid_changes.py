"""Unit grids that change: retired, split, merged. Codes are used once and for good."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

import shapely
from django.db import transaction
from django.db.models import Value
from django.utils.translation import gettext
from shapely.geometry.base import BaseGeometry

from cityloop.geo import gridding, mesh
from cityloop.geo.models import GridChange, Region, UnitGrid
from cityloop.geo.operations.corners import share_corners
from cityloop.geo.operations.grid_plans import planned, refuse_planned
from cityloop.geo.operations.grids import coded, read_shape, write_grids
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Invalid, NotFound, Refused


class NoSuchGrid(NotFound):
    """No unit grid that holds on the day has this code."""

    code = "no-such-grid"


class LeavesGap(Refused):
    """Without this grid a part of its community would lie in no unit grid."""

    code, title = "leaves-gap", "A part of the community would lie in no unit grid"


class BadCut(Invalid):
    """The line does not part the grid into pieces, or the grids do not make one piece."""

    code = "bad-cut"


def retire_grid(
    *, code: str, on: date, leaves_city: bool, actor: Actor, now: datetime, reason: str = ""
) -> GridChange:
    """End a unit grid: from `on` it holds no more, and its code never comes back.

    Nothing takes its place, so it must be said that its ground leaves the city.
    Raises LeavesGap, NoSuchGrid, ChangePlanned, NotAllowed.
    """
    actor.require("geo.manage")
    with transaction.atomic():
        old = [_living(code, on)]
        if not leaves_city:
            raise LeavesGap(
                gettext(
                    "from %(on)s on, %(area)s m² of the community would lie in no unit grid, "
                    "and no problem there could be filed: split or merge grids, or say that this "
                    "ground leaves the city"
                )
                % {"on": on, "area": round(old[0].area_m2)}
            )
        _retire(old, on)
        kind = GridChange.Kind.RETIRE
        return planned(kind=kind, old=old, made=[], on=on, actor=actor, now=now, reason=reason)


def split_grid(
    *,
    code: str,
    line: Sequence[tuple[float, float]],
    on: date,
    actor: Actor,
    now: datetime,
    reason: str = "",
) -> GridChange:
    """Retire a grid and part it along a line (longitude, latitude) into new ones.

    `made` of the answer are the new codes. Raises NoSuchGrid, ChangePlanned, BadCut, CodesUsedUp,
    NotAllowed.
    """
    actor.require("geo.manage")
    if len(line) < 2:
        raise BadCut(gettext("a line has at least two points"))
    with transaction.atomic():
        old = _living(code, on)
        shape = read_shape(old.geom)
        blade = shapely.LineString(line).intersection(shape)
        faces = mesh.faces([shape.boundary, blade])
        parts = faces[shapely.intersects(shapely.point_on_surface(faces), shape)]
        if len(parts) < 2:
            raise BadCut(gettext("the line does not cross the grid"))
        made = _replace([old], list(shapely.normalize(parts)), on)
        kind = GridChange.Kind.SPLIT
        return planned(kind=kind, old=[old], made=made, on=on, actor=actor, now=now, reason=reason)


def merge_grids(
    *, grid_codes: Sequence[str], on: date, actor: Actor, now: datetime, reason: str = ""
) -> GridChange:
    """Retire adjacent grids of one community and make one of them; `made` holds its code.

    Where they answered to different bodies the largest counts; `said` of the answer names what
    differs.
    Raises NoSuchGrid, ChangePlanned, BadCut, CodesUsedUp, NotAllowed.
    """
    actor.require("geo.manage")
    if len(set(grid_codes)) < 2:
        raise BadCut(gettext("merging takes at least two grids"))
    with transaction.atomic():
        old = [_living(code, on) for code in sorted(set(grid_codes))]
        if len({grid.community_code for grid in old}) > 1:
            raise BadCut(gettext("grids of different communities cannot be merged"))
        whole = shapely.coverage_union_all([read_shape(grid.geom) for grid in old])
        if whole.geom_type != "Polygon":
            raise BadCut(gettext("grids that are not adjacent cannot be merged"))
        made = _replace(old, [whole], on)
        kind = GridChange.Kind.MERGE
        return planned(kind=kind, old=old, made=made, on=on, actor=actor, now=now, reason=reason)


def _living(code: str, on: date) -> UnitGrid:
    grid = UnitGrid.objects.select_for_update().filter(code=code).first()
    if grid is not None and grid.valid_from <= on:
        if grid.valid_to is None:
            return grid
        refuse_planned([grid.code])
    raise NoSuchGrid(gettext("no unit grid %(code)s holds on %(on)s") % {"code": code, "on": on})


def _retire(grids: Sequence[UnitGrid], on: date) -> None:
    UnitGrid.objects.filter(pk__in=[grid.pk for grid in grids]).update(valid_to=Value(on))


def _replace(old: Sequence[UnitGrid], shapes: Sequence[BaseGeometry], on: date) -> list[str]:
    """Retire grids and put shapes with fresh codes in their place."""
    community = old[0].community_code
    name = Region.objects.get(pk=old[0].community_id).name
    cells = [gridding.Cell(community, n, shape) for n, shape in enumerate(shapes, 1)]
    rows = coded(cells, {community: name})
    share_corners(shapes, on)
    _retire(old, on)
    write_grids(rows, on)
    return [code for code, _, _ in rows]
