"""Words, links and the map box that only the desks know."""

from __future__ import annotations

from typing import Any

from django import template
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext_lazy as lazy

from cityloop.desks import looks
from cityloop.geo import queries as geo
from cityloop.intake import channels
from cityloop.kernel.templatetags.ui import named

register = template.Library()
ZOOM = 11
WORDS = {
    "cases": lazy("cases"), "component": lazy("Component"), "components": lazy("components"),
    "grid": lazy("Unit grid"), "open": lazy("Open the case"), "place": lazy("Place of the problem"),
    "map": lazy("Map"), "in": lazy("Zoom in"), "out": lazy("Zoom out"), "here": lazy("Where I am"),
    "close": lazy("Close"),
}  # fmt: skip


@register.filter
def box_link(key: str) -> str:
    """The list behind a box."""
    return f"{reverse('cases')}?box={key}"


@register.filter
def channel_name(code: str) -> str:
    """The channel's name in the reader's language."""
    channel = channels.BY_CODE.get(code)
    return named(channel) if channel else code


@register.filter
def level_name(level: int) -> str:
    """The level of a matter in words."""
    return str(looks.CASE_LEVEL.get(level, level))


@register.filter
def unlocalized(number: float) -> str:
    """Degrees as an address holds them."""
    return f"{number:.6f}"


@register.inclusion_tag("desks/_map.html")
def map_box(
    mode: str, lon: float | None = None, lat: float | None = None, zoom: int = ZOOM
) -> dict[str, Any]:
    """A map; `mode` case (a marker), pick (a click sets the marker) or full (layers, pop-ups)."""
    here = geo.city_centre() if lon is None or lat is None else (lon, lat)
    return {
        "mode": mode,
        "config": {
            "mode": mode,
            "lon": here[0],
            "lat": here[1],
            "zoom": zoom,
            "marked": lon is not None,
            "case": reverse("case", args=["0"]),
            "library": static("vendor/maplibre-gl/maplibre-gl.mjs"),
            "words": {key: str(word) for key, word in WORDS.items()},
            "sources": [
                {"kind": one.kind, "url": one.url, "attribution": one.attribution}
                for one in geo.map_sources()
            ],
        },
    }
