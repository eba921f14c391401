"""What the worker does for cases: the sweep of the clocks, the seal of the history."""

from __future__ import annotations

from cityloop.cases import newest, operations, proof
from cityloop.kernel import clock

BATCHES = 5  # in one call: the worker has other schedules, and must end soon when it is told to


def fire_timers() -> int:
    """Perform what is due; goes on for some batches while there is more."""
    done = 0
    for _ in range(BATCHES):
        fired = operations.fire_due_timers(now=clock.now())
        done += fired
        if not fired:
            break
    return done


def follow_calendar(calendar_id: int) -> None:
    """Deadlines follow a change of working time."""
    operations.follow_calendar(now=clock.now())


def seal_history() -> int:
    """Seal the lines that came since the last seal, and look for those that came before it."""
    sealed = proof.seal(now=clock.now())
    newest.look_back()
    return sealed
