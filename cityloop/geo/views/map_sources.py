"""Back office: the city's own map services."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cityloop.geo import forms, operations, queries
from cityloop.geo.models import MapChange, MapSource
from cityloop.geo.views import record
from cityloop.kernel import clock
from cityloop.kernel.errors import NotFound
from cityloop.kernel.office import Cell, Column, Table, act, form_page, list_page
from cityloop.kernel.page import actor_with

TAB = "office-map-sources"
FIELDS = ("name", "kind", "url", "attribution", "position", "enabled")


@require_safe
def map_sources(request: HttpRequest) -> HttpResponse:
    """Those that are switched off too, in the order in which they are drawn."""
    actor = actor_with(request, record.PERMISSION)
    columns = [
        Column(_("Map service"), "card-title"), Column(_("State"), "narrow"),
        Column(_("Kind"), "narrow"), Column(_("Web address"), "wide"),
        Column(_("Layer"), "narrow num"),
    ]  # fmt: skip
    page, whole = request.build_absolute_uri("/").rstrip("/"), actor.ground is None
    rows = [_row(one, page, whole=whole) for one in queries.all_map_sources()]
    new = (reverse("office-map-source-new"), _("New map service")) if whole else None
    return list_page(
        request, TAB, title=_("Map services"), table=Table(_("Map services"), columns, rows),
        new=new, note=_("Maps show them below our own layers, the lowest number at the bottom."),
    )  # fmt: skip


def _row(one: MapSource, page: str, *, whole: bool) -> list[Cell]:
    warnings = queries.map_source_warnings(one, page=page)
    state = Cell(_("shown"), tone="green", icon="circle-check")
    if not one.enabled:
        state = Cell(_("not shown"), tone="grey", icon="circle-off")
    elif warnings:
        state = Cell(_("kept back"), tone="orange", icon="triangle-alert")
    href = reverse("office-map-source", args=[one.pk]) if whole else ""
    return [
        Cell(one.name, href, sub=one.attribution), state, Cell(one.kind.upper()),
        Cell(one.url, sub=" · ".join(warnings)), Cell(str(one.position)),
    ]  # fmt: skip


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A new map service."""
    return _edit(request, None)


@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, source_id: int) -> HttpResponse:
    """One map service, and what was changed of it."""
    row = queries.all_map_sources().filter(pk=source_id).first()
    actor_with(request, record.PERMISSION)
    if row is None:
        raise NotFound(_("there is no such map service"))
    return _edit(request, row)


def _edit(request: HttpRequest, row: MapSource | None) -> HttpResponse:
    actor = actor_with(request, record.PERMISSION)
    start: dict[str, Any] = {"enabled": True, "position": 0}
    facts: dict[str, Any] = {}
    if row is not None:
        start = {name: getattr(row, name) for name in FIELDS}
        facts = {
            "told": record.told(MapChange.Subject.MAP_SOURCE, row.pk),
            "removal": forms.ReasonForm(auto_id="removal-%s"),
            "removes": reverse("office-map-source-remove", args=[row.pk]),
        }
    form = forms.MapSourceForm(request.POST or None, initial=start)
    answer = act(
        request, form,
        lambda given: operations.set_map_source(
            **given, source_id=row.pk if row else None, actor=actor, now=clock.now()
        ),
        done=_("The map service is kept."), to=reverse(TAB),
    )  # fmt: skip
    title = _("New map service") if row is None else row.name
    return answer or form_page(request, TAB, title=title, form=form, back=reverse(TAB), **facts)


@require_POST
def remove(request: HttpRequest, source_id: int) -> HttpResponse:
    """Maps show it no more."""
    actor = actor_with(request, record.PERMISSION)
    form = forms.ReasonForm(request.POST)
    answer = act(
        request, form,
        lambda given: operations.remove_map_source(
            source_id=source_id, actor=actor, now=clock.now(), **given
        ),
        done=_("The map service is removed."), to=reverse(TAB),
    )  # fmt: skip
    back = reverse("office-map-source", args=[source_id])
    return answer or form_page(
        request, TAB, title=_("Remove"), form=form, back=back, submit=_("Remove")
    )
