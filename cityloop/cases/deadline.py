"""How a deadline came about: every stretch that counted or not, over all pauses of its clock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from cityloop.cases import queries
from cityloop.cases.models import Case, CaseEvent, Timer, TimerKind, TimerState
from cityloop.kernel.errors import NotFound
from cityloop.standards import queries as standards
from cityloop.standards import worktime
from cityloop.standards.workcalendar import WorkCalendar

ZERO, FIVE_PLACES = Decimal(0), Decimal("0.00001")
PAUSED, PASSED = "paused", "passed"  # beside the reasons of worktime: stands still, is over
ENDS = frozenset({"met", "late", "ended"})


@dataclass(frozen=True, slots=True)
class Pause:
    """A time in which a clock stood still, and the step that stopped it.

    `end` is None while it stands; `goes_on` is False when the clock ended without going on.
    """

    start: datetime
    end: datetime | None
    action: str = ""
    actor: str = ""
    reason: str = ""
    goes_on: bool = True


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of a clock's time. `amount` is what it counted, in the limit's unit; of the margin
    of the other stages in working hours. `pause`: the clock stood still."""

    start: datetime
    end: datetime | None
    counted: bool
    reason: str
    amount: Decimal = ZERO
    margin: bool = False
    pause: Pause | None = None


def explained(case: Case, kind: str, *, now: datetime, which: int | None = None) -> dict[str, Any]:
    """One clock of a kind, the latest or by its place from 1: each stretch from its start to its
    deadline, with its pauses; how much is used and left, and since when it stands still.

    The deadline is the one that was set: a calendar that changed since moves no clock. Raises
    NotFound without such a clock.
    """
    found = [timer for timer in queries.timers(case) if timer.kind == kind]
    which = len(found) if which is None else which
    if not 0 < which <= len(found):
        raise no_clock(kind)
    timer, calendar = found[which - 1], standards.work_calendar()
    history = queries.history(case)
    pauses, clocks = pauses_of(kind, history, which=which), noted(kind, history)
    told = clocks[which - 1][0][1].get("used", "") if which <= len(clocks) else ""
    before = carried(timer, pauses, calendar, told)
    used = used_by(timer, calendar, now=now)
    stands = timer.state == TimerState.PAUSED
    later = _Later(timer, pauses)
    return {
        "kind": kind, "which": which, "state": timer.state,
        "limit": [timer.limit_amount, timer.limit_unit],
        "margin_hours": timer.margin_hours, "used_before": before,
        "used": used, "left": max(timer.limit_amount - used, ZERO),
        "due_at": None if stands else timer.due_at,
        "stands_since": pauses[-1].start if stands and pauses else None,
        "stretches": [
            _plain(one, later) for one in stretches(timer, pauses, calendar, before=before)
        ],
    }  # fmt: skip


def no_clock(kind: str) -> NotFound:
    """The case has no such clock."""
    return NotFound(_("the case has no clock %(kind)s") % {"kind": kind[:20]})


def noted(kind: str, lines: Iterable[CaseEvent]) -> list[list[tuple[CaseEvent, dict[str, Any]]]]:
    """What the history notes of each clock of a kind, oldest first, with the line that did it."""
    found: list[list[tuple[CaseEvent, dict[str, Any]]]] = []
    for line in lines:
        for note in line.facts.get("clocks") or ():
            if note["clock"] != kind:
                continue
            if note["what"] == "started" or not found:
                found.append([])
            found[-1].append((line, note))
    return found


def pauses_of(kind: str, lines: Iterable[CaseEvent], *, which: int | None = None) -> list[Pause]:
    """The pauses of one clock of a kind, the latest or by its place from 1, oldest first."""
    clocks, found = noted(kind, lines), list[Pause]()
    place = len(clocks) if which is None else which
    for line, note in clocks[place - 1] if 0 < place <= len(clocks) else ():
        stands = bool(found) and found[-1].end is None
        if note["what"] == "paused":
            reason = str(line.facts.get("reason", ""))
            found.append(Pause(line.at, None, line.action, line.actor, reason))
        elif stands and (note["what"] == "resumed" or note["what"] in ENDS):
            found[-1] = replace(found[-1], end=line.at, goes_on=note["what"] == "resumed")
    return found


def used_by(timer: Timer, calendar: WorkCalendar, *, now: datetime) -> Decimal:
    """How much of the limit is used, in its unit; of a clock in its margin the whole limit."""
    if timer.state != TimerState.RUNNING:
        used = timer.spent
    else:
        ran = worktime.elapsed(timer.started_at, now, timer.limit_unit, calendar)
        used = timer.spent + max(ran, ZERO).quantize(FIVE_PLACES)
        if now > timer.due_at:  # as it was set, whatever the calendar says since
            used = max(used, timer.limit_amount)
    late = timer.late if timer.state == TimerState.ENDED else now > timer.due_at
    return min(used, timer.limit_amount) if timer.margin_hours and not late else used


