"""What each worker of a unit has in hand, beside the form that assigns a case to one of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from cityloop.cases import queries as cases
from cityloop.cases.models import Status
from cityloop.kernel.actor import Actor

ACTION = "assign"
AT_WORK = (Status.HANDLING, Status.HANDED_IN)


@dataclass(frozen=True, slots=True)
class Load:
    """One worker; `now`: the case is with them already."""

    member_id: int
    name: str
    cases: int
    late: int
    now: bool


def assigned_to(member_id: int, _now: datetime) -> Q:
    """With a unit, and assigned to this worker."""
    return Q(worker_id=member_id, status__in=AT_WORK)


def loads(
    actor: Actor, offered: Iterable[tuple[str, str]], *, chosen: int | None, now: datetime
) -> list[Load]:
    """Those who can be assigned, the emptiest hands first. One statement, by the indexes of workers
    and of what is at these steps: what they have finished costs nothing."""
    people = {int(key): str(name) for key, name in offered if key}
    rows = cases.visible(actor).filter(worker_id__in=people, status__in=AT_WORK)
    counted = rows.order_by().values("worker_id").annotate(
        n=Count("pk"), late=Count("pk", filter=Q(due_at__lt=now))
    )  # fmt: skip
    found = {row["worker_id"]: (row["n"], row["late"]) for row in counted}
    made = [Load(pk, name, *found.get(pk, (0, 0)), now=pk == chosen)
            for pk, name in people.items()]  # fmt: skip
    return sorted(made, key=lambda one: (one.cases, one.late, one.name, one.member_id))
