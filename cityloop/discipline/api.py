"""Draws and false closings for machines."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema

from cityloop.discipline import queries
from cityloop.kernel import clock
from cityloop.kernel.page import actor_of

router = Router(tags=["discipline"])


class CloserOut(Schema):
    """What somebody closed and another team inspected; `rate` is null without an inspection."""

    member_id: int
    name: str
    inspected: int
    false: int
    waiting: int
    rate: float | None


class DrawOut(Schema):
    """A draw: sha256("seed:number") as a share of one lies below `share` for what was drawn."""

    day: date
    seed: str
    seal_id: int
    share: float
    closed: int
    drawn: list[str]
    without_team: list[str]
    drawn_at: datetime


@router.get("/discipline/closers", response=list[CloserOut], summary="False closings by who closed")
def list_closers(
    request: HttpRequest, since: date | None = None, until: date | None = None
) -> list[dict[str, Any]]:
    """Over the draws from `since` to `until`, the last ninety days unless told otherwise."""
    actor = actor_of(request)
    actor.require("discipline.view")
    last = until or timezone.localdate(clock.now())
    first = since or last - timedelta(days=min(90, (last - date.min).days))
    return [
        {
            "member_id": one.member_id, "name": one.name, "inspected": one.inspected,
            "false": one.false, "waiting": one.waiting, "rate": one.rate,
        }
        for one in queries.closers(actor, since=first, until=last)
    ]  # fmt: skip


@router.get("/discipline/draws", response=list[DrawOut], summary="Draws and their seeds")
def list_draws(request: HttpRequest) -> list[Any]:
    """The latest sixty; with the seed anybody can repeat a draw."""
    actor_of(request).require("discipline.view")
    return list(queries.draws())
