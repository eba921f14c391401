"""A suggestion comes in over the public page or a desk, and is answered by its own clock."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from cityloop.cases import queries as cases
from cityloop.intake import operations as intake
from cityloop.kernel.actor import Actor
from cityloop.kernel.encoding import says_something
from cityloop.kernel.errors import Invalid, Refused, TooMany
from cityloop.kernel.phones import plain_phone
from cityloop.people.models import Organisation
from cityloop.petitions import queries
from cityloop.petitions.models import Outcome, Suggestion
from cityloop.petitions.operations.letters import text_problem
from cityloop.petitions.operations.numbers import (
    SENT_TWICE,
    SUGGESTIONS,
    next_number,
    one_at_a_time,
)
from cityloop.petitions.operations.persons import person_of
from cityloop.petitions.queries import CHANNEL, REGISTER, REPLY
from cityloop.standards import queries as standards
from cityloop.standards import worktime

AN_HOUR, A_DAY = 5, 20  # suggestions over the public page from one address
_LIMITS = {"name": 60, "phone": 30, "subject": 120, "text": 5000}
_PHONE = re.compile(r"[0-9+*#]{3,30}")


@dataclass(frozen=True, slots=True)
class NewSuggestion:
    """What somebody suggests; who it is may stay unsaid."""

    subject: str
    text: str
    name: str = ""
    phone: str = ""


def suggest(given: NewSuggestion, *, caller: str, limited: bool, now: datetime) -> Suggestion:
    """A citizen sends a suggestion over the public page; nobody is signed in.

    `caller`: the address it comes from. `limited`: the city limits how often. Raises Invalid with
    a sentence per field, TooMany.
    """
    _check(given)
    day = timezone.localdate(now).isoformat()
    digest = salted_hmac("petitions.suggest", f"{day} {caller}", algorithm="sha256").hexdigest()
    if limited:
        _count(digest, now)
    return _keep(given, now=now, sent_from=digest)


def enter_suggestion(given: NewSuggestion, *, actor: Actor, now: datetime) -> Suggestion:
    """A desk writes down a suggestion that came by letter, telephone or visit.

    Raises NotAllowed, Invalid.
    """
    actor.require(REGISTER)
    _check(given)
    house = Organisation.objects.filter(pk=actor.organisation_id or 0).first()
    return _keep(given, now=now, house=house, by=actor.member_id)


def _check(given: NewSuggestion) -> None:
    found = {}
    for name, most in _LIMITS.items():
        value = getattr(given, name)
        if len(value) > most or "\x00" in value:
            found[name] = _("at most %(most)s characters that can be printed") % {"most": most}
    for name in ("subject", "text"):
        if not says_something(getattr(given, name)):
            found[name] = _("fill this in")
    if given.phone.strip() and not _PHONE.fullmatch(plain_phone(given.phone)):
        found["phone"] = _("this is not a telephone number")
    if found:
        raise Invalid(*found.values(), fields=found)


def _count(digest: str, now: datetime) -> None:
    rows = Suggestion.objects.filter(sent_from=digest)
    lately = rows.filter(received_at__gt=now - timedelta(hours=1)).count()
    if lately >= AN_HOUR or rows.count() >= A_DAY:
        raise TooMany(_("many suggestions came from here: please try again in an hour"))


def _keep(
    given: NewSuggestion, *, now: datetime, sent_from: str = "",
    house: Organisation | None = None, by: int | None = None,
) -> Suggestion:  # fmt: skip
    days = cases.current_parameters().suggestion_workdays
    due = worktime.due_at(now, days, "work_day", standards.work_calendar())
    with transaction.atomic():
        if (same := _just_kept(given, sent_from, by, now)) is not None:
            return same
        sender = None
        if given.name.strip() or given.phone.strip():
            sender = intake.remember(
                phone=plain_phone(given.phone), name=given.name, channel=CHANNEL, now=now
            )
        return Suggestion.objects.create(
            number=next_number(SUGGESTIONS, now=now), token=secrets.token_urlsafe(18),
            subject=given.subject.strip(), text=given.text.strip(), received_at=now,
            sender=sender, organisation=house, entered_by_id=by, sent_from=sent_from, due_at=due,
        )  # fmt: skip


def _just_kept(
    given: NewSuggestion, sent_from: str, by: int | None, now: datetime
) -> Suggestion | None:
    """The same suggestion, if it has just come from here: a form that was sent twice."""
    one_at_a_time(SUGGESTIONS, sent_from or f"{by}")
    rows = Suggestion.objects.filter(
        sent_from=sent_from, entered_by_id=by, received_at__gt=now - SENT_TWICE,
        subject=given.subject.strip(), text=given.text.strip(),
    )  # fmt: skip
    name, phone = given.name.strip(), plain_phone(given.phone)
    if name or phone:
        rows = rows.filter(sender__name=name, sender__phone=phone)
    else:
        rows = rows.filter(sender=None)
    return rows.order_by("pk").first()


def answer_suggestion(
    number: str, *, outcome: str, text: str, actor: Actor, now: datetime
) -> Suggestion:
    """Answer a suggestion, once; whoever has its address reads the answer there.

    Raises NotAllowed, NoSuchSuggestion, Invalid, Refused when it was answered.
    """
    actor.require(REPLY)
    problems = text_problem(text)
    if outcome not in Outcome.values:
        problems["outcome"] = _("one of %(all)s") % {"all": ", ".join(Outcome.values)}
    if problems:
        raise Invalid(*problems.values(), fields=problems)
    with transaction.atomic():
        row = queries.suggestion(actor, number, lock=True)
        if row.replied_at is not None:
            raise Refused(_("this suggestion has been answered"))
        row.outcome, row.reply = outcome, text.strip()
        row.replied_at, row.replied_by_id = now, person_of(actor)
        row.save()
    return row
