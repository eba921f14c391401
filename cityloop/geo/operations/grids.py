"""Unit grids: made, retired, split, merged. Codes are used once and for good."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from datetime import date, datetime

import numpy as np
import shapely
from django.db import transaction
from django.db.models import IntegerField, Max, Q, Value
from django.db.models.functions import Cast, Substr
from django.utils import timezone
from django.utils.translation import gettext
from shapely.geometry.base import BaseGeometry

from cityloop.geo import codes, gridding, mesh
from cityloop.geo.models import Region, UnitGrid
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


class NoSuchGrid(NotFound):
    """No unit grid that holds on the day has this code."""

    code = "no-such-grid"


class CodesUsedUp(Refused):
    """All 999 numbers of the community have been given."""

    code = "codes-used-up"


class BadCut(Invalid):
    """The line does not part the grid into pieces, or the grids do not make one piece."""

    code = "bad-cut"


def generate_grids(
    *,
    district_code: str,
    cell_m: float = 100.0,
    actor: Actor,
    now: datetime,
    valid_from: date | None = None,
) -> ImportReport:
    """Cut every community of a district into unit grids of about cell_m squared.

    Grids never cross a community, do not overlap, and their union equals the community: for that
    the grids' corners are added to the borders of communities, streets and district (which moves
    no border by more than 0.1 mm). Numbers go on after the highest ever used.
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
        regions = _communities(district_code, day)
        outlines = {code: shape for code, _, shape in regions}
        cut = _cut(outlines, cell_m)
        _add_corners(district_code, cut.communities, day)
        names = {code: name for code, name, _ in regions}
        used = _used(district_code)
        written = write_grids(
            (
                (
                    codes.build_grid_code(cell.community, _next(used, cell)),
                    f"{names[cell.community]}{cell.sequence:03d}",
                    cell.shape,
                )
                for cell in cut.cells
            ),
            day,
        )
    return ImportReport(imported=written, seconds=time.perf_counter() - started)


def _communities(district: str, day: date) -> list[tuple[str, str, BaseGeometry]]:
    """Code, name and outline of a district's communities, locked until the grids are in."""
    if UnitGrid.objects.filter(district_code=district, valid_to=None).exists():
        raise GridsAlreadyThere(
            gettext("district %(district)s has unit grids already") % {"district": district}
        )
    rows = (
        Region.objects.select_for_update()
        .filter(code__startswith=district, level=Region.Level.COMMUNITY)
        .filter(Q(valid_to=None) | Q(valid_to__gt=day), valid_from__lte=day)
        .order_by("code")
        .values_list("code", "name", "geom")
    )
    found = [(code, name, _read(geom)) for code, name, geom in rows]
    if not found:
        raise NoCommunities(
            gettext("district %(district)s has no communities") % {"district": district}
        )
    return found


def _read(geom: object) -> BaseGeometry:
    return shapely.from_wkb(bytes(geom.wkb))  # type: ignore[attr-defined]


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


def _add_corners(district: str, communities: dict[str, BaseGeometry], day: date) -> None:
    """Give communities, streets and district the corners of the grids along their borders."""
    shapes = dict(communities)
    for digits in (9, 6):
        below: dict[str, list[BaseGeometry]] = {}
        for code, shape in shapes.items():
            if len(code) == (12 if digits == 9 else 9):
                below.setdefault(code[:digits], []).append(shape)
        shapes.update({c: shapely.coverage_union_all(parts) for c, parts in below.items()})
    parents = Region.objects.filter(
        code__startswith=district, level__in=("district", "street"), valid_to=None
    )
    for code, geom in parents.values_list("code", "geom"):
        # A parent that is more than its children keeps its own outline.
        if code in shapes and not _same(shapes[code], _read(geom)):
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


