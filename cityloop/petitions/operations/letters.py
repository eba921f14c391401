"""The written answer to a petition, kept as it was sent."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from cityloop.kernel.actor import Actor
from cityloop.kernel.encoding import says_something
from cityloop.kernel.errors import Invalid
from cityloop.petitions import queries
from cityloop.petitions.models import Letter, Medium
from cityloop.petitions.operations.persons import person_of
from cityloop.petitions.queries import REPLY

MAX_TEXT = 5000


def send_letter(number: str, *, text: str, medium: str, actor: Actor, now: datetime) -> Letter:
    """Note a letter that goes out, word for word; the first one stops the reply clock.

    Raises NotAllowed, NoSuchPetition, Invalid with a sentence per field.
    """
    actor.require(REPLY)
    problems = text_problem(text)
    if medium not in Medium.values:
        problems["medium"] = _("one of %(all)s") % {"all": ", ".join(Medium.values)}
    by = person_of(actor)
    if problems:
        raise Invalid(*problems.values(), fields=problems)
    with transaction.atomic():
        row = queries.petition(actor, number, lock=True)
        sent = Letter.objects.create(
            petition=row, text=text.strip(), medium=medium, sent_at=now, sent_by_id=by
        )
        if row.answered_at is None:
            row.answered_at = now
            row.save(update_fields=["answered_at"])
    return sent


def text_problem(text: str) -> dict[str, str]:
    """What is wrong with the words of an answer."""
    if not says_something(text) or "\x00" in text:
        return {"text": _("write the answer")}
    if len(text.strip()) > MAX_TEXT:
        return {"text": _("at most %(most)s characters that can be printed") % {"most": MAX_TEXT}}
    return {}
