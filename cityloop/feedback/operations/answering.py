"""An administrator answers: words, and where the entry stands from now on."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from cityloop.feedback.models import SPOKEN, Deed, Entry, Note, State
from cityloop.feedback.operations.notes import locked, note, person_of, refuse, tell, words_of
from cityloop.feedback.queries import MANAGE
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Refused


@transaction.atomic
def answer(entry_id: int, *, state: str, text: str, actor: Actor, now: datetime) -> Entry:
    """Answer an entry, set where it stands, or both; its writer hears of it, and those of entries
    that are the same. What is done or declined says why.

    Sent twice, it is done once. Raises NotAllowed, NoSuchEntry, Invalid, Refused where another
    entry is answered for this one.
    """
    actor.require(MANAGE)
    if state not in State.values:
        refuse("state", _("one of %(all)s") % {"all": ", ".join(State.values)})
    words = words_of("text", text, needed=state in SPOKEN)
    (entry,) = locked(actor, entry_id)
    if entry.same_as_id is not None:
        raise Refused(_("number %(id)s is answered for this one") % {"id": entry.same_as_id})
    if _said_already(entry, state, words, actor):
        return entry
    if not words and state == entry.state:
        refuse("text", _("fill this in"))
    entry.state = state
    entry.save(update_fields=["state"])
    said = note(entry, Deed.ANSWER, actor=actor, now=now, text=words)
    tell(said, [entry, *entry.followers.order_by("pk")], actor=actor)
    return entry


def _said_already(entry: Entry, state: str, words: str, actor: Actor) -> bool:
    """Whether the last answer is this one: a button that was pressed twice."""
    last = Note.objects.filter(entry=entry, deed=Deed.ANSWER).order_by("at", "pk").last()
    return last is not None and (last.state, last.text, last.by_id) == (
        state, words, person_of(actor)
    )  # fmt: skip
