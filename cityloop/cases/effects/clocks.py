"""Effects on the clocks of a case."""

from __future__ import annotations

from decimal import Decimal

from cityloop.cases import clocks, command
from cityloop.cases.change import Change
from cityloop.cases.effects.command import share
from cityloop.cases.models import CaseEvent, Timer, TimerKind, TimerState

MINUTE = "minute"


def start_acceptance_clock(change: Change) -> None:
    """The acceptance clock starts: 15 minutes unless the city says otherwise."""
    clocks.start(change, TimerKind.ACCEPTANCE, change.flow.acceptance_minutes, MINUTE)


def pause_acceptance_clock(change: Change) -> None:
    """The acceptance clock pauses while the inspector verifies; not again where a verification was
    taken back before it brought anything: sent and recalled in turn, it would never run out."""
    if not _verification_taken_back(change):
        clocks.pause(change, TimerKind.ACCEPTANCE)


def _verification_taken_back(change: Change) -> bool:
    """By somebody, in this case. A statement, only where one was sent before."""
    if not any(t.kind == TimerKind.VERIFY and t.state == TimerState.ENDED for t in change.timers):
        return False
    lines = CaseEvent.objects.filter(case=change.case.pk, action="recall_verify")
    return lines.filter(member__isnull=False).exists()


def resume_acceptance_clock(change: Change) -> None:
    """The acceptance clock goes on with what was left."""
    clocks.resume(change, TimerKind.ACCEPTANCE)


def start_verify_clock(change: Change) -> None:
    """The verification clock starts."""
    clocks.start(change, TimerKind.VERIFY, change.flow.verify_minutes, MINUTE)


def stop_verify_clock(change: Change) -> None:
    """The verification clock stops; late or not is a fact of the inspector's."""
    clocks.stop(change, TimerKind.VERIFY)


def cancel_verify_clock(change: Change) -> None:
    """Recalled: nobody has met the verification's clock by that."""
    if timer := change.timer(TimerKind.VERIFY):
        clocks.cancel(change, timer)


def start_filing_clock(change: Change) -> None:
    """Acceptance is over, the filing clock starts."""
    clocks.stop(change, TimerKind.ACCEPTANCE)
    clocks.start(change, TimerKind.FILING, change.flow.filing_minutes, MINUTE)


def start_dispatch_clock(change: Change) -> None:
    """The filing clock stops, the dispatch clock starts."""
    clocks.stop(change, TimerKind.FILING)
    _start_dispatch(change)


def run_by_new_limit(change: Change) -> None:
    """Filed again under another rule: what has run so far counts on under the new limit."""
    if "limit_before" in change.facts:
        for kind in (TimerKind.HANDLING, TimerKind.WHOLE):
            clocks.relimit(change, kind, *limit_of(change))


def start_whole_clock(change: Change) -> None:
    """The clock of the whole case starts: handling limit plus the margin of the other stages."""
    if change.timer(TimerKind.WHOLE) is None:
        amount, unit = limit_of(change)
        clocks.start(
            change, TimerKind.WHOLE, amount, unit, margin_hours=change.flow.whole_margin_hours
        )


def start_handling_clock(change: Change) -> None:
    """The handling clock starts with the frozen limit.

    The same unit that gets its case back goes on with what was left, also when another unit had it
    in between, unless the city restarts.
    """
    clocks.stop(change, TimerKind.DISPATCH)
    paused = change.timer(TimerKind.HANDLING)
    goes_on = change.flow.redispatch_clock == "continue"
    if goes_on and paused and change.facts.get("unit") == change.facts.get("unit_before"):
        clocks.resume(change, TimerKind.HANDLING)
        return
    before = _clock_before(change) if goes_on else None
    if before is not None:
        clocks.start(
            change, TimerKind.HANDLING, before.limit_amount, before.limit_unit, used=before.spent
        )
    else:
        clocks.start(change, TimerKind.HANDLING, *limit_of(change))
    change.case.handling_overdue = False


def _clock_before(change: Change) -> Timer | None:
    """The unit's own clock of this case from before another unit had it.

    None when it had none, when it handed in since (then it was judged), or when the limit is told
    in another unit of time by now.
    """
    case = change.case
    last = next(
        (
            t
            for t in reversed(change.timers)
            if t.kind == TimerKind.HANDLING
            and t.state == TimerState.ENDED
            and t.organisation_id == case.lead_id
        ),
        None,
    )
    if last is None or (case.handled_at and last.ended_at and last.ended_at <= case.handled_at):
        return None
    return last if last.limit_unit == limit_of(change)[1] else None


