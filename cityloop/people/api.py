"""Organisations, members, who is responsible, where nobody is."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema
from pydantic import Field

from cityloop.kernel import clock, paging
from cityloop.kernel.api import OneOf
from cityloop.kernel.errors import NotFound
from cityloop.kernel.page import actor_of
from cityloop.people import queries
from cityloop.people.models import Member, Organisation, OrganisationKind
from cityloop.standards import queries as standards

router = Router(tags=["people"])
Code = Annotated[str, Field(pattern=r"^(\d{2,15})?$")]


class OrganisationOut(Schema):
    """An organisation."""

    id: int
    code: str
    name_zh: str
    name_en: str
    kind: str
    parent_id: int | None
    region_code: str
    phone: str
    active: bool


class OrganisationPage(Schema):
    """A page of organisations; `next` is the cursor of the following one."""

    items: list[OrganisationOut]
    next: str | None


class HeldOut(Schema):
    """A post somebody holds today."""

    post: str
    organisation_id: int
    kind: str


class MemberOut(Schema):
    """A member, without telephone or e-mail."""

    id: int
    name: str
    organisation_id: int
    active: bool
    posts: list[HeldOut]


class MemberPage(Schema):
    """A page of members."""

    items: list[MemberOut]
    next: str | None


class AssistOut(Schema):
    """An assisting unit."""

    organisation: int
    role: str


class ProposalOut(Schema):
    """The unit that must act, and why."""

    lead_id: int
    lead_role: str
    assists: list[AssistOut]
    row_ids: list[int]
    order: list[str]
    explanation: list[str]
    unambiguous: bool
    person_id: int | None
    alternatives: list[int]


class GapOut(Schema):
    """A class x area cell without a unit that answers for everybody."""

    class_id: int
    class_code: str
    name_zh: str
    name_en: str
    area_code: str
    area_name: str
    owner_only: bool


class Asked(Schema):
    """A class at a place; every code may be left out where it is not known."""

    kind: Annotated[str, Field(pattern="^(component|event)$")]
    edition_code: Annotated[str, Field(min_length=1, max_length=40)]
    major_code: Annotated[str, Field(min_length=1, max_length=4)]
    minor_code: Annotated[str, Field(min_length=1, max_length=4)]
    district_code: Code = ""
    street_code: Code = ""
    community_code: Code = ""
    grid_code: Code = ""
    owner_id: Annotated[int, Field(ge=1, lt=2**63)] | None = None
    on: date | None = None


@router.get("/organisations", response=OrganisationPage, summary="Organisations in your scope")
def organisations(
    request: HttpRequest,
    q: Annotated[str, Query(max_length=60)] = "",
    kind: Annotated[str, OneOf(OrganisationKind.values)] = "",
    cursor: str | None = None,
    size: Annotated[int, Query(ge=1, le=200)] = 50,
) -> dict[str, Any]:
    """By id; `q` finds words of the name."""
    actor = actor_of(request)
    actor.require("people.view")
    rows = queries.organisation_tree(actor, words=q, kind=kind).order_by()
    found: paging.Page[Organisation] = paging.page(rows, order=("id",), cursor=cursor, size=size)
    return {"items": found.items, "next": found.next}


@router.get("/members", response=MemberPage, summary="Members in your scope")
def members(
    request: HttpRequest,
    q: Annotated[str, Query(max_length=60)] = "",
    organisation_id: Annotated[int | None, Query(ge=1, lt=2**63)] = None,
    cursor: str | None = None,
    size: Annotated[int, Query(ge=1, le=200)] = 50,
) -> dict[str, Any]:
    """By id, with the posts held today; telephone and e-mail stay in the back office."""
    actor = actor_of(request)
    actor.require("people.view")
    rows = queries.members(
        actor, on=timezone.localdate(clock.now()), words=q, organisation_id=organisation_id
    )
    found: paging.Page[Member] = paging.page(rows, order=("id",), cursor=cursor, size=size)
    return {"items": [_member(one) for one in found.items], "next": found.next}


def _member(one: Member) -> dict[str, Any]:
    held = one.held  # type: ignore[attr-defined]
    return {
        "id": one.pk,
        "name": one.name,
        "organisation_id": one.organisation_id,
        "active": one.active,
        "posts": [
            {"post": h.post.name, "organisation_id": h.post.organisation_id, "kind": h.kind}
            for h in held
        ],
    }


@router.get("/responsibility", response=ProposalOut, summary="Who is responsible, and why")
def responsibility(request: HttpRequest, asked: Query[Asked]) -> dict[str, Any]:
    """404 when no valid line of the matrix speaks of the class at the place."""
    actor_of(request).require("people.view")
    facts = asked.dict()
    facts["on"] = facts["on"] or timezone.localdate(clock.now())
    found = queries.responsible_for(**facts)
    if found is None:
        raise NotFound(
            _("no line of the matrix speaks of this class at this place"), code="no-unit"
        )
    return found.as_dict()


@router.get(
    "/responsibility/gaps", response=list[GapOut], summary="Class x area cells without a unit"
)
def gaps(
    request: HttpRequest,
    edition_code: Annotated[str, Query(min_length=1, max_length=40)],
    level: Annotated[str, Query(pattern="^(district|street)$")] = "district",
    on: date | None = None,
) -> list[Any]:
    """The gaps of an edition on a day, in the caller's area and under the city's platforms; 404 for
    an edition nobody has."""
    actor = actor_of(request)
    actor.require("people.view")
    day = on or timezone.localdate(clock.now())
    known = standards.edition(edition_code).code
    return list(queries.coverage_gaps(known, day, level=level, areas=actor.region_codes))
