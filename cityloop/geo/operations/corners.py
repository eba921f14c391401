"""New corners on borders that stay: whoever has the border gets them too, so no hairline opens."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from cityloop.geo import mesh
from cityloop.geo.operations.staging import run


def share_corners(shapes: Sequence[BaseGeometry], on: date) -> None:
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
_SNAP_GRIDS = f"UPDATE geo_unitgrid t SET geom = {_SNAP} WHERE {_NEAR}"  # noqa: S608 (constants)
_SNAP_REGIONS = (
    f"UPDATE geo_region t SET geom = ST_Multi({_SNAP}) "  # noqa: S608 (constants)
    f"WHERE level IN ('district', 'street', 'community') AND {_NEAR}"
)
