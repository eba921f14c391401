"""The case, its append-only history, its clocks, tasks and papers."""

from cityloop.cases.models.case import (
    FINAL,
    HELD,
    IN_HANDLING,
    NEVER_FILED,
    OPEN,
    Appeal,
    Case,
    ClosingKind,
    DisputeLevel,
    Flow,
    RecordType,
    Status,
)
from cityloop.cases.models.history import Attachment, CaseEvent, Seal
from cityloop.cases.models.work import Task, TaskKind, Timer, TimerKind, TimerState

__all__ = [
    "FINAL",
    "HELD",
    "IN_HANDLING",
    "NEVER_FILED",
    "OPEN",
    "Appeal",
    "Attachment",
    "Case",
    "CaseEvent",
    "ClosingKind",
    "DisputeLevel",
    "Flow",
    "RecordType",
    "Seal",
    "Status",
    "Task",
    "TaskKind",
    "Timer",
    "TimerKind",
    "TimerState",
]
