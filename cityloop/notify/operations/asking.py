"""How often the public page may be asked: nobody tries out the ends of phone numbers."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from cityloop.kernel.errors import TooMany
from cityloop.notify.models import Asked

# Questions an hour: from one address, and for one number wherever they come from.
A_CALLER, A_NUMBER = 30, 10
_COUNT = """
INSERT INTO notify_asked (key, hour, count) VALUES (%s, %s, 1)
ON CONFLICT (key, hour) DO UPDATE SET count = notify_asked.count + 1 RETURNING count"""


def count_question(*, caller: str, number: str, now: datetime) -> None:
    """Note a question; raises TooMany beyond the limits. Kept as digests, for a day."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    known = number.strip().partition("-")[0].lower()
    for kind, value, most in (("caller", caller, A_CALLER), ("number", known, A_NUMBER)):
        key = salted_hmac(f"notify.asked.{kind}", value, algorithm="sha256").hexdigest()
        with connection.cursor() as cursor:
            cursor.execute(_COUNT, [key, hour])
            if cursor.fetchone()[0] > most:
                raise TooMany(_("too many questions: please try again in an hour"))


def forget_questions(*, now: datetime) -> int:
    """Drop counts older than a day; returns how many."""
    return Asked.objects.filter(hour__lt=now - timedelta(days=1)).delete()[0]
