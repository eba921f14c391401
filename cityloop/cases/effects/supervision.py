"""Effects of supervision orders: an order is an open task with text, deadline and its own clock.

`Task.result` is '' while the answer is owed, `replied` while it waits to be judged, `accepted` at
the end; `Task.asked` keeps who gave it, how often it was urged and sent back, and whether any
answer was late.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from cityloop.cases import chain, clocks
from cityloop.cases.change import Change
from cityloop.cases.effects.tasks import open_task, united
from cityloop.cases.guards.supervision import REPLIED, addressee, open_order
from cityloop.cases.models import Task, TimerKind


def give_order(change: Change) -> None:
    """An order with its clock; given again before the answer, it is urged: text and day are new."""
    case, task = change.case, open_order(change)
    case.urges += 1
    case.answer_owed = True
    if task is None:
        unit = addressee(change)
        case.units = united(case.units, [unit] if unit else [])
        desk = "" if unit else "acceptor"  # before a unit has the case, the desk answers
        asked = {"by": change.actor.member_id}
        open_task(change, "order", organisation_id=unit, role=desk, asked=asked)
        task = change.tasks[-1]
    else:
        _note(task, urged=task.asked.get("urged", 0) + 1, late=_late(change, task))
    task.what = change.inputs["reason"]
    _start_clock(change, task)


def answer_order(change: Change) -> None:
    """The answer is given; it waits to be judged."""
    change.case.answer_owed = False
    if task := open_order(change):
        change.facts |= {"addressee": task.organisation_id, "in_time": not _late(change, task)}
        _note(task, answered=chain.instant(change.now), late=_late(change, task),
              answerer=change.actor.member_id)  # fmt: skip
        task.result = REPLIED
    clocks.stop(change, TimerKind.REPLY)


def accept_answer(change: Change) -> None:
    """The answer is accepted: the order is settled."""
    if task := open_order(change):
        task.closed_at, task.result = change.now, "accepted"
        change.facts["addressee"] = task.organisation_id


def refuse_answer(change: Change) -> None:
    """The answer is sent back: it is owed again, with a new clock."""
    change.case.answer_owed = True
    if task := open_order(change):
        task.result = ""
        _note(task, sent_back=task.asked.get("sent_back", 0) + 1)
        _start_clock(change, task)


def _start_clock(change: Change, task: Task) -> None:
    """Until the moment that the order names, else the usual time of the flow."""
    until: datetime | None = change.inputs.get("answer_by")
    if until is not None:
        timer = clocks.start_until(change, TimerKind.REPLY, until, unit="minute")
    else:
        timer = clocks.start(change, TimerKind.REPLY, change.flow.reply_minutes, "minute")
    task.due_at = timer.due_at
    change.facts |= {
        "addressee": task.organisation_id, "answer_by": chain.instant(timer.due_at),
    }  # fmt: skip


def _late(change: Change, task: Task) -> bool:
    """True once the day passed without an answer; that stays so."""
    return bool(task.asked.get("late")) or (task.due_at is not None and change.now > task.due_at)


def _note(task: Task, **facts: Any) -> None:
    task.asked = {**task.asked, **facts}
