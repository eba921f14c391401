"""What the worker does for a city that begins."""

from __future__ import annotations

from cityloop.kernel import clock
from cityloop.setup import operations


def do_ground_work(work_id: int) -> None:
    """Import or make regions, grids or roads."""
    operations.do_ground_work(work_id, now=clock.now())
