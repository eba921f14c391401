"""Designated units with their prices, and the budget."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cityloop.kernel import clock
from cityloop.kernel.actor import Actor
from cityloop.works import forms, operations, queries
from cityloop.works.models import Designation
from cityloop.works.views import frame

MANAGE = "works.manage"


@require_http_methods(["GET", "HEAD", "POST"])
def units(request: HttpRequest) -> HttpResponse:
    """The standing list; those who manage it add a unit here."""
    actor = frame.reader(request)
    if request.method != "POST":
        return _units(request, actor)
    actor.require(MANAGE)
    form = forms.DesignationForm(request.POST, actor=actor)

    def save(facts: dict[str, Any]) -> Any:
        start, end = facts.pop("on_call_from"), facts.pop("on_call_to")
        return operations.designate(
            organisation_id=facts.pop("organisation").pk,
            on_call=(start, end) if start and end else None,
            actor=actor, now=clock.now(), **facts,
        )  # fmt: skip

    return frame.take(
        request, form, save, leads_to=reverse("works-units"),
        page=lambda: _units(request, actor, form=form),
    )  # fmt: skip


def _units(request: HttpRequest, actor: Actor, **given: Any) -> HttpResponse:
    now = timezone.localtime(clock.now())
    today = timezone.localdate(now)
    prices: dict[int, int] = defaultdict(int)
    for one in queries.prices(on=today):
        prices[one.designation_id] += 1
    held = queries.designations(on=today)
    rows = [(one, prices[one.pk], one.on_call(now.time())) for one in held]
    facts = {"rows": rows, "tabs": frame.tabs("works-units")}
    if actor.may(MANAGE):
        facts["form"] = forms.DesignationForm(actor=actor)
    return render(request, "works/units.html", {**facts, **given})


@require_safe
def unit(request: HttpRequest, designation_id: int) -> HttpResponse:
    """One designated unit and its price list, earlier prices below."""
    actor = frame.reader(request)
    return _unit(request, actor, queries.designation(designation_id))


def _unit(request: HttpRequest, actor: Actor, row: Designation, **given: Any) -> HttpResponse:
    facts: dict[str, Any] = {
        "row": row, "tabs": frame.tabs("works-units"),
        "prices": row.prices.order_by("code", "-valid_from"),
    }  # fmt: skip
    if actor.may(MANAGE) and row.valid_to is None:
        facts["price_form"] = forms.PriceForm(auto_id="price-%s")
        facts["end_form"] = forms.EndForm(auto_id="end-%s")
    return render(request, "works/unit.html", {**facts, **given})


@require_POST
def price(request: HttpRequest, designation_id: int) -> HttpResponse:
    """A price from a day on."""
    form = forms.PriceForm(request.POST, auto_id="price-%s")
    return _change(request, designation_id, "price_form", form, operations.set_price)


@require_POST
def end(request: HttpRequest, designation_id: int) -> HttpResponse:
    """Take the unit off the list."""
    form = forms.EndForm(request.POST, auto_id="end-%s")
    return _change(request, designation_id, "end_form", form, operations.end_designation)


def _change(
    request: HttpRequest, designation_id: int, name: str, form: Any, operation: Any
) -> HttpResponse:
    actor = frame.reader(request)
    actor.require(MANAGE)
    row = queries.designation(designation_id)

    def save(facts: dict[str, Any]) -> Any:
        return operation(designation_id=row.pk, actor=actor, now=clock.now(), **facts)

    return frame.take(
        request, form, save, leads_to=reverse("works-unit", args=[row.pk]),
        page=lambda: _unit(request, actor, row, **{name: form}),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def budgets(request: HttpRequest) -> HttpResponse:
    """Budget lines with what is committed, invoiced and left; those who manage them set one."""
    actor = frame.reader(request)
    if request.method != "POST":
        return _budgets(request, actor)
    actor.require(MANAGE)
    form = forms.BudgetForm(request.POST)

    def save(facts: dict[str, Any]) -> Any:
        return operations.set_budget(actor=actor, now=clock.now(), **facts)

    return frame.take(
        request, form, save, leads_to=reverse("works-budgets"),
        page=lambda: _budgets(request, actor, form=form),
    )  # fmt: skip


def _budgets(request: HttpRequest, actor: Actor, **given: Any) -> HttpResponse:
    facts: dict[str, Any] = {"rows": queries.budgets(actor), "tabs": frame.tabs("works-budgets")}
    if actor.may(MANAGE):
        facts["form"] = forms.BudgetForm(initial={"year": timezone.localdate(clock.now()).year})
    return render(request, "works/budgets.html", {**facts, **given})
