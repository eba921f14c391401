"""Effects that send a case back for better quality."""

from __future__ import annotations

from collections.abc import Callable

from cityloop.cases import clocks
from cityloop.cases.change import Change
from cityloop.cases.effects.clocks import (
    restart_handling_clock,
    start_acceptance_clock,
    start_dispatch_clock,
)
from cityloop.cases.effects.facts import note_rework
from cityloop.cases.effects.tasks import (
    close_handling_tasks,
    close_site_task,
    close_tasks,
    open_handling_tasks,
    open_task,
)
from cityloop.cases.models import Status, TimerKind

MINUTE = "minute"


def go_back_to_stage(change: Change) -> None:
    """The case returns to the responsible step with all it holds; the step starts anew (F12)."""
    close_site_task(change)
    close_handling_tasks(change)
    for kind in (TimerKind.CHECK, TimerKind.CLOSING):
        clocks.stop(change, kind)
    if handling := change.timer(TimerKind.HANDLING):  # not met by being taken away
        clocks.cancel(change, handling)
    status, start = STAGES[str(change.inputs["stage"])]
    change.case.status = status
    start(change)


def _filing(change: Change) -> None:
    clocks.start(change, TimerKind.FILING, change.flow.filing_minutes, MINUTE)


def _handling(change: Change) -> None:
    note_rework(change)
    restart_handling_clock(change)
    open_handling_tasks(change)


def _check(change: Change) -> None:
    """Whoever sends cases to check sends it once more: no clock of its own runs until then."""


# The responsible step -> where the case then stands, and what starts there.
STAGES: dict[str, tuple[Status, Callable[[Change], None]]] = {
    "acceptance": (Status.REPORTED, start_acceptance_clock),
    "filing": (Status.ACCEPTED, _filing),
    "dispatch": (Status.FILED, start_dispatch_clock),
    "handling": (Status.DISPATCHED, _handling),
    "check": (Status.HANDLED, _check),
}


def open_recheck_task(change: Change) -> None:
    """The inspector whom the draw named gets the task to look again; a lot before it ends."""
    inspector = change.inputs["inspector"]
    close_tasks(change, "recheck", result=change.action)
    open_task(change, "recheck", member_id=inspector.pk, role="inspector")


def close_recheck_task(change: Change) -> None:
    """The re-inspection ends with this result."""
    close_tasks(change, "recheck", result=change.action)
