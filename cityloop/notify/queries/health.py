"""Messages that stick or were not delivered, for the health page."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from cityloop.kernel.upkeep import BAD, WATCH, WELL, Row, clocked
from cityloop.notify.models import Message, State

STUCK = timedelta(minutes=5)  # since a message should have gone out
LATELY = timedelta(days=7)


def health(now: datetime) -> list[Row]:
    """Messages that should have gone out, and those of the last week that did not arrive."""
    late = Message.objects.filter(next_at__lt=now - STUCK).order_by("next_at")
    stuck, oldest = late.count(), late.values_list("next_at", flat=True).first()
    failed = Message.objects.filter(state=State.FAILED, ordered_at__gt=now - LATELY).count()
    part = _("Messages")
    if oldest is not None:
        words = _("%(n)d should have gone out, the oldest at %(at)s") % {
            "n": stuck, "at": clocked(oldest),
        }  # fmt: skip
        return [Row(part, BAD, words, _("See whether a worker runs, and the gateway answers."))]
    if failed:
        words = _("%(n)d of the last seven days were not delivered") % {"n": failed}
        todo = _("Tell those people another way; ask the gateway why.")
        return [Row(part, WATCH, words, todo, "/replies/?state=failed")]
    return [Row(part, WELL, _("none waits, none was lost in the last seven days"))]
