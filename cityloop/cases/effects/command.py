"""Effects on which platform holds a case until it is dispatched."""

from __future__ import annotations

from django.utils import timezone

from cityloop.cases import clocks, command
from cityloop.cases.change import Change
from cityloop.cases.models import TimerKind
from cityloop.people import queries as people


def begin_command(change: Change) -> None:
    """The platforms of the place, and the one that the case begins with; frozen like the limit."""
    levels = change.flow.command
    if not levels or change.imported:
        return
    case = change.case
    codes = {one.platform for one in levels if one.platform}
    on = timezone.localdate(change.now)
    by_level, by_code = people.platforms_at(case.area_code, on=on, codes=codes)
    case.platforms = command.chain_at(levels, by_level, by_code)
    case.holder_id = command.first_holder(
        case.platforms, levels, begins=change.flow.dispatch_begins, gravity=case.level
    )
    change.facts["holder"] = case.holder_id


def to_platform_below(change: Change) -> None:
    """The platform below gets the case, and what is left of its share of the clock."""
    _pass(change, down=True)


def to_platform_above(change: Change) -> None:
    """The platform above gets the case, and what is left of its share of the clock."""
    _pass(change, down=False)


def let_it_rise(change: Change) -> None:
    """The share ran out while the case waited for something else: the clock passes it up now."""
    timer = change.timer(TimerKind.DISPATCH)
    case = change.case
    if timer is None or not timer.fired:
        return
    if command.neighbour(case.platforms, case.holder_id, down=False) is not None:
        timer.fired, timer.fire_at = 0, change.now


def _pass(change: Change, *, down: bool) -> None:
    """The share of the one ends, kept or not; that of the other begins or goes on: passing a case
    to and fro wins nobody time."""
    case = change.case
    before = case.holder_id
    ended = clocks.stop(change, TimerKind.DISPATCH)
    if ended is not None:
        case.platforms = command.with_used(case.platforms, before, ended.spent)
    case.holder_id = command.neighbour(case.platforms, before, down=down)
    used = command.used(case.platforms, case.holder_id)
    clocks.start(change, TimerKind.DISPATCH, share(change), "minute", used=used)
    change.facts |= {"holder": case.holder_id, "holder_before": before}
    if ended is not None:
        change.facts["share_on_time"] = not ended.late


def share(change: Change) -> int:
    """Minutes for dispatching: those of the level that holds the case, else of the city's hall."""
    case = change.case
    if case.holder_id is None:
        return change.flow.dispatch_minutes
    return change.flow.level(command.level_of(case.platforms, case.holder_id)).minutes
