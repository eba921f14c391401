"""The wall clock. Only web, api, jobs and cli read it; rules get `now` passed in."""

from datetime import UTC, date, datetime

from django.utils.timezone import get_default_timezone


def now() -> datetime:
    """The present moment in UTC."""
    return datetime.now(UTC)


def local_day(at: datetime) -> date:
    """The city's day of a moment. As Django's localdate, which asks each thread for its zone."""
    return at.astimezone(get_default_timezone()).date()


def to_the_minute(at: datetime) -> datetime:
    """The minute of a moment, as people type it."""
    return at.replace(second=0, microsecond=0)
