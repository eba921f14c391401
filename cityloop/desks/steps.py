"""The steps that a page offers: rows of the life-cycle table, with what stands against each now.

No rule of its own: the guards of the row are asked beforehand, as far as they need no input.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cityloop.cases import flow, guards, lifecycle
from cityloop.cases import queries as cases
from cityloop.cases.change import Change
from cityloop.cases.models import Case, Task, Timer
from cityloop.desks import looks
from cityloop.kernel.actor import Actor

# Guards that look at the case and the actor only. Those in NOT_YOURS hide the button: the step
# belongs to somebody else or to another kind of case; the others leave it visible with the reason.
NOT_YOURS = (
    guards.without_place,
    guards.within_scope, guards.own_unit_task, guards.own_member_task, guards.own_recheck_task,
    guards.dispatch_needs_order, guards.was_filed, guards.was_self_handled, guards.answer_owed,
    guards.report_owed, guards.not_reviewed_yet, guards.platform_holds, guards.platform_above,
    guards.platform_below, guards.supervised_here, guards.circles, guards.dispute_open,
    guards.not_at_the_top, guards.own_subtask, guards.some_subtask, guards.waits_for_you,
    guards.own_case, guards.handled_too_late, guards.longer_limit_known, guards.limit_passed,
    guards.fits_client,
    guards.order_answered, guards.giver_or_leader,
)  # fmt: skip
STANDING = (
    guards.sides_kept_apart, guards.located, guards.not_found_is_not_filed,
    guards.verified_if_public, guards.second_eye, guards.dispatch_within_rights,
    guards.assigned_or_unit, guards.another_than_asked, guards.replies_sent,
    guards.reviewed_where_asked, guards.level_may_decide, guards.subtasks_done, guards.asked_once,
    guards.another_decides, guards.in_time, guards.extensions_left, guards.leader_decides_long,
    guards.suspensions_left, guards.deferrals_left, guards.end_still_ahead, guards.not_appealed,
    guards.soon_after_closing, guards.order_can_be_given, guards.order_answered_before_closing,
)  # fmt: skip
# Taken by intake when it joins a report, and by opening a dispatch; not by a button.
NOT_A_BUTTON = frozenset({"join_report", "open_dispatch"})
ALWAYS = guards.EVERY_STEP


@dataclass(frozen=True, slots=True)
class Offer:
    """A button: the row, how it looks, and why it would be refused now (empty: it may go)."""

    step: lifecycle.Step
    look: looks.Look
    hindrances: tuple[str, ...]
    grave: bool

    @property
    def onward(self) -> bool:
        """True for what carries the case on; False for what takes back, corrects or ends it."""
        return not self.grave and self.look.tone not in {"orange", "red", "grey"}

    @property
    def action(self) -> str:
        """The row's name."""
        return self.step.action


def offers(
    actor: Actor, case: Case, *, timers: list[Timer], tasks: list[Task], now: datetime
) -> list[Offer]:
    """The buttons of this case's page for this actor, in table order; warnings last."""
    change = Change(
        case=case, actor=actor, now=now, action="", source=case.status,
        flow=flow.parameters(case.flow.parameters, case.area_code),
        timers=list(timers), tasks=list(tasks),
        second_eye=case.problem_class.second_eye if case.problem_class else True,
    )  # fmt: skip
    rows = [step for step in cases.allowed_steps(actor, case) if step.action not in NOT_A_BUTTON]
    found = [_offer(step, change) for step in rows]
    mine = [offer for offer in found if offer is not None]
    return sorted(mine, key=lambda o: (o.grave, bool(o.hindrances), not o.onward))


def _offer(step: lifecycle.Step, change: Change) -> Offer | None:
    change.action, change.side = step.action, step.side
    roles = step.roles_in(change.flow)
    change.role = next((role for role in roles if role in change.actor.roles), "")
    asked = (*ALWAYS, *step.guards)
    if any(guard(change) for guard in asked if guard in NOT_YOURS):
        return None
    reasons = [why for guard in asked if guard in STANDING and (why := guard(change))]
    look = looks.ACTION.get(step.action) or looks.Look("circle-play", "grey", step.action)
    return Offer(step, look, tuple(reasons), step.action in looks.GRAVE)
