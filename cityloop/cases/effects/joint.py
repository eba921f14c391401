"""Effects on the work of several units."""

from __future__ import annotations

from cityloop.cases.change import Change
from cityloop.cases.effects.tasks import open_task, united
from cityloop.cases.guards.joint import owes
from cityloop.cases.models import Task
from cityloop.people import queries as people


def open_subtask(change: Change) -> None:
    """One more unit assists, with a task of its own (E16)."""
    case, unit, what = change.case, change.inputs["unit"], change.inputs["subtask"]
    others = [one for one in case.assisting if int(one["organisation"]) != unit.pk]
    case.assisting = [*others, {"organisation": unit.pk, "role": "assist", "what": what}]
    case.units = united(case.units, [unit.pk])
    open_task(change, "assist", organisation_id=unit.pk, role="assist", what=what)


def share_out(change: Change) -> None:
    """The sub-task named at a dispatch is that of every unit that assists; of a rework, too.

    The matrix also names who supervises or maintains: they know of the case and owe nothing.
    """
    what = change.inputs.get("subtask")
    if what:
        change.case.assisting = change.facts["assisting"] = [
            {**one, "what": what} if one["role"] == "assist" else one
            for one in change.case.assisting
        ]


def close_own_subtask(change: Change) -> None:
    """The actor's unit has done its part."""
    for task in change.open_tasks("assist"):
        if task.what and owes(change, task):
            _settle(change, task, "done")


def waive_subtask(change: Change) -> None:
    """The unit's part is not needed any more; the lead waits for it no longer."""
    for task in change.open_tasks("assist"):
        if task.what and task.organisation_id == change.inputs["unit"].pk:
            _settle(change, task, "waived")


def name_common_parent(change: Change) -> None:
    """The lowest unit above both territories leads, they assist (B14)."""
    one, other = change.inputs["territories"]
    change.inputs["unit"] = people.common_parent(one, other)
    change.inputs["assists"] = [
        {"organisation": unit.pk, "role": "assist"} for unit in (one, other)
    ]
    change.inputs["territories"] = [one.pk, other.pk]


def _settle(change: Change, task: Task, result: str) -> None:
    """The sub-task ends, and what is still owed stands on the case no more."""
    task.closed_at, task.result = change.now, result
    change.case.assisting = [
        {name: value for name, value in one.items() if name != "what"}
        if int(one["organisation"]) == task.organisation_id else one
        for one in change.case.assisting
    ]  # fmt: skip
