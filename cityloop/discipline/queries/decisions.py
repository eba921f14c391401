"""Decisions that people take at intake and at dispatch, as the history has them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Case, CharField, OuterRef, Q, QuerySet, Subquery, Value, When

from cityloop.cases import proof
from cityloop.cases import queries as cases
from cityloop.cases.models import CaseEvent
from cityloop.discipline.models import Decision
from cityloop.kernel.actor import Actor
from cityloop.people import scope
from cityloop.people.models import Holding, Member

JUDGE, VIEW = "discipline.judge", "discipline.view"
# kind: the steps by which it is taken
ACTIONS: dict[Decision, tuple[str, ...]] = {
    Decision.ACCEPT: ("accept",),
    Decision.REJECT: ("reject",),
    Decision.REMIND: ("settle_by_reminder",),
    Decision.VOID: ("approve_void",),
    Decision.FILE: ("file",),
    Decision.JOIN: ("join_report",),
    Decision.DISPATCH: ("dispatch", "dispatch_across", "dispatch_by_order"),
}
DECIDING = tuple(action for actions in ACTIONS.values() for action in actions)
RETURN = "return"
FIRST, LAST = date(1970, 1, 1), date(9990, 1, 1)  # nothing was decided before or after
# What comes after a dispatch and speaks of it, or is the next one.
AFTER_DISPATCH = (*ACTIONS[Decision.DISPATCH], "rework", "decide", "substitute", RETURN)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What lists and figures are narrowed by; local days, both counted; empty is any. `hall` 0: the
    body is not known."""

    since: date | None = None
    until: date | None = None
    kind: str = ""
    operator: int | None = None
    hall: int | None = None
    state: str = ""
    returned: bool = False

    @property
    def period(self) -> tuple[datetime, datetime]:
        """From a moment up to a moment before."""
        first, last = max(self.since or FIRST, FIRST), min(self.until or LAST, LAST)
        return proof.end_of(first - timedelta(days=1)), proof.end_of(max(last, FIRST))


class Taken(NamedTuple):
    """A decision; `hall` is the body in whose post it was taken, None where that is not known."""

    number: str
    case_id: int
    version: int
    kind: str
    operator: int
    hall: int | None
    at: datetime

    @property
    def key(self) -> str:
        """What the lot falls on."""
        return f"{self.number}:{self.version}"


def _kind() -> Any:
    rows = [When(action__in=actions, then=Value(str(kind))) for kind, actions in ACTIONS.items()]
    return Case(*rows, output_field=CharField())


def hall() -> Any:
    """In which body's post the step of a line was taken: by the role and the day."""
    held = Holding.objects.filter(
        Q(valid_to=None) | Q(valid_to__gt=OuterRef("at__date")),
        member=OuterRef("member"), post__roles__code=OuterRef("role"),
        valid_from__lte=OuterRef("at__date"),
    )  # fmt: skip
    return Subquery(held.order_by("-valid_from", "-pk").values("post__organisation")[:1])


def _given_back() -> Any:
    """What became of a dispatch: the next step that speaks of it."""
    later = CaseEvent.objects.filter(
        case=OuterRef("case"), version__gt=OuterRef("version"), action__in=AFTER_DISPATCH
    )
    return Subquery(later.order_by("version").values("action")[:1])


def taken(since: datetime, until: datetime) -> QuerySet[CaseEvent]:
    """The decisions that people took in a period, none of the system's and none imported.

    By member, since the index of the history begins with them.
    """
    return CaseEvent.objects.filter(
        member__in=Member.objects.values("pk"), at__gte=since, at__lt=until, imported=False,
        action__in=DECIDING,
    ).exclude(role="system")  # fmt: skip


def decided_on(day: date) -> list[Taken]:
    """The decisions that people took on a local day."""
    rows = taken(*Wanted(since=day, until=day).period).annotate(kind=_kind(), hall=hall())
    found = rows.values_list(
        "case__number", "case_id", "version", "kind", "member_id", "hall", "at"
    )
    return [Taken(*one) for one in found.order_by("pk")]


def decisions(actor: Actor, wanted: Wanted) -> QuerySet[Any]:
    """Decisions in cases of the actor's scope, drawn or not, each with `kind`; unordered."""
    reader(actor)
    rows: QuerySet[Any] = in_scope(actor, taken(*wanted.period)).annotate(kind=_kind())
    if wanted.kind:
        rows = rows.filter(kind=wanted.kind)
    if wanted.operator is not None:
        rows = rows.filter(member=wanted.operator)
    if wanted.hall is not None:
        rows = rows.annotate(hall_id=hall()).filter(hall_id=wanted.hall or None)
    if wanted.returned:
        rows = returned(rows)
    return rows.select_related("case__problem_class", "member")


def returned(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Of decisions, the dispatches that the unit gave back."""
    dispatched = rows.filter(action__in=ACTIONS[Decision.DISPATCH])
    found: QuerySet[Any] = dispatched.annotate(after=_given_back()).filter(after=RETURN)
    return found


def in_scope(actor: Actor, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Of rows with a `case`, those whose case the actor sees."""
    return rows if scope.sees_all(actor) else rows.filter(case__in=cases.visible(actor))


def reader(actor: Actor) -> None:
    """Who judges decisions or watches over others; raises NotAllowed."""
    if not actor.may(JUDGE):
        actor.require(VIEW)
