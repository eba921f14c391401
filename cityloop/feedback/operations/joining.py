"""What two people said is the same: one of them is answered for both."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from cityloop.feedback import queries
from cityloop.feedback.models import Deed, Entry
from cityloop.feedback.operations.notes import locked, note, refuse, tell
from cityloop.feedback.queries import MANAGE
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Refused


@transaction.atomic
def mark_same(entry_id: int, *, other_id: int, actor: Actor, now: datetime) -> Entry:
    """From now on the writer hears what the other entry is answered; at once where it has been.

    Where the other is itself the same as a third, it is the third. Raises NotAllowed, NoSuchEntry,
    Invalid (there is no such other), Refused.
    """
    actor.require(MANAGE)
    head_id = _head_of(actor, other_id)
    if head_id == entry_id:
        raise Refused(_("an entry is not the same as itself"))
    entry, head = locked(actor, entry_id, head_id)
    if entry.same_as_id == head.pk:
        return entry
    _may_join(entry, head)
    entry.same_as = head
    entry.save(update_fields=["same_as"])
    note(entry, Deed.SAME, actor=actor, now=now, other=head)
    if said := queries.answers_to(head):
        tell(said[0], [entry], actor=actor)
    return entry


def _head_of(actor: Actor, other_id: int) -> int:
    try:
        return queries.managed_entry(actor, other_id).same_as_id or other_id
    except queries.NoSuchEntry as problem:
        refuse("other", str(problem))


def _may_join(entry: Entry, head: Entry) -> None:
    if entry.same_as_id is not None:
        raise Refused(_("take it apart from number %(id)s first") % {"id": entry.same_as_id})
    if entry.followers.exists():
        raise Refused(_("others are the same as this one: mark the other entry instead"))
    if entry.published_at is not None:
        raise Refused(_("the staff is shown this one: mark the other entry instead"))
    if head.same_as_id is not None:  # by somebody else, a moment ago
        raise Refused(_("number %(id)s was just marked: load the page again") % {"id": head.pk})


@transaction.atomic
def mark_apart(entry_id: int, *, actor: Actor, now: datetime) -> Entry:
    """It was another matter: the entry stands for itself again, as it stood before.

    Raises NotAllowed, NoSuchEntry, Refused.
    """
    actor.require(MANAGE)
    (entry,) = locked(actor, entry_id)
    head = entry.same_as
    if head is None:
        raise Refused(_("it is not marked as the same as another"))
    entry.same_as = None
    entry.save(update_fields=["same_as"])
    note(entry, Deed.APART, actor=actor, now=now, other=head)
    return entry
