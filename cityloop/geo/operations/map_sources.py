"""The city's own map services."""

from __future__ import annotations

import re
from datetime import datetime
from urllib.parse import urlsplit

from django.db import transaction
from django.utils.translation import gettext

from cityloop.geo.models import MapSource
from cityloop.geo.operations.recording import (
    as_it_stands,
    checked_name,
    locked,
    record,
    require_whole_city,
    saved,
)
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Invalid

MAX_URL, MAX_ATTRIBUTION, MAX_POSITION = 1000, 256, 32_767
# What MapLibre puts into the address of a tile; the first three say which tile it is.
_TILE = frozenset({"z", "x", "y"})
_FILLED = _TILE | {"ratio", "prefix"}


class BadMapSource(Invalid):
    """The map source's kind or address cannot work."""

    code = "bad-map-source"


@transaction.atomic
def set_map_source(  # noqa: PLR0913 (what a source is, and who says so, all by keyword)
    *,
    name: str,
    kind: str,
    url: str,
    attribution: str = "",
    position: int = 0,
    enabled: bool = True,
    source_id: int | None = None,
    reason: str = "",
    actor: Actor,
    now: datetime,
) -> MapSource:
    """Add a WMTS, XYZ or PMTiles source of the city, or change the one with `source_id`.

    A WMTS address is the GetTile request with {z}, {y}, {x} in place of matrix, row and column.
    Recorded. What else keeps browsers from it, `queries.map_source_warnings` tells. Raises
    BadMapSource, Invalid, NameTaken, NotFound, NotAllowed.
    """
    require_whole_city(actor)
    text = checked_name(name)
    _check_address(kind, url)
    if len(attribution) > MAX_ATTRIBUTION or "\x00" in attribution:
        raise _bad(
            "attribution", gettext("at most %(most)s characters") % {"most": MAX_ATTRIBUTION}
        )
    if not 0 <= position <= MAX_POSITION:
        raise _bad("position", gettext("a number from 0 to %(most)s") % {"most": MAX_POSITION})
    row = MapSource() if source_id is None else locked(MapSource, source_id)
    before = as_it_stands(MapSource, source_id)
    row.name, row.kind, row.url = text, kind, url
    row.attribution, row.position, row.enabled = attribution, position, enabled
    saved(row)
    record(MapSource, row.pk, before, reason=reason, actor=actor, now=now)
    return row


@transaction.atomic
def remove_map_source(*, source_id: int, reason: str = "", actor: Actor, now: datetime) -> None:
    """Remove a map source. Recorded. Raises NotFound, NotAllowed."""
    require_whole_city(actor)
    row = locked(MapSource, source_id)
    before = as_it_stands(MapSource, source_id)
    row.delete()
    record(MapSource, source_id, before, reason=reason, actor=actor, now=now)


def _check_address(kind: str, url: str) -> None:
    if kind not in MapSource.Kind.values:
        about = {"values": ", ".join(MapSource.Kind.values)}
        raise _bad("kind", gettext("kind is one of %(values)s") % about)
    if not _is_web_address(url):
        why = gettext("an address with http or https and a host, without blanks or a user name")
        raise _bad("url", why)
    named = set(re.findall(r"\{([^{}]*)\}", url))
    if kind == MapSource.Kind.PMTILES and named:
        raise _bad("url", gettext("the address of an archive has nothing in braces"))
    if kind != MapSource.Kind.PMTILES and not named >= _TILE:
        raise _bad("url", gettext("the address has {z}, {x} and {y} in it"))
    if unknown := sorted(named - _FILLED):
        about = {"name": unknown[0][:40]}
        raise _bad("url", gettext("maps do not fill in {%(name)s}: write what it means") % about)


def _is_web_address(url: str) -> bool:
    """One that browsers load: they refuse what names a user."""
    if len(url) > MAX_URL or re.search(r"[\s\x00-\x1f\x7f]", url):
        return False
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 (raises for one that is no number)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc


def _bad(field: str, why: str) -> BadMapSource:
    return BadMapSource(why, fields={field: why})
