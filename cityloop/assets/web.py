"""Pages of the register: list, one component, import."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cityloop.assets import forms, operations, queries
from cityloop.assets.models import Component, State
from cityloop.kernel import clock, paging
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Problem
from cityloop.kernel.page import actor_of
from cityloop.people.models import Organisation

SIZE = 50
TONES = {
    # state: (tone, icon)
    State.INTACT: ("green", "circle-check"),
    State.DAMAGED: ("red", "octagon-alert"),
    State.LOST: ("red", "circle-x"),
    State.ABANDONED: ("grey", "circle-off"),
    State.OCCUPIED: ("yellow", "triangle-alert"),
}


def _reader(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    actor.require("components.view")
    return actor


@require_safe
def components(request: HttpRequest) -> HttpResponse:
    """The register as the actor sees it, by code."""
    actor = _reader(request)
    form = forms.FilterForm(request.GET, actor=actor)
    form.is_valid()
    given = form.cleaned_data
    unit = given.get("unit")
    filters = queries.Filters(
        words=given.get("q", ""), class_id=given.get("class_id"), state=given.get("state", ""),
        area=given.get("area", ""), unit_id=unit.pk if unit else None,
    )  # fmt: skip
    found = queries.components(actor, filters)
    shown = paging.page(found, order=("code",), cursor=request.GET.get("after"), size=SIZE)
    query = {key: str(one) for key, one in request.GET.items() if key != "after" and one}
    facts = {
        "form": form, "rows": shown.items, "tones": TONES, "filtered": bool(query),
        "next": f"?{urlencode({**query, 'after': shown.next})}" if shown.next else "",
        "first": f"?{urlencode(query)}" if request.GET.get("after") else "",
        "may_import": actor.may("components.manage"),
        "unused": [form[name].label for name in form.errors if name in form.fields],
    }  # fmt: skip
    return render(request, "assets/components.html", facts)


@require_safe
def component(request: HttpRequest, code: str) -> HttpResponse:
    """One component: attributes of the standard, three departments, history."""
    actor = _reader(request)
    return _page(request, actor, queries.component_seen(actor, code))


def _page(
    request: HttpRequest, actor: Actor, row: Component, *, status: int = 200, **given: Any
) -> HttpResponse:
    changes = list(queries.changes_of(row)[:50])
    facts: dict[str, Any] = {
        "row": row, "tones": TONES, "changes": [(one, _differences(one.fields)) for one in changes],
        "ownerships": list(queries.ownerships_of(row)[:50]),
        "units": _named_units(changes), "states": dict(State.choices),
        "near": [n for n in queries.nearest(actor, row.point.x, row.point.y, within_m=30)
                 if n.component.pk != row.pk],
    }  # fmt: skip
    if actor.may("components.manage"):
        facts["state_form"] = forms.StateForm(initial={"state": row.state})
        facts["owner_form"] = forms.OwnerForm(actor=actor)
        facts["hand_over_form"] = forms.HandOverForm(actor=actor)
    return render(request, "assets/component.html", {**facts, **given}, status=status)


def _differences(fields: dict[str, list[Any]]) -> list[tuple[str, Any, Any]]:
    return [(name, old, new) for name, (old, new) in sorted(fields.items())]


def _named_units(changes: list[Any]) -> dict[int, str]:
    """Names of the units that the history speaks of, in one query."""
    wanted = {
        value
        for one in changes
        for name, pair in one.fields.items()
        if name in ("owner_id", "maintainer_id", "competent_id")
        for value in pair
        if value is not None
    }
    return {unit.pk: unit.name for unit in Organisation.objects.filter(pk__in=wanted)}


def _change(
    request: HttpRequest, code: str, name: str, form: Any, save: Callable[[dict[str, Any]], Any]
) -> HttpResponse:
    """Call an operation with a valid form; else show the page with what is wrong."""
    actor = _reader(request)
    actor.require("components.manage")
    row = queries.component_seen(actor, code)
    if form.is_valid():
        try:
            save(form.cleaned_data)
        except Problem as problem:
            form.add_error(None, list(problem.reasons))
        else:
            messages.success(request, _("The component is changed."))
            return redirect("component", code=code)
    return _page(request, actor, row, status=400, **{name: form})


@require_POST
def change_state(request: HttpRequest, code: str) -> HttpResponse:
    """A new state."""
    actor, now = _reader(request), clock.now()
    form = forms.StateForm(request.POST)
    return _change(
        request, code, "state_form", form,
        lambda facts: operations.change_state(code=code, actor=actor, now=now, **facts),
    )  # fmt: skip


@require_POST
def change_owner(request: HttpRequest, code: str) -> HttpResponse:
    """A hand-over."""
    actor, now = _reader(request), clock.now()
    form = forms.OwnerForm(request.POST, actor=actor)

    def save(facts: dict[str, Any]) -> Component:
        units = {
            f"{name}_id": facts[name].pk
            for name in ("competent", "owner", "maintainer")
            if facts[name]
        }
        return operations.change_owner(
            code=code, actor=actor, now=now, reason=facts["reason"], **units
        )

    return _change(request, code, "owner_form", form, save)


@require_POST
def hand_over(request: HttpRequest, code: str) -> HttpResponse:
    """Another body answers for it from a day on."""
    actor, now = _reader(request), clock.now()
    form = forms.HandOverForm(request.POST, actor=actor)

    def save(facts: dict[str, Any]) -> Any:
        unit = facts.pop("organisation")
        return operations.hand_over(
            code=code, organisation_id=unit.pk, actor=actor, now=now, **facts
        )

    return _change(request, code, "hand_over_form", form, save)


urlpatterns = [
    path("components/", components, name="components"),
    path("components/<str:code>/", component, name="component"),
    path("components/<str:code>/state/", change_state, name="component-state"),
    path("components/<str:code>/owner/", change_owner, name="component-owner"),
    path("components/<str:code>/hand-over/", hand_over, name="component-hand-over"),
]
