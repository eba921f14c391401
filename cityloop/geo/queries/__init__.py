"""Every read of geo."""

from cityloop.geo.queries.addresses import FoundAddress, nearest_address, search_address
from cityloop.geo.queries.audit import configured
from cityloop.geo.queries.changes import chain, grid_changes, grown, heirs, in_force, origins
from cityloop.geo.queries.finding import find
from cityloop.geo.queries.ground import (
    changes_within,
    drawn_regions,
    grids_on,
    grids_within,
    ground_shapes,
    made_by,
)
from cityloop.geo.queries.map_settings import (
    ground_of,
    map_change,
    map_changes,
    service_area,
    service_areas,
)
from cityloop.geo.queries.maps import (
    NoSuchTile,
    all_map_sources,
    map_source_warnings,
    map_sources,
    tile,
    tile_layer,
)
from cityloop.geo.queries.missing import missing
from cityloop.geo.queries.places import Place, grids_inside, locate, locate_many
from cityloop.geo.queries.regions import (
    Coverage,
    areas_known,
    check_coverage,
    city_centre,
    farther_than,
    grids_of,
    region,
    region_names,
    regions_of,
    responsibility_grid,
)

__all__ = [
    "Coverage",
    "FoundAddress",
    "NoSuchTile",
    "Place",
    "all_map_sources",
    "areas_known",
    "chain",
    "changes_within",
    "check_coverage",
    "city_centre",
    "configured",
    "drawn_regions",
    "farther_than",
    "find",
    "grid_changes",
    "grids_inside",
    "grids_of",
    "grids_on",
    "grids_within",
    "ground_of",
    "ground_shapes",
    "grown",
    "heirs",
    "in_force",
    "locate",
    "locate_many",
    "made_by",
    "map_change",
    "map_changes",
    "map_source_warnings",
    "map_sources",
    "missing",
    "nearest_address",
    "origins",
    "region",
    "region_names",
    "regions_of",
    "responsibility_grid",
    "search_address",
    "service_area",
    "service_areas",
    "tile",
    "tile_layer",
]
