"""Rosters, calls, handovers."""

from cityloop.duty.models.calls import Call, CallState
from cityloop.duty.models.handovers import Desk, Handover, HandoverLine, Succession
from cityloop.duty.models.roster import Absence, AbsenceKind, Shift, Turn

__all__ = [
    "Absence",
    "AbsenceKind",
    "Call",
    "CallState",
    "Desk",
    "Handover",
    "HandoverLine",
    "Shift",
    "Succession",
    "Turn",
]
