"""Regions, grids and roads: from packages, from files, cut; the worker does it, the page shows."""

from __future__ import annotations

from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cityloop.kernel import clock, office
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Problem
from cityloop.kernel.page import actor_of
from cityloop.people import queries as people
from cityloop.setup import forms, operations, queries
from cityloop.setup.models import GroundWork

TAB = "office-first-steps"
SHOWN = 10
Kind, State = GroundWork.Kind, GroundWork.State


def _keeper(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    operations.require_keeper(actor)
    return actor


@require_safe
def ground(request: HttpRequest) -> HttpResponse:
    """The ground as it is, what is being done to it, and the ways to more."""
    actor = _keeper(request)
    if request.htmx and not request.htmx.history_restore_request:  # type: ignore[attr-defined]
        return render(request, "setup/_ground_works.html", _works(clock.now()))
    return _page(request, actor)


def _works(now: Any) -> dict[str, Any]:
    rows = list(queries.ground_works()[:SHOWN])
    under_way = any(one.state in (State.WAITING, State.RUNNING) for one in rows)
    looks = {State.WAITING: ("grey", "hourglass"), State.RUNNING: ("blue", "loader"),
             State.DONE: ("green", "circle-check"), State.REFUSED: ("red", "circle-x")}  # fmt: skip
    words = {State.WAITING: _("waits for the worker"), State.RUNNING: _("under way"),
             State.DONE: _("done"), State.REFUSED: _("refused")}  # fmt: skip
    kinds = {Kind.CITY: _("Outlines from packages"), Kind.CUT: _("Unit grids cut"),
             Kind.REGIONS: _("Regions of a file"), Kind.GRIDS: _("Unit grids of a file"),
             Kind.ROADS: _("Roads of a file")}  # fmt: skip
    told = [
        (one, kinds[Kind(one.kind)], words[State(one.state)], *looks[State(one.state)],
         round(100 * one.done / one.total) if one.total else 0)
        for one in rows
    ]  # fmt: skip
    return {"works": told, "under_way": under_way, "now": now}


def _page(
    request: HttpRequest, actor: Actor, *, status: int = 200, **given: django_forms.Form
) -> HttpResponse:
    """The page with one of its forms as it was sent."""
    found = queries.ground()
    city = given.get("city") or forms.CityForm(initial=_own_city(), found=found)
    bare = [one for one in found if one.communities and not one.grids]
    facts: dict[str, Any] = {
        "districts": found, "bare": bare, "cities": queries.cities(), "city": city,
        "file": forms.GroundFileForm(), "cut": forms.CutForm(districts=bare),
        **_works(clock.now()), **given,
    }  # fmt: skip
    return office.page(request, "setup/ground.html", TAB, facts, status=status)


def _own_city() -> dict[str, str]:
    """The city of the platform that leads, as the form begins."""
    there = [one.region_code for one in people.platforms(clock.local_day(clock.now()))]
    codes = sorted(code for code in there if code)
    return {"city": f"{codes[0][:4]}00" if codes else ""}


def _begun(
    request: HttpRequest, actor: Actor, field: str, form: Any, /, **work: Any
) -> HttpResponse:
    try:
        operations.begin_ground_work(actor=actor, now=clock.now(), **work)
    except Problem as problem:
        office.object_to(form, problem)
        return _page(request, actor, status=problem.status, **{field: form})
    messages.success(request, _("The worker has it now; this page shows how far it is."))
    return redirect("first-ground")


@require_POST
def outline(request: HttpRequest) -> HttpResponse:
    """A city's regions from packages; of some districts the streets and communities too."""
    actor = _keeper(request)
    form = forms.CityForm(request.POST, found=queries.ground())
    if not form.is_valid():
        return _page(request, actor, status=400, city=form)
    given = form.cleaned_data
    return _begun(
        request, actor, "city", form, kind=Kind.CITY,
        name=" ".join([given["city"], *given["districts"]]),
        options={"city": given["city"][:4], "districts": given["districts"]},
    )  # fmt: skip


@require_POST
def cut(request: HttpRequest) -> HttpResponse:
    """Districts cut into unit grids of a hectare."""
    actor = _keeper(request)
    bare = [one for one in queries.ground() if one.communities and not one.grids]
    form = forms.CutForm(request.POST, districts=bare)
    if not form.is_valid():
        return _page(request, actor, status=400, cut=form)
    chosen = form.cleaned_data["districts"]
    return _begun(
        request, actor, "cut", form, kind=Kind.CUT, name=" ".join(chosen),
        options={"districts": chosen},
    )  # fmt: skip


@require_POST
def send(request: HttpRequest) -> HttpResponse:
    """A file of regions, unit grids or roads."""
    actor = _keeper(request)
    form = forms.GroundFileForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, actor, status=400, file=form)
    given = dict(form.cleaned_data)
    file, kind = given.pop("file"), given.pop("kind")
    day = given.pop("valid_from")
    options = given | {"valid_from": day.isoformat() if day else ""}
    return _begun(
        request, actor, "file", form, kind=kind, name=file.name or "", content=file.read(),
        options=options,
    )  # fmt: skip


urlpatterns = [
    path("office/first-ground/", ground, name="first-ground"),
    path("office/first-ground/city/", outline, name="first-ground-city"),
    path("office/first-ground/cut/", cut, name="first-ground-cut"),
    path("office/first-ground/file/", send, name="first-ground-file"),
]
