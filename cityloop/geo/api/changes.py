"""Changes of unit grids over HTTP: what is planned and was done, moved and cancelled plans."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Path, Query, Router, Schema
from pydantic import Field

from cityloop.geo import operations, queries
from cityloop.geo.models import GridChange
from cityloop.kernel import clock, paging
from cityloop.kernel.actor import Actor
from cityloop.kernel.api import idempotent
from cityloop.kernel.errors import NotFound
from cityloop.kernel.page import actor_of

router = Router(tags=["geo"])
Id = Annotated[int, Path(ge=1, lt=2**63)]
State = Literal["planned", "begun", "cancelled"]
Reason = Annotated[str, Field(min_length=1, max_length=200)]


class GridChangeOut(Schema):
    """A change of unit grids and what became of it; one moved is cancelled and has a successor."""

    id: int
    kind: str
    state: State
    day: date
    retired: list[str]
    made: list[str]
    reason: str
    planned_at: datetime
    planned_by: str
    begun_at: datetime | None
    cancelled_at: datetime | None
    cancelled_by: str
    cancel_reason: str
    moved_from: int | None
    moved_to: int | None


class GridChangePage(Schema):
    """A page of changes; `next` is the cursor of the following one."""

    items: list[GridChangeOut]
    next: str | None


class ChangesIn(Schema):
    """Which changes."""

    state: State | None = None
    cursor: str | None = None
    size: int = Field(50, ge=1, le=200)


class MoveIn(Schema):
    """Another first day, today or one ahead, and why."""

    on: date
    reason: Reason


class PlanCancelIn(Schema):
    """Why it is taken back."""

    reason: Reason


@router.get("/geo/grid-changes", response=GridChangePage, summary="Changes of unit grids")
def changes(request: HttpRequest, asked: Query[ChangesIn]) -> dict[str, Any]:
    """Latest planned first, in the caller's area."""
    actor = actor_of(request)
    actor.require("map.view")
    rows = queries.grid_changes(actor, state=asked.state or "").select_related("moved_to")
    found: paging.Page[GridChange] = paging.page(
        rows, order=("-id",), cursor=asked.cursor, size=asked.size
    )
    return {"items": [_out(row) for row in found.items], "next": found.next}


@router.post("/geo/grid-changes/{change_id}/move", response=GridChangeOut,
             summary="Move a planned change of unit grids to another day")  # fmt: skip
@idempotent
def move(request: HttpRequest, change_id: Id, body: MoveIn) -> tuple[int, dict[str, Any]]:
    """One that has not begun; answers the row that takes its place, with the same codes."""
    actor = _manager(request, change_id)
    now = clock.now()
    row = operations.move_grid_change(
        change_id=change_id, on=body.on, reason=body.reason, actor=actor, now=now
    )
    return 200, _out(row)


@router.post("/geo/grid-changes/{change_id}/cancel", response=GridChangeOut,
             summary="Cancel a planned change of unit grids")  # fmt: skip
@idempotent
def cancel(request: HttpRequest, change_id: Id, body: PlanCancelIn) -> tuple[int, dict[str, Any]]:
    """One that has not begun: its grids go on, the codes it made are used up."""
    actor = _manager(request, change_id)
    row = operations.cancel_grid_change(
        change_id=change_id, reason=body.reason, actor=actor, now=clock.now()
    )
    return 200, _out(row)


def _manager(request: HttpRequest, change_id: int) -> Actor:
    """Raises NotAllowed without the permission, NotFound for a change outside the actor's area."""
    actor = actor_of(request)
    actor.require("geo.manage")
    if not queries.grid_changes(actor).filter(pk=change_id).exists():
        raise NotFound
    return actor


def _out(row: GridChange) -> dict[str, Any]:
    names = ("id", "kind", "state", "day", "retired", "made", "reason", "planned_at", "begun_at",
             "cancelled_at", "cancelled_by", "cancel_reason")  # fmt: skip
    later = getattr(row, "moved_to", None)
    return {
        **{name: getattr(row, name) for name in names},
        "planned_by": row.actor,
        "moved_from": row.moved_from_id,
        "moved_to": later.pk if later else None,
    }
