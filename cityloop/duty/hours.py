"""Hours of shifts and weeks. Pure: no database, no clock."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta

HOURS = 7 * 24
ONE_DAY = timedelta(days=1)


def day_of(starts: time, ends: time, at: datetime) -> date | None:
    """The day on which the shift that runs at this local moment began; None when none runs.

    A shift that ends before it starts, or when it starts, runs into the next day.
    """
    moment = at.time()
    if starts < ends:
        return at.date() if starts <= moment < ends else None
    if moment >= starts:
        return at.date()
    return at.date() - ONE_DAY if moment < ends else None


def hours_of(monday: date) -> list[datetime]:
    """The beginning of every hour of the week that begins on this day, as naive local time."""
    first = datetime.combine(monday, time())
    return [first + timedelta(hours=n) for n in range(HOURS)]


def monday_of(day: date) -> date:
    """The Monday of the day's week."""
    return day - timedelta(days=day.weekday())


def runs(counts: Sequence[int]) -> list[tuple[int, int]]:
    """Hours of the week without anybody, as (first, behind the last), in order."""
    found: list[tuple[int, int]] = []
    for hour, count in enumerate(counts):
        if count:
            continue
        if found and found[-1][1] == hour:
            found[-1] = (found[-1][0], hour + 1)
        else:
            found.append((hour, hour + 1))
    return found


def is_night(hour: int) -> bool:
    """From 22 to 6 o'clock."""
    return hour % 24 >= 22 or hour % 24 < 6


def is_weekend(hour: int) -> bool:
    """Saturday and Sunday."""
    return hour // 24 >= 5


def weekdays_in(text: str) -> list[int]:
    """ISO weekdays of "1-5", "6,7" or "12345"; ValueError for anything else."""
    found: set[int] = set()
    for part in text.replace("，", ",").replace(" ", ",").split(","):
        first, dash, last = part.partition("-")
        if dash:
            found.update(range(int(first), int(last) + 1))
        else:
            found.update(int(one) for one in part)
    if not found or not found <= set(range(1, 8)):
        raise ValueError(text)
    return sorted(found)


def weekdays_text(days: Iterable[int]) -> str:
    """The same, short: "1-5", "6,7"."""
    parts: list[list[int]] = []
    for day in sorted(days):
        if parts and parts[-1][-1] == day - 1:
            parts[-1].append(day)
        else:
            parts.append([day])
    return ",".join(f"{p[0]}-{p[-1]}" if len(p) > 1 else str(p[0]) for p in parts)
