"""Named lists that an actor sees, how far they have come, and places that a list may be made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Exists, Max, Min, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from cityloop.cases import queries as cases
from cityloop.cases.models import FINAL, Case, Status
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import NotFound
from cityloop.kernel.manifest import OpenItems
from cityloop.oversight.models import ListedCase, NamedList, Sending
from cityloop.people import queries as people
from cityloop.people.models import Holding

ORDER = ("-made_at", "-id")
STATES = ("draft", "sent", "late", "answered", "ended")
# Who reads what is sent to a unit, by role.
READERS = ("unit_desk", "leader", "district_platform", "dispatcher")
SANITATION = ("event", "01")  # kind and major of the classes of appearance and environment
AT_LEAST, MOST_PLACES = 2, 30


def lists(actor: Actor) -> QuerySet[NamedList]:
    """Lists of the actor's organisations and area, and those that were sent to the actor."""
    seen = people.scope_q(
        actor, organisation_field="organisation_id", region_field="region_code"
    ) | Q(made_by_id=actor.member_id or 0)
    received = Sending.objects.filter(to_actor(actor), named_list=OuterRef("pk"))
    ended = Q(entries__case__status__in=FINAL)
    waiting = Q(sendings__answered_at=None)
    return (
        NamedList.objects.filter(seen | Exists(received))
        .select_related("organisation", "made_by")
        .annotate(
            case_count=Count("entries", distinct=True),
            cases_ended=Count("entries", filter=ended, distinct=True),
            sent=Count("sendings", distinct=True),
            unanswered=Count("sendings", filter=waiting, distinct=True),
            first_due=Min("sendings__due_on", filter=waiting),
        )
    )


def to_actor(actor: Actor) -> Q:
    """Sendings to the actor in person, or to their own unit."""
    found = Q(member_id=actor.member_id or 0)
    if actor.roles & set(READERS):
        found |= Q(organisation_id__in=actor.own_units)
    return found


def list_seen(actor: Actor, list_id: int) -> NamedList:
    """One list with its sendings; raises NotFound outside the actor's scope."""
    sent = Sending.objects.select_related("organisation", "member", "sent_by", "answered_by")
    rows = lists(actor).prefetch_related(Prefetch("sendings", sent.order_by("pk")))
    found = rows.filter(pk=list_id).first()
    if found is None:
        raise NotFound(_("there is no such list, or you may not see it"))
    return found


def state_of(row: Any, *, now: datetime) -> str:
    """Where a list of `lists` stands: one of STATES."""
    if row.ended_at is not None:
        return "ended"
    if not row.sent:
        return "draft"
    if not row.unanswered:
        return "answered"
    return "late" if row.first_due < timezone.localdate(now) else "sent"


def entries(named_list: NamedList) -> list[ListedCase]:
    """The cases of a list as they stand now. Whoever sees the list sees these lines of them: that
    is what a list is sent for; the files of the cases stay in their scope."""
    rows = ListedCase.objects.filter(named_list=named_list)
    shown = rows.select_related("case__problem_class", "case__lead")
    return list(shown.order_by("pk"))


def seen(actor: Actor, rows: list[ListedCase]) -> set[int]:
    """The cases of these whose files the actor may open."""
    ids = [row.case_id for row in rows]
    return set(cases.visible(actor).filter(pk__in=ids).values_list("pk", flat=True))


@dataclass(frozen=True, slots=True)
class Progress:
    """What became of the cases of a list so far."""

    cases: int
    closed: int
    ended_otherwise: int
    overdue: int

    @property
    def open(self) -> int:
        """Those that are still under way."""
        return self.cases - self.closed - self.ended_otherwise


def progress(rows: list[ListedCase], *, now: datetime) -> Progress:
    """Counted from the cases as they stand."""
    found = [row.case for row in rows]
    return Progress(
        cases=len(found),
        closed=sum(one.status == Status.CLOSED for one in found),
        ended_otherwise=sum(one.status in FINAL and one.status != Status.CLOSED for one in found),
        overdue=sum(one.open and one.due_at is not None and one.due_at < now for one in found),
    )


def readers(organisation_id: int, on: date) -> list[int]:
    """The members of a unit who read what is sent to it."""
    held = Holding.objects.filter(
        Q(valid_to=None) | Q(valid_to__gt=on), valid_from__lte=on, post__active=True,
        member__active=True, post__organisation_id=organisation_id,
        post__roles__code__in=READERS,
    )  # fmt: skip
    return sorted(set(held.values_list("member_id", flat=True)))


@dataclass(frozen=True, slots=True)
class Place:
    """A unit grid with repeated cases of sanitation; `address` is that of the latest."""

    grid_code: str
    address: str
    cases: int
    open: int
    latest_at: datetime


def candidates(
    actor: Actor, *, since: datetime, until: datetime, at_least: int = AT_LEAST
) -> list[Place]:
    """Unit grids with the most cases of sanitation in a period, worst first: dead corners, maybe.

    Reminders and what was rejected or voided do not count.
    """
    rows = sanitation(actor, since=since, until=until).order_by()
    grouped = rows.values("grid_code").annotate(
        n=Count("pk"), left=Count("pk", filter=~Q(status__in=FINAL)), latest_at=Max("reported_at")
    )
    worst = list(grouped.filter(n__gte=at_least).order_by("-n", "-latest_at")[:MOST_PLACES])
    at = {row["grid_code"]: "" for row in worst}
    latest = rows.filter(grid_code__in=at).order_by("grid_code", "-reported_at")
    at |= dict(latest.distinct("grid_code").values_list("grid_code", "address"))
    return [
        Place(row["grid_code"], at[row["grid_code"]], row["n"], row["left"], row["latest_at"])
        for row in worst
    ]


def sanitation(
    actor: Actor, *, since: datetime, until: datetime, grid_code: str = ""
) -> QuerySet[Case]:
    """Visible cases of sanitation of a period, in one unit grid where it is named."""
    kind, major = SANITATION
    rows = cases.visible(actor).filter(
        problem_class__kind=kind, problem_class__major_code=major, reported_at__gte=since,
        reported_at__lt=until,
    )  # fmt: skip
    rows = rows.exclude(grid_code="").exclude(status__in=(Status.REJECTED, Status.VOIDED))
    rows = rows.exclude(record_type="reminder")
    return rows.filter(grid_code=grid_code) if grid_code else rows


def open_items(actor: Actor, now: datetime) -> list[OpenItems]:
    """Lists that were sent and wait for an answer."""
    if not actor.may("oversight.view"):
        return []
    waiting = Sending.objects.filter(
        answered_at=None, named_list__ended_at=None, named_list__in=lists(actor).values("pk")
    )
    late = waiting.filter(due_on__lt=timezone.localdate(now)).count()
    return [
        OpenItems(gettext_noop("Lists that wait for an answer"), waiting.count(), late,
                  "/oversight/lists/"),
    ]  # fmt: skip
