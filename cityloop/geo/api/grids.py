"""Unit grids over HTTP: what a community has and had, retiring, splitting and merging."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from ninja import Query, Router, Schema
from pydantic import Field, FiniteFloat

from cityloop.geo import operations, queries
from cityloop.geo.models import GridChange, UnitGrid
from cityloop.kernel import clock, paging
from cityloop.kernel.actor import Actor
from cityloop.kernel.api import idempotent
from cityloop.kernel.errors import Invalid, NotFound
from cityloop.kernel.page import actor_of

router = Router(tags=["geo"])
GridCode = Annotated[str, Field(pattern=r"^\d{14,15}$")]
Point = tuple[
    Annotated[FiniteFloat, Field(ge=-180, le=180)],
    Annotated[FiniteFloat, Field(ge=-90, le=90)],
]


class GridOut(Schema):
    """A unit grid and the days it holds: from the first, to the day on which it holds no more."""

    code: str
    name: str
    community_code: str
    area_m2: float
    valid_from: date
    valid_to: date | None


class GridsIn(Schema):
    """The grids of a community, those of the past among them."""

    community: str = Field(pattern=r"^\d{12}$")
    cursor: str | None = None
    size: int = Field(50, ge=1, le=200)


class GridPage(Schema):
    """A page of unit grids; `next` is the cursor of the following one."""

    items: list[GridOut]
    next: str | None


class FromDay(Schema):
    """The first day of the change: today, or one ahead."""

    on: date
    reason: Annotated[str, Field(max_length=200)] = ""


class RetireIn(FromDay):
    """`leaves_city`: the ground leaves the city; otherwise nothing would take the grid's place."""

    leaves_city: bool = False


class SplitIn(FromDay):
    """A line (longitude, latitude in WGS 84) that crosses the grid."""

    line: Annotated[list[Point], Field(min_length=2, max_length=500)]


class MergeIn(FromDay):
    """Adjacent grids of one community."""

    codes: Annotated[list[GridCode], Field(min_length=2, max_length=50)]


class GridsChangedOut(Schema):
    """Which codes hold no more, and which are new; a code is used once and for good.

    `change` is the number of the change; `notes` say from whom a merge takes ground.
    """

    change: int
    retired: list[str]
    made: list[str]
    notes: list[str]


@router.get("/geo/grids", response=GridPage, summary="Unit grids of a community")
def grids(request: HttpRequest, asked: Query[GridsIn]) -> dict[str, Any]:
    """By code, in the caller's area; retired ones carry the day on which they ended.

    The area of a platform's desk is that of its platform, of a unit's that of the street or
    platform it belongs to. A community outside it has an empty list.
    """
    actor = actor_of(request)
    actor.require("map.view")
    rows = queries.grids_of(actor, asked.community)
    found: paging.Page[UnitGrid] = paging.page(
        rows, order=("code",), cursor=asked.cursor, size=asked.size
    )
    return {"items": found.items, "next": found.next}


@router.post("/geo/grids/{code}/retire", response=GridsChangedOut, summary="Retire a unit grid")
@idempotent
def retire(request: HttpRequest, code: GridCode, body: RetireIn) -> tuple[int, dict[str, Any]]:
    """For ground that leaves the city: nothing takes its place, and the code never comes back."""
    in_area(actor_of(request), [code])
    facts = _facts(body, request)
    change = operations.retire_grid(code=code, leaves_city=body.leaves_city, **facts)
    return 200, _changed(change)


@router.post("/geo/grids/{code}/split", response=GridsChangedOut, summary="Split a unit grid")
@idempotent
def split(request: HttpRequest, code: GridCode, body: SplitIn) -> tuple[int, dict[str, Any]]:
    """Along a line, into grids with new codes; the old one is retired.

    The new grids answer to whom it answered to, and join its responsibility grid.
    """
    in_area(actor_of(request), [code])
    facts = _facts(body, request)
    return 200, _changed(operations.split_grid(code=code, line=body.line, **facts))


@router.post("/geo/grids/merge", response=GridsChangedOut, summary="Merge unit grids")
@idempotent
def merge(request: HttpRequest, body: MergeIn) -> tuple[int, dict[str, Any]]:
    """Adjacent grids of one community become one with a new code; the old ones are retired.

    Where they answered to different bodies, the largest of them counts.
    """
    in_area(actor_of(request), body.codes)
    facts = _facts(body, request)
    return 200, _changed(operations.merge_grids(grid_codes=body.codes, **facts))


def _facts(body: FromDay, request: HttpRequest) -> dict[str, Any]:
    return {
        "on": _day(body), "reason": body.reason, "actor": actor_of(request), "now": clock.now(),
    }  # fmt: skip


def _changed(change: GridChange) -> dict[str, Any]:
    return {"change": change.pk, "retired": change.retired, "made": change.made,
            "notes": list(change.said)}  # fmt: skip


def in_area(actor: Actor, codes: Sequence[str]) -> None:
    """Raises NotAllowed without the permission, NotFound for a grid outside the actor's area."""
    actor.require("geo.manage")
    known = set(queries.grids_of(actor).filter(code__in=codes).values_list("code", flat=True))
    if missing := sorted(set(codes) - known):
        raise NotFound(gettext("no unit grid %(code)s in your area") % {"code": missing[0]})


def _day(body: FromDay) -> date:
    """The day of the change; the past stays as it was."""
    if body.on < timezone.localdate(clock.now()):
        reason = gettext("the day lies in the past")
        raise Invalid(reason, fields={"on": reason})
    return body.on
