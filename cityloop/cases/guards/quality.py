"""Guards on the quality of proof: late checks, returns to an earlier step."""

from __future__ import annotations

from django.utils.translation import gettext as _

from cityloop.cases.change import Change
from cityloop.cases.guards.dispute import somebody_has_it
from cityloop.cases.models import ClosingKind, Status, TimerKind


def late_check_explained(change: Change) -> str | None:
    """A check that came too late passes only with a note why it still can tell (F11)."""
    timer = change.timer(TimerKind.CHECK)
    late = timer is not None and timer.state == "running" and change.now > timer.due_at
    if not late or change.inputs.get("opinion") or change.imported:
        return None
    return _("the check is late: note why it still shows the result")


def earlier_stage(change: Change) -> str | None:
    """A case is sent back to a step that lies behind it (F12)."""
    if change.inputs.get("stage") == "check" and change.source == Status.HANDLED:
        return _("the case has not been checked yet")
    return somebody_has_it(change) if change.inputs.get("stage") == "handling" else None


def closed_by_leader(change: Change) -> str | None:
    """Cases closed under their closing condition or by force are inspected again (F14)."""
    if change.case.closing_kind in (ClosingKind.NORMAL, ClosingKind.FORCED):
        return None
    return _("the case was closed neither under its closing condition nor by force")


def own_recheck_task(change: Change) -> str | None:
    """The draw gave the re-inspection to the actor in person (F14)."""
    held = change.open_tasks("recheck")
    member = change.actor.member_id
    if member is not None and any(task.member_id == member for task in held):
        return None
    return _("the re-inspection is not yours")
