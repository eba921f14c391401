"""Key matters: the list, one matter with its cases and milestones."""

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
from cityloop.coordination.operations import Matter
from cityloop.coordination.views.frame import Words, reader, tabs
from cityloop.kernel import clock, paging
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import NotAllowed, NotFound
from cityloop.kernel.office import act, pager

TAB, SIZE = "matters", 50
MANAGE = "coordination.manage"


@require_safe
def matters(request: HttpRequest) -> HttpResponse:
    """Key matters of the actor's area, latest first."""
    actor = reader(request)
    shown = paging.page(
        queries.matters(actor), order=("-opened_at", "-id"),
        cursor=request.GET.get("after"), size=SIZE,
    )  # fmt: skip
    facts = {
        "tabs": tabs(TAB), "rows": shown.items, "today": timezone.localdate(clock.now()),
        "may_open": actor.may(MANAGE), **pager(request, shown.next),
    }  # fmt: skip
    return render(request, "coordination/matters.html", facts)


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Open a key matter."""
    actor, now = reader(request), clock.now()
    actor.require(MANAGE)
    form = forms.MatterForm(request.POST if request.method == "POST" else None, actor=actor)
    answer = act(
        request, form, lambda facts: operations.open_matter(Matter(**facts), actor=actor, now=now),
        done=_("The matter is opened."), to=lambda row: reverse("matter", args=[row.pk]),
    )  # fmt: skip
    facts = {"tabs": tabs(TAB), "form": form}
    status = 400 if form.errors else 200
    return answer or render(request, "coordination/matter_new.html", facts, status=status)


@require_safe
def matter(request: HttpRequest, matter_id: int) -> HttpResponse:
    """One matter."""
    return _page(request, reader(request), matter_id)


def _page(
    request: HttpRequest, actor: Actor, matter_id: int, *, status: int = 200, **given: Any
) -> HttpResponse:
    row = queries.matter_seen(actor, matter_id)
    may_reach = row.closed_at is None and _may_reach(actor, row.owner_id)
    steps = [
        (one, forms.ReachedForm(auto_id=f"step-{one.pk}-%s"))
        if may_reach and one.reached_on is None else (one, None)
        for one in row.milestones.all()
    ]  # fmt: skip
    facts: dict[str, Any] = {
        "tabs": tabs(TAB), "matter": row, "today": timezone.localdate(clock.now()),
        "cases": queries.cases_of(actor, row), "steps": steps,
        "taken_out": queries.taken_out(actor, row),
    }  # fmt: skip
    if row.closed_at is None and actor.may(MANAGE):
        facts |= {
            "case_form": forms.MatterCaseForm(), "step_form": forms.MilestoneForm(),
            "out_form": forms.TakenOutForm(auto_id="out-%s"),
            "end_form": forms.MatterEndForm(),
        }  # fmt: skip
    return render(request, "coordination/matter.html", {**facts, **given}, status=status)


def _may_reach(actor: Actor, owner_id: int) -> bool:
    return actor.may(MANAGE) or owner_id in actor.own_units


def _change(
    request: HttpRequest,
    matter_id: int,
    name: str,
    form: django_forms.Form,
    save: Callable[[Actor, dict[str, Any]], Any],
    *,
    done: Words,
) -> HttpResponse:
    actor = reader(request)
    row = queries.matter_seen(actor, matter_id)
    if not _may_reach(actor, row.owner_id):
        raise NotAllowed(_("this matter belongs to %(unit)s") % {"unit": row.owner.name})
    answer = act(
        request, form, lambda facts: save(actor, facts), done=done,
        to=lambda result: reverse("matter", args=[matter_id]),
    )  # fmt: skip
    return answer or _page(request, actor, matter_id, status=400, **{name: form})


@require_POST
def case(request: HttpRequest, matter_id: int) -> HttpResponse:
    """A case joins."""

    def save(actor: Actor, facts: dict[str, Any]) -> Any:
        return operations.add_case(matter_id=matter_id, actor=actor, now=clock.now(), **facts)

    form = forms.MatterCaseForm(request.POST)
    return _change(request, matter_id, "case_form", form, save, done=_("The case has joined."))


@require_POST
def case_out(request: HttpRequest, matter_id: int) -> HttpResponse:
    """A case that joined by mistake leaves."""

    def save(actor: Actor, facts: dict[str, Any]) -> Any:
        return operations.remove_case(matter_id=matter_id, actor=actor, now=clock.now(), **facts)

    form = forms.TakenOutForm(request.POST, auto_id="out-%s")
    return _change(request, matter_id, "out_form", form, save, done=_("The case was taken out."))


@require_POST
def milestone(request: HttpRequest, matter_id: int) -> HttpResponse:
    """One more step."""

    def save(actor: Actor, facts: dict[str, Any]) -> Any:
        return operations.set_milestone(matter_id=matter_id, actor=actor, now=clock.now(), **facts)

    form = forms.MilestoneForm(request.POST)
    return _change(request, matter_id, "step_form", form, save, done=_("The milestone is set."))


@require_POST
def reached(request: HttpRequest, matter_id: int, milestone_id: int) -> HttpResponse:
    """A step is reached."""
    row = queries.matter_seen(reader(request), matter_id)
    if milestone_id not in {one.pk for one in row.milestones.all()}:
        raise NotFound(_("there is no such milestone"))

    def save(actor: Actor, facts: dict[str, Any]) -> Any:
        return operations.reach_milestone(
            milestone_id=milestone_id, actor=actor, now=clock.now(), **facts
        )

    form = forms.ReachedForm(request.POST)
    return _change(request, matter_id, "refused", form, save, done=_("The milestone is reached."))


@require_POST
def end(request: HttpRequest, matter_id: int) -> HttpResponse:
    """End it with a result."""

    def save(actor: Actor, facts: dict[str, Any]) -> Any:
        return operations.close_matter(matter_id=matter_id, actor=actor, now=clock.now(), **facts)

    form = forms.MatterEndForm(request.POST)
    return _change(request, matter_id, "end_form", form, save, done=_("The matter has ended."))
