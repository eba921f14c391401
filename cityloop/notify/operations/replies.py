"""A reply goes to whoever reported: in the words that a person has read, or by itself in time."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from cityloop.intake.models import NoticeState, ReporterNotice
from cityloop.kernel import errors
from cityloop.kernel.actor import Actor
from cityloop.kernel.encoding import says_something
from cityloop.notify import queries, topics, wording
from cityloop.notify.models import Message
from cityloop.notify.operations.ordering import Recipient, order

MAX_TEXT = 500


A_SWEEP = 200  # replies
SYSTEM = Actor.system()


class CannotReply(errors.Refused):
    """The reply was given, is on its way, or goes another way."""

    code, title = "cannot-reply", "This reply cannot be sent now"


def send_reply(notice_id: int, *, text: str, actor: Actor, now: datetime) -> Message:
    """Send a reply as it is written here; the text is kept as sent.

    The answer counts as given once a medium has taken it. Raises NotAllowed, NoSuchReply, Invalid,
    CannotReply.
    """
    if problem := _problem(text):
        raise errors.Invalid(problem, fields={"text": problem})
    with transaction.atomic():  # sent twice at once: the second waits, and finds it given
        row = queries.reply(actor, notice_id)
        ReporterNotice.objects.select_for_update().get(pk=row.pk)
        return _send(queries.reply(actor, notice_id), text, actor, now)


def send_owed(*, now: datetime) -> int:
    """Send what is owed and nobody has touched, in the words of its template; returns how many.

    Each by itself and once: a reply that somebody else is just sending is left to them.
    """
    sent = 0
    for notice_id in queries.to_go_out(now=now, limit=A_SWEEP):
        with suppress(CannotReply), transaction.atomic():
            sent += _send_by_itself(notice_id, now)
    return sent


def _send_by_itself(notice_id: int, now: datetime) -> bool:
    held = ReporterNotice.objects.select_for_update(skip_locked=True).filter(pk=notice_id).first()
    # Asked again once it is held: another may have sent it a moment ago.
    if held is None or notice_id not in queries.going_out([notice_id], now=now):
        return False
    row = queries.reply(SYSTEM, notice_id)
    text = wording.draft(row)
    if _problem(text):  # longer than a message may be: somebody shortens it
        return False
    _send(row, text, SYSTEM, now)
    return True


def _send(row: ReporterNotice, text: str, actor: Actor, now: datetime) -> Message:
    if row.state != NoticeState.OWED:
        raise CannotReply(_("this reply has been given"))
    if row.written:
        raise CannotReply(_("this answer is given in writing: note its paper on the case"))
    if row.report.reporter is None or not row.report.reporter.phone:
        raise CannotReply(_("no phone number is known: tell the reporter another way"))
    try:
        with transaction.atomic():
            sent = order(
                Recipient(notice=row), topic=row.topic, text=text.strip(), case=row.report.case,
                version=row.version, media=topics.all_topics()[row.topic].media,
                ordered_by=actor.post, now=now, author=actor.member_id,
            )  # fmt: skip
    except IntegrityError as error:  # the constraint: one on its way
        raise CannotReply(_("this reply is on its way")) from error
    if sent is None:
        raise CannotReply(_("this reply has been given"))
    return sent


def _problem(text: str) -> str:
    if not says_something(text) or "\x00" in text:
        return _("write the reply")
    if len(text.strip()) > MAX_TEXT:
        return _("a text has at most %(n)s characters") % {"n": MAX_TEXT}
    return ""
