"""Periods that are compared: this one, and the one before it up to the same moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from cityloop.kernel import clock


@dataclass(frozen=True, slots=True)
class Span:
    """Days of the city, both counted; up to `until` where the last one has not ended."""

    first: date
    last: date
    until: datetime

    @property
    def since(self) -> datetime:
        """Its first moment."""
        return start_of(self.first)

    @property
    def days(self) -> int:
        """How many."""
        return (self.last - self.first).days + 1


def start_of(day: date) -> datetime:
    """The first moment of a day of the city."""
    return timezone.make_aware(datetime.combine(day, time()))


def today(now: datetime) -> tuple[Span, Span]:
    """Today, and yesterday up to the same hour."""
    day = clock.local_day(now)
    before = day - timedelta(days=1)
    return Span(day, day, now), Span(before, before, now - timedelta(days=1))


def month(now: datetime) -> tuple[Span, Span]:
    """The month up to yesterday, and as many days of the month before; whole days, so that both
    are alike. On a month's first day: the month that has ended."""
    last = clock.local_day(now) - timedelta(days=1)
    first = last.replace(day=1)
    before = first - timedelta(days=1)
    ended = (last + timedelta(days=1)).day == 1
    begin = before.replace(day=1)
    end = before if ended else min(begin + (last - first), before)
    return whole(first, last), whole(begin, end)


def week(now: datetime) -> tuple[Span, Span]:
    """The last whole week, Monday to Sunday, and the one before it."""
    day = clock.local_day(now)
    monday = day - timedelta(days=day.isoweekday() - 1 + 7)
    earlier = monday - timedelta(days=7)
    return (
        whole(monday, monday + timedelta(days=6)),
        whole(earlier, earlier + timedelta(days=6)),
    )


def whole(first: date, last: date) -> Span:
    """Whole days."""
    return Span(first, last, start_of(last + timedelta(days=1)))
