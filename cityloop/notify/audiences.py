"""The members of an audience: who at work is told of a step of a case."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from django.db.models import Q

from cityloop.cases.models import Case, Task
from cityloop.people.models import Holding, Member


def worker(case: Case, on: date) -> list[int]:
    """The person whom the unit has named."""
    return [case.worker_id] if case.worker_id else []


def inspector(case: Case, on: date) -> list[int]:
    """Who holds the open task on site."""
    held = Task.objects.filter(
        case=case, closed_at=None, kind__in=("verify", "check"), member__isnull=False
    )
    return list(held.values_list("member_id", flat=True))


def unit(case: Case, on: date) -> list[int]:
    """Those who keep the desk of the unit responsible."""
    return desk(case.lead_id, on)


def ordered(case: Case, on: date) -> list[int]:
    """Those who keep the desk of the unit that a supervision order tells to answer."""
    task = order_of(case)
    return desk(task.organisation_id, on) if task else []


def giver(case: Case, on: date) -> list[int]:
    """Who gave the last supervision order."""
    task = order_of(case)
    by = task.asked.get("by") if task else None
    return [by] if by else []


def named(case: Case, on: date) -> list[int]:
    """Nobody by the case: whoever orders the message names them."""
    return []


def order_of(case: Case) -> Task | None:
    """The last supervision order of a case."""
    return Task.objects.filter(case=case, kind="order").order_by("-id").first()


def desk(organisation_id: int | None, on: date) -> list[int]:
    """Those who keep the desk of a unit on a day."""
    held = Holding.objects.filter(
        Q(valid_to=None) | Q(valid_to__gt=on), valid_from__lte=on, post__active=True,
        post__organisation_id=organisation_id or 0, post__roles__code="unit_desk",
    )  # fmt: skip
    return list(held.values_list("member_id", flat=True))


def called(case: Case, on: date) -> list[int]:
    """Who is called to the dispatch: the person that the unit's task names, else its desk."""
    held = Task.objects.filter(case=case, closed_at=None, kind="handle", member__isnull=False)
    return list(held.values_list("member_id", flat=True)) or unit(case, on)


TABLE: dict[str, Callable[[Case, date], list[int]]] = {
    "worker": worker,
    "inspector": inspector,
    "unit": unit,
    "ordered": ordered,
    "giver": giver,
    "named": named,
    "called": called,
}


def members(audience: str, case: Case, on: date, named: Sequence[int] = ()) -> list[Member]:
    """The active members of an audience, or those `named`, each once."""
    ids = named or TABLE[audience](case, on)
    return list(Member.objects.filter(pk__in=ids, active=True).order_by("pk"))
