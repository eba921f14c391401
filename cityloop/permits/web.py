"""Pages of the register: list, one permit, record, change and revoke."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cityloop.kernel import clock, paging
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import NotAllowed, NotFound, Problem
from cityloop.kernel.page import actor_of
from cityloop.kernel.templatetags.ui import named
from cityloop.people.models import Organisation
from cityloop.people.scope import in_scope
from cityloop.permits import forms, operations, queries
from cityloop.permits.models import Permit, PermitChange, PermitKind

SIZE = 50
MANAGE = "permits.manage"
TONES = {
    # standing: (tone, icon)
    "ahead": ("blue", "calendar-clock"),
    "valid": ("green", "circle-check"),
    "ended": ("grey", "circle-off"),
    "revoked": ("red", "circle-x"),
}


def _reader(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    actor.require(queries.VIEW)
    return actor


@require_safe
def permits(request: HttpRequest) -> HttpResponse:
    """The register as the actor sees it, those that hold longest first."""
    actor, today = _reader(request), timezone.localdate(clock.now())
    form = forms.FilterForm(request.GET, actor=actor)
    form.is_valid()
    given = form.cleaned_data
    unit = given.get("unit")
    filters = queries.Filters(
        on=today, words=given.get("q", ""), holder=given.get("holder", ""),
        kind=given.get("kind", ""), standing=given.get("standing", ""),
        unit_id=unit.pk if unit else None,
    )  # fmt: skip
    found = queries.permits(actor, filters)
    shown = paging.page(found, order=queries.ORDER, cursor=request.GET.get("after"), size=SIZE)
    query = {key: str(one) for key, one in request.GET.items() if key != "after" and one}
    facts = {
        "form": form, "rows": [(row, row.standing(today)) for row in shown.items],
        "tones": TONES, "filtered": bool(query), "holders": actor.may(queries.HOLDER),
        "next": f"?{urlencode({**query, 'after': shown.next})}" if shown.next else "",
        "first": f"?{urlencode(query)}" if request.GET.get("after") else "",
        "may_record": actor.may(MANAGE),
        "unused": [form[name].label for name in form.errors if name in form.fields],
    }  # fmt: skip
    return render(request, "permits/permits.html", facts)


@require_safe
def permit(request: HttpRequest, permit_id: int) -> HttpResponse:
    """One permit: facts, place, conditions, history."""
    actor = _reader(request)
    return _page(request, actor, queries.permit_seen(actor, permit_id))


def _page(
    request: HttpRequest, actor: Actor, row: Permit, *, status: int = 200, **given: Any
) -> HttpResponse:
    changes = queries.changes_of(actor, row)
    facts: dict[str, Any] = {
        "row": row, "standing": row.standing(timezone.localdate(clock.now())), "tones": TONES,
        "holders": actor.may(queries.HOLDER), "changes": [(one, _shown(one)) for one in changes],
        "names": _names(changes),
    }  # fmt: skip
    code = row.grid_code or row.area_code
    own = in_scope(actor, organisation_ids=[row.issuer_id], region_code=code)
    if actor.may(MANAGE) and own and row.revoked_on is None:
        facts["change_form"] = forms.PermitForm(actor=actor, row=row)
        facts["revoke_form"] = forms.RevokeForm(auto_id="revoke-%s")
    return render(request, "permits/permit.html", {**facts, **given}, status=status)


def _shown(one: PermitChange) -> list[tuple[str, Any, Any]]:
    """(field, old, new); a shape in words only that it changed."""
    return [
        (name, *(("", "") if name in ("ground", "point") else pair))
        for name, pair in sorted(one.fields.items())
        if name not in ("area_code", "point")
    ]


def _names(changes: list[PermitChange]) -> dict[str, dict[int, str]]:
    """Names of bodies and kinds that the history speaks of."""
    ids: dict[str, set[int]] = {"supervisor_id": set(), "kind_id": set()}
    for one in changes:
        for field, found in ids.items():
            found |= {value for value in one.fields.get(field, ()) if value is not None}
    units = Organisation.objects.filter(pk__in=ids["supervisor_id"]) if any(ids.values()) else ()
    kinds = PermitKind.objects.filter(pk__in=ids["kind_id"]) if any(ids.values()) else ()
    return {
        "supervisor_id": {one.pk: one.name for one in units},
        "kind_id": {one.pk: named(one) for one in kinds},
    }


@require_http_methods(["GET", "HEAD", "POST"])
def record(request: HttpRequest) -> HttpResponse:
    """A new permit."""
    actor = _reader(request)
    actor.require(MANAGE)
    form = forms.PermitForm(request.POST if request.method == "POST" else None, actor=actor)
    if form.is_bound and form.is_valid():
        facts = _facts(form.cleaned_data)
        try:
            row = operations.record_permit(
                issuer_id=facts.pop("issuer").pk, actor=actor, now=clock.now(), **facts
            )
        except Problem as problem:
            _tell(form, problem)
        else:
            messages.success(request, _("It is recorded."))
            return redirect("permit", permit_id=row.pk)
    status = 400 if form.is_bound else 200
    return render(request, "permits/record.html", {"form": form}, status=status)


@require_POST
def change(request: HttpRequest, permit_id: int) -> HttpResponse:
    """Other facts, with a reason."""
    actor = _reader(request)
    actor.require(MANAGE)
    row, now = queries.permit_seen(actor, permit_id), clock.now()
    form = forms.PermitForm(request.POST, actor=actor, row=row)
    if form.is_valid():
        facts = _facts(form.cleaned_data)
        if not set(form.changed_data) & {"lon", "lat", "radius_m", "area"}:
            facts |= dict.fromkeys(("lon", "lat", "radius_m"), None) | {"area": ""}
        try:
            operations.change_permit(permit_id=permit_id, actor=actor, now=now, **facts)
        except (NotAllowed, NotFound):
            raise
        except Problem as problem:
            _tell(form, problem)
        else:
            messages.success(request, _("It is recorded."))
            return redirect("permit", permit_id=permit_id)
    return _page(request, actor, row, status=400, change_form=form)


@require_POST
def revoke(request: HttpRequest, permit_id: int) -> HttpResponse:
    """Take it back, with a reason."""
    actor = _reader(request)
    actor.require(MANAGE)
    row, form = queries.permit_seen(actor, permit_id), forms.RevokeForm(request.POST)
    if form.is_valid():
        try:
            operations.revoke_permit(
                permit_id=permit_id, actor=actor, now=clock.now(), **form.cleaned_data
            )
        except (NotAllowed, NotFound):
            raise
        except Problem as problem:
            _tell(form, problem)
        else:
            messages.success(request, _("It is recorded."))
            return redirect("permit", permit_id=permit_id)
    return _page(request, actor, row, status=400, revoke_form=form)


def _facts(given: dict[str, Any]) -> dict[str, Any]:
    """What the form holds as an operation takes it."""
    facts = dict(given)
    supervisor = facts.pop("supervisor")
    return {**facts, "supervisor_id": supervisor.pk if supervisor else None}


def _tell(form: Any, problem: Problem) -> None:
    """What was typed stays in the form; a problem of a field stands at the field."""
    for name, reason in problem.fields.items():
        known = name.removesuffix("_id")
        form.add_error(known if known in form.fields else None, reason)
    if not problem.fields:
        form.add_error(None, list(problem.reasons))


urlpatterns = [
    path("permits/", permits, name="permits"),
    path("permits/new/", record, name="permit-record"),
    path("permits/<int:permit_id>/", permit, name="permit"),
    path("permits/<int:permit_id>/change/", change, name="permit-change"),
    path("permits/<int:permit_id>/revoke/", revoke, name="permit-revoke"),
]
