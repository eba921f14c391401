"""The clocks of a case: start, pause, resume, stop; every deadline change becomes a fact."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache

from cityloop.cases import chain
from cityloop.cases.change import Change
from cityloop.cases.models import Case, CaseEvent, Status, Timer, TimerKind, TimerState
from cityloop.kernel.rows import fresh
from cityloop.standards import queries as standards
from cityloop.standards import worktime

ZERO = Decimal(0)
FIVE_PLACES = Decimal("0.00001")  # as cases_timer.spent keeps it
TWO_PLACES = Decimal("0.01")  # as limits and margins are kept
MICROSECOND, TEN_MINUTES = timedelta(microseconds=1), timedelta(minutes=10)
RUNNING, PAUSED, ENDED = TimerState.RUNNING.value, TimerState.PAUSED.value, TimerState.ENDED.value
CONTINUOUS = {unit.value: length for unit, length in worktime.CONTINUOUS.items()}
HANDLING, WHOLE, HOLD = TimerKind.HANDLING.value, TimerKind.WHOLE.value, TimerKind.HOLD.value
# Tasks that show the deadline of a clock.
TASK_OF = {TimerKind.HANDLING.value: "handle", TimerKind.REPLY.value: "order"}

# The clock that a stage is judged by; a stage without one is judged by the whole case.
STAGE_CLOCK: dict[str, str] = {
    Status.REPORTED: TimerKind.ACCEPTANCE,
    Status.VERIFYING: TimerKind.VERIFY,
    Status.ACCEPTED: TimerKind.FILING,
    Status.FILED: TimerKind.DISPATCH,
    Status.DISPATCHED: TimerKind.HANDLING,
    Status.HANDLING: TimerKind.HANDLING,
    Status.HANDED_IN: TimerKind.HANDLING,
    Status.CHECKING: TimerKind.CHECK,
    Status.CHECK_FAILED: TimerKind.DISPATCH,
    Status.CHECKED: TimerKind.CLOSING,
    Status.SUSPENDED: TimerKind.HOLD,
    Status.DEFERRED: TimerKind.HOLD,
}
OWED = frozenset({HANDLING, str(TimerKind.REPLY)})  # somebody owes a result until then
# Clocks that judge nobody: what the clock does when they have run out.
ACTS: dict[str, str] = {TimerKind.HOLD: "resume", TimerKind.BACKLOG: "become_backlog"}


def start(
    change: Change, kind: str, amount: Decimal | int, unit: str, *, margin_hours: int = 0,
    used: Decimal = ZERO,
) -> Timer:  # fmt: skip
    """A new clock from now, with so much of its limit used before; one of the same kind that still
    runs is ended first."""
    kind = str.__str__(kind)  # a member of an enumeration as plain text, the quick way
    if former := change.timer(kind):
        # Work taken from a unit is not met by that, nor an order given again before its answer.
        (cancel if kind in OWED else _stop)(change, former)
    timer = fresh(
        Timer,
        case_id=change.case.id,
        kind=kind,
        state=RUNNING,
        limit_amount=Decimal(amount),
        limit_unit=unit,
        margin_hours=Decimal(margin_hours),
        spent=used,
        first_started_at=change.now,
        started_at=change.now,
        due_at=change.now,
        organisation_id=change.case.lead_id if kind == HANDLING else None,
    )
    timer.due_at = reckon(change, timer)
    timer.fire_at = timer.due_at
    change.timers.append(timer)
    if kind == HANDLING:
        change.case.handling_due_at = timer.due_at
    _note(change, kind, None, timer.due_at, "started")
    if used:
        change.facts["clocks"][-1]["used"] = str(used)
    return timer


def start_until(change: Change, kind: str, until: datetime, *, unit: str = "natural_day") -> Timer:
    """A new clock that runs out at a moment, whatever the calendar; its limit is told in `unit`."""
    amount = Decimal((until - change.now) // MICROSECOND) / CONTINUOUS[unit]
    timer = start(change, kind, amount.quantize(TWO_PLACES), unit)
    timer.due_at = timer.fire_at = until
    change.facts["clocks"][-1]["due"] = chain.instant(until)
    return timer


def pause(change: Change, kind: str) -> None:
    """Stop counting; what has run so far is kept in the limit's own unit."""
    timer = change.timer(kind)
    if timer is None or timer.state != RUNNING:
        return
    ran = spent(change, timer)
    if change.now > timer.due_at:  # late as it was set, whatever the calendar says since
        ran = max(ran, timer.limit_amount + FIVE_PLACES)
        if kind == HANDLING:  # no sweep may have said so yet, and none does while it stands still
            change.case.handling_overdue = True
    elif timer.margin_hours and timer.spent <= timer.limit_amount < ran:
        ran = _use_margin(change, timer, ran)
    timer.spent = ran
    timer.state, timer.fire_at = PAUSED, None
    _note(change, kind, timer.due_at, None, "paused")


def resume(change: Change, kind: str) -> None:
    """Count on with what was left of the limit; what ran out before keeps its deadline."""
    timer = change.timer(kind)
    if timer is None or timer.state != PAUSED:
        return
    timer.state, timer.started_at = RUNNING, change.now
    _move(change, timer, "resumed")


