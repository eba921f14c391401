"""Back office: where the platform works, from when until when."""

from __future__ import annotations

from datetime import date
from typing import Any

import shapely
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from shapely.geometry.base import BaseGeometry

from cityloop.geo import forms, operations, queries
from cityloop.geo.models import MapChange, ServiceArea
from cityloop.geo.operations.service_areas import BadArea
from cityloop.geo.views import record
from cityloop.kernel import clock
from cityloop.kernel.office import Cell, Column, Table, act, codes_of, form_page, list_page
from cityloop.kernel.page import actor_with

TAB = "office-service-areas"


@require_safe
def service_areas(request: HttpRequest) -> HttpResponse:
    """By their first day."""
    actor, today = actor_with(request, record.PERMISSION), timezone.localdate(clock.now())
    columns = [
        Column(_("Area"), "card-title wide"), Column(_("State"), "narrow"),
        Column(_("First day"), "narrow"), Column(_("First day without it"), "narrow"),
    ]  # fmt: skip
    whole = actor.ground is None
    rows = [_row(one, today, whole=whole) for one in queries.service_areas()]
    note = _("Reports from outside the areas of the day are kept and flagged.")
    if not rows:
        note = _("Without any area the whole city is served, and no report is flagged.")
    return list_page(
        request, TAB, title=_("Service areas"), table=Table(_("Service areas"), columns, rows),
        new=(reverse("office-service-area-new"), _("New service area")) if whole else None,
        note=note,
    )  # fmt: skip


def _row(one: ServiceArea, today: date, *, whole: bool) -> list[Cell]:
    state = Cell(_("in force"), tone="green", icon="circle-check")
    if one.starts_on > today:
        state = Cell(_("to come"), tone="blue", icon="calendar-clock")
    elif one.ends_on is not None and one.ends_on <= today:
        state = Cell(_("ended"), tone="grey", icon="circle-off")
    href = reverse("office-service-area", args=[one.pk]) if whole else ""
    ends = one.ends_on.isoformat() if one.ends_on else "–"
    return [Cell(one.name, href), state, Cell(one.starts_on.isoformat()), Cell(ends)]


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A new area."""
    return _edit(request, None)


@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, area_id: int) -> HttpResponse:
    """One area, and what was changed of it."""
    actor_with(request, record.PERMISSION)
    return _edit(request, queries.service_area(area_id))


def _edit(request: HttpRequest, row: ServiceArea | None) -> HttpResponse:
    actor = actor_with(request, record.PERMISSION)
    start: dict[str, Any] = {"starts_on": timezone.localdate(clock.now())}
    facts: dict[str, Any] = {}
    if row is not None:
        start = {name: getattr(row, name) for name in ("name", "starts_on", "ends_on")}
        facts = {
            "told": record.told(MapChange.Subject.SERVICE_AREA, row.pk),
            "removal": forms.ReasonForm(auto_id="removal-%s"),
            "removes": reverse("office-service-area-remove", args=[row.pk]),
            "removal_note": _("One entered by mistake; a phase that ends gets its last day."),
            "note": _("Name neither regions nor an outline, and it stays as it is drawn."),
        }
    form = forms.ServiceAreaForm(request.POST or None, initial=start)

    def save(given: dict[str, Any]) -> ServiceArea:
        shape = _shape(given.pop("regions"), given.pop("outline"), given["starts_on"], row)
        return operations.set_service_area(
            **given, shape=shape, area_id=row.pk if row else None, actor=actor, now=clock.now()
        )

    answer = act(request, form, save, done=_("The area is kept."), to=reverse(TAB))
    title = _("New service area") if row is None else row.name
    return answer or form_page(request, TAB, title=title, form=form, back=reverse(TAB), **facts)


def _shape(regions: str, outline: str, on: date, row: ServiceArea | None) -> BaseGeometry:
    """What the form draws; raises BadArea."""
    if regions and outline:
        raise _bad("outline", _("either regions or an outline of its own"))
    if regions:
        return queries.ground_of(codes_of(regions), on=on)
    if outline:
        try:
            return shapely.from_geojson(outline)
        except shapely.GEOSException as error:
            raise _bad("outline", _("this is no GeoJSON of an area")) from error
    if row is None:
        raise _bad("regions", _("name regions, or give an outline"))
    return shapely.from_wkb(bytes(row.geom.wkb))


def _bad(field: str, why: str) -> BadArea:
    return BadArea(why, fields={field: why})


@require_POST
def remove(request: HttpRequest, area_id: int) -> HttpResponse:
    """One that was entered by mistake."""
    actor = actor_with(request, record.PERMISSION)
    form = forms.ReasonForm(request.POST)
    answer = act(
        request, form,
        lambda given: operations.remove_service_area(
            area_id=area_id, actor=actor, now=clock.now(), **given
        ),
        done=_("The area is removed."), to=reverse(TAB),
    )  # fmt: skip
    back = reverse("office-service-area", args=[area_id])
    return answer or form_page(
        request, TAB, title=_("Remove"), form=form, back=back, submit=_("Remove")
    )
