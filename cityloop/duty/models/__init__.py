"""Rosters, calls, handovers, who stands by in protection periods."""

from cityloop.duty.models.calls import Call, CallState
from cityloop.duty.models.handovers import Desk, Handover, HandoverLine, Succession
from cityloop.duty.models.protection import Camera, TeamMember
from cityloop.duty.models.roster import Absence, AbsenceKind, Shift, Turn

__all__ = [
    "Absence",
    "AbsenceKind",
    "Call",
    "CallState",
    "Camera",
    "Desk",
    "Handover",
    "HandoverLine",
    "Shift",
    "Succession",
    "TeamMember",
    "Turn",
]