def extend(change: Change, kind: str, extra: Decimal) -> None:
    """More time for a running clock, in the limit's own unit."""
    if timer := _running(change, kind):
        timer.limit_amount += extra
        _move(change, timer, "extended")


def relimit(change: Change, kind: str, amount: Decimal, unit: str) -> None:
    """Another limit for a clock that runs or pauses; what has run counts, told in the new unit."""
    timer = change.timer(kind)
    if timer is None:
        return
    if timer.spent and timer.limit_unit != unit:
        timer.spent = _told_in(change, timer, unit)
    timer.limit_amount, timer.limit_unit = amount, unit
    if timer.state == RUNNING:
        _move(change, timer, "changed")
    else:  # its deadline is told when it goes on
        _note(change, kind, None, None, "changed")


def moved_by_calendar(change: Change) -> list[Timer]:
    """The running clocks whose deadline is another one under the calendar as it is now.

    What had run out when the calendar was changed is a closed period and stays: who was late does
    not become punctual by a holiday written down afterwards; for that there is the appeal. Nor does
    a change of the calendar make anybody late at once: what lay ahead then stays ahead.
    """
    return [
        timer
        for timer in change.timers
        if timer.state == RUNNING
        and (timer.limit_unit not in CONTINUOUS or timer.margin_hours)
        and (due := reckon(change, timer)) != timer.due_at
        and (timer.due_at > change.now or timer.due_at > _calendar_changed_at())
        and (due > change.now or due > _calendar_changed_at())
    ]


def _calendar_changed_at() -> datetime:
    """When the calendar was changed last. One statement."""
    return standards.calendar_changes().values_list("at", flat=True)[0]


def recompute(change: Change, timer: Timer) -> None:
    """The deadline under the calendar as it is now; one that lies ahead again may fire again."""
    if reckon(change, timer) > change.now:
        timer.fired = 0
    _move(change, timer, "recomputed")


def end(change: Change, kind: str) -> None:
    """End a clock that judges nobody."""
    if timer := change.timer(kind):
        timer.state, timer.ended_at, timer.fire_at = ENDED, change.now, None
        _note(change, kind, timer.due_at, None, "ended")


def stop(change: Change, kind: str) -> Timer | None:
    """End the clock and say whether it was met; None when there is none."""
    timer = change.timer(kind)
    if timer is not None:
        _stop(change, timer)
    return timer


def _stop(change: Change, timer: Timer) -> None:
    if timer.state == RUNNING:
        timer.late = change.now > timer.due_at or timer.spent > timer.limit_amount
    else:
        timer.late = timer.spent > timer.limit_amount
    timer.spent = spent(change, timer)
    timer.state, timer.ended_at, timer.fire_at = ENDED, change.now, None
    _note(change, timer.kind, timer.due_at, None, "late" if timer.late else "met")


def cancel(change: Change, timer: Timer) -> None:
    """End a clock of work that is not wanted any more: nobody met it; what is late stays late."""
    _stop(change, timer)
    if timer.late and timer.kind == HANDLING:
        change.case.handled_late = True  # whoever ends it in time
    if not timer.late:
        timer.late = None
        change.facts["clocks"][-1]["what"] = "ended"


