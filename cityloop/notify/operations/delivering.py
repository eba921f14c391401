"""The way of a message: tried, tried again later, by the next medium, until its receipt comes."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from cityloop.intake import operations as intake
from cityloop.intake.models import NoticeState, ReporterNotice
from cityloop.kernel import errors, jobs
from cityloop.kernel.actor import Actor
from cityloop.notify import media, queries, topics
from cityloop.notify.media import Letter, Outcome
from cityloop.notify.models import Message, Receipt, State
from cityloop.notify.operations.ordering import DELIVER, allowed_at, start
from cityloop.notify.operations.pushing import end_gone

# Minutes from one try to the next by the same medium; after the last one the next medium follows.
BACK_OFF = (1, 5, 20, 60)
RECEIPTS = ("delivered", "undelivered")


def queue_due(*, now: datetime, limit: int = 500) -> int:
    """Give messages whose time has come to the worker; each is given once. Returns how many."""
    with transaction.atomic():
        due = Message.objects.filter(next_at__lte=now, state=State.QUEUED).order_by("next_at")
        ids = list(due.select_for_update(skip_locked=True).values_list("pk", flat=True)[:limit])
        Message.objects.filter(pk__in=ids).update(next_at=None)
        for pk in ids:
            jobs.defer(DELIVER, {"message_id": pk})
    return len(ids)


def deliver(message_id: int, *, now: datetime) -> Message | None:
    """Try a message by its present medium; None when it is not waiting.

    Nothing is locked while the medium works. Should the worker die meanwhile, the job comes again,
    and the letter's key lets the gateway know the repetition.
    """
    rows = Message.objects.select_related("member", "notice__report__reporter", "case")
    row = rows.filter(pk=message_id, state=State.QUEUED, next_at=None).first()
    if row is None:
        return None
    if row.notice is not None and row.notice.state != NoticeState.OWED:
        return _withdraw(row, now)
    if (morning := allowed_at(row, now)) > now:  # its job came late
        Message.objects.filter(pk=row.pk).update(next_at=morning)
        return row
    outcome = _attempt(row, now)
    with transaction.atomic():
        _hold(row)
        row = Message.objects.select_for_update().get(pk=message_id)
        if row.state == State.QUEUED:
            _note(row, outcome, now)
    return row


def _hold(row: Message) -> None:
    """The answer before its message, as whoever sends one by hand: the other order would let the
    two wait for each other."""
    if row.notice_id is not None:
        ReporterNotice.objects.select_for_update().filter(pk=row.notice_id).first()


def _withdraw(row: Message, now: datetime) -> Message:
    """The reporter was told otherwise while it waited for the morning or for another try."""
    with transaction.atomic():
        row.state = State.WITHDRAWN
        row.save(update_fields=["state"])
        _receipt(row, "withdrawn", "", now)
    return row


def _attempt(row: Message, now: datetime) -> Outcome:
    medium, letter = media.MEDIA[row.medium], _letter(row, now)
    if not medium.ready():
        return Outcome(media.REFUSED, gettext_noop("this medium is not set up"))
    if not medium.reaches(letter):
        return Outcome(media.REFUSED, gettext_noop("no address of this kind is known"))
    return medium.send(letter)


def _letter(row: Message, now: datetime) -> Letter:
    """Addresses are looked up now: whom intake has forgotten has none."""
    reporter = row.notice.report.reporter if row.notice else None
    member = row.member
    with override(member.language if member and member.language in topics.LANGUAGES else None):
        subject = _("Case %(number)s") % {"number": row.case.number} if row.case else row.text[:40]
    return Letter(
        key=f"m{row.pk}-{row.medium}",
        phone=(reporter.phone if reporter else "") or (member.phone if member else ""),
        mail=member.email if member else "",
        subject=subject,
        text=row.text,
        at=now,
        urgent=row.urgent,
        path=f"/cases/{row.case.number}/" if row.case else row.path,
        browsers=queries.browsers_of(member.pk) if member and row.medium == "push" else (),
    )


def _note(row: Message, outcome: Outcome, now: datetime) -> None:
    """Write the attempt down and decide what comes next."""
    _receipt(row, outcome.what, outcome.detail, now)
    row.tries += 1
    if outcome.gone:
        end_gone(outcome.gone, now=now)
    if outcome.what in (media.ACCEPTED, media.DELIVERED):
        row.state, row.sent_at, row.reference = State.SENT, now, outcome.reference
        if outcome.what == media.DELIVERED:
            row.state, row.delivered_at = State.DELIVERED, now
        row.save()
        _settle(row, now)
    elif outcome.what == media.UNREACHABLE and row.tries <= len(BACK_OFF):
        row.next_at = allowed_at(row, now + timedelta(minutes=BACK_OFF[row.tries - 1]))
        row.save()
    else:
        _fall_back(row, now)


def _fall_back(row: Message, now: datetime) -> None:
    """The next medium of the list, or the end: not delivered."""
    left = row.media[row.media.index(row.medium) + 1 :]
    row.tries, row.reference = 0, ""
    if left:
        row.medium, row.state = left[0], State.QUEUED
        start(row, now=now)
        return
    row.state, row.next_at = State.FAILED, None
    row.save()
    if row.notice_id is not None:
        intake.owe_again(row.notice_id, why="the message did not arrive", now=now)


def _settle(row: Message, now: datetime) -> None:
    """What was owed to a reporter is given once a medium has taken it."""
    if row.notice_id is None:
        return
    actor = Actor.system(row.ordered_by)
    with suppress(intake.AlreadySettled):
        intake.settle(row.notice_id, medium=row.medium, actor=actor, now=now, note=f"m{row.pk}")


def take_receipt(*, reference: str, what: str, detail: str, now: datetime) -> Message:
    """What the gateway tells of a text message later; a repetition changes nothing.

    Raises Invalid, NotFound.
    """
    if what not in RECEIPTS:
        raise errors.Invalid(_("a receipt says one of: %(all)s") % {"all": ", ".join(RECEIPTS)})
    with transaction.atomic():
        rows = Message.objects.filter(medium="sms", reference=reference).order_by("-id")
        row = rows.first() if reference else None
        if row is None:
            raise errors.NotFound(_("no message has this number of the gateway"))
        _hold(row)
        row = Message.objects.select_for_update().get(pk=row.pk)
        if row.state == State.SENT:
            _receipt(row, what, detail, now)
            if what == "delivered":
                row.state, row.delivered_at = State.DELIVERED, now
                row.save()
            else:
                _fall_back(row, now)
    return row


def _receipt(row: Message, what: str, detail: str, now: datetime) -> None:
    Receipt.objects.create(message=row, medium=row.medium, what=what, detail=detail[:200], at=now)
