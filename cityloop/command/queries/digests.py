"""Who gets the weekly digest."""

from __future__ import annotations

from datetime import date

from django.db.models import Q

from cityloop.command.models import Digest
from cityloop.kernel.actor import Actor
from cityloop.people.models import Holding

ROLE = "leader"


def digest_wanted(actor: Actor) -> bool:
    """True unless the actor has switched it off."""
    return not Digest.objects.filter(member_id=actor.member_id or 0, wanted=False).exists()


def readers(on: date) -> list[int]:
    """Ids of the active members who lead on a day and have not switched the digest off."""
    held = Holding.objects.filter(
        Q(valid_to=None) | Q(valid_to__gt=on), valid_from__lte=on, post__active=True,
        post__roles__code=ROLE, member__active=True,
    )  # fmt: skip
    off = Digest.objects.filter(wanted=False).values("member_id")
    rows = held.exclude(member__in=off).order_by("member_id")
    return list(dict.fromkeys(rows.values_list("member_id", flat=True)))
