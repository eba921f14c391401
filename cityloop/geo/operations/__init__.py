"""Every write of geo."""

from cityloop.geo.operations.addresses import import_addresses, make_addresses
from cityloop.geo.operations.grid_changes import merge_grids, retire_grid, split_grid
from cityloop.geo.operations.grid_files import import_grids
from cityloop.geo.operations.grid_plans import (
    begin_grid_changes,
    cancel_grid_change,
    move_grid_change,
)
from cityloop.geo.operations.grids import generate_grids
from cityloop.geo.operations.map_sources import remove_map_source, set_map_source
from cityloop.geo.operations.outlines import OutlineRefused, Redrawn, set_outline
from cityloop.geo.operations.regions import import_regions, outline_city
from cityloop.geo.operations.responsibility import (
    add_responsibility_grid,
    end_responsibility_grids,
    share_out_grids,
)
from cityloop.geo.operations.responsibility_files import import_responsibility_grids
from cityloop.geo.operations.road_addresses import add_crossings
from cityloop.geo.operations.roads import import_roads
from cityloop.geo.operations.service_areas import remove_service_area, set_service_area

__all__ = [
    "OutlineRefused",
    "Redrawn",
    "add_crossings",
    "add_responsibility_grid",
    "begin_grid_changes",
    "cancel_grid_change",
    "end_responsibility_grids",
    "generate_grids",
    "import_addresses",
    "import_grids",
    "import_regions",
    "import_responsibility_grids",
    "import_roads",
    "make_addresses",
    "merge_grids",
    "move_grid_change",
    "outline_city",
    "remove_map_source",
    "remove_service_area",
    "retire_grid",
    "set_map_source",
    "set_outline",
    "set_service_area",
    "share_out_grids",
    "split_grid",
]
