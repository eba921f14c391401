"""The link of an invitation, handed to a medium at once: it is kept nowhere, so no message is."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from cityloop.notify.media import ACCEPTED, DELIVERED, MEDIA, Letter
from cityloop.people.models import Member

WAYS = ("sms", "mail")  # the first that reaches the member


def send_invitation(*, member: Member, link: str, now: datetime) -> list[str]:
    """What became of it, in a sentence; nothing where no medium leads to the member."""
    with override(member.language or settings.LANGUAGE_CODE):
        subject = _("Your account in CityLoop")
        text = _("%(name)s, choose your password here, once and within a week: %(link)s") % {
            "name": member.name, "link": link,
        }  # fmt: skip
    letter = Letter(
        key=f"invite-{secrets.token_hex(8)}", phone=member.phone, mail=member.email,
        subject=subject, text=text, at=now,
    )  # fmt: skip
    ready = [MEDIA[code] for code in WAYS if MEDIA[code].ready() and MEDIA[code].reaches(letter)]
    if not ready:
        return []
    for medium in ready:
        if medium.send(letter).what in (ACCEPTED, DELIVERED):
            return [_("The link was sent to %(name)s.") % {"name": member.name}]
    return [_("The link could not be sent: hand it over.")]
