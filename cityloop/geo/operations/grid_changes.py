"""Unit grids that change: retired, split, merged. Codes are used once and for good."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

import numpy as np
import shapely
from django.db import transaction
from django.db.models import Value
from django.utils.translation import gettext
from shapely.geometry.base import BaseGeometry

from cityloop.geo import gridding, mesh
from cityloop.geo.models import Region, UnitGrid
from cityloop.geo.operations.grids import coded, read_shape, write_grids
from cityloop.geo.operations.staging import run
from cityloop.kernel import jobs
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Invalid, NotFound


class NoSuchGrid(NotFound):
    """No unit grid that holds on the day has this code."""

    code = "no-such-grid"


class BadCut(Invalid):
    """The line does not part the grid into pieces, or the grids do not make one piece."""

    code = "bad-cut"


def retire_grid(*, code: str, on: date, actor: Actor, now: datetime) -> None:
    """End a unit grid: from `on` it holds no more, and its code never comes back.

    Raises NoSuchGrid, NotAllowed.
    """
    actor.require("geo.manage")
    with transaction.atomic():
        grid = _living(code, on)
        _retire([grid], on)
        _tell([grid], [], on)


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
        shape = read_shape(old.geom)
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
        whole = shapely.coverage_union_all([read_shape(grid.geom) for grid in old])
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


def _tell(old: Sequence[UnitGrid], made: Sequence[str], on: date) -> None:
    """Addresses move to the grid they now lie in; subsystems above hear which codes changed."""
    run(
        """UPDATE geo_address a
              SET grid_id = (SELECT l.grid_id
                               FROM cityloop_locate(ST_X(a.point), ST_Y(a.point), %s::date) l)
            WHERE a.grid_id = ANY(%s::bigint[])""",
        [on, [grid.pk for grid in old]],
    )
    changed = {"retired": [grid.code for grid in old], "made": list(made), "on": on.isoformat()}
    jobs.defer("grids.changed", changed)


def _replace(old: Sequence[UnitGrid], shapes: Sequence[BaseGeometry], on: date) -> list[str]:
    """Retire grids and put shapes with fresh codes in their place."""
    community = old[0].community_code
    name = Region.objects.get(pk=old[0].community_id).name
    cells = [gridding.Cell(community, n, shape) for n, shape in enumerate(shapes, 1)]
    rows = coded(cells, {community: name})
    _share_corners(shapes, on)
    _retire(old, on)
    write_grids(rows, on)
    made = [code for code, _, _ in rows]
    _tell(old, made, on)
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
