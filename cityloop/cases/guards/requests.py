"""Guards on extension, engineering limit, suspension, deferral and appeal."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _

from cityloop.cases import requests
from cityloop.cases.change import Change
from cityloop.cases.guards.command import platform_holds
from cityloop.cases.guards.dispatch import of_unit
from cityloop.cases.models import Task, TaskKind, Timer, TimerKind

YEAR = 365  # days
HANDLERS = frozenset({"unit_desk", "worker"})  # who pass requests of their own unit on


def pending(change: Change) -> Task | None:
    """The open request of the kind that the action is about."""
    return next(iter(change.open_tasks(requests.kind_of(change.action))), None)


def asked_once(change: Change) -> str | None:
    """Only one request of a kind waits at a time (time-rules 5.3)."""
    return _("this was asked for already and waits for a decision") if pending(change) else None


def waits_for_you(change: Change) -> str | None:
    """The request waits for a post of the actor; at a unit, for the actor's own unit; where a
    platform dispatches the case, for that platform (A09)."""
    task = pending(change)
    if task is None or not requests.posts_of(task.role) & change.actor.roles:
        return _("no such request waits for you")
    if task.role == "unit_desk" and not of_unit(change.actor, task.organisation_id):
        return _("the case is not with your unit")
    return platform_holds(change) if task.role == "dispatcher" else None


def another_decides(change: Change) -> str | None:
    """Whoever asked or spoke for a request does not decide it: approvals are two people (H04), and
    nobody of the unit that asked is one of those who grant."""
    task, member = pending(change), change.actor.member_id
    if task is None or member is None or change.flow.merge_posts:
        return None
    if member in task.asked.get("by", ()):
        return _("another person decides")
    own = change.role not in HANDLERS and change.actor.belongs_to(change.case.lead_id)
    return _("your own unit has the case: others decide this") if own else None


def in_time(change: Change) -> str | None:
    """The handling limit has not passed: nothing is extended afterwards (time-rules 5.3)."""
    timer, passed = change.timer(TimerKind.HANDLING), change.case.handling_overdue
    # Overdue before a pause is overdue behind it, although the clock then has a deadline ahead.
    if not passed and timer and timer.state == "running" and change.now <= timer.due_at:
        return None
    return _("the handling limit has passed already")


def extensions_left(change: Change) -> str | None:
    """A case is extended so often and no more: twice (time-rules 5.3)."""
    most = change.flow.extensions_at_most
    if change.case.extensions < most:
        return None
    return _("a case is extended at most %(n)s times") % {"n": most}


def leader_decides_long(change: Change) -> str | None:
    """A second extension, and one longer than the original limit, is decided by a leader."""
    task = pending(change)
    if task is None or task.role == "leader":
        return None
    longer = Decimal(str(task.asked.get("extra", 0))) > Decimal(change.case.limit_amount or 0)
    if longer or change.case.extensions:
        return _("a second extension, or one longer than the limit itself, is decided by a leader")
    return None


def longer_limit_known(change: Change) -> str | None:
    """The filing rule has a longer limit for engineering work, and it does not hold yet (H02)."""
    if change.case.long_limit:
        return _("the engineering limit holds already")
    rule = change.case.filing_rule
    if rule is None or rule.engineering_amount is None:
        return _("the filing rule has no engineering limit")
    return None


def suspensions_left(change: Change) -> str | None:
    """A case is suspended once (time-rules 5.4)."""
    most = change.flow.suspensions_at_most
    if change.case.suspensions < most:
        return None
    return _("a case is suspended at most %(n)s times") % {"n": most}


def deferrals_left(change: Change) -> str | None:
    """A case is deferred once: deferral is strictly controlled (H04)."""
    most = change.flow.deferrals_at_most
    if change.case.deferrals < most:
        return None
    return _("a case is deferred at most %(n)s times") % {"n": most}


def end_in_reach(change: Change) -> str | None:
    """The end lies ahead, and not more than a year away (time-rules 5.4)."""
    until = change.inputs.get("until")
    kind = requests.kind_of(change.action)
    days = change.flow.deferral_days if kind == "deferral" else change.flow.suspension_days
    today = timezone.localdate(change.now)
    if until is None or today <= until <= today + timedelta(days=days):
        return None
    return _("the end lies between today and %(days)s days from now") % {"days": days}


def end_still_ahead(change: Change) -> str | None:
    """What was asked for until a day is not granted after it."""
    task = pending(change)
    until = str(task.asked.get("until", "")) if task else ""
    if until and until < timezone.localdate(change.now).isoformat():
        return _("the end that was asked for has passed: %(until)s") % {"until": until}
    return None


def limit_passed(change: Change) -> str | None:
    """The handling limit has passed: an order with a final day may be given (H06)."""
    timer = change.timer(TimerKind.HANDLING)
    if timer is not None and timer.state == "running" and change.now > timer.due_at:
        return None
    return _("the handling limit has not passed")


def final_day_ahead(change: Change) -> str | None:
    """The final day lies ahead, and not more than a year away."""
    day, today = change.inputs.get("final_day"), timezone.localdate(change.now)
    if day is None or today <= day <= today + timedelta(days=YEAR):
        return None
    return _("the final day lies between today and %(days)s days from now") % {"days": YEAR}


def own_case(change: Change) -> str | None:
    """The actor's unit handled the case, now or before others did."""
    if of_unit(change.actor, change.case.lead_id) or _handling_clocks(change):
        return None
    return _("your unit did not handle the case")


def handled_too_late(change: Change) -> str | None:
    """The actor's unit was late with it: only that can be appealed (time-rules 5.8)."""
    return None if late_clocks(change) else _("the case was not handled late")


def not_appealed(change: Change) -> str | None:
    """A lateness is appealed once (time-rules 5.8), and one appeal is decided after the other."""
    if change.open_tasks(TaskKind.APPEAL):
        return _("another appeal waits for its decision")
    late = late_clocks(change)
    if late and all(timer.appeal for timer in late):
        return _("an appeal was made already")
    return None


def late_clocks(change: Change) -> list[Timer]:
    """The clocks by which the actor's unit was late in this case, whoever has it now."""
    return [timer for timer in _handling_clocks(change) if timer.late]


def _handling_clocks(change: Change) -> list[Timer]:
    return [
        timer
        for timer in change.timers
        if timer.kind == TimerKind.HANDLING and of_unit(change.actor, timer.organisation_id)
    ]


def soon_after_closing(change: Change) -> str | None:
    """An appeal comes within its days after closing, before the period's figures are fixed."""
    days, closed_at = change.flow.appeal_days, change.case.closed_at
    if closed_at is not None and change.now <= closed_at + timedelta(days=days):
        return None
    return _("an appeal is possible within %(days)s days after closing") % {"days": days}
