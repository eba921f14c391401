"""What the worker does for the leaders' pages."""

from __future__ import annotations

from cityloop.command import operations
from cityloop.kernel import clock


def count_days() -> int:
    """Today's figures, and those of days whose turn it is."""
    return operations.count_days(now=clock.now())


def count_heat() -> int:
    """Cases of the last days by unit grid."""
    return operations.count_heat(now=clock.now())


def send_digests() -> int:
    """Monday's message to leaders."""
    return operations.send_digests(now=clock.now())
