"""Whether anybody outside can be told of anything."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from cityloop.kernel.manifest import Missing
from cityloop.notify.media import MEDIA

OUTSIDE = ("sms", "mail", "push")


def missing(_now: datetime) -> list[Missing]:
    """A medium by which messages leave the house."""
    ready = [code for code in OUTSIDE if MEDIA[code].ready()]
    return [
        Missing(
            _("A medium for messages"),
            ", ".join(ready) if ready
            else _("Messages stay in the house: set SMS_URL, SMTP_HOST or PUSH_CONTACT for the "
                   "server."),
            bool(ready), blocking=False,
        )
    ]  # fmt: skip
