"""What the worker does for cases: the sweep of the clocks, the seal of the history."""

from __future__ import annotations

from cityloop.cases import operations, proof
from cityloop.kernel import clock


def fire_timers() -> int:
    """Perform what is due; goes on while full batches come."""
    done = 0
    while fired := operations.fire_due_timers(now=clock.now()):
        done += fired
    return done


def seal_history() -> int:
    """Seal the lines that came since the last seal."""
    return proof.seal(now=clock.now())
