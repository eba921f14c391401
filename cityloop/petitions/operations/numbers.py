"""Numbers of a register: by year, without a gap, taken inside the transaction."""

from __future__ import annotations

from datetime import datetime

from django.db import connection
from django.utils import timezone

PETITIONS, SUGGESTIONS = "XF", "JY"
_NEXT = """
INSERT INTO petitions_counter (register, year, last) VALUES (%s, %s, 1)
ON CONFLICT (register, year) DO UPDATE SET last = petitions_counter.last + 1 RETURNING last"""


def next_number(register: str, *, now: datetime) -> str:
    """XF2026-00001: whoever comes meanwhile waits for the end of this transaction."""
    year = timezone.localtime(now).year
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [register, year])
        return f"{register}{year}-{cursor.fetchone()[0]:05}"
