"""The calendar of working time on its page: a holiday of several days is set at once, or not."""

from __future__ import annotations

from datetime import date

import pytest

from cityloop.standards.models import Calendar, SpecialDay
from tests.browser import Browse
from tests.scenarios.test_posts import page
from tests.town import Town

pytestmark = pytest.mark.requirement("L16")
HERE = "/calendar/days/"


def _special(first: str, last: str) -> dict[date, str]:
    rows = SpecialDay.objects.filter(calendar=Calendar.objects.get(), day__range=(first, last))
    return dict(rows.values_list("day", "kind"))


def test_a_holiday_of_several_days_is_set_at_once_and_taken_back(
    town: Town, browse: Browse
) -> None:
    chief = browse("administrator")
    days = {"day": "2026-07-06", "until": "2026-07-10", "name": "亚运会", "why": "市政府令"}
    assert chief.post(HERE, {**days, "kind": "holiday"}).status_code == 302
    assert _special("2026-07-01", "2026-07-31") == {
        date(2026, 7, day): "holiday" for day in range(6, 11)
    }
    shown = page(chief.get("/calendar/?year=2026&day=2026-07-08"))
    assert 'value="2026-07-08"' in shown
    assert 'name="name" value="亚运会"' in shown
    assert chief.post(HERE, {**days, "kind": "ordinary"}).status_code == 302
    assert _special("2026-07-01", "2026-07-31") == {}


def test_one_day_that_cannot_be_set_keeps_all_back(town: Town, browse: Browse) -> None:
    chief = browse("administrator")
    days = {"day": "2026-07-06", "kind": "holiday", "why": "x"}
    for until in ("2026-07-05", "2026-08-20"):
        assert chief.post(HERE, {**days, "until": until}).status_code == 422
    over = {"day": "2199-12-30", "until": "2200-01-02", "kind": "holiday", "why": "x"}
    assert chief.post(HERE, over).status_code == 422
    assert _special("2026-07-01", "2026-08-31") == {}
    assert _special("2199-12-01", "2199-12-31") == {}
    assert browse("acceptor").post(HERE, days).status_code == 403
