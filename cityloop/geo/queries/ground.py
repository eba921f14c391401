"""A street or community with what lies in and beside it, for the page on which it is drawn."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from datetime import date
from typing import Any

from django.db.models import Count, QuerySet

from cityloop.geo.models import GridChange, Region, UnitGrid
from cityloop.geo.queries.changes import grid_changes
from cityloop.geo.queries.regions import grids_of, holds, regions_of
from cityloop.kernel.actor import Actor

DRAWN = (Region.Level.STREET.value, Region.Level.COMMUNITY.value)


def drawn_regions(actor: Actor, *, words: str = "", level: str = "") -> QuerySet[Region]:
    """Streets and communities of the actor's ground by code, with a part of the name or code."""
    rows = regions_of(actor, levels=[level] if level in DRAWN else DRAWN)
    if actor.ground is not None:
        rows = rows.filter(pk__in=[row.pk for row in rows if row.code.startswith(actor.ground)])
    for word in words.split():
        rows = rows.filter(code__startswith=word) if word.isdecimal() else rows.filter(
            name__icontains=word
        )  # fmt: skip
    return rows


def grids_within(codes: Collection[str], *, on: date) -> dict[str, int]:
    """How many unit grids of a day lie in each of these communities or streets."""
    found: dict[str, int] = {}
    for column in ("community_code", "street_code"):
        rows = UnitGrid.objects.filter(holds(on), **{f"{column}__in": list(codes)})
        found |= dict(rows.values_list(column).annotate(Count("pk")).order_by())
    return found


def grids_on(actor: Actor, community: str, *, on: date) -> list[UnitGrid]:
    """The unit grids of a community that hold on a day, by code, without outlines."""
    return list(grids_of(actor, community).filter(holds(on)).order_by("code"))


def changes_within(actor: Actor, community: str) -> QuerySet[GridChange]:
    """Changes of a community's grids, those to come first, then the latest."""
    rows = grid_changes(actor).filter(retired__0__startswith=community)
    return rows.select_related("moved_to").order_by("-day", "-id")


def made_by(change: GridChange) -> list[UnitGrid]:
    """The grids that a change makes, by code, without outlines."""
    return list(UnitGrid.objects.filter(code__in=change.made).order_by("code").defer("geom"))


def ground_shapes(region: Region, *, on: date) -> dict[str, Any]:
    """GeoJSON of a region on a day: its `outline`, the unit `grid`s or the `child` regions in it,
    and the regions `beside` it, with a point for each `name`. Longitude before latitude, WGS 84."""
    return {"type": "FeatureCollection", "features": list(_features(region, on))}


def _features(region: Region, on: date) -> Iterator[dict[str, Any]]:
    beside = Region.objects.filter(holds(on), level=region.level, geom__intersects=region.geom)
    for row in beside.exclude(code=region.code):
        yield _feature(row, "beside")
        yield _feature(row, "name", row.label_point)
    for row in Region.objects.filter(holds(on), parent__code=region.code):
        yield _feature(row, "child")
        yield _feature(row, "name", row.label_point)
    if region.level == Region.Level.COMMUNITY:
        for grid in UnitGrid.objects.filter(holds(on), community_code=region.code):
            yield _feature(grid, "grid")
    yield _feature(region, "outline")


def _feature(row: Region | UnitGrid, kind: str, at: Any = None) -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": {"kind": kind, "code": row.code, "name": row.name},
        "geometry": json.loads((at or row.geom).json),
    }
