"""Joint operations that an actor sees, and what was counted."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Prefetch, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from cityloop.cases import queries as cases
from cityloop.cases.models import FINAL, Case
from cityloop.coordination.models import JointOperation, OperationCase, OperationResult, ResultKind
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import NotFound
from cityloop.people import queries as people
from cityloop.people.models import Organisation


@dataclass(frozen=True, slots=True)
class Total:
    """How much of one kind all units counted together."""

    kind: str
    label: str
    number: int


def joint_operations(actor: Actor) -> QuerySet[JointOperation]:
    """Operations of the actor's area, and those in which their unit takes part; unordered."""
    own = sorted(actor.own_units)
    ours = Q(lead_id__in=own) | Q(units__overlap=own)
    seen = people.scope_q(actor, region_field="region_code") | ours
    ended = Q(members__case__status__in=FINAL)
    return (
        JointOperation.objects.filter(seen)
        .select_related("lead")
        .annotate(
            case_count=Count("members", distinct=True),
            cases_ended=Count("members", filter=ended, distinct=True),
            cases_found=Count("members", filter=Q(members__found=True), distinct=True),
        )
    )


def operation_seen(actor: Actor, operation_id: int) -> JointOperation:
    """One operation with its results; raises NotFound outside the actor's scope."""
    told = OperationResult.objects.select_related("unit").order_by("-told_at", "-pk")
    rows = joint_operations(actor).prefetch_related(Prefetch("results", told))
    found = rows.filter(pk=operation_id).first()
    if found is None:
        raise NotFound(_("there is no such operation, or you may not see it"))
    return found


def totals(operation: JointOperation) -> list[Total]:
    """The sums by kind, in the order of the kinds; what sums to nothing is left out."""
    rows = operation.results.order_by().values("kind").annotate(n=Sum("number"))
    sums = {row["kind"]: int(row["n"]) for row in rows}
    return [
        Total(kind.value, str(kind.label), sums[kind.value])
        for kind in ResultKind
        if sums.get(kind.value)
    ]


def units_of(operation: JointOperation) -> list[Organisation]:
    """The lead first, then the others by name."""
    rows = Organisation.objects.filter(pk__in=operation.units).defer("search").order_by("name_zh")
    return [operation.lead, *rows]


def operation_cases(actor: Actor, operation: JointOperation, *, limit: int = 200) -> list[Case]:
    """The cases of an operation that the actor sees, those that run out first at the top."""
    members = OperationCase.objects.filter(operation=operation).values("case")
    rows = cases.visible(actor).filter(pk__in=members).select_related("problem_class", "lead")
    return list(rows.order_by("due_at", "pk")[:limit])
