"""Supervision orders: the tasks of kind `order` of cases, as lists and as figures by unit (I01)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Q, QuerySet

from cityloop.cases import queries as cases
from cityloop.cases.models import Task
from cityloop.kernel.actor import Actor
from cityloop.people.models import Organisation

ORDER = ("-id",)
SIDES = ("given", "ours")
STATES = ("open", "overdue", "sent_back", "replied", "accepted", "ended")
WAITING = Q(closed_at=None, result="")
# With a case that came to nothing; the day had passed without an answer before that.
ENDED = Q(closed_at__isnull=False) & ~Q(result="accepted")
MISSED = ENDED & ~Q(asked__has_key="answered") & Q(due_at__lt=F("closed_at"))


def state_of(task: Task, *, now: datetime) -> str:
    """Where an order stands: one of STATES; `ended` with a case that came to nothing."""
    if task.closed_at is not None:
        return "accepted" if task.result == "accepted" else "ended"
    if task.result:
        return "replied"
    if task.due_at is not None and task.due_at < now:
        return "overdue"
    return "sent_back" if task.asked.get("sent_back") else "open"


def in_state(state: str, now: datetime) -> Q:
    """The same rule as a condition."""
    ahead = WAITING & (Q(due_at=None) | Q(due_at__gte=now))
    known = {
        "open": ahead & ~Q(asked__has_key="sent_back"),
        "sent_back": ahead & Q(asked__has_key="sent_back"),
        "overdue": WAITING & Q(due_at__lt=now),
        "replied": Q(closed_at=None, result="replied"),
        "accepted": Q(closed_at__isnull=False, result="accepted"),
        "ended": ENDED,
    }
    return known[state] if state else Q()


def orders(
    actor: Actor, *, state: str = "", side: str = "", unit_id: int | None = None, now: datetime
) -> QuerySet[Task]:
    """Orders on visible cases: all, those that the actor gave, or those of the actor's units."""
    rows = Task.objects.filter(in_state(state, now), kind="order", case__in=cases.visible(actor))
    if side == "given":
        rows = rows.filter(asked__by=actor.member_id or 0)
    if side == "ours":
        rows = rows.filter(organisation_id__in=actor.own_units)
    if unit_id is not None:
        rows = rows.filter(organisation_id=unit_id)
    return rows.select_related("case__problem_class", "organisation")


@dataclass(frozen=True, slots=True)
class Answered:
    """Orders to one unit in a period; `late`: answered late, or not answered although due."""

    unit: Organisation | None
    given: int
    answered: int
    late: int
    waiting: int
    sent_back: int
    accepted: int

    @property
    def in_time(self) -> int:
        """Those that are not late and do not wait."""
        return self.given - self.late - self.waiting

    @property
    def rate(self) -> float | None:
        """The share answered in time among those that are due or answered; None without any."""
        due = self.given - self.waiting
        return self.in_time / due if due else None


def by_unit(actor: Actor, *, since: datetime, until: datetime, now: datetime) -> list[Answered]:
    """Figures of the orders given in a period, the busiest unit first; of visible cases."""
    rows = orders(actor, now=now).filter(opened_at__gte=since, opened_at__lt=until)
    # What ended with its case before its day, unanswered, counts for nobody; no void hides another.
    counts = ~ENDED | Q(asked__has_key="answered") | MISSED
    rows = rows.filter(counts)
    overdue = WAITING & Q(due_at__lt=now)
    late = Q(asked__late=True) | overdue | MISSED
    counted = (
        rows.order_by()
        .values("organisation_id")
        .annotate(
            given=Count("pk"),
            answered=Count("pk", filter=~WAITING & ~MISSED),
            late=Count("pk", filter=late),
            waiting=Count("pk", filter=WAITING & ~overdue & ~Q(asked__contains={"late": True})),
            sent_back=Count("pk", filter=Q(asked__has_key="sent_back")),
            accepted=Count("pk", filter=Q(result="accepted")),
        )
    )
    units = Organisation.objects.in_bulk([row["organisation_id"] for row in counted])
    found = [
        Answered(units.get(row.pop("organisation_id")), **row)  # type: ignore[misc]
        for row in counted
    ]
    return sorted(found, key=lambda one: (-one.given, one.unit.code if one.unit else ""))
