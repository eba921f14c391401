"""What the worker does for evidence: it looks at photos. No web process does."""

from __future__ import annotations

from cityloop.evidence import operations
from cityloop.kernel import clock

BATCH = 50  # pictures in one call: the worker has other schedules


def examine_photos(number: str, version: int) -> None:
    """Look at the photos that a step brought."""
    operations.examine(number=number, version=version, now=clock.now())


def print_stock() -> int:
    """Catch up with pictures that no step brought one by one."""
    return operations.print_stock(limit=BATCH)
