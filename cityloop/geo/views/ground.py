"""Back office: streets and communities with their unit grids on the map, changed and redrawn."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cityloop.geo import forms, operations, queries
from cityloop.geo.models import Region
from cityloop.geo.views.frame import keeper, map_facts, on_of, soon, today
from cityloop.geo.views.region import region_page
from cityloop.kernel import clock, paging
from cityloop.kernel.errors import NotFound
from cityloop.kernel.office import Cell, Column, Table, act, list_page, page

TAB = "office-ground"


@require_safe
def regions(request: HttpRequest) -> HttpResponse:
    """Streets and communities of the actor's ground."""
    actor, cursor = keeper(request), request.GET.get("after")
    form = forms.RegionFilter(request.GET)
    found = form.cleaned_data if form.is_valid() else {}
    rows = queries.drawn_regions(actor, words=found.get("q", ""), level=found.get("level", ""))
    shown = paging.page(rows, order=("code", "id"), cursor=cursor)
    counts = queries.grids_within([row.code for row in shown.items], on=today())
    columns = [
        Column(_("Region"), "card-title wide"), Column(_("Code"), "narrow"),
        Column(_("Unit grids"), "narrow num"), Column(_("Outline")), Column(_("From"), "narrow"),
    ]  # fmt: skip
    query = {key: str(value) for key, value in request.GET.items() if key != "after"}
    table = Table(
        _("Ground"), columns, [_row(row, counts.get(row.code, 0)) for row in shown.items],
        next=f"?{urlencode({**query, 'after': shown.next})}" if shown.next else "",
        first=f"?{urlencode(query)}" if cursor else "",
    )  # fmt: skip
    return list_page(
        request, TAB, title=_("Ground"), table=table, form=form,
        new=(reverse("office-ground-new"), _("Draw a region")),
        note=_("Streets, communities and their unit grids: open one to see it on the map, to "
               "split, merge or retire grids, or to draw its outline."),
    )  # fmt: skip


def _row(row: Region, count: int) -> list[Cell]:
    street = row.level == Region.Level.STREET
    how = _("made by us") if row.generated else row.drawn_by or _("from a file")
    return [
        Cell(row.name, reverse("office-ground-region", args=[row.code]), indent=0 if street else 1,
             sub=_("street") if street else ""),
        Cell(row.code), Cell(str(count)), Cell(how, sub=row.reason),
        Cell(row.valid_from.isoformat()),
    ]  # fmt: skip


@require_http_methods(["GET", "POST"])
def region(request: HttpRequest, code: str) -> HttpResponse:
    """One street or community on a day; POST splits, merges or retires its chosen grids."""
    return region_page(request, code)


@require_safe
def shapes(request: HttpRequest, code: str) -> HttpResponse:
    """What the map draws, as GeoJSON."""
    keeper(request)
    on = on_of(request)
    return JsonResponse(queries.ground_shapes(queries.region(code, on=on), on=on))


@require_POST
def outline(request: HttpRequest, code: str) -> HttpResponse:
    """The region's outline from a day on."""
    actor = keeper(request)
    row = queries.drawn_regions(actor).filter(code=code).first()
    if row is None:
        raise NotFound(_("there is no such region on your ground"))
    form = forms.OutlineForm(request.POST, level=row.level, auto_id="id_outline_%s")
    answer = act(
        request, form, lambda facts: _draw(request, code=code, **facts),
        done=_("The outline holds from its day on."), to=_redrawn,
    )  # fmt: skip
    return answer or region_page(request, code, outline=form)


def _draw(request: HttpRequest, **facts: Any) -> operations.Redrawn:
    facts["shape"] = facts.pop("outline")
    done = operations.set_outline(**facts, actor=keeper(request), now=clock.now())
    if done.made:
        told = _("New unit grids: %(codes)s")
        messages.info(request, told % {"codes": ", ".join(done.made)})
    return done


def _redrawn(done: operations.Redrawn) -> str:
    here = reverse("office-ground-region", args=[done.region.code])
    return f"{here}?on={done.region.valid_from}"


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A street or community that is not there yet."""
    actor = keeper(request)
    form = forms.OutlineForm(request.POST or None, level="",
                             initial={"on": soon(), "make_grids": True})  # fmt: skip
    answer = act(
        request, form, lambda facts: _draw(request, **facts),
        done=_("The region is drawn."), to=_redrawn,
    )  # fmt: skip
    near = queries.drawn_regions(actor).first()
    shown = reverse("office-ground-shapes", args=[near.code]) if near else ""
    facts = {
        "title": _("Draw a region"), "form": form, "map": map_facts(shown), "draws": ["outline"],
        "back": reverse(TAB),
        "note": _("Its corners may lie up to two metres beside a border that is meant."),
    }  # fmt: skip
    status = 400 if form.is_bound and form.errors else 200
    return answer or page(request, "geo/outline.html", TAB, facts, status=status)
