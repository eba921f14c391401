"""Invitations: a code that lets one person choose their own password, once, until a day."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import NotFound, Refused
from cityloop.people.models import Invitation, Member
from cityloop.people.operations.members import change_own_password, managed_member
from cityloop.people.operations.record import record

# No 0 O 1 l I: a code is read from paper and typed.
LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
GROUPS, LENGTH = 4, 4  # 80 bits
VALID_FOR = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation as it is handed over; the code is kept nowhere and shown only now."""

    member: Member
    code: str
    expires_at: datetime


def made_code() -> str:
    """A code that nobody guesses and everybody can type."""
    groups = ("".join(secrets.choice(LETTERS) for _ in range(LENGTH)) for _ in range(GROUPS))
    return "-".join(groups)


def digest_of(code: str) -> str:
    """What is kept of a code; blanks and capitals that a person types make no difference."""
    return hashlib.sha256("".join(code.split()).lower().encode()).hexdigest()


@transaction.atomic
def invite(*, member_id: int, actor: Actor, now: datetime) -> Invited:
    """Let a member choose a password within a week; an earlier invitation of theirs ends.

    Until then an account that has a password keeps it. Raises Refused (a closed account),
    NotAllowed, NotFound.
    """
    row = managed_member(member_id, actor)
    if not row.active:
        raise Refused(_("the account is closed"))
    return invite_member(row, actor=actor, now=now)


def invite_member(row: Member, *, actor: Actor, now: datetime) -> Invited:
    """As invite, for a member of whom the caller knows that the actor manages them."""
    Invitation.objects.filter(member=row, ended_at=None).update(ended_at=now)
    code, until = made_code(), now + VALID_FOR
    Invitation.objects.create(member=row, digest=digest_of(code), created_at=now, expires_at=until)
    record(row, "invite", actor=actor, now=now, before={},
           after={"expires_at": until.isoformat()})  # fmt: skip
    return Invited(row, code, until)


def invited_member(code: str, *, now: datetime) -> Member:
    """Whom a code invites. Raises NotFound: unknown, used, too old and closed look alike."""
    row = (
        Invitation.objects.select_related("member__organisation")
        .filter(digest=digest_of(code), ended_at=None, expires_at__gt=now, member__active=True)
        .first()
    )
    if row is None:
        raise NotFound(
            _("this invitation is not known, was used, or is too old: ask for a new one")
        )
    return row.member


@transaction.atomic
def accept_invitation(*, code: str, password: str, now: datetime) -> Member:
    """The invited person's own password; the code is used up. Raises NotFound, WeakPassword."""
    member = invited_member(code, now=now)
    ended = Invitation.objects.filter(digest=digest_of(code), ended_at=None).update(ended_at=now)
    if not ended:  # the same link in two windows
        raise NotFound(_("this invitation was used just now"))
    return change_own_password(member_id=member.pk, password=password, now=now)
