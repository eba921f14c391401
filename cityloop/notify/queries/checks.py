"""Drawn replies, and how good those of each operator were."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from cityloop.cases import proof
from cityloop.cases import queries as cases
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import NotFound
from cityloop.notify.models import Message, Quality, ReplyCheck, State
from cityloop.notify.queries.replies import REPORTER


class NoSuchCheck(NotFound):
    """No such reply was drawn in the actor's scope."""

    code, title = "no-such-check", "There is no such check of a reply"


@dataclass(frozen=True, slots=True)
class Operator:
    """How many replies of somebody were judged, and found poor."""

    member_id: int
    name: str
    judged: int
    poor: int
    waiting: int

    @property
    def rate(self) -> float | None:
        """The share of poor replies among those judged; None without any."""
        return self.poor / self.judged if self.judged else None


def replies_sent_on(day: date) -> QuerySet[Message]:
    """Replies that a person has sent and a medium has taken on a local day."""
    end = proof.end_of(day)
    return Message.objects.filter(
        notice__isnull=False, author__isnull=False, state__in=(State.SENT, State.DELIVERED),
        sent_at__gte=end - timedelta(days=1), sent_at__lt=end,
    )  # fmt: skip


def reply_checks(actor: Actor, *, limit: int = 100) -> list[ReplyCheck]:
    """Drawn replies of cases in the actor's scope: those not judged first, then the latest."""
    rows = _seen(actor).annotate(waits=Count("pk", filter=Q(quality=Quality.OPEN)))
    return list(rows.order_by("-waits", "-pk")[:limit])


def reply_check(actor: Actor, check_id: int) -> ReplyCheck:
    """One drawn reply; raises NotAllowed, NoSuchCheck."""
    found = _seen(actor).filter(pk=check_id).first()
    if found is None:
        raise NoSuchCheck(_("there is no such check of a reply"))
    return found


def operators(actor: Actor, *, since: date, until: date) -> list[Operator]:
    """By who sent them, over the draws of these days in the actor's scope; the worst first."""
    rows = _seen(actor).filter(draw__day__range=(since, until)).order_by()
    counted = rows.values("author_id", "author__name").annotate(
        judged=Count("pk", filter=~Q(quality=Quality.OPEN)),
        poor=Count("pk", filter=Q(quality=Quality.POOR)),
        waiting=Count("pk", filter=Q(quality=Quality.OPEN)),
    )
    found = [
        Operator(row["author_id"], row["author__name"], row["judged"], row["poor"], row["waiting"])
        for row in counted
    ]
    return sorted(found, key=lambda one: (-(one.rate or 0), -one.poor, one.name, one.member_id))


def _seen(actor: Actor) -> QuerySet[ReplyCheck]:
    actor.require(REPORTER)
    rows = ReplyCheck.objects.filter(message__case__in=cases.visible(actor))
    return rows.select_related("draw", "message__case__problem_class", "author", "judge")
