"""Reads of discipline: draws, who closed falsely, what a draw is made from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Q, QuerySet

from cityloop.cases import proof
from cityloop.cases import queries as cases
from cityloop.cases.models import Case, CaseEvent, ClosingKind, Status
from cityloop.discipline.models import Draw, Recheck, Result
from cityloop.kernel.actor import Actor
from cityloop.people.models import Member


@dataclass(frozen=True, slots=True)
class Closer:
    """How often what somebody closed was looked at again, and found falsely closed."""

    member_id: int
    name: str
    inspected: int
    false: int
    waiting: int
    reopened: int  # before anybody came to inspect it: no result, and drawn again

    @property
    def rate(self) -> float | None:
        """The share of false closings among those inspected; None without any."""
        return self.false / self.inspected if self.inspected else None


def closers(actor: Actor, *, since: date, until: date) -> list[Closer]:
    """False closings by closer, over draws of these days, worst first; in the actor's scope."""
    rows = Recheck.objects.filter(draw__day__range=(since, until), case__in=cases.visible(actor))
    counted = rows.values("closer_id", "closer__name").annotate(
        inspected=Count("pk", filter=Q(result__in=(Result.CONFIRMED, Result.FALSE))),
        false=Count("pk", filter=Q(result=Result.FALSE)),
        waiting=Count("pk", filter=Q(result=Result.OPEN)),
        reopened=Count("pk", filter=Q(result=Result.REOPENED)),
    )
    found = [
        Closer(row["closer_id"], row["closer__name"], row["inspected"], row["false"],
               row["waiting"], row["reopened"])
        for row in counted
    ]  # fmt: skip
    return sorted(found, key=lambda one: (-(one.rate or 0), -one.false, one.name, one.member_id))


def draws(*, limit: int = 60) -> list[Draw]:
    """The latest draws with their seeds."""
    return list(Draw.objects.select_related("seal").order_by("-day")[:limit])


def rechecks(actor: Actor, *, limit: int = 100) -> list[Recheck]:
    """The latest drawn cases in the actor's scope."""
    rows = Recheck.objects.filter(case__in=cases.visible(actor))
    shown = rows.select_related("case", "closer", "inspector", "draw")
    return list(shown.order_by("-pk")[:limit])


def closed_on(day: date, kind: ClosingKind = ClosingKind.NORMAL) -> QuerySet[Case]:
    """Cases closed in this way on a local day, and closed still."""
    end = proof.end_of(day)
    return Case.objects.filter(
        status=Status.CLOSED, closing_kind=kind, imported=False,
        closed_at__gte=end - timedelta(days=1), closed_at__lt=end,
    )  # fmt: skip


def still_owed(closed: Iterable[Case]) -> list[str]:
    """Numbers of those that were drawn when they had been closed before, and reopened before
    anybody inspected them."""
    rows = Recheck.objects.filter(case__in=[case.pk for case in closed]).order_by("case_id", "-pk")
    latest = rows.distinct("case_id").values_list("case__number", "result")
    return sorted(number for number, result in latest if result == Result.REOPENED)


def who_did(case: Case, action: str) -> int | None:
    """The member who took this step last."""
    rows = CaseEvent.objects.filter(case=case, action=action).order_by("-version")
    return rows.values_list("member_id", flat=True).first()


def other_teams(case: Case, on: date) -> list[int]:
    """Inspectors of organisations of which nobody judged this case (F14); who was drawn before and
    never came is as far from it as then."""
    never_came = Recheck.objects.filter(case=case, result=Result.REOPENED)
    took_part = set(case.members) - set(never_came.values_list("inspector_id", flat=True))
    own = Member.objects.filter(pk__in=case.judged_by).values("organisation_id")
    valid = Q(holdings__valid_to=None) | Q(holdings__valid_to__gt=on)
    rows = Member.objects.filter(
        valid, active=True, holdings__valid_from__lte=on, holdings__post__active=True,
        holdings__post__roles__code="inspector",
    )  # fmt: skip
    found = rows.exclude(organisation_id__in=own).exclude(pk__in=took_part)
    return sorted(set(found.values_list("pk", flat=True)))
