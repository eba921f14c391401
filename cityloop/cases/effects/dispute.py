"""Effects on cases whose responsible unit is disputed."""

from __future__ import annotations

from cityloop.cases import clocks
from cityloop.cases.change import Change
from cityloop.cases.guards.dispute import decided_by
from cityloop.cases.models import Case, DisputeLevel, TimerKind


def watch_circle(change: Change) -> None:
    """Who returned the case is remembered; once too often, the system freezes it (E04)."""
    case = change.case
    if case.lead_id is None or case.substituted:  # a unit ordered to act instead is no party
        return
    case.returned_by = [*case.returned_by, case.lead_id]
    often = 0 < change.flow.freeze_from_returns <= len(case.returned_by)
    if often and len(set(case.returned_by)) > 1 and not change.imported:
        change.follow_up = ("freeze", {})


def open_dispute(change: Change) -> None:
    """It is not known whose the case is until that is decided (E04, E05).

    The lowest level begins; where one has decided already, the level above it.
    """
    case = change.case
    case.dispute_level = case.dispute_level or _first_level(case)
    change.facts |= {"circle": list(case.returned_by), "dispute_level": case.dispute_level}


def _first_level(case: Case) -> str:
    levels, last = DisputeLevel.values, decided_by(case)
    return levels[min(levels.index(last) + 1, len(levels) - 1)] if last else levels[0]


def freeze_clocks(change: Change) -> None:
    """Frozen: no time of units or dispatchers runs; the clock of the whole case goes on."""
    clocks.pause(change, TimerKind.HANDLING)
    clocks.stop(change, TimerKind.DISPATCH)


def raise_dispute(change: Change) -> None:
    """One level up: district, centre, city government, commission (E05, E18)."""
    levels = DisputeLevel.values
    after = levels.index(change.case.dispute_level) + 1
    change.case.dispute_level = change.facts["dispute_level"] = levels[after]


def note_liable(change: Change) -> None:
    """Whose duty it is has been decided; who removed the problem is another fact (I12)."""
    change.facts["decided_by_level"] = change.case.dispute_level
    change.case.liable_id = change.facts["liable"] = change.inputs["unit"].pk
    change.case.dispute_level = ""


def note_fixed_meanwhile(change: Change) -> None:
    """The problem is gone while nobody knows yet whose duty it was: counted for no unit (E05)."""
    clocks.stop(change, TimerKind.HANDLING)
    change.case.handled_at = change.now
    fixed_by = change.inputs.get("fixed_by")
    if fixed_by is not None:
        change.facts["fixed_by"] = fixed_by.pk
