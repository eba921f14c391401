"""Effects on who owes the case what."""

from __future__ import annotations

import hashlib
from typing import Any

from cityloop.cases import chain, command, requests
from cityloop.cases.change import Change
from cityloop.cases.models import Status, Task, TimerKind
from cityloop.kernel.rows import fresh


def open_verify_task(change: Change) -> None:
    """The inspector of the place gets the task to verify."""
    open_task(change, "verify", **_inspector(change))


def open_check_task(change: Change) -> None:
    """The inspector of the place gets the task to check."""
    open_task(change, "check", **_inspector(change))


def open_handling_tasks(change: Change) -> None:
    """The lead unit gets the case, assisting units a task beside it (B13).

    With `what` it is a sub-task that the lead waits for (E16); without, they know of the case.
    """
    close_handling_tasks(change)
    case = change.case
    open_task(change, "handle", organisation_id=case.lead_id)
    for assist in case.assisting:
        open_task(
            change, "assist", organisation_id=int(assist["organisation"]),
            role=str(assist.get("role", "")), what=str(assist.get("what", "")),
        )  # fmt: skip


def close_handling_tasks(change: Change) -> None:
    """The units' tasks end; what they had asked for and nobody decided lapses, but an appeal: it is
    about a handling that has ended."""
    close_tasks(change, "handle", "assist", result=change.action)
    close_tasks(change, *(kind for kind in requests.BY_KIND if kind != "appeal"), result="lapsed")


def close_site_task(change: Change) -> None:
    """The inspector's task ends with this result."""
    close_tasks(change, "verify", "check", result=change.action)


def close_review_task(change: Change) -> None:
    """The sampled review ends."""
    close_tasks(change, "review", result=change.action)


def close_all_tasks(change: Change) -> None:
    """Nobody owes an ended case anything but its review, the decision on an appeal and, once it is
    closed, what a supervision order still waits for."""
    left = {"review", "appeal", *(("order",) if change.case.status == Status.CLOSED else ())}
    kinds = {task.kind for task in change.tasks} - left
    close_tasks(change, *kinds, result=change.action)


def sample_for_review(change: Change) -> None:
    """A share of self-handled cases is looked at afterwards; nobody chooses.

    Number and moment of the first history line decide: the moment's microseconds nobody foresees,
    and everybody can repeat the draw.
    """
    drawn = f"{change.case.number} {chain.instant(change.now)}"
    digest = hashlib.sha256(drawn.encode()).digest()
    if int.from_bytes(digest[:4]) / 2**32 < change.flow.review_share:
        change.facts["sampled"] = True
        open_task(change, "review", role="acceptor")


def raise_level(change: Change) -> None:
    """The case goes one level up: a supervisor, of the platform above if any, gets it; who has it
    from an earlier escalation and has not done with it keeps that task."""
    change.case.escalations += 1
    change.facts["escalation"] = change.case.escalations  # two in one second are told apart
    above = command.neighbour(change.case.platforms, change.case.holder_id, down=False)
    if all(task.organisation_id != above for task in change.open_tasks("supervise")):
        open_task(change, "supervise", role="supervisor", organisation_id=above)


def _inspector(change: Change) -> dict[str, Any]:
    """Who goes on site; of an imported step the person is not known here."""
    inspector, role = change.inputs.get("inspector"), change.facts.get("checker", "inspector")
    return {"member_id": inspector.pk if inspector else None, "role": role}


def open_task(change: Change, kind: str, **holder: Any) -> None:
    """A task for a member, a unit or a role; due with the clock of its kind."""
    due = {
        "verify": TimerKind.VERIFY, "check": TimerKind.CHECK, "handle": TimerKind.HANDLING,
        "assist": TimerKind.HANDLING,
    }  # fmt: skip
    timer = change.timer(due.get(kind, ""))
    task = fresh(
        Task,
        case_id=change.case.id,
        kind=kind,
        opened_at=change.now,
        due_at=timer.due_at if timer else None,
        **holder,
    )
    change.tasks.append(task)
    if task.member_id is not None:
        change.case.members = united(change.case.members, [task.member_id])


def close_tasks(change: Change, *kinds: str, result: str) -> None:
    """End the open tasks of these kinds."""
    for task in change.open_tasks(*kinds):
        task.closed_at, task.result = change.now, result[:16]


def united(known: list[int], more: list[int]) -> list[int]:
    """Both lists in order, each id once."""
    return [*known, *(one for one in dict.fromkeys(more) if one not in known)]
