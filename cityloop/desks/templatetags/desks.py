"""Words, links and the map box that only the desks know."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy

from cityloop.cases import photos
from cityloop.cases.models import FINAL, Attachment, Task
from cityloop.desks import history, looks
from cityloop.desks.bench import Place
from cityloop.desks.columns import Column, Row
from cityloop.geo import queries as geo
from cityloop.geo.models import MapSource
from cityloop.geo.style import archive_layers
from cityloop.intake import channels

register = template.Library()
ZOOM = 11
WORDS = {
    "component": gettext_lazy("Component"), "grid": gettext_lazy("Unit grid"),
    "open": gettext_lazy("Open the case"), "place": gettext_lazy("Place of the problem"),
    "scroll": gettext_lazy("Use Ctrl + scroll to zoom the map"),
    "scroll_mac": gettext_lazy("Use ⌘ + scroll to zoom the map"),
    "fingers": gettext_lazy("Use two fingers to move the map"),
    "map": gettext_lazy("Map"), "in": gettext_lazy("Zoom in"), "out": gettext_lazy("Zoom out"),
    "close": gettext_lazy("Close"), "late": gettext_lazy("late"),
    "undrawn": gettext_lazy("The map service %(name)s cannot be drawn"),
    "partly": gettext_lazy("Parts of the map service %(name)s are missing"),
}  # fmt: skip


@register.filter
def box_link(key: str) -> str:
    """The list behind a box."""
    return reverse("desk", args=[key])


@register.filter
def with_case(place: Place, number: str) -> str:
    """The address of the bench with this case opened."""
    return place.at(number)


@register.simple_tag
def chosen_at(place: Place, number: str, **chosen: int) -> str:
    """The same with this unit or worker chosen in the form that names one."""
    return place.at(number, **{name: str(value) for name, value in chosen.items()})


@register.filter
def in_words(row: Row, column: Column) -> str:
    """What a row says in a column."""
    return column.text(row)


@register.filter
def channel_name(code: str) -> str:
    """The channel's name in the reader's language."""
    channel = channels.BY_CODE.get(code)
    return str(channel.label) if channel else code


@register.filter
def status_name(status: str) -> str:
    """The status in words."""
    look = looks.STATUS.get(status)
    return str(look.label) if look else status


@register.filter
def status_badge(status: str) -> SafeString:
    """The status as icon and word."""
    look = looks.STATUS[status]
    badge = {"text": look.label, "tone": look.tone, "icon": look.icon}
    return mark_safe(render_to_string("ui/badge.html", badge))  # noqa: S308 (our own template)


# The codes of the stamp (cases/photos.py) where they stand as text beside a picture.
_STAMPED = {
    "TAKEN": gettext_lazy("Taken"), "RECEIVED": gettext_lazy("Received"),
    "PLACE": gettext_lazy("Place"), "UNKNOWN": gettext_lazy("not known"),
    "GRID": gettext_lazy("Unit grid"), "CASE": gettext_lazy("Case"),
    "ALBUM": gettext_lazy("From the album"), "CAMERA": gettext_lazy("By the camera"),
    "(SERVER)": gettext_lazy("(our clock)"), "(CASE)": gettext_lazy("(of the case)"),
}  # fmt: skip


@register.filter
def remark_words(remarks: list[dict[str, Any]]) -> list[str]:
    """What was odd about a photo, a sentence each."""
    return history.remark_words(remarks)


@register.filter
def picture(paper: Attachment) -> str:
    """The address of a photo as large as a page shows it."""
    return f"/files/{paper.file.sha256}/1280"


@register.filter
def stamp_words(paper: Attachment) -> list[str]:
    """What is stamped on a photo of a case, in the reader's words."""
    lines = [[_STAMPED.get(word, word) for word in line.split(" ")] for line in photos.stamp(paper)]
    return [" ".join(map(str, words)) for words in lines]


@register.filter
def asked_words(task: Task) -> list[str]:
    """What a request asks for, a sentence each."""
    return history.asked_words(task)


@register.filter
def topic_words(topic: str) -> str:
    """What a reporter is to be told."""
    return str(looks.TOPIC.get(topic, topic))


@register.filter
def medium_words(medium: str) -> str:
    """How a reporter was told."""
    return str(looks.MEDIUM.get(medium, medium))


@register.filter
def percent(share: float) -> str:
    """A share of one as "83 %"."""
    return f"{round(share * 100)} %"


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
    sources = geo.map_sources()
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
            "ended": [str(status) for status in FINAL],
            "statuses": {code: str(look.label) for code, look in looks.STATUS.items()},
            "words": {key: str(word) for key, word in WORDS.items()},
            "sources": [
                {name: getattr(one, name) for name in ("name", "kind", "url", "attribution")}
                for one in sources
            ],
            "archives": _archives(sources),
        },
    }


def _archives(sources: Sequence[MapSource]) -> dict[str, Any] | None:
    """What a page needs to draw PMTiles; no other page loads it."""
    if not any(one.kind == MapSource.Kind.PMTILES for one in sources):
        return None
    return {
        "script": static("desks/archives.js"),
        "library": static("vendor/pmtiles/pmtiles.js"),
        "layers": {"light": archive_layers(), "dark": archive_layers(dark=True)},
    }
