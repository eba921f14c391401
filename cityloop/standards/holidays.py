"""The holiday plans that the State Council publishes each year, from package chinesecalendar."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

from chinese_calendar import constants

from cityloop.standards.workcalendar import Special

NAMES = {holiday.value: str(holiday.chinese) for holiday in constants.Holiday}


@lru_cache(maxsize=1)
def published_years() -> frozenset[int]:
    """Years whose plan the installed package knows."""
    return frozenset(day.year for day in constants.holidays)


def plan(year: int) -> list[Special]:
    """The year's holidays (weekends inside them too) and make-up days; [] when not published."""
    if year not in published_years():
        return []
    first, after = date(year, 1, 1), date(year + 1, 1, 1)
    days = (first + timedelta(days=n) for n in range((after - first).days))
    return [found for day in days if (found := _special(day))]


def _special(day: date) -> Special | None:
    for days, works in ((constants.workdays, True), (constants.holidays, False)):
        if day in days:
            return Special(day, works, NAMES.get(days[day], days[day]))
    return None
