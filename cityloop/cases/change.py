"""One step in progress: what guards read and effects write."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cityloop.cases.flow import Parameters
from cityloop.cases.models import Case, Task, Timer
from cityloop.kernel.actor import Actor
from cityloop.kernel.models import StoredFile
from cityloop.standards import queries as standards
from cityloop.standards import worktime
from cityloop.standards.workcalendar import WorkCalendar

CLOCK_TIME = WorkCalendar("clock", periods=())  # for units that count nights and holidays too


@dataclass(frozen=True, slots=True)
class Paper:
    """A stored file offered to a step: stage is report, verify, before, after, check or paper.

    `known`: an earlier step of the case holds the same file.
    """

    file: StoredFile
    stage: str = "report"
    filename: str = ""
    from_album: bool = False
    remarks: tuple[dict[str, Any], ...] = ()
    known: bool = False

    @property
    def picture(self) -> bool:
        """True for a photo."""
        return self.file.media_type.startswith("image/")


@dataclass(slots=True)
class Change:
    """One step in progress.

    Effects change `case`, `timers` and `tasks` in memory, and note facts for the history; the
    operation writes everything at once, or nothing.
    """

    case: Case
    actor: Actor
    now: datetime
    action: str
    source: str
    flow: Parameters
    inputs: dict[str, Any] = field(default_factory=dict)
    timers: list[Timer] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    papers: list[Paper] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    role: str = ""
    side: str = ""  # judging, handling or "" (neutral), from the life-cycle row
    second_eye: bool = True  # the class asks for it
    imported: bool = False
    mark: str = ""  # what the last line said of the case, see cases/state.py
    follow_up: tuple[str, dict[str, Any]] | None = None
    recorded_at: datetime | None = None  # imports: the step was `now`, written down later
    working_time: WorkCalendar | None = None
    lines: Any = None  # history lines collected by the writer

    def calendar(self, unit: str) -> WorkCalendar:
        """The calendar that counts this unit; the city's own is read only when it is needed."""
        if unit in worktime.CONTINUOUS:
            return CLOCK_TIME
        if self.working_time is None:
            self.working_time = standards.work_calendar()
        return self.working_time

    def timer(self, kind: str) -> Timer | None:
        """The timer of this kind that has not ended."""
        for timer in self.timers:
            if timer.kind == kind and timer.state != "ended":
                return timer
        return None

    def open_tasks(self, *kinds: str) -> list[Task]:
        """Open tasks of these kinds."""
        return [t for t in self.tasks if t.closed_at is None and t.kind in kinds]
