"""Quiet hours: between 21:00 and 07:00 nobody is disturbed but for something urgent."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.utils import timezone

BEGIN, END = time(21), time(7)


def is_quiet(at: datetime) -> bool:
    """True at night, by the city's own time."""
    local = timezone.localtime(at).time()
    return local >= BEGIN or local < END


def allowed_at(at: datetime) -> datetime:
    """The same moment by day, the next morning at night."""
    if not is_quiet(at):
        return at
    local = timezone.localtime(at)
    morning = local.date() + timedelta(days=1 if local.time() >= BEGIN else 0)
    return timezone.make_aware(datetime.combine(morning, END))
