"""Effects on who is called to a case, and on what somebody who leaves hands over."""

from __future__ import annotations

from cityloop.cases.change import Change
from cityloop.cases.effects.tasks import united


def note_called(change: Change) -> None:
    """The unit's task is put to who is on duty now; to the desk where nobody is (E15)."""
    worker = change.inputs.get("worker")
    for task in change.open_tasks("handle"):
        task.member_id = worker.pk if worker else None
    if worker:
        change.case.members = united(change.case.members, [worker.pk])


def note_opened(change: Change) -> None:
    """The read receipt: the line says who opened the dispatch, and when (E14)."""
    change.facts["opened"] = True


def hand_tasks_on(change: Change) -> None:
    """Tasks go to the successor; without one the unit's go back to its desk (A28)."""
    case, person = change.case, change.inputs["person"].pk
    successor = change.inputs.get("successor")
    heir = successor.pk if successor else None
    moved = [t for t in change.tasks if t.closed_at is None and t.member_id == person]
    for task in moved:
        task.member_id = heir
    if case.worker_id == person:
        case.worker_id = heir
    if heir:
        case.members = united(case.members, [heir])
    change.facts["tasks"] = sorted({task.kind for task in moved})
