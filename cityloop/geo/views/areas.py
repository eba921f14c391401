"""Back office: where the platform works, drawn on the map."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cityloop.geo import drawn, forms, operations, queries
from cityloop.geo.models import ServiceArea
from cityloop.geo.operations.grids import read_shape
from cityloop.geo.views.frame import keeper, map_facts, today
from cityloop.kernel import clock
from cityloop.kernel.office import Cell, Column, Table, act, list_page, page

TAB = "office-areas"


@require_safe
def areas(request: HttpRequest) -> HttpResponse:
    """All service areas by their first day."""
    keeper(request)
    columns = [
        Column(_("Area"), "card-title wide"), Column(_("From"), "narrow"),
        Column(_("First day without it"), "narrow"), Column(_("State"), "narrow"),
    ]  # fmt: skip
    rows = [_row(one) for one in queries.service_areas()]
    return list_page(
        request, TAB, title=_("Service areas"), table=Table(_("Service areas"), columns, rows),
        new=(reverse("office-area-new"), _("Draw an area")),
        note=_("Reports from outside the areas of the day are flagged, not lost. Without any area "
               "the whole city is served."),
    )  # fmt: skip


def _row(one: ServiceArea) -> list[Cell]:
    ended = one.ends_on is not None and one.ends_on <= today()
    coming = one.starts_on > today()
    state = _("ended") if ended else _("to come") if coming else _("in force")
    return [
        Cell(one.name, reverse("office-area", args=[one.pk])),
        Cell(one.starts_on.isoformat()),
        Cell(one.ends_on.isoformat() if one.ends_on else "–"),
        Cell(state, tone="grey" if ended or coming else "green"),
    ]


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Another area."""
    form = forms.AreaForm(request.POST or None, initial={"starts_on": today()})
    return _form(request, form, _("Draw an area"), None)


@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, area_id: int) -> HttpResponse:
    """An area with another outline, name or days."""
    keeper(request)
    row = queries.service_area(area_id)
    start = {
        "name": row.name, "starts_on": row.starts_on, "ends_on": row.ends_on,
        "outline": drawn.write_outline(read_shape(row.geom)),
    }  # fmt: skip
    form = forms.AreaForm(request.POST or None, initial=start)
    return _form(request, form, row.name, row)


def _form(
    request: HttpRequest, form: forms.AreaForm, title: str, row: ServiceArea | None
) -> HttpResponse:
    actor, number = keeper(request), row.pk if row else None

    def save(facts: dict[str, object]) -> ServiceArea:
        facts["shape"] = facts.pop("outline")
        return operations.set_service_area(
            **facts, area_id=number, actor=actor, now=clock.now()  # type: ignore[arg-type]
        )  # fmt: skip

    answer = act(request, form, save, done=_("The service area is kept."), to=reverse(TAB))
    facts = {
        "title": title, "form": form, "map": map_facts(""), "draws": ["outline"],
        "back": reverse(TAB),
        "note": _("What was reported before keeps its flag."),
        "removes": reverse("office-area-remove", args=[number]) if number else "",
    }  # fmt: skip
    status = 400 if form.is_bound and form.errors else 200
    return answer or page(request, "geo/outline.html", TAB, facts, status=status)


@require_POST
def remove(request: HttpRequest, area_id: int) -> HttpResponse:
    """One entered by mistake."""
    actor = keeper(request)
    form = forms.RemoveForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("say why it is removed"))
        return redirect("office-area", area_id=area_id)
    operations.remove_service_area(
        area_id=area_id, reason=form.cleaned_data["reason"], actor=actor, now=clock.now()
    )
    messages.success(request, _("The service area is removed."))
    return redirect(TAB)
