"""Joint operations over the API."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Query, Router

from cityloop.coordination import operations, queries, shapes
from cityloop.kernel import clock, paging
from cityloop.kernel.actor import Actor
from cityloop.kernel.api import idempotent
from cityloop.kernel.errors import Invalid
from cityloop.kernel.page import actor_of, actor_with
from cityloop.people.models import Organisation

router = Router(tags=["coordination"])
VIEW, MANAGE = "coordination.view", "coordination.manage"


def _units(ids: Sequence[int], field: str) -> list[Organisation]:
    """The organisations in the order of their ids; raises Invalid for one that is not there."""
    found = Organisation.objects.defer("search").in_bulk(list(ids))
    if any(one not in found for one in ids):
        raise Invalid(_("there is no such unit"), fields={field: _("unknown")})
    return [found[one] for one in ids]


def _line(row: Any) -> dict[str, Any]:
    return {
        "id": row.pk, "title": row.title, "region_code": row.region_code, "lead_id": row.lead_id,
        "unit_ids": row.units, "begins_on": row.begins_on, "ends_on": row.ends_on,
        "planned_at": row.planned_at, "started_at": row.started_at, "ended_at": row.ended_at,
        "called_off": row.called_off, "cases": row.case_count, "cases_ended": row.cases_ended,
        "cases_found": row.cases_found,
    }  # fmt: skip


def _file(actor: Actor, operation_id: int) -> dict[str, Any]:
    row = queries.operation_seen(actor, operation_id)
    results = [
        {
            "unit_id": one.unit_id, "kind": one.kind, "number": one.number, "note": one.note,
            "told_at": one.told_at, "told_by": one.told_by,
        }
        for one in row.results.all()
    ]  # fmt: skip
    return {
        **_line(row), "plan": row.plan, "report": row.report, "results": results,
        "totals": {one.kind: one.number for one in queries.totals(row)},
        "numbers": [one.number for one in queries.operation_cases(actor, row)],
    }  # fmt: skip


@router.get(
    "/joint-operations", response=shapes.OperationPage, summary="Joint operations of your area"
)
def joint_operations(
    request: HttpRequest,
    cursor: str | None = None,
    size: Annotated[int, Query(ge=1, le=200)] = 50,
) -> dict[str, Any]:
    """Latest first; those in which your unit takes part too."""
    actor = actor_with(request, VIEW)
    rows = queries.joint_operations(actor)
    return paging.listed(rows, _line, order=("-planned_at", "-id"), cursor=cursor, size=size)


@router.get(
    "/joint-operations/{operation_id}", response=shapes.OperationFile, summary="One joint operation"
)
def joint_operation(request: HttpRequest, operation_id: shapes.Id) -> dict[str, Any]:
    """404 outside your scope."""
    return _file(actor_with(request, VIEW), operation_id)


@router.post("/joint-operations", response=shapes.OperationFile, summary="Plan a joint operation")
@idempotent
def plan_operation(request: HttpRequest, body: shapes.OperationIn) -> tuple[int, dict[str, Any]]:
    """The desks of its units are told. Needs coordination.manage."""
    actor = actor_with(request, MANAGE)
    plan = operations.OperationPlan(
        lead=_units([body.lead_id], "lead_id")[0],
        units=_units(body.unit_ids, "unit_ids"),
        **body.dict(exclude={"lead_id", "unit_ids"}),
    )
    return 200, _file(actor, operations.plan_operation(plan, actor=actor, now=clock.now()).pk)


@router.post(
    "/joint-operations/{operation_id}/start",
    response=shapes.OperationFile,
    summary="Begin a joint operation",
)
@idempotent
def start_operation(request: HttpRequest, operation_id: shapes.Id) -> tuple[int, dict[str, Any]]:
    """From the first day of the plan on; by its lead, or with coordination.manage."""
    actor = actor_of(request)
    operations.start_operation(operation_id=operation_id, actor=actor, now=clock.now())
    return 200, _file(actor, operation_id)


@router.post(
    "/joint-operations/{operation_id}/cases",
    response=shapes.OperationFile,
    summary="Add a case to a joint operation",
)
@idempotent
def add_operation_case(
    request: HttpRequest, operation_id: shapes.Id, body: shapes.MatterCaseIn
) -> tuple[int, dict[str, Any]]:
    """One that you see; by its lead, or with coordination.manage."""
    actor, now = actor_of(request), clock.now()
    operations.add_operation_case(
        operation_id=operation_id, number=body.number, actor=actor, now=now
    )
    return 200, _file(actor, operation_id)


@router.post(
    "/joint-operations/{operation_id}/results",
    response=shapes.OperationFile,
    summary="Tell what a unit counted",
)
@idempotent
def tell_result(
    request: HttpRequest, operation_id: shapes.Id, body: shapes.OperationResultIn
) -> tuple[int, dict[str, Any]]:
    """By the unit itself, or with coordination.manage; below zero corrects, with a remark."""
    actor = actor_of(request)
    unit = _units([body.unit_id], "unit_id")[0]
    count = operations.Count(unit=unit, **body.dict(exclude={"unit_id"}))
    operations.tell_result(count, operation_id=operation_id, actor=actor, now=clock.now())
    return 200, _file(actor, operation_id)


@router.post(
    "/joint-operations/{operation_id}/report",
    response=shapes.OperationFile,
    summary="End a joint operation with a report",
)
@idempotent
def report_operation(
    request: HttpRequest, operation_id: shapes.Id, body: shapes.OperationReportIn
) -> tuple[int, dict[str, Any]]:
    """Once a result is told; by its lead, or with coordination.manage."""
    actor, now = actor_of(request), clock.now()
    operations.report_operation(operation_id=operation_id, report=body.report, actor=actor, now=now)
    return 200, _file(actor, operation_id)


@router.post(
    "/joint-operations/{operation_id}/call-off",
    response=shapes.OperationFile,
    summary="Call a joint operation off",
)
@idempotent
def call_off_operation(
    request: HttpRequest, operation_id: shapes.Id, body: shapes.CallOffIn
) -> tuple[int, dict[str, Any]]:
    """What was counted stays. Needs coordination.manage."""
    actor, now = actor_of(request), clock.now()
    operations.call_off_operation(
        operation_id=operation_id, reason=body.reason, actor=actor, now=now
    )
    return 200, _file(actor, operation_id)