def carried(timer: Timer, pauses: Sequence[Pause], calendar: WorkCalendar, told: str) -> Decimal:
    """What had been used of the limit before this clock began, in its unit: by another platform of
    its share, by the unit itself when it had the case before. `told`: as the history says it."""
    if told:
        return Decimal(told).quantize(FIVE_PLACES)
    if timer.kind != TimerKind.DISPATCH or timer.limit_unit not in worktime.CONTINUOUS:
        return ZERO
    ran = sum((one.amount for one in stretches(timer, pauses, calendar)), ZERO)
    whole = timer.spent if timer.state == TimerState.PAUSED else timer.limit_amount
    return max(whole - ran, ZERO).quantize(FIVE_PLACES)


def stretches(
    timer: Timer, pauses: Sequence[Pause], calendar: WorkCalendar, *, before: Decimal = ZERO
) -> list[Stretch]:
    """Every stretch from the start to the deadline, in order; while the clock stands, to now. So
    much of the limit was used `before` the clock began.

    What the history does not tell, of imported cases, is left out.
    """
    found: list[Stretch] = []
    begin = timer.first_started_at if pauses else timer.started_at
    for pause in pauses:
        found += _run(timer, begin, pause.start, before + _counted(found), calendar)
        found.append(Stretch(pause.start, pause.end, False, PAUSED, pause=pause))
        begin = pause.end or pause.start
    goes_on = not pauses or (pauses[-1].end is not None and pauses[-1].goes_on)
    return [*found, *_last_run(timer, before + _counted(found), calendar)] if goes_on else found


def _counted(found: Iterable[Stretch]) -> Decimal:
    return sum((one.amount for one in found if not one.margin), ZERO)


def _run(
    timer: Timer, begin: datetime, end: datetime, used: Decimal, calendar: WorkCalendar
) -> Iterator[Stretch]:
    """From a start to a pause; only the clock of the whole case has a margin behind its limit."""
    left = max(timer.limit_amount - used, ZERO)
    limit = min(end, worktime.due_at(begin, left, timer.limit_unit, calendar))
    yield from _parts(begin, limit, timer.limit_unit, calendar)
    if timer.kind == TimerKind.WHOLE and (timer.margin_hours or timer.spent <= timer.limit_amount):
        yield from _parts(limit, end, "work_hour", calendar, margin=True)
    elif limit < end:
        yield Stretch(limit, end, False, PASSED)


def _last_run(timer: Timer, used: Decimal, calendar: WorkCalendar) -> Iterator[Stretch]:
    """From the last start to the deadline, as it was set."""
    start, due = timer.started_at, timer.due_at
    if start > due:  # it had passed before the clock went on
        return
    limit = due
    if timer.margin_hours:
        before = used if timer.state == TimerState.ENDED else timer.spent
        left = max(timer.limit_amount - before, ZERO)
        limit = min(due, worktime.due_at(start, left, timer.limit_unit, calendar))
    told = [
        *_parts(start, limit, timer.limit_unit, calendar),
        *_parts(limit, due, "work_hour", calendar, margin=True),
    ]
    # Nothing may have been left when it last started.
    yield from told or [Stretch(start, due, True, str(worktime.Reason.WORKING))]


def _parts(
    start: datetime, end: datetime, unit: str, calendar: WorkCalendar, *, margin: bool = False
) -> Iterator[Stretch]:
    if end <= start:
        return
    for one in worktime.between(start, end, unit, calendar):
        amount = one.amount.quantize(FIVE_PLACES) if one.counted else ZERO
        yield Stretch(one.start, one.end, one.counted, str(one.reason), amount, margin)


class _Later:
    """Why the calendar of a stretch was changed after it was counted: what ran before a pause was
    counted at the pause, what ended at its end, what ran out then; what runs on follows the
    calendar."""

    def __init__(self, timer: Timer, pauses: Sequence[Pause]) -> None:
        moments = [pause.start for pause in pauses]
        self.counted_at = [*moments, timer.ended_at or timer.due_at]
        self.changed = {at: standards.days_changed_since(at) for at in self.counted_at}

    def why(self, one: Stretch) -> str:
        """In words; empty where nothing was changed, and for a pause."""
        # What lay ahead when the clock ended early was reckoned before that, too.
        at = next((at for at in self.counted_at if one.start < at), self.counted_at[-1])
        if one.pause is not None:
            return ""
        found = self.changed[at]
        return found.get(timezone.localdate(one.start).isoformat(), found.get("", ""))


def _plain(one: Stretch, later: _Later) -> dict[str, Any]:
    pause = one.pause or Pause(one.start, None)
    return {
        "start": timezone.localtime(one.start), "end": one.end and timezone.localtime(one.end),
        "counted": one.counted, "reason": one.reason,
        "margin": one.margin, "amount": one.amount, "changed_since": later.why(one),
        "action": pause.action, "actor": pause.actor, "why": pause.reason,
    }  # fmt: skip
