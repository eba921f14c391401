"""A protection period: its emergency team and its cameras, as entered and printed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from cityloop.duty import forms, operations, queries
from cityloop.duty.models import Camera, TeamMember
from cityloop.duty.operations.protection import MANAGE
from cityloop.kernel import clock, files, office
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Invalid, NotFound, Problem
from cityloop.kernel.page import actor_of
from cityloop.standards.models import ProtectionPeriod


def address_of(period_id: int) -> str:
    """The page of a period."""
    return reverse("duty-protection", args=[period_id])


@require_safe
def standing_by(request: HttpRequest, period_id: int) -> HttpResponse:
    """Who stands by and what is watched; who enters periods changes it here."""
    actor = actor_of(request)
    return _page(request, actor, queries.period_seen(actor, period_id))


def _page(
    request: HttpRequest, actor: Actor, period: ProtectionPeriod, **given: Any
) -> HttpResponse:
    keeps = actor.may_for_city(MANAGE) and period.ends_on >= timezone.localdate(clock.now())
    facts = {
        "period": period, "cameras": queries.cameras_of(period.pk), "keeps": keeps,
        "periods": actor.may("manual.view"),
        "team": [
            (one, forms.ReachedForm(
                initial={"phone": one.phone, "starts": one.starts, "ends": one.ends},
                auto_id=f"team-{one.pk}-%s",
            ))
            for one in queries.team_of(period.pk)
        ],
    }  # fmt: skip
    if keeps:
        facts |= {
            "team_form": forms.TeamForm(auto_id="team-%s"),
            "camera_form": forms.CameraForm(auto_id="camera-%s"),
            "import_form": forms.CamerasForm(auto_id="cameras-%s"),
        }
    return render(
        request, "duty/protection.html", {**facts, **given}, status=400 if given else 200
    )  # fmt: skip


def _change(
    request: HttpRequest, period_id: int, name: str, form: django_forms.Form,
    save: Callable[[Actor, dict[str, Any]], Any],
) -> HttpResponse:  # fmt: skip
    """A form of the page; what was typed stays when something is wrong."""
    actor = actor_of(request)
    actor.require(MANAGE)
    period = queries.period_seen(actor, period_id)
    done = office.act(
        request, form, lambda facts: save(actor, facts), done=_("It is recorded."),
        to=address_of(period_id),
    )  # fmt: skip
    return done or _page(request, actor, period, **{name: form})


@require_POST
def add_member(request: HttpRequest, period_id: int) -> HttpResponse:
    """Somebody for the emergency team."""

    def save(actor: Actor, facts: dict[str, Any]) -> TeamMember:
        member = facts.pop("member")
        return operations.put_on_team(
            period_id=period_id, member=member, reached=operations.Reached(**facts), actor=actor,
            now=clock.now(),
        )  # fmt: skip

    form = forms.TeamForm(request.POST, auto_id="team-%s")
    return _change(request, period_id, "team_form", form, save)


@require_POST
def change_member(request: HttpRequest, row_id: int) -> HttpResponse:
    """Somebody is reached otherwise."""
    return _row(request, TeamMember, row_id, lambda actor: operations.change_on_team(
        row_id=row_id, reached=_reached(request), actor=actor, now=clock.now()))  # fmt: skip


def _reached(request: HttpRequest) -> operations.Reached:
    form = forms.ReachedForm(request.POST)
    if not form.is_valid():
        first = next(iter(form.errors.values()))[0]
        raise Invalid(str(first))
    return operations.Reached(**form.cleaned_data)


@require_POST
def end_member(request: HttpRequest, row_id: int) -> HttpResponse:
    """Somebody is of the team no more."""
    return _row(request, TeamMember, row_id, lambda actor: operations.take_off_team(
        row_id=row_id, actor=actor, now=clock.now()))  # fmt: skip


@require_POST
def add_camera(request: HttpRequest, period_id: int) -> HttpResponse:
    """A camera to watch."""
    form = forms.CameraForm(request.POST, auto_id="camera-%s")
    return _change(
        request, period_id, "camera_form", form,
        lambda actor, facts: operations.add_camera(
            period_id=period_id, actor=actor, now=clock.now(), **facts),
    )  # fmt: skip


@require_POST
def end_camera(request: HttpRequest, row_id: int) -> HttpResponse:
    """A camera is watched no more."""
    return _row(request, Camera, row_id, lambda actor: operations.end_camera(
        row_id=row_id, actor=actor, now=clock.now()))  # fmt: skip


def _row(request: HttpRequest, kind: Any, row_id: int, act: Callable[[Actor], Any]) -> HttpResponse:
    """Something about one row; what speaks against it is told on the page of its period."""
    actor = actor_of(request)
    actor.require(MANAGE)
    period_id = kind.objects.filter(pk=row_id).values_list("period_id", flat=True).first()
    if period_id is None:
        raise NotFound
    try:
        act(actor)
    except Problem as problem:
        if problem.status in (403, 404):
            raise
        messages.error(request, str(problem))
    else:
        messages.success(request, _("It is recorded."))
    return redirect(address_of(period_id))


@require_POST
def import_cameras(request: HttpRequest, period_id: int) -> HttpResponse:
    """A table: all rows, or none and the reason for each bad one."""
    actor = actor_of(request)
    actor.require(MANAGE)
    period = queries.period_seen(actor, period_id)
    form = forms.CamerasForm(request.POST, request.FILES, auto_id="cameras-%s")
    if not form.is_valid():
        return _page(request, actor, period, import_form=form)
    with files.laid_down(form.cleaned_data["file"].chunks(), "cameras.csv") as path:
        try:
            report = operations.import_cameras(
                path, period_id=period_id, actor=actor, now=clock.now()
            )
        except Problem as problem:
            form.add_error("file", str(problem))
            return _page(request, actor, period, import_form=form)
    if report.rejected:
        return _page(request, actor, period, import_form=form, report=report)
    told = ngettext(
        "%(n)s row is new, %(m)s stood already.",
        "%(n)s rows are new, %(m)s stood already.",
        report.imported,
    )
    messages.success(request, told % {"n": report.imported, "m": report.joined})
    return redirect(address_of(period_id))
