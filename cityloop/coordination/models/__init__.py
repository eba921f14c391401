"""Disputes, the meetings over them, and matters of many cases."""

from cityloop.coordination.models.disputes import Dispute, SiteMeeting
from cityloop.coordination.models.joint_operations import (
    JointOperation,
    OperationCase,
    OperationResult,
    ResultKind,
)
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
    "JointOperation",
    "KeyMatter",
    "MatterCase",
    "MeetingKind",
    "MeetingTask",
    "Milestone",
    "OperationCase",
    "OperationResult",
    "ResultKind",
    "SiteMeeting",
]
