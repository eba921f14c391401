"""Answers owed to reporters: what is due, late, not delivered, given."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from cityloop.cases import queries as cases
from cityloop.intake.models import NoticeState, ReporterNotice
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import NotFound
from cityloop.kernel.manifest import OpenItems
from cityloop.notify.models import Message, State

REPORTER = "intake.reporter"
STATES = ("late", "due", "failed", "sent")
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
