"""Unit grids made: communities cut into cells, cells coded and written."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

import shapely
from django.contrib.gis.geos import GEOSGeometry
from django.db import transaction
from django.db.models import IntegerField, Max, Q
from django.db.models.functions import Cast, Substr
from django.utils import timezone
from django.utils.translation import gettext
from shapely.geometry.base import BaseGeometry

from cityloop.geo import codes, gridding, mesh
from cityloop.geo.models import Region, UnitGrid
from cityloop.geo.operations.following import follow_grids
from cityloop.geo.operations.staging import run, stage
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Invalid, NotFound, Refused
from cityloop.kernel.reports import ImportReport

# A border may move by the precision of coordinates when corners are added to it, not by more.
_BEND_M2_PER_M = 0.001


class NoCommunities(NotFound):
    """The district has no communities to cut into grids."""

    code = "no-communities"


class GridsAlreadyThere(Refused):
    """The district has unit grids already."""

    code = "grids-already-there"


class BordersCross(Refused):
    """Communities overlap or leave gaps, so grids could not fill them exactly."""

    code = "borders-cross"


class CodesUsedUp(Refused):
    """All 999 numbers of the community have been given."""

    code = "codes-used-up"


def generate_grids(
    *,
    districts: Sequence[str],
    cell_m: float = 100.0,
    actor: Actor,
    now: datetime,
    valid_from: date | None = None,
) -> ImportReport:
    """Cut every community of districts into unit grids of about cell_m squared.

    Grids never cross a community, do not overlap, and their union equals the community: for that
    the grids' corners are added to the borders of communities, streets and districts (which moves
    no border by more than 0.1 mm). Neighbouring districts cut at once share the corners along
    their border too. Numbers go on after the highest ever used.
    Raises NoCommunities, GridsAlreadyThere, BordersCross, CodesUsedUp, NotAllowed.
    """
    actor.require("geo.manage")
    if not 20.0 <= cell_m <= 2000.0:
        raise Invalid(
            gettext("a cell is 20 to 2000 metres wide"), fields={"cell_m": gettext("out of range")}
        )
    started = time.perf_counter()
    day = valid_from or timezone.localdate(now)
    with transaction.atomic():
        regions = [one for code in sorted(set(districts)) for one in _communities(code, day)]
        outlines = {code: shape for code, _, shape in regions}
        cut = _cut(outlines, cell_m)
        _add_corners(cut.communities, day)
        written = write_grids(coded(cut.cells, {code: name for code, name, _ in regions}), day)
        if day <= timezone.localdate(now):
            follow_grids(on=day, actor=actor, now=now)
    return ImportReport(imported=written, seconds=time.perf_counter() - started)


def coded(
    cells: Iterable[gridding.Cell], names: Mapping[str, str]
) -> list[tuple[str, str, BaseGeometry]]:
    """Code, name and shape of cells, numbered after the highest number ever used."""
    used = _used(names)
    return [
        (
            codes.build_grid_code(cell.community, _next(used, cell)),
            f"{names[cell.community]}{_next(used, cell):03d}",
            cell.shape,
        )
        for cell in cells
    ]


def _communities(district: str, day: date) -> list[tuple[str, str, BaseGeometry]]:
    """Code, name and outline of a district's communities, locked until the grids are in."""
    rows = (
        Region.objects.select_for_update()
        .filter(code__startswith=district, level=Region.Level.COMMUNITY)
        .filter(Q(valid_to=None) | Q(valid_to__gt=day), valid_from__lte=day)
        .order_by("code")
        .values_list("code", "name", "geom")
    )
    found = [(code, name, read_shape(geom)) for code, name, geom in rows]
    if not found:
        raise NoCommunities(
            gettext("district %(district)s has no communities") % {"district": district}
        )
    # Asked after the lock: who cuts the same district at the same time has waited here.
    first = UnitGrid.objects.filter(district_code=district, valid_to=None).order_by("valid_from")
    if (since := first.values_list("valid_from", flat=True).first()) is not None:
        why = gettext("district %(district)s has unit grids already, the first of %(day)s")
        raise GridsAlreadyThere(why % {"district": district, "day": since})
    return found


