"""Regions: names, lists, and how their unit grids cover them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.translation import gettext

from cityloop.geo.models import Region, ResponsibilityGrid, UnitGrid
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import NotFound

_MIDDLE_OF_CHINA = (104.2, 35.9)


@dataclass(frozen=True, slots=True)
class Coverage:
    """How a community's unit grids cover it; areas in square metres."""

    grids: int
    gap_m2: float
    outside_m2: float
    overlap_m2: float
    seamless: bool


def check_coverage(community_code: str, *, on: date) -> Coverage:
    """How the unit grids in force on a day cover a community. Raises NotFound."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM cityloop_grid_coverage(%s, %s)", [community_code, on])
        row = cursor.fetchone()
    if row is None:
        raise NotFound(
            gettext("no community %(code)s on %(on)s") % {"code": community_code, "on": on}
        )
    return Coverage(*row)


def region_names(codes: Iterable[str], *, on: date | None = None) -> dict[str, str]:
    """Names by region code on a day; without a day the latest ones. Unknown codes are left out."""
    rows = Region.objects.filter(code__in=list(codes)).order_by("code", "valid_from")
    if on is not None:
        rows = rows.filter(holds(on))
    return dict(rows.values_list("code", "name"))


def responsibility_grid(unit_grid: str, *, on: date) -> ResponsibilityGrid | None:
    """The responsibility grid that a unit grid (15 digits) belonged to on a day."""
    rows = ResponsibilityGrid.objects.filter(holds(on), unit_grids__code=unit_grid)
    return rows.order_by("code").first()


def regions_of(actor: Actor, *, levels: Sequence[str] = ()) -> QuerySet[Region]:
    """Regions in force on the actor's ground (and those above it), by code, without outlines."""
    rows = Region.objects.filter(valid_to=None).order_by("code").defer("geom")
    if levels:
        rows = rows.filter(level__in=levels)
    if actor.ground is None:
        return rows
    seen = Q(pk__in=())
    for prefix in actor.ground:
        above = [prefix[:digits] for digits in (2, 4, 6, 9, 12) if digits < len(prefix)]
        seen |= Q(code__startswith=prefix) | Q(code__in=above)
    return rows.filter(seen)


def grids_of(actor: Actor, community: str = "") -> QuerySet[UnitGrid]:
    """Unit grids in the actor's ground, those of the past too, without outlines; of a community."""
    rows = UnitGrid.objects.defer("geom")
    if community:
        rows = rows.filter(community_code=community)
    if actor.ground is None:
        return rows
    own = [Q(code__startswith=prefix) for prefix in actor.ground]
    return rows.filter(reduce(or_, own, Q(pk__in=())))


def areas_known(wanted: Iterable[str]) -> set[str]:
    """Those of these codes in which the city has ground: a region or a unit grid of the code, now
    or in the past. All of them before the city has any region. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, [sorted(set(wanted))])
        return {code for (code,) in cursor.fetchall()}


_KNOWN = """
SELECT w.code FROM unnest(%s::text[]) AS w(code)
 WHERE NOT EXISTS (SELECT 1 FROM geo_region)
    OR EXISTS (SELECT 1 FROM geo_region r WHERE r.code LIKE w.code || '%%')
    OR EXISTS (SELECT 1 FROM geo_unitgrid g WHERE g.code = w.code)
"""


def region(code: str, *, on: date) -> Region:
    """The region with this code on a day. Raises NotFound."""
    found = Region.objects.filter(holds(on), code=code).select_related("parent").first()
    if found is None:
        raise NotFound(gettext("no region %(code)s on %(on)s") % {"code": code, "on": on})
    return found


def holds(on: date) -> Q:
    """Rows with a first and a last day that hold on this one."""
    return Q(valid_from__lte=on) & (Q(valid_to=None) | Q(valid_to__gt=on))


def city_centre() -> tuple[float, float]:
    """Longitude and latitude where a map opens: amid the communities, else the districts.

    Of the city that has most of them: imported cases bring regions of other cities along.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT avg(ST_X(label_point)), avg(ST_Y(label_point)) FROM geo_region
                WHERE level IN ('community', 'district') AND valid_to IS NULL
                GROUP BY level, left(code, 4) ORDER BY level, count(*) DESC, 1 LIMIT 1"""
        )
        row = cursor.fetchone()
    return (row[0], row[1]) if row else _MIDDLE_OF_CHINA


def farther_than(metres: float, code: str, lon: float, lat: float, *, on: date) -> bool:
    """True when the region with this code lies farther than so many metres from a WGS 84 point;
    False also for a region without an outline on that day."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT NOT ST_DWithin(r.geom::geography,
                                     ST_SetSRID(ST_Point(%s, %s), 4326)::geography, %s)
                 FROM geo_region r WHERE r.code = %s AND r.valid_from <= %s
                  AND (r.valid_to IS NULL OR r.valid_to > %s)""",
            [lon, lat, metres, code, on, on],
        )
        row = cursor.fetchone()
    return bool(row and row[0])
