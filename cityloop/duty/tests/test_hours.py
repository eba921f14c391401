"""Hours of shifts and weeks, exactly."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cityloop.cases.models import OPEN
from cityloop.duty import hours, piles

TIMES = st.times().map(lambda at: at.replace(second=0, microsecond=0))
MOMENTS = st.datetimes(datetime.fromisoformat("2026-01-01"), datetime.fromisoformat("2027-01-01"))


@pytest.mark.requirement("E15")
@given(TIMES, TIMES, MOMENTS)
def test_a_shift_and_its_complement_cover_every_moment_once(
    starts: time, ends: time, at: datetime
) -> None:
    one, other = hours.day_of(starts, ends, at), hours.day_of(ends, starts, at)
    if starts == ends:
        assert one is not None  # a whole day
    else:
        assert (one is None) != (other is None)
    if one is not None:
        begun = datetime.combine(one, starts)
        assert timedelta(0) <= at - begun < timedelta(days=1)


@pytest.mark.parametrize(("clock", "day"), [
    ("2026-03-02T21:59", None), ("2026-03-02T22:00", 2), ("2026-03-03T00:00", 2),
    ("2026-03-03T05:59", 2), ("2026-03-03T06:00", None),
])  # fmt: skip
def test_a_night_shift_belongs_to_the_day_on_which_it_began(clock: str, day: int | None) -> None:
    found = hours.day_of(time(22), time(6), datetime.fromisoformat(clock))
    assert found == (None if day is None else date(2026, 3, day))


@pytest.mark.requirement("C34")
@given(st.lists(st.integers(0, 2), max_size=200))
def test_gaps_are_exactly_the_hours_without_anybody(counts: list[int]) -> None:
    found = hours.runs(counts)
    inside = [hour for first, last in found for hour in range(first, last)]
    assert inside == [hour for hour, count in enumerate(counts) if not count]
    assert all(one[1] < two[0] for one, two in pairwise(found))


@given(st.sets(st.integers(1, 7), min_size=1))
def test_weekdays_are_read_as_they_are_written(days: set[int]) -> None:
    assert hours.weekdays_in(hours.weekdays_text(days)) == sorted(days)


@pytest.mark.parametrize("text", ["", "0", "8", "1-9", "x", "5-1", "1--3", ","])
def test_other_weekdays_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        hours.weekdays_in(text)


def test_every_open_status_lies_in_one_pile() -> None:
    held = [status for pile in piles.PILES for status in pile.statuses]
    assert sorted(held) == sorted(OPEN) and len(held) == len(set(held))


def test_the_hours_of_a_week_begin_on_monday() -> None:
    monday = hours.monday_of(date(2026, 3, 8))
    assert monday == date(2026, 3, 2)
    found = hours.hours_of(monday)
    assert (found[0], len(found)) == (datetime.fromisoformat("2026-03-02"), hours.HOURS)
    assert [n for n in range(24) if hours.is_night(n)] == [0, 1, 2, 3, 4, 5, 22, 23]
    assert not hours.is_weekend(119) and hours.is_weekend(120)
