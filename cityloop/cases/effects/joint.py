"""Effects on the work of several units."""

from __future__ import annotations

from cityloop.cases.change import Change
from cityloop.cases.effects.tasks import open_task, united
from cityloop.cases.guards.dispatch import of_unit
from cityloop.people import queries as people


def open_subtask(change: Change) -> None:
    """One more unit assists, with a task of its own (E16)."""
    case, unit = change.case, change.inputs["unit"]
    if unit.pk not in {int(one["organisation"]) for one in case.assisting}:
        case.assisting = [*case.assisting, {"organisation": unit.pk, "role": "assist"}]
    case.units = united(case.units, [unit.pk])
    open_task(change, "assist", organisation_id=unit.pk, role="assist",
              what=change.inputs["subtask"])  # fmt: skip


def close_own_subtask(change: Change) -> None:
    """The actor's unit has done its part."""
    for task in change.open_tasks("assist"):
        if task.what and of_unit(change.actor, task.organisation_id):
            task.closed_at, task.result = change.now, "done"


def waive_subtask(change: Change) -> None:
    """The unit's part is not needed any more; the lead waits for it no longer."""
    for task in change.open_tasks("assist"):
        if task.what and task.organisation_id == change.inputs["unit"].pk:
            task.closed_at, task.result = change.now, "waived"


def name_common_parent(change: Change) -> None:
    """The lowest unit above both territories leads, they assist (B14)."""
    one, other = change.inputs["territories"]
    change.inputs["unit"] = people.common_parent(one, other)
    change.inputs["assists"] = [
        {"organisation": unit.pk, "role": "assist"} for unit in (one, other)
    ]
    change.inputs["territories"] = [one.pk, other.pk]


def name_sides(change: Change) -> None:
    """Each of the two has a task on its side of the border; the lead waits for both."""
    for task in change.open_tasks("assist"):
        task.what = change.inputs["subtask"]
