"""Permits over the API."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Field, Query, Router, Schema
from pydantic import FiniteFloat

from cityloop.kernel import clock, paging
from cityloop.kernel.actor import Actor
from cityloop.kernel.api import idempotent
from cityloop.kernel.errors import Invalid
from cityloop.kernel.page import actor_of
from cityloop.permits import operations, queries
from cityloop.permits.models import Permit, PermitKind

router = Router(tags=["permits"])
Id = Annotated[int, Field(ge=1, lt=2**63)]
Code = Annotated[str, Field(max_length=20)]
Line = Annotated[str, Field(max_length=200)]
Longitude = Annotated[FiniteFloat, Field(ge=-180, le=180)]
Latitude = Annotated[FiniteFloat, Field(ge=-90, le=90)]
Radius = Annotated[int, Field(ge=1, le=2000)]
Area = Annotated[str, Field(max_length=20_000)]
Standing = Literal["", "ahead", "valid", "ended", "revoked"]


class PermitQuery(Schema):
    """By number or address (`q`), holder, kind, state today, area, body, or around a WGS 84 point.

    By holder only with permits.holder: without it nothing is found.
    """

    q: Annotated[str, Field(max_length=60)] = ""
    holder: Annotated[str, Field(max_length=60)] = ""
    kind: Code = ""
    standing: Standing = ""
    area: Annotated[str, Field(pattern=r"^\d{0,15}$")] = ""
    unit_id: Id | None = None
    lon: Longitude | None = None
    lat: Latitude | None = None
    within_m: Annotated[FiniteFloat, Field(gt=0, le=2000)] = 50
    cursor: Annotated[str, Field(max_length=400)] | None = None
    size: Annotated[int, Field(ge=1, le=200)] = 50


class PermitBodyOut(Schema):
    """A body."""

    id: int
    code: str
    name_zh: str


class PermitOut(Schema):
    """A permit; both days of its period count. `holder` and `phone`: null without permits.holder.

    `lon`, `lat` in WGS 84; `radius_m` null: it holds in `area`, as WKT.
    """

    id: int
    number: str
    kind: str
    standing: str
    holder: str | None
    phone: str | None
    issuer: PermitBodyOut
    supervisor: PermitBodyOut | None
    lon: float
    lat: float
    radius_m: int | None
    area: str
    grid_code: str
    address: str
    valid_from: date
    valid_until: date
    conditions: str
    document: str
    revoked_on: date | None
    revoke_reason: str


class PermitPage(Schema):
    """A page of permits, those that hold longest first."""

    items: list[PermitOut]
    next: str | None


class PermitChangeOut(Schema):
    """A line of history; holders only with permits.holder."""

    at: datetime
    actor: str
    action: str
    reason: str
    fields: dict[str, list[Any]]


class PermitIn(Schema):
    """A new permit at a point with a radius (20 m for want of one), or in an area (WKT polygon)."""

    kind: Code
    number: Annotated[str, Field(min_length=1, max_length=60)]
    issuer_id: Id
    supervisor_id: Id | None = None
    holder: Annotated[str, Field(min_length=1, max_length=120)]
    phone: Annotated[str, Field(max_length=40)] = ""
    lon: Longitude | None = None
    lat: Latitude | None = None
    radius_m: Radius | None = None
    area: Area = ""
    address: Line = ""
    valid_from: date
    valid_until: date
    conditions: Annotated[str, Field(max_length=4000)] = ""
    document: Line = ""


class PermitChangeIn(Schema):
    """What is to be other; what is left out stays. `supervisor_id` null: the issuer."""

    reason: Annotated[str, Field(min_length=1, max_length=200)]
    kind: Code | None = None
    number: Annotated[str, Field(min_length=1, max_length=60)] | None = None
    supervisor_id: Id | None = None
    holder: Annotated[str, Field(min_length=1, max_length=120)] | None = None
    phone: Annotated[str, Field(max_length=40)] | None = None
    lon: Longitude | None = None
    lat: Latitude | None = None
    radius_m: Radius | None = None
    area: Area | None = None
    address: Line | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    conditions: Annotated[str, Field(max_length=4000)] | None = None
    document: Line | None = None


class PermitRevokeIn(Schema):
    """Why it is taken back; `on`: from when on, today for want of it."""

    reason: Annotated[str, Field(min_length=1, max_length=200)]
    on: date | None = None


class PermitKindOut(Schema):
    """A kind; `classes` of the national catalogue of which it speaks, `after_days` after its end
    still, `near_m` metres beside its ground."""

    code: str
    name_zh: str
    name_en: str
    classes: list[str]
    after_days: int
    near_m: int


class PermitKindIn(Schema):
    """Its classes, and what else is to be other; a new kind needs both names."""

    classes: Annotated[list[Annotated[str, Field(max_length=8)]], Field(max_length=200)]
    name_zh: Annotated[str, Field(min_length=1, max_length=60)] | None = None
    name_en: Annotated[str, Field(min_length=1, max_length=60)] | None = None
    after_days: Annotated[int, Field(ge=0, le=3660)] | None = None
    near_m: Annotated[int, Field(ge=0, le=500)] | None = None


def _reader(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    actor.require(queries.VIEW)
    return actor


def _body(unit: Any) -> dict[str, Any] | None:
    return {"id": unit.pk, "code": unit.code, "name_zh": unit.name_zh} if unit else None


def _out(row: Permit, actor: Actor, today: date) -> dict[str, Any]:
    known = actor.may(queries.HOLDER)
    return {
        "id": row.pk, "number": row.number, "kind": row.kind.code,
        "standing": row.standing(today).value, "holder": row.holder if known else None,
        "phone": row.phone if known else None, "issuer": _body(row.issuer),
        "supervisor": _body(row.supervisor), "lon": row.point.x, "lat": row.point.y,
        "radius_m": row.radius_m, "area": "" if row.radius_m else row.ground.wkt,
        "grid_code": row.grid_code, "address": row.address, "valid_from": row.valid_from,
        "valid_until": row.valid_until, "conditions": row.conditions, "document": row.document,
        "revoked_on": row.revoked_on, "revoke_reason": row.revoke_reason,
    }  # fmt: skip


def _kind(row: PermitKind) -> dict[str, Any]:
    names = ("code", "name_zh", "name_en", "classes", "after_days", "near_m")
    return {name: getattr(row, name) for name in names}


@router.get("/permits", response=PermitPage, summary="Permits in your scope")
def list_permits(request: HttpRequest, given: Query[PermitQuery]) -> dict[str, Any]:
    """Those of your area, and those that your bodies issued or look after."""
    actor, today = _reader(request), timezone.localdate(clock.now())
    if (given.lon is None) != (given.lat is None):
        why = _("longitude and latitude go together")
        raise Invalid(why, fields={"lat" if given.lat is None else "lon": why})
    filters = queries.Filters(
        on=today, words=given.q, holder=given.holder, kind=given.kind, standing=given.standing,
        area=given.area, unit_id=given.unit_id, within_m=given.within_m,
        at=None if given.lon is None or given.lat is None else (given.lon, given.lat),
    )  # fmt: skip
    return paging.listed(
        queries.permits(actor, filters), lambda row: _out(row, actor, today),
        order=queries.ORDER, cursor=given.cursor, size=given.size,
    )  # fmt: skip


@router.get("/permits/kinds", response=list[PermitKindOut], summary="Kinds of permits")
def kinds(request: HttpRequest) -> list[dict[str, Any]]:
    """And the problem classes of which each speaks."""
    _reader(request)
    return [_kind(row) for row in queries.kinds()]


@router.post("/permits/kinds/{code}", response=PermitKindOut, summary="Change a kind, or make one")
@idempotent
def set_kind(request: HttpRequest, code: str, body: PermitKindIn) -> tuple[int, dict[str, Any]]:
    """Needs permits.kinds; a class that the national catalogue does not have is refused."""
    given = body.dict(exclude_none=True)
    row = operations.set_kind(code=code, actor=_reader(request), now=clock.now(), **given)
    return 200, _kind(row)


@router.post("/permits", response={201: PermitOut}, summary="Record a permit")
@idempotent
def record(request: HttpRequest, body: PermitIn) -> tuple[int, dict[str, Any]]:
    """Of a body of yours; needs permits.manage."""
    actor, now = _reader(request), clock.now()
    row = operations.record_permit(actor=actor, now=now, **body.dict())
    return 201, _out(row, actor, timezone.localdate(now))


@router.get("/permits/{permit_id}", response=PermitOut, summary="One permit")
def permit(request: HttpRequest, permit_id: Id) -> dict[str, Any]:
    """404 outside your scope."""
    actor = _reader(request)
    row = queries.permit_seen(actor, permit_id)
    return _out(row, actor, timezone.localdate(clock.now()))


@router.get("/permits/{permit_id}/history", response=list[PermitChangeOut], summary="Its history")
def history(request: HttpRequest, permit_id: Id) -> list[Any]:
    """Latest first."""
    actor = _reader(request)
    return queries.changes_of(actor, queries.permit_seen(actor, permit_id))


@router.post("/permits/{permit_id}/change", response=PermitOut, summary="Change a permit")
@idempotent
def change(
    request: HttpRequest, permit_id: Id, body: PermitChangeIn
) -> tuple[int, dict[str, Any]]:  # fmt: skip
    """Of a body of yours; needs permits.manage. What it was before stays in its history."""
    actor, now = _reader(request), clock.now()
    queries.permit_seen(actor, permit_id)
    sent = body.dict(exclude_unset=True)
    given = {name: value for name, value in sent.items()
             if value is not None or name == "supervisor_id"}  # fmt: skip
    row = operations.change_permit(permit_id=permit_id, actor=actor, now=now, **given)
    return 200, _out(row, actor, timezone.localdate(now))


@router.post("/permits/{permit_id}/revoke", response=PermitOut, summary="Revoke a permit")
@idempotent
def revoke(request: HttpRequest, permit_id: Id, body: PermitRevokeIn) -> tuple[int, dict[str, Any]]:
    """With a reason; needs permits.manage. It stays readable."""
    actor, now = _reader(request), clock.now()
    queries.permit_seen(actor, permit_id)
    row = operations.revoke_permit(permit_id=permit_id, actor=actor, now=now, **body.dict())
    return 200, _out(row, actor, timezone.localdate(now))
