"""Surveyed unit grids from a city's own file."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import shapely
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from shapely.geometry.base import BaseGeometry

from cityloop.geo import codes, sources
from cityloop.geo.models import Region, UnitGrid
from cityloop.geo.operations.checks import GROUND, bad_shape, overlaps
from cityloop.geo.operations.following import follow_grids
from cityloop.geo.operations.grids import write_grids
from cityloop.kernel.actor import Actor
from cityloop.kernel.reports import ImportReport, Progress, Rejection, counted
from cityloop.kernel.turns import take_turn

# A river or lake may lie in no grid; ground where nothing can be filed is a fault of the file.
MOST_GAP = 0.05
# Unit grids have about one hectare; at borders and in the country they differ.
SMALLEST_M2, LARGEST_M2 = 500.0, 50_000.0
Row = tuple[int, str, str, BaseGeometry]


def import_grids(  # noqa: PLR0913 (how to read a file, all by keyword)
    path: str | Path,
    *,
    actor: Actor,
    now: datetime,
    valid_from: date | None = None,
    code_field: str = "code",
    name_field: str = "name",
    layer: str = "",
    system: str = "",
    tolerance: float = 0.005,
    with_gaps: bool = False,
    progress: Progress | None = None,
) -> ImportReport:
    """Unit grids (15 digits, or 14 of the 2005 edition) from a file: all or nothing.

    A row is rejected for a bad code or one ever used, no or an invalid shape, a missing community,
    and where more than `tolerance` of its area lies outside its community or inside another grid.
    So is a community of which more than MOST_GAP would lie in no grid, those that stand counted,
    unless `with_gaps` says that this is meant. Smaller gaps, communities without any grid, and
    sizes far from one hectare are told in the notes.
    Raises UnreadableFile, UnknownSystem, NotAllowed.
    """
    actor.require("geo.manage")
    started = time.perf_counter()
    day = valid_from or timezone.localdate(now)
    report = ImportReport()
    features = counted(sources.read_features(path, layer=layer, system=system), progress)
    rows = _rows(features, code_field, name_field, report)
    with transaction.atomic():
        take_turn(GROUND)
        report.rejected = report.rejected or _misplaced(rows, day, tolerance)
        if not report.rejected:
            _write(rows, day, report, with_gaps)
            if not report.rejected and day <= timezone.localdate(now):
                follow_grids(on=day, actor=actor, now=now)
    if report.rejected:
        report.take_nothing()
    report.seconds = time.perf_counter() - started
    return report


def _write(rows: Sequence[Row], day: date, report: ImportReport, with_gaps: bool) -> None:
    """Write the grids, but not where they leave too much uncovered; what they leave is told."""
    report.imported = write_grids(((code, name, shape) for _, code, name, shape in rows), day)
    written = [code for _, code, _, _ in rows]
    gaps = _gaps({code[:12] for code in written}, day)
    report.rejected = [
        Rejection(0, one.community, _why_gap(one))
        for one in gaps
        if one.share > MOST_GAP and not with_gaps
    ]
    if report.rejected:
        transaction.set_rollback(True)
    else:
        report.notes = [*_sizes(written), *map(_told, gaps), *_bare(written, day)]


def _rows(
    features: Iterable[sources.Feature], code_field: str, name_field: str, report: ImportReport
) -> list[Row]:
    """The records that can be read; the others are rejected in the report."""
    rows: list[Row] = []
    for one in features:
        row, why = _row(one, code_field, name_field)
        if row is None or why:
            report.rejected.append(Rejection(one.row, one.text(code_field), why))
        else:
            rows.append(row)
    return rows


def _row(one: sources.Feature, code_field: str, name_field: str) -> tuple[Row | None, str]:
    """The record as a row, or None with the reason."""
    try:
        grid = codes.parse_grid_code(one.text(code_field))
    except codes.BadCode as error:
        return None, "; ".join(error.reasons)
    shape = one.shape
    if shape is not None and shape.geom_type == "MultiPolygon" and len(shape.geoms) == 1:
        shape = shape.geoms[0]
    why = bad_shape(shape)
    if not why and shape is not None and shape.geom_type != "Polygon":
        why = gettext("a unit grid is one piece")
    if why or shape is None:
        return None, why
    return (one.row, grid.code, one.text(name_field)[:64], shape), ""


def _misplaced(rows: Sequence[Row], day: date, tolerance: float) -> list[Rejection]:
    communities = _communities({code[:12] for _, code, _, _ in rows}, day)
    used = _numbers_used({code[:12] for _, code, _, _ in rows})
    found = []
    for row, code, _, shape in rows:
        number = codes.as_15_digits(code)
        whole = communities.get(code[:12])
        if number in used:
            found.append(
                Rejection(
                    row, code, gettext("its number is taken by %(owner)s") % {"owner": used[number]}
                )
            )
        elif whole is None:
            found.append(
                Rejection(row, code, gettext("community %(code)s is missing") % {"code": code[:12]})
            )
        elif (share := shape.difference(whole).area / shape.area) > tolerance:
            found.append(
                Rejection(
                    row,
                    code,
                    gettext("%(share)s of it lies outside its community")
                    % {"share": f"{share:.1%}"},
                )
            )
        used[number] = gettext("row %(row)s") % {"row": row}
    return sorted([*found, *_crossing(rows, day, tolerance)], key=lambda one: one.row)


def _crossing(rows: Sequence[Row], day: date, tolerance: float) -> list[Rejection]:
    places = {code[:12] for _, code, _, _ in rows}
    # Those too that begin later: a grid of a file has no last day.
    there = UnitGrid.objects.filter(community_code__in=places).filter(
        Q(valid_to=None) | Q(valid_to__gt=day)
    )
    others = [(c, shapely.from_wkb(bytes(g.wkb))) for c, g in there.values_list("code", "geom")]
    others += [(code, shape) for _, code, _, shape in rows]
    pairs = overlaps([row[3] for row in rows], [shape for _, shape in others], tolerance)
    return [
        Rejection(
            rows[mine][0],
            rows[mine][1],
            gettext("it overlaps %(other)s") % {"other": others[other][0]},
        )
        for mine, other in pairs
        if others[other][0] != rows[mine][1]
    ]


def _communities(wanted: set[str], day: date) -> dict[str, BaseGeometry]:
    rows = Region.objects.filter(code__in=wanted, valid_from__lte=day).filter(
        Q(valid_to=None) | Q(valid_to__gt=day)
    )
    return {code: shapely.from_wkb(bytes(g.wkb)) for code, g in rows.values_list("code", "geom")}


def _numbers_used(communities: set[str]) -> dict[str, str]:
    """15-digit spellings of all codes ever given in communities, and whose they are."""
    rows = UnitGrid.objects.filter(community_code__in=communities)
    return {
        codes.as_15_digits(code): gettext("grid %(code)s") % {"code": code}
        for code in rows.values_list("code", flat=True)
    }


@dataclass(frozen=True, slots=True)
class Gap:
    """Ground of a community in no grid, and of its grids outside it; square metres, and a share."""

    community: str
    gap_m2: float
    outside_m2: float
    share: float


def _gaps(communities: set[str], day: date) -> list[Gap]:
    """What the communities' grids leave uncovered."""
    with connection.cursor() as cursor:
        cursor.execute(_COVERAGE, {"codes": sorted(communities), "day": day})
        return [
            Gap(code, gap, outside, gap / whole) for code, gap, outside, whole in cursor.fetchall()
        ]