def spent(change: Change, timer: Timer) -> Decimal:
    """How much of the limit has run until now, in the limit's unit."""
    if timer.state != RUNNING or timer.started_at == change.now:
        return timer.spent
    length = CONTINUOUS.get(timer.limit_unit)
    if length:
        ran = Decimal((change.now - timer.started_at) // MICROSECOND) / length
    else:
        ran = worktime.elapsed(
            timer.started_at, change.now, timer.limit_unit, change.calendar(timer.limit_unit)
        )
    total: Decimal = timer.spent + ran.quantize(FIVE_PLACES)
    return total


def fire(change: Change, timer: Timer) -> None:
    """The deadline passed: set the next moment at which the case is escalated, if any.

    What had run out before its case was imported is not climbed through afterwards: nobody here
    could have acted on it. Only moments after the import escalate.
    """
    timer.fired += 1
    # It may have gone on with a rest of its limit; of no rest all multiples are now.
    span = _whole_span(change, timer) if timer.spent else timer.due_at - timer.started_at
    timer.fire_at = _escalation(change, timer, span)
    if change.case.imported and not change.imported and timer.fire_at is not None:
        known_since = _imported_at(change.case)
        while timer.fire_at is not None and timer.fire_at <= known_since:
            timer.fired += 1
            timer.fire_at = _escalation(change, timer, span)


def _imported_at(case: Case) -> datetime:
    """When the past of an imported case was written down here. One statement."""
    first = CaseEvent.objects.filter(case=case.pk, version=1).values_list("recorded_at", flat=True)
    return first.get()


def show_stage_deadline(case: Case, timers: list[Timer]) -> None:
    """Copy the deadline of the present stage onto the case, or that of the whole case where it is
    earlier: the lists sort and colour by it, and no fresh clock of a stage makes a late case green.
    """
    timer = _shown(case, {t.kind: t for t in timers if t.state == RUNNING}) if case.open else None
    if timer is not None:
        case.due_at, case.yellow_at = timer.due_at, lit_from(timer)
        if timer.kind == HOLD:  # nobody is late when it ends
            case.yellow_at = None
    else:
        case.due_at = case.yellow_at = None


def _shown(case: Case, running: Mapping[str, Timer]) -> Timer | None:
    stage, whole = running.get(STAGE_CLOCK.get(case.status, WHOLE)), running.get(WHOLE)
    if stage is None or whole is None or stage.kind == HOLD:
        return stage or whole
    return min(stage, whole, key=lambda timer: timer.due_at)


def lit_from(timer: Timer) -> datetime:
    """When the light of a running clock turns yellow; of one that went on late, as it first ran."""
    late = timer.started_at > timer.due_at
    return yellow_from(timer.first_started_at if late else timer.started_at, timer.due_at)


def yellow_from(started_at: datetime, due_at: datetime) -> datetime:
    """When the light turns yellow: a quarter of the span left, at least ten minutes."""
    return max(started_at, due_at - max((due_at - started_at) / 4, TEN_MINUTES))


def _running(change: Change, kind: str) -> Timer | None:
    timer = change.timer(kind)
    return timer if timer is not None and timer.state == RUNNING else None


def _move(change: Change, timer: Timer, what: str) -> None:
    """A new deadline from what is left, with its record; the unit's task shows the same one."""
    old, timer.due_at = timer.due_at, reckon(change, timer)
    timer.fire_at = timer.due_at
    if timer.fired:
        timer.fire_at = _escalation(change, timer, _whole_span(change, timer))
    if timer.kind == HANDLING:
        change.case.handling_due_at = timer.due_at
    for task in change.open_tasks(TASK_OF.get(timer.kind, "")):
        task.due_at = timer.due_at
    _note(change, timer.kind, old, timer.due_at, what)


def _escalation(change: Change, timer: Timer, span: timedelta) -> datetime | None:
    """When a clock that has fired goes one level up: multiples of its span after the deadline."""
    multiples = change.flow.escalate_at
    ahead = multiples[timer.fired - 1] if timer.fired <= len(multiples) else None
    return timer.due_at + span * ahead if ahead is not None else None


def _whole_span(change: Change, timer: Timer) -> timedelta:
    """How long the whole limit would take from here, nights and days off included."""
    calendar = change.calendar(timer.limit_unit)
    whole = worktime.due_at(timer.started_at, timer.limit_amount, timer.limit_unit, calendar)
    return whole - timer.started_at


def _use_margin(change: Change, timer: Timer, ran: Decimal) -> Decimal:
    """A pause inside the margin behind the limit: what ran of it is taken off; returns `spent`."""
    working = change.calendar("work_hour")
    calendar = change.calendar(timer.limit_unit)
    left = timer.limit_amount - timer.spent
    limit_end = worktime.due_at(timer.started_at, left, timer.limit_unit, calendar)
    used = worktime.elapsed(limit_end, change.now, "work_hour", working)
    if used > timer.margin_hours:
        return ran  # late, and it stays so
    timer.margin_hours = (timer.margin_hours - used).quantize(TWO_PLACES)
    return timer.limit_amount


def _told_in(change: Change, timer: Timer, unit: str) -> Decimal:
    """What has run, in another unit: the same stretch as if it had run without a pause."""
    start, old = timer.first_started_at, timer.limit_unit
    end = worktime.due_at(start, timer.spent, old, change.calendar(old))
    return worktime.elapsed(start, end, unit, change.calendar(unit)).quantize(FIVE_PLACES)


def reckon(change: Change, timer: Timer) -> datetime:
    """The deadline of a running clock under the calendar as it is now.

    More than the limit has run: it ran out before a pause, and no pause makes that undone.
    """
    if timer.spent > timer.limit_amount:
        return timer.due_at
    left = max(timer.limit_amount - timer.spent, ZERO)
    length = CONTINUOUS.get(timer.limit_unit)
    if length:  # clock time needs no calendar
        due = timer.started_at + _span(left, length)
    else:
        calendar = change.calendar(timer.limit_unit)
        due = worktime.due_at(timer.started_at, left, timer.limit_unit, calendar)
    if timer.margin_hours:
        due = worktime.due_at(due, timer.margin_hours, "work_hour", change.calendar("work_hour"))
    return due


@lru_cache(maxsize=4096)  # limits are few, and making a span costs more than adding it
def _span(amount: Decimal, length: int) -> timedelta:
    return timedelta(microseconds=int(amount * length))


def _note(change: Change, kind: str, old: datetime | None, new: datetime | None, what: str) -> None:
    """A deadline never changes silently: the history line says what and from when to when."""
    note = {
        "clock": str.__str__(kind),
        "what": what,
        "was": chain.instant(old) if old else None,
        "due": chain.instant(new) if new else None,
    }
    change.facts.setdefault("clocks", []).append(note)
