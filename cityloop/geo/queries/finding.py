"""Places for the palette."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from cityloop.geo.queries.addresses import FoundAddress, search_address
from cityloop.kernel.actor import Actor
from cityloop.kernel.manifest import Hit

ZOOM = 17


def find(actor: Actor, words: str, limit: int, now: datetime) -> list[Hit]:
    """Addresses and crossings, shown on the map."""
    if not actor.may("map.view") or words.isdigit():
        return []
    return [
        Hit(_("Places"), one.name, f"/map/?{_query(one)}",
            one.full_name if one.full_name != one.name else "", "map-pin")
        for one in search_address(words, limit=limit)
    ]  # fmt: skip


def _query(one: FoundAddress) -> str:
    return urlencode({"lon": one.lon, "lat": one.lat, "zoom": ZOOM})
