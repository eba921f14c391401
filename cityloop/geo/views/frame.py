"""What the pages that draw share: who may, and what the map beside the form needs."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.utils import timezone
from django.utils.translation import gettext as _

from cityloop.geo import queries
from cityloop.geo.models import MapSource
from cityloop.kernel import clock
from cityloop.kernel.actor import Actor
from cityloop.kernel.page import actor_with


def keeper(request: HttpRequest) -> Actor:
    """The actor, who must manage the ground; raises NotSignedIn, NotAllowed."""
    return actor_with(request, "geo.manage")


def today() -> date:
    """The city's day."""
    return timezone.localdate(clock.now())


def soon() -> date:
    """The usual first day of a plan."""
    return today() + timedelta(days=1)


def on_of(request: HttpRequest) -> date:
    """The day that the page shows: today unless another is asked for."""
    try:
        return date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        return today()


def map_facts(shapes: str, *, made: list[str] | None = None) -> dict[str, Any]:
    """What editor.js reads. `shapes`: where the page's own GeoJSON is, '' for none."""
    lon, lat = queries.city_centre()
    return {
        "library": static("vendor/maplibre-gl/maplibre-gl.mjs"),
        "shapes": shapes, "lon": lon, "lat": lat, "made": made or [],
        "sources": [
            {"url": one.url, "attribution": one.attribution}
            for one in queries.map_sources() if one.kind != MapSource.Kind.PMTILES
        ],
        "words": {
            "map": _("Map"), "in": _("Zoom in"), "out": _("Zoom out"),
            "line": _("Click the corners of the line; a double click ends it."),
            "outline": _("Click the corners; drag one to move it, double click it to remove it, "
                         "drag a small dot to add one."),
            "choose": _("Click a unit grid to choose it."),
        },
    }  # fmt: skip
