"""Components over the API."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema
from pydantic import Field

from cityloop.assets import operations, queries
from cityloop.assets.models import Component, Stage, State
from cityloop.kernel import clock, paging
from cityloop.kernel.api import OneOf, idempotent
from cityloop.kernel.errors import Invalid
from cityloop.kernel.page import actor_of

router = Router(tags=["components"])
Id = Annotated[int, Field(ge=1, lt=2**63)]
Longitude = Annotated[float, Query(ge=-180, le=180, allow_inf_nan=False)]
Latitude = Annotated[float, Query(ge=-90, le=90, allow_inf_nan=False)]


class UnitOut(Schema):
    """One of the three departments."""

    id: int
    code: str
    name_zh: str


class RawOut(Schema):
    """The position as it was given, and the coordinate system; empty where nobody kept it."""

    x: float | None
    y: float | None
    system: str


class ComponentOut(Schema):
    """A component with the attributes of the standard; `lon`, `lat` in WGS 84."""

    code: str
    name: str
    class_code: str
    class_id: int
    state: str
    lon: float
    lat: float
    raw: RawOut
    grid_code: str
    competent: UnitOut | None
    owner: UnitOut | None
    maintainer: UnitOut | None
    original_on: date
    changed_on: date | None
    data_source: str
    note: str


class ComponentPage(Schema):
    """A page of components by code."""

    items: list[ComponentOut]
    next: str | None


class NearOut(Schema):
    """A component and its distance."""

    metres: float
    component: ComponentOut


class ChangeOut(Schema):
    """A line of history."""

    at: datetime
    actor: str
    reason: str
    fields: dict[str, list[Any]]


class StateIn(Schema):
    """A new state and why."""

    state: Annotated[str, Field(pattern=f"^({'|'.join(State.values)})$")]
    reason: Annotated[str, Field(min_length=1, max_length=200)]


class OwnerIn(Schema):
    """A hand-over; units left out stay."""

    reason: Annotated[str, Field(min_length=1, max_length=200)]
    owner_id: Id | None = None
    maintainer_id: Id | None = None
    competent_id: Id | None = None


class HandOverIn(Schema):
    """Another body answers for it from a day on, by its paper."""

    organisation_id: Id
    on: date
    source_document: Annotated[str, Field(min_length=1, max_length=200)]
    stage: Annotated[str, Field(pattern=f"^({'|'.join(Stage.values)})$")] = Stage.MAINTAINER.value


class OwnershipOut(Schema):
    """Who answers for a component from a day on; no organisation: nobody is known."""

    organisation: UnitOut | None
    stage: str
    valid_from: date
    source_document: str


class ListQuery(Schema):
    """What the register may be narrowed by."""

    q: Annotated[str, Field(max_length=60)] = ""
    class_id: Id | None = None
    state: Annotated[str, OneOf(State.values)] = ""
    area: Annotated[str, Field(pattern=r"^\d{0,15}$")] = ""
    unit_id: Id | None = None
    bbox: Annotated[str, Field(max_length=100)] = ""
    cursor: str | None = None
    size: Annotated[int, Field(ge=1, le=200)] = 50


def _unit(unit: Any) -> dict[str, Any] | None:
    return {"id": unit.pk, "code": unit.code, "name_zh": unit.name_zh} if unit else None


def _out(row: Component) -> dict[str, Any]:
    return {
        "code": row.code, "name": row.name, "class_code": row.problem_class.code,
        "class_id": row.problem_class_id, "state": row.state, "lon": row.point.x,
        "lat": row.point.y, "raw": {"x": row.raw_x, "y": row.raw_y, "system": row.raw_system},
        "grid_code": row.grid_code, "competent": _unit(row.competent),
        "owner": _unit(row.owner), "maintainer": _unit(row.maintainer),
        "original_on": row.original_on, "changed_on": row.changed_on,
        "data_source": row.data_source, "note": row.note,
    }  # fmt: skip


def _box(text: str) -> tuple[float, float, float, float] | None:
    """west,south,east,north; raises Invalid."""
    if not text:
        return None
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError as error:
        raise Invalid(
            _("bbox is west,south,east,north"), fields={"bbox": _("four numbers")}
        ) from error
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise Invalid(_("bbox is west,south,east,north"), fields={"bbox": _("out of range")})
    return west, south, east, north


@router.get("/components", response=ComponentPage, summary="The register in your scope")
def components(request: HttpRequest, given: Query[ListQuery]) -> dict[str, Any]:
    """By code; `q` finds a code's beginning or words; `bbox` is west,south,east,north."""
    actor = actor_of(request)
    actor.require("components.view")
    filters = queries.Filters(
        words=given.q, class_id=given.class_id, state=given.state, area=given.area,
        unit_id=given.unit_id, box=_box(given.bbox),
    )  # fmt: skip
    found = paging.page(
        queries.components(actor, filters), order=("code",), cursor=given.cursor, size=given.size
    )
    return {"items": [_out(row) for row in found.items], "next": found.next}


