"""Joint operations: the list, one operation with its cases and what was counted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms as django_forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cityloop.coordination import forms, operations, queries
from cityloop.coordination.models import JointOperation
from cityloop.coordination.views.frame import Words, reader, tabs
from cityloop.kernel import clock, paging
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import NotAllowed
from cityloop.kernel.office import act, pager
from cityloop.people.models import Organisation

TAB, SIZE = "joint-operations", 50
MANAGE = "coordination.manage"


@require_safe
def joint_operations(request: HttpRequest) -> HttpResponse:
    """Operations of the actor's area, latest first."""
    actor = reader(request)
    shown = paging.page(
        queries.joint_operations(actor), order=("-planned_at", "-id"),
        cursor=request.GET.get("after"), size=SIZE,
    )  # fmt: skip
    facts = {
        "tabs": tabs(TAB), "rows": shown.items, "today": timezone.localdate(clock.now()),
        "may_plan": actor.may(MANAGE), **pager(request, shown.next),
    }  # fmt: skip
    return render(request, "coordination/joint_operations.html", facts)


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Plan an operation."""
    actor, now = reader(request), clock.now()
    actor.require(MANAGE)
    form = forms.OperationForm(request.POST if request.method == "POST" else None, actor=actor)

    def save(facts: dict[str, Any]) -> JointOperation:
        plan = operations.OperationPlan(**{**facts, "units": list(facts["units"])})
        return operations.plan_operation(plan, actor=actor, now=now)

    answer = act(
        request, form, save, done=_("The operation is planned; its units are told."),
        to=lambda row: reverse("joint-operation", args=[row.pk]),
    )  # fmt: skip
    facts = {"tabs": tabs(TAB), "form": form}
    status = 400 if form.errors else 200
    return answer or render(request, "coordination/joint_operation_new.html", facts, status=status)


@require_safe
def joint_operation(request: HttpRequest, operation_id: int) -> HttpResponse:
    """One operation."""
    return _page(request, reader(request), operation_id)


def _page(
    request: HttpRequest, actor: Actor, operation_id: int, *, status: int = 200, **given: Any
) -> HttpResponse:
    row = queries.operation_seen(actor, operation_id)
    units = queries.units_of(row)
    facts: dict[str, Any] = {
        "tabs": tabs(TAB), "operation": row, "today": timezone.localdate(clock.now()),
        "units": units, "totals": queries.totals(row), "results": list(row.results.all()),
        "cases": queries.operation_cases(actor, row), **_forms(actor, row, units),
    }  # fmt: skip
    template = "coordination/joint_operation.html"
    return render(request, template, {**facts, **given}, status=status)


def _forms(actor: Actor, row: JointOperation, units: list[Organisation]) -> dict[str, Any]:
    """What this actor may do with it now."""
    if row.ended_at is not None:
        return {}
    found: dict[str, Any] = {}
    if _leads(actor, row):
        found["case_form"] = forms.MatterCaseForm()
        found["may_start"] = row.started_at is None
        if row.started_at is not None:
            found["report_form"] = forms.OperationReportForm()
    if actor.may(MANAGE):
        found["call_off_form"] = forms.CallOffForm()
    if row.started_at is not None and (telling := _telling(actor, units)):
        found["result_form"] = forms.OperationResultForm(units=telling)
    return found


def _leads(actor: Actor, row: JointOperation) -> bool:
    return actor.may(MANAGE) or row.lead_id in actor.own_units


def _led(request: HttpRequest, operation_id: int) -> Actor:
    """The actor, who leads the operation or manages coordination; raises NotAllowed."""
    actor = reader(request)
    row = queries.operation_seen(actor, operation_id)
    if not _leads(actor, row):
        raise NotAllowed(_("this operation is led by %(unit)s") % {"unit": row.lead.name})
    return actor


def _telling(actor: Actor, units: list[Organisation]) -> list[Organisation]:
    """The units whose results the actor may tell."""
    own = set(actor.own_units)
    return [one for one in units if actor.may(MANAGE) or one.pk in own]


def _change(
    request: HttpRequest,
    operation_id: int,
    name: str,
    form: django_forms.Form,
    save: Callable[[dict[str, Any]], Any],
    *,
    done: Words,
) -> HttpResponse:
    answer = act(
        request, form, save, done=done,
        to=lambda result: reverse("joint-operation", args=[operation_id]),
    )  # fmt: skip
    return answer or _page(request, reader(request), operation_id, status=400, **{name: form})


@require_POST
def start(request: HttpRequest, operation_id: int) -> HttpResponse:
    """The units go out."""
    actor = _led(request, operation_id)

    def save(_facts: dict[str, Any]) -> Any:
        return operations.start_operation(operation_id=operation_id, actor=actor, now=clock.now())

    form = django_forms.Form(request.POST)
    return _change(request, operation_id, "refused", form, save, done=_("The operation has begun."))


@require_POST
def case(request: HttpRequest, operation_id: int) -> HttpResponse:
    """A case joins."""
    actor = _led(request, operation_id)

    def save(facts: dict[str, Any]) -> Any:
        return operations.add_operation_case(
            operation_id=operation_id, actor=actor, now=clock.now(), **facts
        )

    form = forms.MatterCaseForm(request.POST)
    return _change(request, operation_id, "case_form", form, save, done=_("The case has joined."))


@require_POST
def result(request: HttpRequest, operation_id: int) -> HttpResponse:
    """A unit tells what it counted."""
    actor = reader(request)

    def save(facts: dict[str, Any]) -> Any:
        count = operations.Count(**facts)
        return operations.tell_result(
            count, operation_id=operation_id, actor=actor, now=clock.now()
        )

    units = _telling(actor, queries.units_of(queries.operation_seen(actor, operation_id)))
    if not units:
        raise NotAllowed(_("your unit takes no part in this operation"))
    form = forms.OperationResultForm(request.POST, units=units)
    return _change(request, operation_id, "result_form", form, save, done=_("The result is kept."))


@require_POST
def report(request: HttpRequest, operation_id: int) -> HttpResponse:
    """End it with a report."""
    actor = _led(request, operation_id)

    def save(facts: dict[str, Any]) -> Any:
        return operations.report_operation(
            operation_id=operation_id, actor=actor, now=clock.now(), **facts
        )

    form = forms.OperationReportForm(request.POST)
    return _change(request, operation_id, "report_form", form, save,
                   done=_("The operation has ended."))  # fmt: skip


@require_POST
def call_off(request: HttpRequest, operation_id: int) -> HttpResponse:
    """Give it up."""
    actor = reader(request)
    actor.require(MANAGE)

    def save(facts: dict[str, Any]) -> Any:
        return operations.call_off_operation(
            operation_id=operation_id, actor=actor, now=clock.now(), **facts
        )

    form = forms.CallOffForm(request.POST)
    return _change(request, operation_id, "call_off_form", form, save,
                   done=_("The operation is called off."))  # fmt: skip
