"""What an actor may do with a case now: rows of the life cycle, with what stands against each.

No rule of its own: the guards of the row are asked beforehand, as far as they need no input.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cityloop.cases import flow, guards, lifecycle, queries
from cityloop.cases.change import Change
from cityloop.cases.models import Case, Task, Timer
from cityloop.kernel.actor import Actor

# Guards that look at the case and the actor only. Those in NOT_YOURS take the step away: it belongs
# to somebody else or to another kind of case; the others leave it visible with the reason.
NOT_YOURS = (
    guards.within_scope, guards.own_unit_task, guards.own_member_task, guards.own_recheck_task,
    guards.dispatch_needs_order, guards.was_filed, guards.review_waits, guards.review_asked_here,
    guards.answer_owed,
    guards.report_owed, guards.not_reviewed_yet, guards.never_filed, guards.void_not_reject,
    guards.platform_holds, guards.platform_above,
    guards.platform_below, guards.own_platform_dispatches, guards.supervised_here,
    guards.circles, guards.dispute_open,
    guards.not_at_the_top, guards.own_subtask, guards.some_subtask, guards.waits_for_you,
    guards.own_case, guards.handled_too_late, guards.longer_limit_known, guards.limit_passed,
    guards.fits_client,
    guards.order_answered, guards.giver_or_leader,
)  # fmt: skip
STANDING = (
    guards.sides_kept_apart, guards.another_than_found, guards.located,
    guards.not_found_is_not_filed,
    guards.verified_if_public, guards.second_eye, guards.dispatch_within_rights,
    guards.assigned_or_unit, guards.another_than_asked, guards.replies_sent,
    guards.reviewed_where_asked, guards.not_reported_again, guards.level_may_decide,
    guards.subtasks_done, guards.asked_once,
    guards.another_decides, guards.in_time, guards.extensions_left, guards.leader_decides_long,
    guards.suspensions_left, guards.deferrals_left, guards.end_still_ahead, guards.not_appealed,
    guards.somebody_has_it,
    guards.soon_after_closing, guards.order_can_be_given, guards.order_answered_before_closing,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Offer:
    """A step and why it would be refused now (empty: it may go)."""

    step: lifecycle.Step
    hindrances: tuple[str, ...]


def offers(
    actor: Actor, case: Case, *, timers: list[Timer], tasks: list[Task], now: datetime
) -> list[Offer]:
    """The steps that are the actor's to take on this case, in table order."""
    change = Change(
        case=case, actor=actor, now=now, action="", source=case.status,
        flow=flow.parameters(case.flow.parameters, case.area_code),
        timers=list(timers), tasks=list(tasks),
        second_eye=case.problem_class.second_eye if case.problem_class else True,
    )  # fmt: skip
    found = [_offer(step, change) for step in queries.allowed_steps(actor, case)]
    return [offer for offer in found if offer is not None]


def _offer(step: lifecycle.Step, change: Change) -> Offer | None:
    change.action, change.side = step.action, step.side
    roles = step.roles_in(change.flow)
    change.role = next((role for role in roles if role in change.actor.roles), "")
    if any(guard(change) for guard in step.every_guard if guard in NOT_YOURS):
        return None
    reasons = [why for guard in step.every_guard if guard in STANDING and (why := guard(change))]
    return Offer(step, tuple(reasons))