@router.get("/components/nearest", response=list[NearOut], summary="Components around a point")
def nearest(
    request: HttpRequest,
    lon: Longitude,
    lat: Latitude,
    class_id: Annotated[int | None, Query(ge=1, lt=2**63)] = None,
    within_m: Annotated[float, Query(gt=0, le=2000, allow_inf_nan=False)] = 50,
    limit: Annotated[int, Query(ge=1, le=50)] = 5,
) -> list[dict[str, Any]]:
    """Nearest first, WGS 84, for the picker on a phone."""
    actor = actor_of(request)
    actor.require("components.view")
    found = queries.nearest(actor, lon, lat, class_id=class_id, within_m=within_m, limit=limit)
    return [{"metres": one.metres, "component": _out(one.component)} for one in found]


@router.get("/components/{code}", response=ComponentOut, summary="One component")
def component(request: HttpRequest, code: str) -> dict[str, Any]:
    """404 outside your scope."""
    actor = actor_of(request)
    actor.require("components.view")
    return _out(queries.component_seen(actor, code))


@router.get("/components/{code}/history", response=list[ChangeOut], summary="Its history")
def history(request: HttpRequest, code: str) -> list[Any]:
    """Latest first."""
    actor = actor_of(request)
    actor.require("components.view")
    return list(queries.changes_of(queries.component_seen(actor, code))[:200])


@router.post("/components/{code}/state", response=ComponentOut, summary="Say its state")
@idempotent
def change_state(request: HttpRequest, code: str, body: StateIn) -> tuple[int, dict[str, Any]]:
    """Needs components.manage."""
    actor = actor_of(request)
    queries.component_seen(actor, code)
    operations.change_state(code=code, actor=actor, now=clock.now(), **body.dict())
    return 200, _out(queries.component_seen(actor, code))


@router.post("/components/{code}/owner", response=ComponentOut, summary="Hand it over")
@idempotent
def change_owner(request: HttpRequest, code: str, body: OwnerIn) -> tuple[int, dict[str, Any]]:
    """Needs components.manage; the answer is what you sent when you no longer see it."""
    actor = actor_of(request)
    queries.component_seen(actor, code)
    row = operations.change_owner(code=code, actor=actor, now=clock.now(), **body.dict())
    return 200, _out(row)


@router.get("/components/{code}/owners", response=list[OwnershipOut],
            summary="Who answered for it from when on")  # fmt: skip
def owners(request: HttpRequest, code: str) -> list[dict[str, Any]]:
    """Latest first; empty while nothing was ever handed over."""
    actor = actor_of(request)
    actor.require("components.view")
    return _owners(queries.component_seen(actor, code))


@router.post("/components/{code}/owners", response=ComponentOut,
             summary="Hand it over from a day on")  # fmt: skip
@idempotent
def hand_over(request: HttpRequest, code: str, body: HandOverIn) -> tuple[int, dict[str, Any]]:
    """The builder to who maintains it, say; needs components.manage. Nothing recorded is lost."""
    actor = actor_of(request)
    row = queries.component_seen(actor, code)
    operations.hand_over(code=code, actor=actor, now=clock.now(), **body.dict())
    row.refresh_from_db()
    return 200, _out(row)


def _owners(row: Component) -> list[dict[str, Any]]:
    return [
        {
            "organisation": _unit(one.organisation), "stage": one.stage,
            "valid_from": one.valid_from, "source_document": one.source_document,
        }
        for one in queries.ownerships_of(row)[:200]
    ]  # fmt: skip
