"""Numbers of a register: by year, without a gap, taken inside the transaction."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone

PETITIONS, SUGGESTIONS = "XF", "JY"
SENT_TWICE = timedelta(minutes=10)  # the same words again: a button pressed twice, a lost answer
_NEXT = """
INSERT INTO petitions_counter (register, year, last) VALUES (%s, %s, 1)
ON CONFLICT (register, year) DO UPDATE SET last = petitions_counter.last + 1 RETURNING last"""


def next_number(register: str, *, now: datetime) -> str:
    """XF2026-00001: whoever comes meanwhile waits for the end of this transaction."""
    year = timezone.localtime(now).year
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [register, year])
        return f"{register}{year}-{cursor.fetchone()[0]:05}"


def one_at_a_time(register: str, who: str) -> None:
    """Until the end of this transaction nobody else writes into the register as `who`."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
            [f"petitions.{register}.{who}"],
        )