def read_shape(geom: GEOSGeometry) -> BaseGeometry:
    """A stored outline as Shapely's."""
    return shapely.from_wkb(bytes(geom.wkb))


def _cut(outlines: dict[str, BaseGeometry], cell_m: float) -> gridding.Gridding:
    try:
        cut = gridding.grid(outlines, cell_m)
    except mesh.BrokenMesh as error:
        raise BordersCross(str(error)) from error
    bent = [code for code, shape in cut.communities.items() if not _same(shape, outlines[code])]
    if bent:
        shown = ", ".join(bent[:20])
        raise BordersCross(
            gettext("these communities overlap others or are not simple: %(shown)s")
            % {"shown": shown}
        )
    return cut


def _same(shape: BaseGeometry, before: BaseGeometry) -> bool:
    """True when a border differs by corners on it only."""
    degree = 111_000.0
    allowed = _BEND_M2_PER_M * before.length * degree
    return bool(shape.symmetric_difference(before).area * degree * degree <= allowed)


def _add_corners(communities: dict[str, BaseGeometry], day: date) -> None:
    """Give communities, streets and districts the corners of the grids along their borders."""
    shapes = dict(communities)
    for digits in (9, 6):
        below: dict[str, list[BaseGeometry]] = {}
        for code, shape in shapes.items():
            if len(code) == (12 if digits == 9 else 9):
                below.setdefault(code[:digits], []).append(shape)
        shapes.update({c: shapely.coverage_union_all(parts) for c, parts in below.items()})
    parents = Region.objects.filter(
        code__in=list(shapes), level__in=("district", "street"), valid_to=None
    )
    for code, geom in parents.values_list("code", "geom"):
        # A parent that is more than its children keeps its own outline.
        if not _same(shapes[code], read_shape(geom)):
            del shapes[code]
    stage(
        "cornered_region",
        (("code", "text"), ("shape", "bytea")),
        ((code, shapely.to_wkb(shape)) for code, shape in shapes.items()),
    )
    run(
        """UPDATE geo_region r SET geom = ST_Multi(ST_GeomFromWKB(c.shape, 4326))
             FROM cornered_region c
            WHERE r.code = c.code AND r.valid_from <= %(day)s
              AND (r.valid_to IS NULL OR r.valid_to > %(day)s)""",
        {"day": day},
    )


def _used(communities: Iterable[str]) -> dict[str, int]:
    """The highest number ever given in each of these communities."""
    rows = (
        UnitGrid.objects.filter(community_code__in=list(communities))
        .values_list("community_code")
        .annotate(top=Max(Cast(Substr("code", 13), IntegerField())))
    )
    return {code: top or 0 for code, top in rows}


def _next(used: dict[str, int], cell: gridding.Cell) -> int:
    number = used.get(cell.community, 0) + cell.sequence
    if number > codes.MOST_GRIDS:
        raise CodesUsedUp(
            gettext("community %(community)s has no free grid number left")
            % {"community": cell.community}
        )
    return number


def write_grids(rows: Iterable[tuple[str, str, BaseGeometry]], day: date) -> int:
    """Write grids (code, name, polygon), valid from a day; returns how many.

    Regions of the codes' communities must hold on that day.
    """
    stage(
        "new_grid",
        (("code", "text"), ("name", "text"), ("shape", "bytea")),
        ((code, name, shapely.to_wkb(shape)) for code, name, shape in rows),
    )
    return run(
        """INSERT INTO geo_unitgrid (code, name, community_id, district_code, street_code,
                                     community_code, geom, area_m2, valid_from)
           SELECT n.code, n.name, r.id, left(n.code, 6), left(n.code, 9), left(n.code, 12),
                  g.geom, ST_Area(g.geom::geography), %(day)s
             FROM new_grid n
             JOIN geo_region r ON r.code = left(n.code, 12) AND r.valid_from <= %(day)s
              AND (r.valid_to IS NULL OR r.valid_to > %(day)s),
             LATERAL (SELECT ST_GeomFromWKB(n.shape, 4326) AS geom) g
            ORDER BY n.code""",
        {"day": day},
    )
