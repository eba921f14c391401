"""Responsibility grids: adjacent unit grids given to one inspector."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain, count

import numpy as np
import shapely
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from cityloop.geo import codes, mesh
from cityloop.geo.models import Region, ResponsibilityGrid, UnitGrid
from cityloop.geo.operations.staging import run, stage
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Invalid, NotFound, Refused

MOST_UNITS = 5  # a draft of the national standard allows 1 to 5 adjacent unit grids
MANY = 100  # rows of which the planner should know


class NotAdjacent(Invalid):
    """The unit grids are unknown, of several communities, too many, or not side by side."""

    code = "not-adjacent"


class GridTaken(Refused):
    """The code is used, or a unit grid belongs to another responsibility grid."""

    code = "grid-taken"


class NoSuchShare(NotFound):
    """There is no responsibility grid of a code."""

    code = "no-such-responsibility-grid"


class ShareEnded(Refused):
    """A responsibility grid has ended already, or begins later than it is to end."""

    code = "responsibility-grid-ended"


class NothingToShareOut(NotFound):
    """An area has no unit grids."""

    code = "nothing-to-share-out"


@dataclass(frozen=True, slots=True)
class Share:
    """A responsibility grid to be: its code and name, the ids of its community and unit grids."""

    code: str
    name: str
    community: int
    units: Sequence[int]


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
    units = units_in_force(set(grid_codes), day)
    if why := why_not_one(units, set(grid_codes), most):
        raise NotAdjacent(why)
    taken = owners(units, day)
    if whose := [why_taken(one.code, taken[one.pk]) for one in units if one.pk in taken]:
        raise GridTaken(*whose)
    if ResponsibilityGrid.objects.filter(code=code).exists():
        raise GridTaken(why_used(code))
    write_shares([Share(code, name, units[0].community_id, [one.pk for one in units])], day)
    return ResponsibilityGrid.objects.get(code=code)


def end_responsibility_grids(
    *, grid_codes: Collection[str], actor: Actor, now: datetime, on: date | None = None
) -> int:
    """End responsibility grids, all or none; from the day `on` (today) their unit grids are free.

    Returns how many. Raises NoSuchShare, ShareEnded, NotAllowed.
    """
    actor.require("geo.manage")
    day = on or timezone.localdate(now)
    with transaction.atomic():
        locked = ResponsibilityGrid.objects.select_for_update(no_key=True)
        rows = list(locked.filter(code__in=grid_codes).order_by("code"))
        if missing := sorted(set(grid_codes) - {one.code for one in rows}):
            raise NoSuchShare(*(gettext("no responsibility grid %(code)s") % {"code": one}
                                for one in missing))  # fmt: skip
        if whys := [why for one in rows if (why := _why_not_ended(one, day))]:
            raise ShareEnded(*whys)
        return ResponsibilityGrid.objects.filter(pk__in=[one.pk for one in rows]).update(
            valid_to=day
        )


def _why_not_ended(share: ResponsibilityGrid, day: date) -> str:
    told = {"code": share.code, "first": share.valid_from, "end": share.valid_to}
    if share.valid_to is not None:
        return gettext("responsibility grid %(code)s ended on %(end)s") % told
    if day < share.valid_from:
        return gettext("responsibility grid %(code)s begins on %(first)s only") % told
    return ""


def units_in_force(wanted: Collection[str], day: date) -> list[UnitGrid]:
    """The unit grids of these codes that hold on a day and are not to end, by code."""
    rows = UnitGrid.objects.filter(code__in=wanted, valid_to=None, valid_from__lte=day)
    return list(rows.order_by("code"))


def owners(units: Iterable[UnitGrid], day: date) -> dict[int, str]:
    """Code of the responsibility grid by id of unit grid, of those that have one from a day on."""
    running = ResponsibilityGrid.unit_grids.through.objects.filter(
        _running(day, "responsibilitygrid__"), unitgrid_id__in=[one.pk for one in units]
    )
    return dict(running.values_list("unitgrid_id", "responsibilitygrid__code"))


def _running(day: date, of: str = "") -> Q:
    return Q(**{f"{of}valid_to": None}) | Q(**{f"{of}valid_to__gt": day})


def why_taken(unit: str, owner: str) -> str:
    """Words for a unit grid that has its responsibility grid."""
    told = {"unit": unit, "owner": owner}
    return gettext("unit grid %(unit)s belongs to responsibility grid %(owner)s already") % told


def why_used(code: str) -> str:
    """Words for a code that a responsibility grid has or had."""
    return gettext("the code %(code)s is taken by another responsibility grid") % {"code": code}


def why_not_one(units: Sequence[UnitGrid], wanted: Collection[str], most: int) -> str:
    """Why unit grids cannot be one responsibility grid; '' where they can."""
    if missing := set(wanted) - {unit.code for unit in units}:
        told = {"missing": ", ".join(sorted(missing))}
        return gettext("no unit grid in force: %(missing)s") % told
    if not 1 <= len(units) <= most:
        return gettext("a responsibility grid has 1 to %(most)s unit grids") % {"most": most}
    if len({unit.community_code for unit in units}) > 1:
        return gettext("the unit grids are of several communities")
    whole = shapely.union_all([shapely.from_wkb(bytes(unit.geom.wkb)) for unit in units])
    if whole.geom_type != "Polygon":
        return gettext("the unit grids do not lie side by side")
    return ""


def share_out_grids(
    *,
    areas: Sequence[str],
    actor: Actor,
    now: datetime,
    valid_from: date | None = None,
    most: int = MOST_UNITS,
) -> int:
    """Put the free unit grids of areas (codes of regions) into responsibility grids.

    Each gets up to `most` neighbours of one community. Codes are the first unit grid's code with a
    Z before its number; where that is taken, the next one's. Returns how many were made.
    Raises BadCode, NothingToShareOut, GridTaken, Invalid, NotAllowed.
    """
    actor.require("geo.manage")
    if most < 1:
        why = gettext("a responsibility grid has at least one unit grid")
        raise Invalid(why, fields={"most": why})
    day = valid_from or timezone.localdate(now)
    rows = list(
        _free(areas, day).values_list("pk", "code", "community_code", "community_id", "geom")
    )
    if not rows:
        return 0
    shapes = np.array([shapely.from_wkb(bytes(row[4].wkb)) for row in rows], dtype=object)
    groups = _grown(shapes, [row[2] for row in rows], most)
    return write_shares(_named([[rows[i][:4] for i in group] for group in groups]), day)


def _free(areas: Sequence[str], day: date) -> QuerySet[UnitGrid]:
    """Unit grids of areas that have no responsibility grid from a day on, by code."""
    below = Q(pk=None)
    there = UnitGrid.objects.filter(valid_to=None, valid_from__lte=day)
    for area in areas:
        one = Q(code__startswith=codes.parse_region_code(area).code)
        if not there.filter(one).exists():
            raise NothingToShareOut(
                gettext("no unit grid in force in %(area)s on %(day)s") % {"area": area, "day": day}
            )
        below |= one
    taken = ResponsibilityGrid.unit_grids.through.objects.filter(
        _running(day, "responsibilitygrid__")
    )
    return there.filter(below).exclude(pk__in=taken.values("unitgrid_id")).order_by("code")


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


def _named(groups: Sequence[Sequence[tuple[int, str, str, int]]]) -> list[Share]:
    """Groups of unit grids (id, code, code and id of the community) with codes never used."""
    homes = {group[0][3] for group in groups}
    names = dict(Region.objects.filter(pk__in=homes).values_list("pk", "name"))
    used = set(ResponsibilityGrid.objects.values_list("code", flat=True))
    shares = []
    for group in groups:
        code = next(_codes([one[1] for one in group], used))
        used.add(code)
        name = f"{names[group[0][3]][:40]}责任网格{code[13:]}"
        shares.append(Share(code, name, group[0][3], [one[0] for one in group]))
    return shares


def _codes(units: Sequence[str], used: Collection[str]) -> Iterator[str]:
    """Codes for a group of unit grids, the best first: an ended responsibility grid keeps its."""
    own = [f"{code[:12]}Z{code[12:]}" for code in units]
    more = (f"{own[0]}-{n}" for n in count(2))
    return (code for code in chain(own, more) if code not in used)


def write_shares(shares: Sequence[Share], day: date) -> int:
    """Write responsibility grids that hold from a day on; returns how many. Raises GridTaken."""
    try:
        with transaction.atomic():
            return _write(shares, day)
    except IntegrityError as error:  # somebody else was quicker
        raise GridTaken(str(error).splitlines()[0]) from error


def _write(shares: Sequence[Share], day: date) -> int:
    stage(
        "new_share",
        (("code", "text"), ("name", "text"), ("community", "int8"), ("unit", "int8")),
        ((one.code, one.name, one.community, unit) for one in shares for unit in one.units),
    )
    made = run(
        """INSERT INTO geo_responsibilitygrid (code, name, community_id, valid_from)
           SELECT DISTINCT code, name, community, %s::date FROM new_share ORDER BY code""",
        [day],
    )
    # The trigger's check joins four tables just filled: without fresh statistics it takes minutes.
    if len(shares) > MANY:
        run("ANALYZE geo_unitgrid, geo_responsibilitygrid, geo_responsibilitygrid_unit_grids")
    run(
        """INSERT INTO geo_responsibilitygrid_unit_grids (responsibilitygrid_id, unitgrid_id)
           SELECT r.id, s.unit FROM new_share s JOIN geo_responsibilitygrid r ON r.code = s.code"""
    )
    return made
