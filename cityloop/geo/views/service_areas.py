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

from cityloop.geo import drawn, forms, operations, queries
from cityloop.geo.models import MapChange, ServiceArea
from cityloop.geo.operations.service_areas import BadArea
from cityloop.geo.views import record
from cityloop.geo.views.frame import map_facts
from cityloop.kernel import clock
from cityloop.kernel.office import Cell, Column, Table, act, codes_of, form_page, list_page, page
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
    facts: dict[str, Any] = {"title": _("New service area")}
    if row is not None:
        start = {name: getattr(row, name) for name in ("name", "starts_on", "ends_on")}
        start["outline"] = drawn.write_outline(shapely.from_wkb(bytes(row.geom.wkb)))
        facts = {
            "title": row.name,
            "told": record.told(MapChange.Subject.SERVICE_AREA, row.pk),
            "removal": forms.ReasonForm(auto_id="removal-%s"),
            "removes": reverse("office-service-area-remove", args=[row.pk]),
            "removal_note": _("One entered by mistake; a phase that ends gets its last day."),
        }
    form = forms.ServiceAreaForm(request.POST or None, initial=start)

    def save(given: dict[str, Any]) -> ServiceArea:
        regions, outline = given.pop("regions"), given.pop("outline")
        shape = _shape(regions, outline, given["starts_on"], row)
        return operations.set_service_area(
            **given, shape=shape, area_id=row.pk if row else None, actor=actor, now=clock.now()
        )

    answer = act(request, form, save, done=_("The area is kept."), to=reverse(TAB))
    facts |= {"form": form, "back": reverse(TAB), "map": map_facts(""), "draws": ["outline"]}
    status = 400 if form.is_bound and form.errors else 200
    return answer or page(request, "geo/outline.html", TAB, facts, status=status)


def _shape(
    regions: str, outline: BaseGeometry | None, on: date, row: ServiceArea | None
) -> BaseGeometry:
    """What the form draws, or how the area is drawn already; raises BadArea."""
    there = shapely.from_wkb(bytes(row.geom.wkb)) if row else None
    if there is not None and outline is not None:
        as_written = drawn.read_outline(drawn.write_outline(there))
        outline = None if as_written.equals(outline) else outline
    if regions and outline is not None:
        raise _bad("outline", _("either regions or an outline of its own"))
    if regions:
        return queries.ground_of(codes_of(regions), on=on)
    shape = there if outline is None else outline
    if shape is None:
        raise _bad("regions", _("name regions, or draw an outline"))
    return shape


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