def _told(one: Gap) -> str:
    return gettext(
        "community %(code)s: %(share)s of it, %(gap)s m2, without grid; "
        "%(outside)s m2 of grids outside"
    ) % {
        "code": one.community,
        "share": f"{one.share:.1%}",
        "gap": f"{one.gap_m2:.1f}",
        "outside": f"{one.outside_m2:.1f}",
    }


def _why_gap(one: Gap) -> str:
    told = {"code": one.community, "share": f"{one.share:.1%}", "gap": f"{one.gap_m2:.0f}"}
    return (
        gettext(
            "community %(code)s: %(share)s of it, %(gap)s m2, would lie in no grid, and no problem "
            "there could be filed: bring all its grids at once, or say that this is meant "
            "(--with-gaps)"
        )
        % told
    )


def _bare(written: Sequence[str], day: date) -> list[str]:
    """A word about communities of the same streets that have no grid at all yet."""
    streets = {code[:9] for code in written}
    valid = Q(valid_from__lte=day) & (Q(valid_to=None) | Q(valid_to__gt=day))
    gridded = UnitGrid.objects.filter(valid, street_code__in=streets).values("community_code")
    bare = (
        Region.objects.filter(valid, level=Region.Level.COMMUNITY, parent__code__in=streets)
        .exclude(code__in=gridded)
        .order_by("code")
    )
    found = list(bare.values_list("code", flat=True))
    if not found:
        return []
    shown = ", ".join(found[:5]) + (", …" if found[5:] else "")
    return [
        ngettext(
            "%(n)s community of these streets has no grid yet: %(codes)s",
            "%(n)s communities of these streets have no grid yet: %(codes)s",
            len(found),
        )
        % {"n": len(found), "codes": shown}
    ]


def _sizes(codes_given: Sequence[str]) -> list[str]:
    """A word about grids far from one hectare: a wrong unit or layer looks like that."""
    rows = UnitGrid.objects.filter(code__in=list(codes_given))
    odd = rows.exclude(area_m2__range=(SMALLEST_M2, LARGEST_M2)).order_by("area_m2")
    areas = list(odd.values_list("area_m2", "code"))
    if not areas:
        return []
    (least, _code), (most, largest) = areas[0], areas[-1]
    return [
        ngettext(
            "%(count)s of %(all)s grids is far from one hectare: %(least)s to %(most)s ha, "
            "the largest %(code)s",
            "%(count)s of %(all)s grids are far from one hectare: %(least)s to %(most)s ha, "
            "the largest %(code)s",
            len(areas),
        )
        % {"count": len(areas), "all": len(codes_given), "least": f"{least / 1e4:.2f}",
           "most": f"{most / 1e4:.2f}", "code": largest}
    ]  # fmt: skip


_COVERAGE = """
SELECT c, gap_m2, outside_m2, (SELECT ST_Area(r.geom::geography) FROM geo_region r
                                WHERE r.code = c AND r.valid_from <= %(day)s
                                  AND (r.valid_to IS NULL OR r.valid_to > %(day)s))
  FROM unnest(%(codes)s::text[]) AS c, LATERAL cityloop_grid_coverage(c, %(day)s)
 WHERE NOT seamless ORDER BY c
"""
