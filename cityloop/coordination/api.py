"""Coordination over the API."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema
from pydantic import Field

from cityloop.cases import operations as cases
from cityloop.coordination import operations, queries
from cityloop.coordination.models import Dispute
from cityloop.kernel import clock, paging
from cityloop.kernel.api import idempotent
from cityloop.kernel.errors import Invalid
from cityloop.kernel.models import StoredFile
from cityloop.kernel.page import actor_of
from cityloop.people.models import Organisation

router = Router(tags=["coordination"])
Id = Annotated[int, Field(ge=1, lt=2**63)]
Text = Annotated[str, Field(min_length=1, max_length=2000)]
Sha = Annotated[str, Field(pattern="^([0-9a-f]{64})?$")]
Level = Literal["", "district", "centre", "city", "commission"]


class DisputeLine(Schema):
    """A dispute in a list; `liable` is null while it is open."""

    id: int
    case: str
    parties: list[int]
    level: str
    opened_at: datetime
    fixed_at: datetime | None
    fixed_by: int | None
    closed_at: datetime | None
    liable: int | None
    decision: str
    document: str
    matrix_line: int | None


class DisputePage(Schema):
    """A page of disputes, latest first."""

    items: list[DisputeLine]
    next: str | None


class SiteMeetingOut(Schema):
    """A meeting at the place."""

    held_at: datetime
    place: str
    present: str
    minutes: str
    sha256: str
    recorded_by: str


class DisputeFile(DisputeLine):
    """The whole record."""

    site_meetings: list[SiteMeetingOut]


class SiteMeetingIn(Schema):
    """What is kept of a meeting; `sha256`: a stored file (POST /files)."""

    held_at: datetime
    place: Annotated[str, Field(min_length=1, max_length=200)]
    present: Annotated[str, Field(min_length=1, max_length=400)]
    minutes: Text
    sha256: Sha = ""


class RaiseIn(Schema):
    """Why the next level must decide."""

    reason: Text


class DecisionIn(Schema):
    """Whose duty it is; `reach` says where it becomes a line of the matrix, '' nowhere."""

    unit_id: Id
    reason: Text
    document: Annotated[str, Field(max_length=200)] = ""
    reach: Literal["", "street", "district", "city"] = ""
    valid_from: date | None = None
    sha256: Sha = ""


class DisputeQuery(Schema):
    """What the list may be narrowed by."""

    state: Literal["", "open", "fixed", "closed"] = ""
    level: Level = ""
    case: Annotated[str, Field(max_length=24)] = ""
    unit_id: Id | None = None
    cursor: str | None = None
    size: Annotated[int, Field(ge=1, le=200)] = 50


def _out(row: Dispute) -> dict[str, Any]:
    return {
        "id": row.pk, "case": row.case.number, "parties": row.parties, "level": row.level,
        "opened_at": row.opened_at, "fixed_at": row.fixed_at, "fixed_by": row.fixed_by_id,
        "closed_at": row.closed_at, "liable": row.liable_id, "decision": row.decision,
        "document": row.document, "matrix_line": row.line_id,
    }  # fmt: skip


def _whole(row: Dispute) -> dict[str, Any]:
    meetings = [
        {
            "held_at": one.held_at, "place": one.place, "present": one.present,
            "minutes": one.minutes, "sha256": one.file.sha256 if one.file else "",
            "recorded_by": one.recorded_by,
        }
        for one in row.site_meetings.all()
    ]  # fmt: skip
    return {**_out(row), "site_meetings": meetings}


def _stored(sha256: str) -> StoredFile | None:
    return cases.paper(sha256=sha256, stage="paper").file if sha256 else None


def _unit(unit_id: int) -> Organisation:
    found = Organisation.objects.filter(pk=unit_id).first()
    if found is None:
        raise Invalid(_("there is no such unit"), fields={"unit_id": _("unknown")})
    return found


@router.get("/disputes", response=DisputePage, summary="Disputes of cases in your scope")
def disputes(request: HttpRequest, given: Query[DisputeQuery]) -> dict[str, Any]:
    """Latest first; `fixed` are open ones whose problem is gone."""
    actor = actor_of(request)
    actor.require("coordination.view")
    filters = queries.Filters(
        state=given.state, level=given.level, case=given.case, unit_id=given.unit_id
    )
    found = paging.page(
        queries.disputes(actor, filters), order=("-opened_at", "-id"),
        cursor=given.cursor, size=given.size,
    )  # fmt: skip
    return {"items": [_out(row) for row in found.items], "next": found.next}


@router.get("/disputes/{dispute_id}", response=DisputeFile, summary="One dispute")
def dispute(request: HttpRequest, dispute_id: Id) -> dict[str, Any]:
    """404 outside your scope."""
    actor = actor_of(request)
    actor.require("coordination.view")
    return _whole(queries.dispute_seen(actor, dispute_id))


@router.post(
    "/disputes/{dispute_id}/site-meetings", response=DisputeFile, summary="Record a site meeting"
)
@idempotent
def record_meeting(
    request: HttpRequest, dispute_id: Id, body: SiteMeetingIn
) -> tuple[int, dict[str, Any]]:
    """Needs coordination.manage."""
    actor = actor_of(request)
    facts = body.dict(exclude={"sha256"})
    operations.record_site_meeting(
        dispute_id=dispute_id, actor=actor, now=clock.now(), file=_stored(body.sha256), **facts
    )
    return 200, _whole(queries.dispute_seen(actor, dispute_id))


@router.post("/disputes/{dispute_id}/raise", response=DisputeFile, summary="Pass a dispute up")
@idempotent
def raise_level(request: HttpRequest, dispute_id: Id, body: RaiseIn) -> tuple[int, dict[str, Any]]:
    """District, centre, city government, commission. Needs coordination.manage."""
    actor = actor_of(request)
    row = operations.raise_dispute(
        dispute_id=dispute_id, reason=body.reason, actor=actor, now=clock.now()
    )
    return 200, _whole(row)


@router.post("/disputes/{dispute_id}/decision", response=DisputeFile, summary="Decide a dispute")
@idempotent
def decide(request: HttpRequest, dispute_id: Id, body: DecisionIn) -> tuple[int, dict[str, Any]]:
    """Needs coordination.decide; from the city's level on, a leader's post."""
    actor = actor_of(request)
    actor.require("coordination.decide")
    queries.dispute_seen(actor, dispute_id)
    decision = operations.Decision(
        unit=_unit(body.unit_id), file=_stored(body.sha256),
        **body.dict(exclude={"unit_id", "sha256"}),
    )  # fmt: skip
    row = operations.decide_dispute(
        dispute_id=dispute_id, decision=decision, actor=actor, now=clock.now()
    )
    return 200, _whole(row)
