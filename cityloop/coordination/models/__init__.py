"""Disputes, and the meetings over them."""

from cityloop.coordination.models.disputes import Dispute, SiteMeeting
from cityloop.coordination.models.meetings import (
    AgendaItem,
    JointMeeting,
    MeetingKind,
    MeetingTask,
)

__all__ = ["AgendaItem", "Dispute", "JointMeeting", "MeetingKind", "MeetingTask", "SiteMeeting"]
