"""Reads of orders of the mayor's hotline: their two deadlines, what goes back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cityloop.cases import queries as cases
from cityloop.cases.models import OPEN, Case
from cityloop.hotline.models import Batch, Order, Result
from cityloop.hotline.queries.calls import SEE_REPORTER
from cityloop.intake.models import Report, Reporter
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import NotFound
from cityloop.kernel.phones import masked

ORDERS = "hotline.orders"


class NoSuchOrder(NotFound):
    """No order has this number, or its case lies outside the actor's scope."""

    code, title = "no-such-order", "There is no such order"


def early() -> Q:
    """Open, and due there before it is due here."""
    return Q(report__case__status__in=OPEN, outer_due_at__lt=F("report__case__due_at"))


def orders(actor: Actor, *, words: str = "", only_early: bool = False) -> QuerySet[Order]:
    """Orders whose case the actor sees, a row a round; `words` begins a number there or here.

    `former`: the number of the refused case of the round before.
    """
    actor.require(ORDERS)
    rows = Order.objects.filter(report__case__in=cases.visible(actor))
    if words:
        here = Q(report__case__number__startswith=words)
        rows = rows.filter(here | Q(outer_number__startswith=words))
    if only_early:
        rows = rows.filter(early())
    before = Order.objects.filter(
        outer_number=OuterRef("outer_number"), round=OuterRef("round") - 1
    ).values("report__case__number")
    return rows.annotate(former=Subquery(before)).select_related("report__case", "batch")


def order_seen(actor: Actor, outer_number: str) -> Order:
    """The newest round of an order; raises NotAllowed, NoSuchOrder."""
    found = orders(actor).filter(outer_number=outer_number).order_by("-round").first()
    if found is None:
        raise NoSuchOrder(_("there is no order %(number)s") % {"number": outer_number[:60]})
    return found


def batches(actor: Actor, *, limit: int = 20) -> list[Batch]:
    """The latest deliveries with their bad rows."""
    actor.require(ORDERS)
    return list(Batch.objects.order_by("-pk")[:limit])


def results_since(actor: Actor, cursor: int, *, limit: int = 200) -> list[Result]:
    """What goes back, after a cursor, in the order in which it came about."""
    actor.require(ORDERS)
    rows = Result.objects.filter(pk__gt=cursor, order__report__case__in=cases.visible(actor))
    return list(rows.select_related("order__report__case").order_by("pk")[:limit])


def retold_of(actor: Actor, found: Iterable[Report]) -> dict[int, list[str]]:
    """What 12345 said later of the orders of these reports, a sentence each; two statements at
    most. Who may not see reporters reads no telephone number in them."""
    rows = list(Order.objects.filter(report__in=list(found)).exclude(retold=[]).order_by("pk"))
    clear = actor.may(SEE_REPORTER)
    ids = [one["caller"] for row in rows for one in row.retold if "caller" in one] if clear else []
    callers = Reporter.objects.filter(forgotten_at=None).in_bulk(ids) if ids else {}
    answer: dict[int, list[str]] = {}
    for row in rows:
        for said in row.retold:
            sentences = _sentences(said, callers)
            answer.setdefault(row.report_id, []).extend(
                sentences if clear else map(masked, sentences)
            )
    return answer


def _sentences(said: dict[str, Any], callers: dict[int, Reporter]) -> Iterator[str]:
    at = _moment(said["at"])
    if "text" in said:
        yield _("12345 sent it on %(at)s with another text: %(text)s") % {
            "at": at, "text": said["text"],
        }  # fmt: skip
    if "address" in said:
        yield _("12345 sent it on %(at)s with another address: %(address)s") % {
            "at": at, "address": said["address"],
        }  # fmt: skip
    if "place" in said:
        yield _("12345 sent it on %(at)s with another place: %(x)s, %(y)s (%(system)s)") % {
            "at": at, "x": said["place"][0], "y": said["place"][1], "system": said["system"],
        }  # fmt: skip
    if "due" in said:
        words = {"at": at, "by": said["by"], "was": _moment(said["due_was"]),
                 "due": _moment(said["due"])}  # fmt: skip
        yield (
            _("%(by)s brought %(due)s on %(at)s, after the end of the case: %(was)s stays")
            if said["kept"]
            else _("%(by)s brought another deadline on %(at)s: %(due)s instead of %(was)s")
        ) % words  # fmt: skip
    if "caller" in said:
        who = callers.get(said["caller"])
        yield _("12345 sent it on %(at)s with another caller: %(who)s") % {
            "at": at, "who": f"{who.name} {who.phone}".strip() if who else "–",
        }  # fmt: skip


def _moment(at: str) -> str:
    return date_format(timezone.localtime(datetime.fromisoformat(at)), "Y-m-d H:i")


@dataclass(frozen=True, slots=True)
class Deadline:
    """The deadline of an order beside the one of its case."""

    number: str
    due_at: datetime
    early: bool  # before ours, so that ours would be too late
    late: bool


def passed_before(order: Order) -> bool:
    """A deadline had passed before another one came: moving it makes nobody punctual."""
    said = [one for one in order.retold if "due" in one]
    return any(datetime.fromisoformat(one["due_was"]) < datetime.fromisoformat(one["at"])
               for one in said if not one["kept"])  # fmt: skip


def deadlines_of(case: Case, *, now: datetime) -> list[Deadline]:
    """The outer deadlines of a case; one statement. An ended case is late by its end."""
    rows = Order.objects.filter(report__case=case, outer_due_at__isnull=False)
    ours, end = case.due_at, case.closed_at or now
    return [
        Deadline(
            number=one.outer_number,
            due_at=one.outer_due_at,
            early=case.open and ours is not None and one.outer_due_at < ours,
            late=end > one.outer_due_at or passed_before(one),
        )
        for one in rows.order_by("outer_due_at", "pk")
        if one.outer_due_at is not None
    ]
