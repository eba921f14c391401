"""Reads of the emergency team and the cameras of a protection period."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from cityloop.duty.models import Camera, TeamMember
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import NotFound
from cityloop.standards.models import ProtectionPeriod


def period_seen(actor: Actor, period_id: int) -> ProtectionPeriod:
    """A protection period, for who sees duty and for its own team; raises NotAllowed, NotFound."""
    own = TeamMember.objects.filter(period_id=period_id, member=actor.member_id, ended_at=None)
    if actor.member_id is None or not own.exists():
        actor.require("duty.view")
    found = ProtectionPeriod.objects.filter(pk=period_id).first()
    if found is None:
        raise NotFound(_("there is no such protection period"))
    return found


def team_of(period_id: int) -> list[TeamMember]:
    """The emergency team of a period as it stands, by name."""
    rows = TeamMember.objects.filter(period_id=period_id, ended_at=None)
    return list(rows.select_related("member__organisation").order_by("member__name", "pk"))


def cameras_of(period_id: int) -> list[Camera]:
    """The cameras that are watched in a period, by code."""
    return list(Camera.objects.filter(period_id=period_id, ended_at=None).order_by("code", "pk"))


def day_and_night() -> dict[str, str]:
    """The hours of who is reached at any time, in each language of the product."""
    found = {}
    for language, _name in settings.LANGUAGES:
        with override(language):
            found[language] = _("day and night")
    return found
