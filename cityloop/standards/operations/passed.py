"""Working time that has passed is not added to afterwards: clocks that run would be late at once.

It may be taken away: a day that is declared off at noon is off as a whole.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time

from cityloop.standards.workcalendar import DAY, Span, Special, WorkCalendar, clock

MICROSECOND_OF = 1_000_000


def spans_left(
    calendar: WorkCalendar, day: date, special: Special | None, *, now: datetime
) -> tuple[Span, ...] | None:
    """The working time of a day that becomes `special` (None: ordinary) now, without what passed
    while it was none; None where nothing of it has passed, so that the day is as it is told.

    `calendar` as it was before; `now` is aware.
    """
    local = now.astimezone(calendar.tz)
    if day > local.date():
        return None
    cut = clock(local) if day == local.date() else DAY
    others = tuple(one for one in calendar.specials if one.day != day)
    after = replace(calendar, specials=(*others, special) if special else others)
    wanted, worked = after.spans_of(day), calendar.spans_of(day)
    left = _joined([*_both(wanted, worked), *_since(wanted, cut)])
    return None if left == wanted else left


def periods_of(spans: tuple[Span, ...]) -> list[tuple[time, time]]:
    """Spans as periods of a special day; midnight at the end is 00:00."""
    return [(_time(start), _time(end)) for start, end in spans]


def _both(one: tuple[Span, ...], other: tuple[Span, ...]) -> list[Span]:
    """What lies in both."""
    found = ((max(a, c), min(b, d)) for a, b in one for c, d in other)
    return [(start, end) for start, end in found if start < end]


def _since(spans: tuple[Span, ...], cut: int) -> list[Span]:
    """What lies behind a moment, from the next full minute on."""
    minute = 60 * MICROSECOND_OF
    first = -(-cut // minute) * minute
    return [(max(start, first), end) for start, end in spans if end > first]


def _joined(spans: list[Span]) -> tuple[Span, ...]:
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return tuple(found)


def _time(at: int) -> time:
    seconds = at % DAY // MICROSECOND_OF
    return time(seconds // 3600, seconds // 60 % 60)
