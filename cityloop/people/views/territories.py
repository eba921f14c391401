"""Back office: areas in which a company stands for the territory."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cityloop.kernel import clock
from cityloop.kernel.errors import NotFound
from cityloop.kernel.office import Cell, Column, Table, act, form_page, list_page
from cityloop.people import forms, operations, queries
from cityloop.people.models import Territory
from cityloop.people.views.frame import manager

TAB = "office-territories"


@require_safe
def territories(request: HttpRequest) -> HttpResponse:
    """The areas of the actor's bodies, with those that have ended."""
    actor, today = manager(request), timezone.localdate(clock.now())
    columns = [
        Column(_("Area"), "card-title wide"), Column(_("Organisation")),
        Column(_("Unit grids"), "narrow num"), Column(_("Valid"), "narrow"), Column(_("Document")),
    ]  # fmt: skip
    found = list(queries.territories(actor))
    counts = queries.grids_in_force(found, on=today)
    rows = [_row(one, today, counts[one.pk]) for one in found]
    return list_page(
        request, TAB, title=_("Company areas"), table=Table(_("Company areas"), columns, rows),
        note=_("Inside such an area the company answers for what the territory would answer."),
        new=(reverse("office-territory-new"), _("New area")),
    )  # fmt: skip


def _row(one: Territory, today: Any, grids: int) -> list[Cell]:
    ended = one.valid_to is not None and one.valid_to <= today
    href = "" if ended else reverse("office-territory-end", args=[one.pk])
    return [
        Cell(one.name, href),
        Cell(one.organisation.name, sub=one.organisation.code),
        Cell(str(grids)),
        Cell(one.valid_from.isoformat(), sub=f"– {one.valid_to}" if one.valid_to else ""),
        Cell(one.source_document),
    ]


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A new area; its outline as GeoJSON."""
    actor, now = manager(request), clock.now()
    start = {"valid_from": timezone.localdate(now)}
    form = forms.TerritoryForm(request.POST or None, initial=start, actor=actor)
    answer = act(
        request, form, lambda facts: operations.set_territory(actor=actor, now=now, **facts),
        done=_("The area is kept."), to=reverse(TAB),
    )  # fmt: skip
    note = _("A unit grid belongs to the area when its middle lies in the outline.")
    return answer or form_page(
        request, TAB, title=_("New area"), form=form, back=reverse(TAB), note=note
    )


@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, territory_id: int) -> HttpResponse:
    """End an area today."""
    actor = manager(request)
    row = queries.territories(actor).filter(pk=territory_id).first()
    if row is None:
        raise NotFound(_("there is no such area"))
    form = forms.EndAreaForm(request.POST or None)
    answer = act(
        request, form,
        lambda facts: operations.end_territory(
            territory_id=row.pk, actor=actor, now=clock.now(), **facts
        ),
        done=_("The area ends today."), to=reverse(TAB),
    )  # fmt: skip
    return answer or form_page(
        request, TAB, title=row.name, form=form, back=reverse(TAB), submit=_("End this area")
    )
