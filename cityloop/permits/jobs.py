"""What the register does when something below it changes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from cityloop.kernel.actor import Actor
from cityloop.permits import operations


def follow_grids(*, retired: Sequence[str], on: date, actor: Actor, now: datetime) -> None:
    """Unit grids have changed: permits get the code of the grid that contains them now."""
    operations.follow_grids(retired=retired, on=on, actor=actor, now=now)
