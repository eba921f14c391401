"""The large map, and the address search that moves it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cityloop.desks.views.case_list import answered
from cityloop.geo import queries as geo
from cityloop.kernel.errors import Invalid
from cityloop.kernel.page import actor_of

FOUND = 8


def degrees(text: str | None, limit: float) -> float | None:
    """A number of degrees within its limit; None for anything else."""
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if -limit <= number <= limit else None


@require_safe
def map_page(request: HttpRequest) -> HttpResponse:
    """Regions, grids, roads, components and cases; works as a plain address list without script."""
    actor_of(request).require("map.view")
    lon, lat = degrees(request.GET.get("lon"), 180), degrees(request.GET.get("lat"), 90)
    zoom = degrees(request.GET.get("zoom"), 19)
    words = request.GET.get("address", "").strip()
    context = {
        "lon": lon if lat is not None else None, "lat": lat if lon is not None else None,
        "zoom": zoom or 11, "words": words,
        "found": geo.search_address(words, limit=FOUND) if words else [],
    }  # fmt: skip
    return answered(request, page="desks/map.html", part="desks/_addresses.html", context=context)


@require_safe
def addresses(request: HttpRequest) -> HttpResponse:
    """Addresses and crossings for a text, for htmx."""
    actor_of(request).require("map.view")
    words = request.GET.get("address", "").strip()
    if len(words) > 100:
        raise Invalid(_("an address has at most 100 characters"))
    found = geo.search_address(words, limit=FOUND) if words else []
    return render(request, "desks/_addresses.html", {"found": found, "words": words})
