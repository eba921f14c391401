"""What people do when something below them changes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from cityloop.people import operations


def follow_grids(*, retired: Sequence[str], heir: str, on: date) -> list[str]:
    """Unit grids will change, or will not: the matrix is read again; says what a merge decides."""
    return operations.follow_grids(retired=retired, heir=heir, on=on)
