"""Every write of the leaders' pages."""

from cityloop.command.operations.days import count_day, count_days, count_heat
from cityloop.command.operations.digests import send_digests, set_digest

__all__ = ["count_day", "count_days", "count_heat", "send_digests", "set_digest"]
