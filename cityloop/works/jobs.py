"""What the worker does for substitute works: orders follow the steps of their case."""

from __future__ import annotations

from cityloop.kernel import clock
from cityloop.works import operations


def follow_case(number: str, version: int) -> None:
    """A unit was ordered to act instead, gave the case back, the case was closed, or it
    was decided who should have acted."""
    operations.follow_case(number=number, now=clock.now())
