"""Why the calendar moves a deadline: the reasons given for the changes it can be due to (H05)."""

from __future__ import annotations

from datetime import datetime

from cityloop.cases import clocks
from cityloop.cases.change import Change
from cityloop.cases.models import CaseEvent, Timer
from cityloop.kernel.clock import local_day
from cityloop.standards import queries as standards


def reasons(change: Change) -> str:
    """What was said, and by whom, of the changes behind the clocks that move now, oldest first.

    Those since a clock was last reckoned, of days between its start and its deadline, old or new.
    Several changes may be recorded before the cases follow, and most do not touch this one.
    """
    lines = CaseEvent.objects.filter(case_id=change.case.pk, action="recompute")
    last = lines.order_by("-version").values_list("at", flat=True).first()
    found: dict[str, None] = {}
    for timer in clocks.moved_by_calendar(change):
        for why in _behind(change, timer, last):
            found.setdefault(why)
    return "; ".join(found) or _latest()


def _behind(change: Change, timer: Timer, last: datetime | None) -> list[str]:
    since = max(timer.started_at, last) if last else timer.started_at
    ends = max(timer.due_at, clocks.reckon(change, timer))
    first_day, last_day = str(local_day(timer.started_at)), str(local_day(ends))
    told = standards.days_changed_since(since)
    return [why for day, why in reversed(told.items()) if not day or first_day <= day <= last_day]


def _latest() -> str:
    """Of a change at the very moment when the clock was started."""
    last = standards.calendar_changes().first()
    return f"{standards.why_words(last)} ({last.actor})" if last else ""
