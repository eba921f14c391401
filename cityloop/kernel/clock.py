"""The wall clock. Only web, api, jobs and cli read it; rules get `now` passed in."""

from datetime import UTC, datetime


def now() -> datetime:
    """The present moment in UTC."""
    return datetime.now(UTC)
