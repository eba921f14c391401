"""Whether the working calendar knows the holidays that deadlines need, for the health page."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from cityloop.kernel.upkeep import BAD, WATCH, WELL, Row
from cityloop.standards.queries.calendars import warning_text, work_calendar

PUBLISHED = 12  # by the first of this month the plan of the next year is known


def health(now: datetime) -> list[Row]:
    """The holidays of this year, and near its end of the next."""
    today, calendar = timezone.localdate(now), work_calendar()
    part, path = _("Working calendar"), f"/calendar/?year={today.year}"
    todo = _("Enter the year's holiday plan, or take it over from the published ones.")
    if missing := calendar.warning_for(today.year):
        return [Row(part, BAD, warning_text(missing), todo, path)]
    if missing := calendar.warning_for(today.year + 1):
        light = WATCH if today.month >= PUBLISHED else WELL
        words = warning_text(missing)
        if light == WELL:
            return [Row(part, WELL, words)]
        return [Row(part, WATCH, words, todo, f"/calendar/?year={today.year + 1}")]
    words = _("the holidays of %(years)s are known") % {"years": f"{today.year}, {today.year + 1}"}
    return [Row(part, WELL, words)]
