"""Every write to the register of components."""

from cityloop.assets.operations.grids import follow_grids
from cityloop.assets.operations.imports import import_components, write_components
from cityloop.assets.operations.ownership import hand_over
from cityloop.assets.operations.register import (
    change_component,
    change_owner,
    change_state,
    move_component,
    register_component,
)

__all__ = [
    "change_component",
    "change_owner",
    "change_state",
    "follow_grids",
    "hand_over",
    "import_components",
    "move_component",
    "register_component",
    "write_components",
]
