"""Responsibility grids: adjacent unit grids given to one inspector."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

import numpy as np
import shapely
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext

from cityloop.geo import mesh
from cityloop.geo.models import Region, ResponsibilityGrid, UnitGrid
from cityloop.geo.operations.staging import run, stage
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Invalid, Refused

MOST_UNITS = 5  # a draft of the national standard allows 1 to 5 adjacent unit grids


class NotAdjacent(Invalid):
    """The unit grids are unknown, of several communities, too many, or not side by side."""

    code = "not-adjacent"


class GridTaken(Refused):
    """The code is used, or a unit grid belongs to another responsibility grid."""

    code = "grid-taken"


def add_responsibility_grid(
    *,
    code: str,
    name: str,
    grid_codes: Sequence[str],
    actor: Actor,
    now: datetime,
    valid_from: date | None = None,
    most: int = MOST_UNITS,
) -> ResponsibilityGrid:
    """One responsibility grid over adjacent unit grids of one community.

    Raises NotAdjacent, GridTaken, NotAllowed.
    """
    actor.require("geo.manage")
    day = valid_from or timezone.localdate(now)
    units = list(UnitGrid.objects.filter(code__in=set(grid_codes), valid_to=None).order_by("code"))
    _check(units, set(grid_codes), most)
    try:
        with transaction.atomic():
            grid = ResponsibilityGrid.objects.create(
                code=code, name=name, community_id=units[0].community_id, valid_from=day
            )
            grid.unit_grids.set(units)
    except IntegrityError as error:
        raise GridTaken(str(error).splitlines()[0]) from error
    return grid


def _check(units: Sequence[UnitGrid], wanted: set[str], most: int) -> None:
    if missing := wanted - {unit.code for unit in units}:
        raise NotAdjacent(
            gettext("no unit grid in force: %(missing)s") % {"missing": ", ".join(sorted(missing))}
        )
    if not 1 <= len(units) <= most:
        raise NotAdjacent(
            gettext("a responsibility grid has 1 to %(most)s unit grids") % {"most": most}
        )
    if len({unit.community_code for unit in units}) > 1:
        raise NotAdjacent(gettext("the unit grids are of several communities"))
    whole = shapely.union_all([shapely.from_wkb(bytes(unit.geom.wkb)) for unit in units])
    if whole.geom_type != "Polygon":
        raise NotAdjacent(gettext("the unit grids do not lie side by side"))


def share_out_grids(*, prefix: str, actor: Actor, now: datetime, size: int = MOST_UNITS) -> int:
    """Put all free unit grids below a code into responsibility grids of up to `size` neighbours.

    Codes are the first unit grid's code with a Z before its number. Returns how many were made.
    Raises GridTaken, NotAllowed.
    """
    actor.require("geo.manage")
    day = timezone.localdate(now)
    free = UnitGrid.objects.filter(
        code__startswith=prefix, valid_to=None, responsibility_grids=None
    ).order_by("code")
    rows = list(free.values_list("pk", "code", "community_code", "community_id", "geom"))
    if not rows:
        return 0
    shapes = np.array([shapely.from_wkb(bytes(row[4].wkb)) for row in rows], dtype=object)
    groups = _grown(shapes, [row[2] for row in rows], size)
    names = dict(Region.objects.filter(pk__in={row[3] for row in rows}).values_list("pk", "name"))
    with transaction.atomic():
        return _write([[rows[i][:4] for i in group] for group in groups], names, day)


def _grown(shapes: mesh.Shapes, places: Sequence[str], size: int) -> list[list[int]]:
    """Groups of up to `size` neighbours of one place, grown from the lowest code."""
    first, second, _ = mesh.neighbours(shapes)
    beside: list[list[int]] = [[] for _ in places]
    for a, b in zip(first.tolist(), second.tolist(), strict=True):
        if places[a] == places[b]:
            beside[a].append(b)
            beside[b].append(a)
    taken = [False] * len(places)
    # _grow marks what it takes, so the condition sees it.
    return [_grow(i, beside, taken, size) for i in range(len(places)) if not taken[i]]


def _grow(start: int, beside: list[list[int]], taken: list[bool], size: int) -> list[int]:
    """A group grown from one grid: who has most neighbours in it joins next, so it is compact."""
    group = [start]
    taken[start] = True
    while len(group) < size:
        edge = [one for member in group for one in beside[member] if not taken[one]]
        if not edge:
            break
        best = max(sorted(set(edge)), key=edge.count)
        taken[best] = True
        group.append(best)
    return group


def _write(
    groups: Sequence[Sequence[tuple[int, str, str, int]]], names: dict[int, str], day: date
) -> int:
    stage(
        "new_share",
        (("code", "text"), ("name", "text"), ("community", "int8"), ("unit", "int8")),
        (
            (
                _code(group[0][1]),
                f"{names[group[0][3]]}责任网格{group[0][1][12:]}",
                group[0][3],
                unit,
            )
            for group in groups
            for unit, _, _, _ in group
        ),
    )
    made = run(
        """INSERT INTO geo_responsibilitygrid (code, name, community_id, valid_from)
           SELECT DISTINCT code, name, community, %s::date FROM new_share ORDER BY code""",
        [day],
    )
    # The trigger's check joins four tables just filled: without fresh statistics it takes minutes.
    run("ANALYZE geo_unitgrid, geo_responsibilitygrid, geo_responsibilitygrid_unit_grids")
    run(
        """INSERT INTO geo_responsibilitygrid_unit_grids (responsibilitygrid_id, unitgrid_id)
           SELECT r.id, s.unit FROM new_share s JOIN geo_responsibilitygrid r ON r.code = s.code"""
    )
    return made


def _code(grid_code: str) -> str:
    return f"{grid_code[:12]}Z{grid_code[12:]}"
