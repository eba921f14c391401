"""What all deeds of an administrator share: the entry locked, the note, who hears of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NoReturn

from django.conf import settings
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import override

from cityloop.feedback import queries
from cityloop.feedback.models import Entry, Note, State
from cityloop.kernel import jobs
from cityloop.kernel.actor import Actor
from cityloop.kernel.encoding import says_something
from cityloop.kernel.errors import Invalid, NotAllowed

MAX_TEXT = 4000
TOPIC = "feedback_answered"
TOLD = 30  # characters of somebody's words by which they know them again


def person_of(actor: Actor) -> int:
    """The member behind the actor; raises NotAllowed for a machine."""
    if actor.member_id is None:
        raise NotAllowed(_("feedback is given and answered by a person"))
    return actor.member_id


def locked(actor: Actor, *entry_ids: int) -> list[Entry]:
    """Entries that the actor administers, in the order asked for, locked in that of their ids.

    Raises NotAllowed, NoSuchEntry.
    """
    for one in entry_ids:
        queries.managed_entry(actor, one)
    rows = Entry.objects.filter(pk__in=entry_ids).select_for_update().order_by("pk")
    found = {row.pk: row for row in rows.defer("search")}
    return [found[one] for one in entry_ids]


def words_of(field: str, text: str, *, needed: bool) -> str:
    """A text as it is kept; raises Invalid where it says nothing or is too long."""
    found = text.replace("\x00", "").strip()
    if (needed or found) and not says_something(found):
        refuse(field, _("fill this in"))
    if len(found) > MAX_TEXT:
        refuse(field, _("at most %(n)s characters") % {"n": MAX_TEXT})
    return found


def refuse(field: str, why: str) -> NoReturn:
    """Raise Invalid for a field."""
    raise Invalid(why, fields={field: why})


def note(
    entry: Entry, deed: str, *, actor: Actor, now: datetime, text: str = "",
    other: Entry | None = None,
) -> Note:  # fmt: skip
    """Write down what was done, with the state that the entry has now."""
    return Note.objects.create(
        entry=entry, deed=deed, state=entry.state, text=text, other=other,
        by_id=person_of(actor), post=actor.post[:120], at=now,
    )  # fmt: skip


def tell(answer: Note, entries: Iterable[Entry], *, actor: Actor) -> None:
    """Their writers hear of the answer, each of their own entry; in the same transaction."""
    state = {language: _state(answer.state, language) for language, _name in settings.LANGUAGES}
    for entry in entries:
        if entry.member_id != actor.member_id:
            about = f"feedback:{entry.pk}:{answer.pk}"
            values = {"title": Truncator(entry.text).chars(TOLD), "result": state,
                      "reason": answer.text[:400]}  # fmt: skip
            payload = {"topic": TOPIC, "members": [entry.member_id], "about": about,
                       "path": f"/feedback/{entry.pk}/", "values": values}  # fmt: skip
            jobs.defer("notify.tell", payload)


def _state(state: str, language: str) -> str:
    with override(language):
        return str(State(state).label)
