"""Changes of service areas and map sources over HTTP: who, when, what, why."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Path, Query, Router, Schema
from pydantic import Field

from cityloop.geo import queries
from cityloop.geo.models import MapChange
from cityloop.kernel import paging
from cityloop.kernel.page import actor_of

router = Router(tags=["geo"])
Id = Annotated[int, Path(ge=1, lt=2**63)]


class MapChangesIn(Schema):
    """Of which kind, and of which one."""

    subject: Literal["service_area", "map_source"] | None = None
    subject_id: Annotated[int, Field(ge=1, lt=2**63)] | None = None
    cursor: str | None = None
    size: int = Field(50, ge=1, le=200)


class MapChangeOut(Schema):
    """Who changed what and when; `before` and `after` without outlines, null where there is none.

    `redrawn`: the outline of a service area differs.
    """

    id: int
    at: datetime
    actor: str
    subject: str
    subject_id: int
    name: str
    action: str
    reason: str
    redrawn: bool
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class MapChangePage(Schema):
    """A page of changes; `next` is the cursor of the following one."""

    items: list[MapChangeOut]
    next: str | None


@router.get(
    "/geo/map-changes", response=MapChangePage, summary="Who changed service areas, map services"
)
def map_changes(request: HttpRequest, asked: Query[MapChangesIn]) -> dict[str, Any]:
    """The latest first."""
    actor_of(request).require("geo.manage")
    rows = queries.map_changes(subject=asked.subject or "", subject_id=asked.subject_id)
    return paging.listed(rows, _listed, order=("-id",), cursor=asked.cursor, size=asked.size)


@router.get(
    "/geo/map-changes/{change_id}", response=MapChangeOut, summary="One change of what maps show"
)
def map_change(request: HttpRequest, change_id: Id) -> dict[str, Any]:
    """With the outlines before and after it as GeoJSON (`geom`)."""
    actor_of(request).require("geo.manage")
    row = queries.map_change(change_id)
    drawn = [(one or {}).get("geom") for one in (row.before, row.after)]
    facts = {"before": row.before, "after": row.after, "redrawn": drawn[0] != drawn[1]}
    return {**_out(row), **facts}


def _listed(row: Any) -> dict[str, Any]:
    return {**_out(row), "before": row.was, "after": row.became, "redrawn": row.redrawn}


def _out(row: MapChange) -> dict[str, Any]:
    names = ("id", "at", "actor", "subject", "subject_id", "name", "action", "reason")
    return {name: getattr(row, name) for name in names}
