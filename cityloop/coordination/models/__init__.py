"""Disputes, the meetings over them, and matters of many cases."""

from cityloop.coordination.models.disputes import Dispute, SiteMeeting
from cityloop.coordination.models.matters import KeyMatter, MatterCase, Milestone
from cityloop.coordination.models.meetings import (
    AgendaItem,
    JointMeeting,
    MeetingKind,
    MeetingTask,
)

__all__ = [
    "AgendaItem",
    "Dispute",
    "JointMeeting",
    "KeyMatter",
    "MatterCase",
    "MeetingKind",
    "MeetingTask",
    "Milestone",
    "SiteMeeting",
]
