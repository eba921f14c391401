"""What the worker does for geo."""

from __future__ import annotations

from cityloop.geo import operations
from cityloop.kernel import clock


def begin_grid_changes() -> int:
    """Changes of unit grids whose day has come begin."""
    return operations.begin_grid_changes(now=clock.now())
