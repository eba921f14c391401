"""Answers owed to reporters: what is due, late, not delivered, given."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from cityloop.cases import queries as cases
from cityloop.cases.models import OPEN, Status
from cityloop.intake.models import CLIENT_KEY, NoticeState, ReporterNotice
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import NotFound
from cityloop.kernel.manifest import OpenItems
from cityloop.kernel.phones import MOBILE
from cityloop.notify import media, quiet, topics
from cityloop.notify.models import Message, State

REPORTER = "intake.reporter"
STATES = ("late", "due", "failed", "sent")
# Replies that may go out by themselves (G01, G02), and as long as the case still stands so.
STANDING = {"filed": tuple(OPEN), "closed": (Status.CLOSED.value,)}
# Whoever reported here is answered by a letter, in the paper, by the office that sent the matter.
BY_PEOPLE = ("leader", "media", "petition", "platform", "police")
STALE = timedelta(days=7)  # a reply owed for longer, as before there was a gateway, is for people
ORDER = {"sent": ("-settled_at", "-id")}  # others: ("due_at", "id")


class NoSuchReply(NotFound):
    """No such reply is owed in the actor's scope."""

    code, title = "no-such-reply", "There is no such reply"


def replies(actor: Actor, state: str, *, now: datetime) -> QuerySet[ReporterNotice]:
    """Replies of cases in the actor's scope: late, due, failed (did not arrive), sent."""
    actor.require(REPORTER)
    failed = Exists(Message.objects.filter(notice=OuterRef("pk"), state=State.FAILED))
    owed = Q(state=NoticeState.OWED)
    condition = {
        "late": owed & Q(due_at__lt=now),
        "due": owed & Q(due_at__gte=now),
        "failed": owed & failed,
        "sent": Q(state=NoticeState.TOLD),
    }[state]
    return _whole(actor).filter(condition)


def reply(actor: Actor, notice_id: int) -> ReporterNotice:
    """One reply with its case, who reported, and what was sent for it; raises NoSuchReply."""
    actor.require(REPORTER)
    found = _whole(actor).filter(pk=notice_id).first()
    if found is None:
        raise NoSuchReply(_("there is no such reply"))
    return found


def _whole(actor: Actor) -> QuerySet[ReporterNotice]:
    rows = ReporterNotice.objects.filter(report__case__in=cases.visible(actor))
    sent = Message.objects.order_by("-id").prefetch_related("receipts")
    return rows.select_related(
        "report__case__problem_class", "report__case__lead", "report__reporter"
    ).prefetch_related(Prefetch("messages", sent))


def on_its_way(row: ReporterNotice) -> bool:
    """A message waits for its medium."""
    return any(one.state == State.QUEUED for one in row.messages.all())


def open_items(actor: Actor, now: datetime) -> list[OpenItems]:
    """Replies owed to those who reported."""
    if not actor.may(REPORTER):
        return []
    owed = ReporterNotice.objects.filter(
        state=NoticeState.OWED, report__case__in=cases.visible(actor)
    )
    late = owed.filter(due_at__lt=now).count()
    return [OpenItems(gettext_noop("Replies owed to reporters"), owed.count(), late, "/replies/")]


def going_out(notice_ids: Iterable[int], *, now: datetime) -> dict[int, datetime]:
    """When each of these replies is sent by itself, by day; those for people are left out."""
    minutes = cases.current_parameters().auto_reply_minutes
    if minutes is None:
        return {}
    rows = _by_themselves(now).filter(pk__in=list(notice_ids)).values_list("pk", "owed_at")
    span = timedelta(minutes=minutes)
    return {pk: quiet.allowed_at(max(owed_at + span, now)) for pk, owed_at in rows}


def to_go_out(*, now: datetime, limit: int) -> list[int]:
    """Replies whose time to be sent by themselves has come, the oldest first; none by night."""
    minutes = cases.current_parameters().auto_reply_minutes
    if minutes is None or quiet.is_quiet(now):
        return []
    rows = _by_themselves(now).filter(owed_at__lte=now - timedelta(minutes=minutes))
    return list(rows.order_by("owed_at", "pk").values_list("pk", flat=True)[:limit])


def _by_themselves(now: datetime) -> QuerySet[ReporterNotice]:
    """Owed replies that need no person: nobody has sent one before, and a medium takes them."""
    mine = {"notice": OuterRef("pk")}
    later = ReporterNotice.objects.filter(
        report=OuterRef("report"), topic=OuterRef("topic"), version__gt=OuterRef("version")
    )
    still = Q(pk__in=[])
    for topic, statuses in STANDING.items():
        if any(media.MEDIA[one].ready() for one in topics.all_topics()[topic].media):
            still |= Q(topic=topic, report__case__status__in=statuses)
    numbered = ~Q(report__source_key="") & ~Q(report__source_key__startswith=CLIENT_KEY)
    return (
        ReporterNotice.objects.filter(
            still, state=NoticeState.OWED, written=False, owed_at__gt=now - STALE,
            report__reporter__phone__regex=MOBILE,
        )
        .exclude(Exists(Message.objects.filter(**mine)) | Exists(later))
        .exclude(report__channel__in=BY_PEOPLE)
        .exclude(numbered, report__channel="hotline12345")  # an order: 12345 gives its answer
    )  # fmt: skip
