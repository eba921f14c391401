"""Effects of extension, engineering limit, suspension, deferral and appeal."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.utils import timezone

from cityloop.cases import chain, clocks, requests
from cityloop.cases.change import Change
from cityloop.cases.effects.tasks import open_task
from cityloop.cases.guards.requests import late_clocks
from cityloop.cases.models import Appeal, Task, TimerKind, TimerState

DECIDED = frozenset({Appeal.GRANTED.value, Appeal.REFUSED.value})
UNIT_CLOCKS = (TimerKind.HANDLING, TimerKind.WHOLE)


def open_request(change: Change) -> None:
    """The request waits for whoever is asked first; what it asks for is kept with it."""
    kind = requests.kind_of(change.action)
    role = requests.BY_KIND[kind].after(change.role)
    wanted = ("extra", "until", "reason_code", "reason")
    asked = {name: str(change.inputs[name]) for name in wanted if name in change.inputs}
    spoken = {"by": [change.actor.member_id]}
    open_task(change, kind, role=role, organisation_id=_where(change, role),
              asked={**asked, **spoken})  # fmt: skip


def pass_on(change: Change) -> None:
    """Who was asked speaks for the request; the next of the chain is asked."""
    task = _request(change)
    task.role = requests.BY_KIND[task.kind].after(task.role)
    task.organisation_id = _where(change, task.role)
    task.asked = {**task.asked, "by": [*task.asked.get("by", ()), change.actor.member_id]}


def grant_request(change: Change) -> None:
    """The request is granted; the line says what, and for which reason it was asked."""
    task = _request(change)
    _settle(change, task, "granted")
    change.facts["unit"] = change.case.lead_id
    told = ("extra", "until", "reason")
    change.facts |= {name: task.asked[name] for name in told if task.asked.get(name)}


def refuse_request(change: Change) -> None:
    """The request is refused, with a reason."""
    _settle(change, _request(change), "refused")


def extend_limit(change: Change) -> None:
    """The extra time is added to the limits of this handling and of the whole case; counted."""
    extra = Decimal(change.facts["extra"])
    change.case.extensions += 1
    change.facts["extension"] = change.case.extensions
    for kind in UNIT_CLOCKS:
        clocks.extend(change, kind, extra)


def take_longer_limit(change: Change) -> None:
    """The rule's engineering limit replaces the usual one; what has run so far counts (H02)."""
    case, rule = change.case, change.case.filing_rule
    if rule is None or rule.engineering_amount is None:
        return
    case.limit_amount, case.limit_unit = rule.engineering_amount, rule.engineering_unit
    case.long_limit = True
    change.facts["limit"] = [str(case.limit_amount), case.limit_unit]
    for kind in UNIT_CLOCKS:
        clocks.relimit(change, kind, Decimal(case.limit_amount), case.limit_unit)


def count_suspension(change: Change) -> None:
    """Suspensions are counted, and their end is when the case goes on by itself."""
    change.case.suspensions += 1
    _hold(change)


def count_deferral(change: Change) -> None:
    """Deferrals are counted; after sixty natural days the case is backlog."""
    change.case.deferrals += 1
    _hold(change)
    clocks.start(change, TimerKind.BACKLOG, change.flow.backlog_days, "natural_day")


def mark_backlog(change: Change) -> None:
    """Deferred for so long that it counts as backlog."""
    change.case.backlog_at = change.now
    clocks.end(change, TimerKind.BACKLOG)


def release_case(change: Change) -> None:
    """The clocks go on with what was left, and the case where it stood."""
    clocks.end(change, TimerKind.HOLD)
    clocks.end(change, TimerKind.BACKLOG)
    for timer in [t for t in change.timers if t.state == TimerState.PAUSED]:
        clocks.resume(change, timer.kind)
    change.case.resume_status = ""


def number_notice(change: Change) -> None:
    """The order gets its own number; unit and missed limit stand beside it (H06)."""
    case, timer = change.case, change.timer(TimerKind.HANDLING)
    change.facts["notice"] = f"{case.number}-{case.version + 1}"
    change.facts["unit"] = case.lead_id
    if timer is not None:
        change.facts["limit"] = [str(timer.limit_amount), timer.limit_unit]
        change.facts["missed"] = chain.instant(timer.due_at)


def note_appeal(change: Change) -> None:
    """The unit appeals against its lateness."""
    change.case.appeal = Appeal.ASKED
    for timer in late_clocks(change):
        if not timer.appeal:
            timer.appeal = Appeal.ASKED
            change.facts["unit"] = timer.organisation_id


def excuse_lateness(change: Change) -> None:
    """The appeal is granted: the lateness stays on record and is marked as not counted."""
    _decide_appeal(change, Appeal.GRANTED)


def appeal_anew(change: Change) -> None:
    """Late again: what was decided about an earlier lateness says nothing about this one."""
    if change.facts.get("on_time") is False and change.case.appeal in DECIDED:
        change.facts["appeal_before"] = change.case.appeal
        change.case.appeal = ""


def keep_lateness(change: Change) -> None:
    """The appeal is refused."""
    _decide_appeal(change, Appeal.REFUSED)


def _decide_appeal(change: Change, decision: Appeal) -> None:
    change.case.appeal = decision
    for timer in change.timers:
        if timer.appeal == Appeal.ASKED:
            timer.appeal = decision
            change.facts["unit"] = timer.organisation_id


def _hold(change: Change) -> None:
    """Every running clock stands still until the end of the last day."""
    change.case.resume_status = change.source
    for timer in [t for t in change.timers if t.state == TimerState.RUNNING]:
        clocks.pause(change, timer.kind)
    last = date.fromisoformat(change.facts["until"])
    end = timezone.make_aware(datetime.combine(last + timedelta(days=1), time()))
    clocks.start_until(change, TimerKind.HOLD, end)


def _where(change: Change, role: str) -> int | None:
    """The organisation whose desk is asked: the unit that handles, the platform that dispatches."""
    if role == "unit_desk":
        return change.case.lead_id
    return change.case.holder_id if role == "dispatcher" else None


def _request(change: Change) -> Task:
    """The request that the action is about; the guards have made sure of it."""
    return change.open_tasks(requests.kind_of(change.action))[0]


def _settle(change: Change, task: Task, result: str) -> None:
    task.closed_at, task.result = change.now, result
    member = change.actor.member_id
    if member is not None and member in task.asked.get("by", ()):
        change.facts["same_hands"] = True  # merged posts: nobody else has looked at it (D05)