def _used(prefix: str) -> dict[str, int]:
    """The highest number ever given in each community below a code."""
    rows = (
        UnitGrid.objects.filter(code__startswith=prefix)
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


def retire_grid(*, code: str, on: date, actor: Actor, now: datetime) -> None:
    """End a unit grid: from `on` it holds no more, and its code never comes back.

    Raises NoSuchGrid, NotAllowed.
    """
    actor.require("geo.manage")
    with transaction.atomic():
        _retire([_living(code, on)], on)


def split_grid(
    *, code: str, line: Sequence[tuple[float, float]], on: date, actor: Actor, now: datetime
) -> list[str]:
    """Retire a grid and part it along a line (longitude, latitude) into new ones.

    Returns the new codes. Raises NoSuchGrid, BadCut, CodesUsedUp, NotAllowed.
    """
    actor.require("geo.manage")
    if len(line) < 2:
        raise BadCut(gettext("a line has at least two points"))
    with transaction.atomic():
        old = _living(code, on)
        shape = _read(old.geom)
        blade = shapely.LineString(line).intersection(shape)
        faces = mesh.faces([shape.boundary, blade])
        parts = faces[shapely.intersects(shapely.point_on_surface(faces), shape)]
        if len(parts) < 2:
            raise BadCut(gettext("the line does not cross the grid"))
        return _replace([old], list(shapely.normalize(parts)), on)


def merge_grids(*, grid_codes: Sequence[str], on: date, actor: Actor, now: datetime) -> str:
    """Retire adjacent grids of one community and make one of them; returns its code.

    Raises NoSuchGrid, BadCut, CodesUsedUp, NotAllowed.
    """
    actor.require("geo.manage")
    if len(set(grid_codes)) < 2:
        raise BadCut(gettext("merging takes at least two grids"))
    with transaction.atomic():
        old = [_living(code, on) for code in sorted(set(grid_codes))]
        if len({grid.community_code for grid in old}) > 1:
            raise BadCut(gettext("grids of different communities cannot be merged"))
        whole = shapely.coverage_union_all([_read(grid.geom) for grid in old])
        if whole.geom_type != "Polygon":
            raise BadCut(gettext("grids that are not adjacent cannot be merged"))
        return _replace(old, [whole], on)[0]


def _living(code: str, on: date) -> UnitGrid:
    grid = (
        UnitGrid.objects.select_for_update()
        .filter(code=code, valid_from__lte=on, valid_to=None)
        .first()
    )
    if grid is None:
        raise NoSuchGrid(
            gettext("no unit grid %(code)s holds on %(on)s") % {"code": code, "on": on}
        )
    return grid


def _retire(grids: Sequence[UnitGrid], on: date) -> None:
    UnitGrid.objects.filter(pk__in=[grid.pk for grid in grids]).update(valid_to=Value(on))


def _replace(old: Sequence[UnitGrid], shapes: Sequence[BaseGeometry], on: date) -> list[str]:
    """Retire grids and put shapes with fresh codes in their place."""
    community = old[0].community_code
    name = Region.objects.get(pk=old[0].community_id).name
    used = _used(community)
    cells = [gridding.Cell(community, n, shape) for n, shape in enumerate(shapes, 1)]
    numbers = [_next(used, cell) for cell in cells]
    made = [codes.build_grid_code(community, number) for number in numbers]
    _share_corners(shapes, on)
    _retire(old, on)
    write_grids(
        (
            (code, f"{name}{number:03d}", shape)
            for code, number, shape in zip(made, numbers, shapes, strict=True)
        ),
        on,
    )
    return made


def _share_corners(shapes: Sequence[BaseGeometry], on: date) -> None:
    """Give all borders that run there the new corners, so that no hairline gap opens."""
    box = shapely.box(*shapely.total_bounds(np.array(shapes, dtype=object))).buffer(1e-6)
    corners = shapely.multipoints(shapely.get_coordinates(np.array(shapes, dtype=object)))
    values = {
        "corners": shapely.to_wkb(corners),
        "close": mesh.PRECISION * 2,
        "around": box.wkt,
        "on": on,
    }
    run(_SNAP_GRIDS, values)
    run(_SNAP_REGIONS, values)


_SNAP = "ST_Snap(t.geom, ST_GeomFromWKB(%(corners)s, 4326), %(close)s::float8)"
_NEAR = """
t.geom && ST_GeomFromText(%(around)s, 4326)
AND ST_DWithin(ST_Boundary(t.geom), ST_GeomFromWKB(%(corners)s, 4326), %(close)s::float8)
AND t.valid_from <= %(on)s AND (t.valid_to IS NULL OR t.valid_to > %(on)s)
"""
_SNAP_GRIDS = f"UPDATE geo_unitgrid t SET geom = {_SNAP} WHERE {_NEAR}"  # noqa: S608
_SNAP_REGIONS = (
    f"UPDATE geo_region t SET geom = ST_Multi({_SNAP}) "  # noqa: S608
    f"WHERE level IN ('district', 'street', 'community') AND {_NEAR}"
)
