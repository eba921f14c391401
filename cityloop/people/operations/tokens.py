"""Keys of machine clients: shown once, kept as a digest."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from cityloop.kernel import jobs
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Invalid, NotFound
from cityloop.people.models import Member, Token
from cityloop.people.operations.record import as_record, record, require_manager
from cityloop.people.queries.actors import digest_of

LONGEST = timedelta(days=730)


@transaction.atomic
def issue_token(
    *,
    member: Member,
    name: str,
    actor: Actor,
    now: datetime,
    expires_at: datetime | None = None,
    channel_code: str = "",
) -> tuple[Token, str]:
    """A key for a machine client of this member, and its raw text: the only time it is seen.

    It lives a year unless said otherwise, two at most. With `channel_code` it brings reports of
    that channel alone; one that is not there is refused. Raises Invalid, NotAllowed.
    """
    member = Member.objects.select_related("organisation").get(pk=member.pk)
    require_manager(actor, [member.organisation])
    ends = expires_at or now + timedelta(days=365)
    if not name.strip() or not now < ends <= now + LONGEST or not member.active:
        raise Invalid(_("a token needs a name, an open account and an end within two years"))
    channel_code = channel_code.strip()
    if channel_code:
        jobs.tell("token.asked", channel_code=channel_code)
    raw = f"cl_{secrets.token_urlsafe(32)}"
    row = Token.objects.create(
        member=member, name=name.strip()[:80], digest=digest_of(raw), hint=raw[-4:],
        channel_code=channel_code, created_at=now, expires_at=ends,
    )  # fmt: skip
    record(row, "issue", actor=actor, now=now, after={**as_record(row), "digest": "-"})
    return row, raw


@transaction.atomic
def revoke_token(*, token_id: int, actor: Actor, now: datetime, reason: str = "") -> Token:
    """The key stops working: here at once, in other processes within seconds."""
    row = (
        Token.objects.select_for_update(of=("self",))
        .select_related("member__organisation")
        .filter(pk=token_id)
        .first()
    )
    if row is None:
        raise NotFound(_("there is no such token"))
    require_manager(actor, [row.member.organisation])
    before = as_record(row)
    row.revoked_at = row.revoked_at or now
    row.save(update_fields=["revoked_at"])
    record(row, "revoke", actor=actor, now=now, before=before, reason=reason)
    return row


def note_token_use(*, digest: str, now: datetime) -> None:
    """Remember that the key was used, to within some minutes; not a change to be recorded."""
    stale = Q(last_used_at=None) | Q(last_used_at__lt=now - timedelta(minutes=5))
    Token.objects.filter(stale, digest=digest).update(last_used_at=now)