def restart_handling_clock(change: Change) -> None:
    """A rework is handled under a new clock of its own."""
    clocks.stop(change, TimerKind.DISPATCH)
    clocks.start(change, TimerKind.HANDLING, *limit_of(change))
    change.case.handling_overdue = False


def pause_handling_clock(change: Change) -> None:
    """The handling clock pauses: the case is not with a unit."""
    clocks.pause(change, TimerKind.HANDLING)


def stop_handling_clock(change: Change) -> None:
    """The handling clock stops when the unit confirms and sends back; late is never undone."""
    timer = clocks.stop(change, TimerKind.HANDLING)
    if timer is not None:
        change.case.handled_late = bool(timer.late) or bool(change.case.handled_late)
        change.facts["on_time"] = not timer.late
    change.case.handled_at = change.now


def reopen_handling_clock(change: Change) -> None:
    """Better proof is wanted: the unit's clock goes on with what was left, not from the start."""
    last = next((t for t in reversed(change.timers) if t.kind == TimerKind.HANDLING), None)
    left = Decimal(last.limit_amount) - Decimal(last.spent) if last else Decimal(0)
    amount = max(left, Decimal(0))
    clocks.start(change, TimerKind.HANDLING, amount, change.case.limit_unit)


def start_check_clock(change: Change) -> None:
    """The check clock starts."""
    clocks.start(change, TimerKind.CHECK, change.flow.check_minutes, MINUTE)


def stop_check_clock(change: Change) -> None:
    """The check clock stops; a late check is marked."""
    timer = clocks.stop(change, TimerKind.CHECK)
    if timer is not None:
        change.case.checked_late = bool(timer.late) or bool(change.case.checked_late)
        change.facts["check_on_time"] = not timer.late


def cancel_check_clock(change: Change) -> None:
    """Recalled: nobody has met the check's clock by that."""
    if timer := change.timer(TimerKind.CHECK):
        clocks.cancel(change, timer)


def start_closing_clock(change: Change) -> None:
    """The closing clock starts."""
    change.case.checked_at = change.now
    clocks.start(change, TimerKind.CLOSING, change.flow.closing_minutes, MINUTE)


def start_rework_dispatch_clock(change: Change) -> None:
    """The dispatcher's clock starts again: the rework must go out."""
    clocks.stop(change, TimerKind.CLOSING)
    _start_dispatch(change)


def _start_dispatch(change: Change) -> None:
    """A round of dispatching begins: every platform of the chain has its whole share."""
    case = change.case
    if case.platforms:
        case.platforms = command.unused(case.platforms)
    clocks.start(change, TimerKind.DISPATCH, share(change), MINUTE)


def stop_stage_clock(change: Change) -> None:
    """The stage that the case leaves is judged no longer: it goes back, and waits there anew."""
    if kind := clocks.STAGE_CLOCK.get(change.source):
        clocks.stop(change, kind)


def stop_all_clocks(change: Change) -> None:
    """No clock runs on a case that has ended."""
    for timer in [t for t in change.timers if t.state != "ended"]:
        clocks.stop(change, timer.kind)


def cancel_all_clocks(change: Change) -> None:
    """No clock runs on a voided case, and none of them was met by that."""
    for timer in [t for t in change.timers if t.state != "ended"]:
        clocks.cancel(change, timer)


def cancel_stage_clocks(change: Change) -> None:
    """Closed by force: the whole case is judged by its clock, the work left undone by none."""
    for timer in [t for t in change.timers if t.state != "ended"]:
        if timer.kind == TimerKind.WHOLE:
            clocks.stop(change, timer.kind)
        else:
            clocks.cancel(change, timer)
        if timer.kind == TimerKind.HANDLING and timer.late:
            change.case.handling_overdue = True


def fire_clock(change: Change) -> None:
    """The passed deadline is noted once, and the next moment of escalation set."""
    timer = change.timer(str(change.inputs["clock"]))
    if timer is None:
        return
    change.facts["clock"] = timer.kind
    clocks.fire(change, timer)
    if timer.kind == TimerKind.HANDLING:
        change.case.handling_overdue = True


def recompute_deadlines(change: Change) -> None:
    """Deadlines follow the calendar, each with its record; what has ended stays as it is (H05)."""
    change.facts["calendar"] = change.calendar("work_hour").revision
    for timer in clocks.moved_by_calendar(change):
        clocks.recompute(change, timer)
        if timer.kind == TimerKind.HANDLING and not timer.fired:
            change.case.handling_overdue = False


def limit_of(change: Change) -> tuple[Decimal, str]:
    """The frozen handling limit; four working hours where none is known."""
    amount = change.case.limit_amount
    return (Decimal(amount) if amount is not None else Decimal(4)), (
        change.case.limit_unit or "work_hour"
    )
