"""Reads of suggestions: those of one's house and those from the public page."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from cityloop.intake.models import Reporter
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import NotFound
from cityloop.kernel.manifest import OpenItems
from cityloop.petitions.models import Suggestion
from cityloop.petitions.queries.register import SEE_REPORTER, VIEW, of_house, petitions

SUGGESTED = ("-received_at", "-id")


class NoSuchSuggestion(NotFound):
    """No such suggestion, or one of another house."""

    code, title = "no-such-suggestion", "There is no such suggestion"


def suggestions(
    actor: Actor, *, state: str = "", now: datetime | None = None
) -> QuerySet[Suggestion]:
    """`state`: waiting, late (by `now`), answered."""
    actor.require(VIEW)
    rows = Suggestion.objects.filter(of_house(actor) | Q(organisation=None))
    if state:
        rows = rows.filter(replied_at__isnull=state != "answered")
    if state == "late":
        rows = rows.filter(due_at__lt=now)
    return rows.select_related("sender", "replied_by", "entered_by")


def suggestion(actor: Actor, number: str, *, lock: bool = False) -> Suggestion:
    """One suggestion in the actor's scope; raises NotAllowed, NoSuchSuggestion."""
    rows = suggestions(actor).filter(number=number)
    found = (rows.select_for_update(of=("self",)) if lock else rows).first()
    if found is None:
        raise NoSuchSuggestion(_("there is no suggestion %(number)s") % {"number": number[:40]})
    return found


def sender_of(actor: Actor, row: Suggestion) -> Reporter | None:
    """Who suggested it, for those who may know; None also when it has been forgotten."""
    if not actor.may(SEE_REPORTER) or row.sender is None or row.sender.forgotten_at:
        return None
    return row.sender


def by_token(token: str) -> Suggestion:
    """The suggestion whose sender has this address; raises NoSuchSuggestion."""
    found = Suggestion.objects.filter(token=token).first() if token.isascii() else None
    if found is None:
        raise NoSuchSuggestion(_("this link is not complete or was changed"))
    return found


def open_items(actor: Actor, now: datetime) -> list[OpenItems]:
    """Petitions and suggestions without an answer."""
    if not actor.may(VIEW):
        return []
    waiting = petitions(actor).filter(answered_at=None)
    asked = suggestions(actor, state="waiting")
    return [
        OpenItems(gettext_noop("Petitions without an answer"), waiting.count(),
                  waiting.filter(due_on__lt=timezone.localdate(now)).count(), "/petitions/"),
        OpenItems(gettext_noop("Suggestions without an answer"), asked.count(),
                  asked.filter(due_at__lt=now).count(), "/suggestions/"),
    ]  # fmt: skip
