"""A wish is shown to the staff, and others wish the same."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from cityloop.feedback import queries
from cityloop.feedback.models import Deed, Entry, Kind, Support
from cityloop.feedback.operations.notes import locked, note, person_of, words_of
from cityloop.feedback.queries import MANAGE
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Refused


@transaction.atomic
def publish(entry_id: int, *, words: str, actor: Actor, now: datetime) -> Entry:
    """Show a wish to the whole staff, in these words and without its writer; again with others.

    Only for the city's administrators. Raises NotAllowed, NoSuchEntry, Invalid, Refused.
    """
    actor.require_for_city(MANAGE)
    said = words_of("words", words, needed=True)
    (entry,) = locked(actor, entry_id)
    if entry.kind != Kind.WISH:
        raise Refused(_("only a wish is shown to the staff"))
    if entry.same_as_id is not None:
        raise Refused(_("number %(id)s is answered for this one") % {"id": entry.same_as_id})
    if entry.shown_as == said:
        return entry
    entry.shown_as, entry.published_at = said, entry.published_at or now
    entry.save(update_fields=["shown_as", "published_at"])
    note(entry, Deed.PUBLISH, actor=actor, now=now, text=said)
    return entry


@transaction.atomic
def withdraw(entry_id: int, *, actor: Actor, now: datetime) -> Entry:
    """Show a wish no more; who wished the same stays on record. Raises as `publish`."""
    actor.require_for_city(MANAGE)
    (entry,) = locked(actor, entry_id)
    if entry.published_at is None:
        raise Refused(_("the staff is not shown this one"))
    entry.shown_as, entry.published_at = "", None
    entry.save(update_fields=["shown_as", "published_at"])
    note(entry, Deed.WITHDRAW, actor=actor, now=now)
    return entry


@transaction.atomic
def support(entry_id: int, *, actor: Actor, now: datetime) -> Entry:
    """Wish the same, once however often it is sent; the entry with its count.

    Raises NotAllowed, NoSuchEntry, Refused for one's own wish.
    """
    member_id, entry = person_of(actor), queries.wish(actor, entry_id)
    if entry.member_id == member_id:
        raise Refused(_("it is your own wish"))
    Support.objects.get_or_create(entry_id=entry.pk, member_id=member_id, defaults={"at": now})
    return queries.wish(actor, entry_id)
