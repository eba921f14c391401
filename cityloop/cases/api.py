"""The cases of the API: lists, one case, its history and clocks, and the steps."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Field, File, Query, Router, Schema
from ninja.files import UploadedFile

from cityloop.cases import (
    deadline,
    fields,
    figures,
    granting,
    guards,
    lifecycle,
    operations,
    precision,
    queries,
    shapes,
    stepping,
    views,
)
from cityloop.cases.models import RecordType, Status
from cityloop.kernel import clock, files, jobs, paging
from cityloop.kernel.api import Moment, OneOf, idempotent, plain
from cityloop.kernel.errors import Invalid
from cityloop.kernel.page import actor_of

router = Router(tags=["cases"])
Order = Literal["due", "latest", "oldest"]
ORDERS = {
    "due": ("due_at", "id"),
    "latest": ("-reported_at", "-id"),
    "oldest": ("reported_at", "id"),
}


class CaseFilter(Schema):
    """Filters of the case list; all may be combined."""

    status: list[Status] = Field(default=[], description="Statuses to include")
    record_type: Annotated[str, OneOf(RecordType.values)] = ""
    channel: str = ""
    class_id: int | None = None
    area: Annotated[str, Field(max_length=12, pattern="^[0-9]*$")] = ""
    unit_id: int | None = None
    worker_id: int | None = None
    overdue: bool = False
    open_only: bool = False
    q: Annotated[str, Field(max_length=100)] = ""
    reported_from: Moment | None = None
    reported_to: Moment | None = None
    bbox: Annotated[str, Field(max_length=100, description="west,south,east,north")] = ""
    order: Order = "latest"
    cursor: Annotated[str, Field(max_length=400)] = ""
    size: Annotated[int, Field(ge=1, le=200)] = 50


class StepIn(Schema):
    """One step: the action, the version that was read, the inputs that the row asks for."""

    action: Annotated[str, Field(max_length=32)]
    version: Annotated[int, Field(ge=1, le=2**31 - 1)]
    inputs: dict[str, Any] = {}
    photos: Annotated[list[PhotoIn], Field(max_length=20)] = []


class PhotoIn(Schema):
    """A stored file (POST /files) as part of a step; `stage`: by default that of the step."""

    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    stage: Literal["report", "verify", "before", "after", "check", "paper"] | None = None
    filename: Annotated[str, Field(max_length=120)] = ""
    from_album: bool = False


StepIn.model_rebuild()


def _staged(photo: PhotoIn, action: str) -> dict[str, Any]:
    return {**photo.dict(), "stage": photo.stage or guards.stage_of(action)}


def filters_of(query: CaseFilter) -> queries.Filters:
    """The query string as filters; raises Invalid on a box that is none, an unknown channel, or a
    span that ends before it begins."""
    since, until = query.reported_from, query.reported_to
    if since and until and until < since:
        reason = _("reported_to lies before reported_from")
        raise Invalid(reason, fields={"reported_to": reason}, code="bad-span")
    if query.channel:
        jobs.tell("channel.asked", code=query.channel)
    return queries.Filters(
        status=tuple(map(str, query.status)), record_type=query.record_type, channel=query.channel,
        class_id=query.class_id, area=query.area, unit_id=query.unit_id,
        worker_id=query.worker_id, overdue=query.overdue, words=query.q,
        reported_from=since, reported_to=until,
        box=_box(query.bbox), open_only=query.open_only,
    )  # fmt: skip


def _box(text: str) -> tuple[float, float, float, float] | None:
    if not text:
        return None
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError as error:
        raise Invalid(_("bbox is west,south,east,north in degrees"), code="bad-bbox") from error
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise Invalid(_("bbox is west,south,east,north in degrees"), code="bad-bbox")
    return west, south, east, north


@router.get("/cases", response=shapes.CasePage, by_alias=True, summary="Cases in your scope")
def list_cases(request: HttpRequest, query: Query[CaseFilter]) -> HttpResponse:
    """One page of cases by keyset; `next` is the cursor of the following page."""
    actor, now = actor_of(request), clock.now()
    actor.require("cases.view")
    rows = queries.search(actor, filters_of(query), now=now)
    found = paging.page(
        rows, order=ORDERS[query.order], cursor=query.cursor or None, size=query.size
    )
    items = [views.summary(case, now=now) for case in found.items]
    return plain({"items": items, "next": found.next})


@router.get(
    "/cases/nearby",
    response=shapes.CasesAround,
    by_alias=True,
    summary="Cases around a point",
)
def nearby(
    request: HttpRequest,
    lon: Annotated[float, Query(ge=-180, le=180, allow_inf_nan=False)],
    lat: Annotated[float, Query(ge=-90, le=90, allow_inf_nan=False)],
    metres: Annotated[float, Query(gt=0, le=2000, allow_inf_nan=False)] = 100,
) -> HttpResponse:
    """Visible cases of the last 30 days within `metres`, latest first, at most 20."""
    actor, now = actor_of(request), clock.now()
    actor.require("cases.view")
    since = queries.recent_start(now)
    found = queries.nearby(actor, lon=lon, lat=lat, metres=metres, since=since)
    return plain({"items": [views.summary(case, now=now) for case in found]})


@router.get("/cases/boxes", response=list[shapes.BoxOut], summary="Counters of the desk's boxes")
def boxes(request: HttpRequest) -> list[dict[str, Any]]:
    """Open cases by status, with how many are late."""
    actor = actor_of(request)
    actor.require("cases.view")
    return [
        {"status": box.status, "count": box.count, "overdue": box.overdue}
        for box in queries.boxes(actor, now=clock.now())
    ]


@router.get("/cases/figures", response=list[shapes.CountOut], summary="Counts by area or unit")
def counted(
    request: HttpRequest,
    since: date,
    until: date,
    by: Literal["city", "district", "street", "community", "unit"] = "district",
    area: Annotated[str, Query(pattern=r"^(\d{4}|\d{6}|\d{9}|\d{12})?$")] = "",
) -> list[figures.Count]:
    """Of the cases filed from `since` to `until`, both days included; a level sums up to the one
    above."""
    actor = actor_of(request)
    actor.require("cases.view")
    start, end = views.days(since, until)
    return figures.counts(actor, by=by, since=start, until=end, area=area)


@router.get("/cases/reworks", response=list[shapes.ReworkOut],
            summary="Rework by unit and reason")  # fmt: skip
def reworks(request: HttpRequest, since: date, until: date) -> list[dict[str, Any]]:
    """Every rework of the cases filed in the period, by the reason of the judgement
    before it; by unit they sum up to the `reworks` of the figures."""
    actor = actor_of(request)
    actor.require("cases.view")
    start, end = views.days(since, until)
    return [
        {"unit": views.unit(one.unit), "reason": one.reason, "times": one.times}
        for one in figures.reworks(actor, since=start, until=end)
    ]


@router.get(
    "/cases/granted",
    response=list[shapes.GrantedOut],
    summary="Extensions, suspensions and deferrals by unit",
)
def granted(request: HttpRequest, since: date, until: date) -> list[dict[str, Any]]:
    """Counts and rates over the cases filed from `since` to `until`, both days included."""
    actor = actor_of(request)
    actor.require("cases.view")
    start, end = views.days(since, until)
    found = granting.granted_by_unit(actor, since=start, until=end)
    return [views.granted(row) for row in found]


@router.get(
    "/cases/{number}",
    response=shapes.CaseFile,
    by_alias=True,
    summary="One case with history, clocks, tasks and papers",
)
def read_case(request: HttpRequest, number: str) -> HttpResponse:
    """Everything on the case that the actor may see, and the steps allowed now."""
    actor, now = actor_of(request), clock.now()
    actor.require("cases.view")
    case = queries.get(actor, number)
    return plain(views.full(case, actor=actor, now=now))


# The place of a clock among those of its kind, from 1; without it the latest.
WhichClock = Annotated[int | None, Query(ge=1, le=100_000)]


@router.get(
    "/cases/{number}/clocks/{kind}/explain",
    response=shapes.DeadlineOut,
    summary="Why this deadline",
)
def explain_clock(
    request: HttpRequest, number: str, kind: str, which: WhichClock = None
) -> dict[str, Any]:
    """Each counted and skipped interval from the clock's start to its deadline, with its pauses;
    of a clock that stands still, since when, how much is used and how much is left.
    """
    actor = actor_of(request)
    actor.require("cases.view")
    case = queries.get(actor, number)
    return deadline.explained(case, kind, now=clock.now(), which=which)


@router.get(
    "/cases/{number}/clocks/{kind}/changes",
    response=list[shapes.ClockChangeOut],
    summary="How a deadline came about",
)
def clock_changes(request: HttpRequest, number: str, kind: str) -> list[dict[str, Any]]:
    """Every start, pause, extension and other change of the clock, with who made it and why."""
    actor = actor_of(request)
    actor.require("cases.view")
    return views.clock_changes(queries.get(actor, number), kind)


@router.post(
    "/cases/{number}/steps", response=shapes.Taken, summary="Take a step of the life cycle"
)
@idempotent
def take_step(request: HttpRequest, number: str, body: StepIn) -> tuple[int, dict[str, Any]]:
    """Perform the action; 409 with every objection when the rules refuse, or when it is stale.

    A dispute is decided on its record: POST /disputes/{id}/decision.
    """
    actor, now = actor_of(request), clock.now()
    actor.require("cases.step")
    queries.get(actor, number)  # outside the scope it does not exist
    stepping.taken_alone(body.action)
    queries.require_files(actor, [photo.sha256 for photo in body.photos])
    case = operations.perform(
        number, body.action, actor=actor, now=now, version=body.version, inputs=body.inputs,
        papers=[operations.paper(**_staged(photo, body.action)) for photo in body.photos],
    )  # fmt: skip
    return 200, {"number": case.number, "version": case.version, "status": case.status}


@router.get(
    "/lifecycle", response=list[shapes.StepOut], by_alias=True, summary="The life-cycle table"
)
def read_lifecycle(request: HttpRequest) -> HttpResponse:
    """Every action with sources, target, roles, side and fields."""
    actor_of(request)
    rows = [
        {
            "action": step.action, "from": list(step.source), "to": step.target,
            "roles": list(step.roles), "side": step.side,
            "fields": [
                {"name": name, "required": required, "label": str(fields.BY_NAME[name].label)}
                for name, required in step.fields
            ],
            "reasons": [[code, str(label)] for code, label in fields.reasons(step.action)],
        }
        for step in lifecycle.STEPS
    ]  # fmt: skip
    return plain(rows)


class DraftIn(Schema):
    """A line of the matrix that nobody has published; codes as in the matrix, * for any."""

    kind: Literal["event", "component"]
    lead_id: Annotated[int, Field(ge=1, le=2**62)]
    edition_code: Annotated[str, Field(max_length=40)] = "*"
    major_code: Annotated[str, Field(max_length=4)] = "*"
    minor_code: Annotated[str, Field(max_length=4)] = "*"
    region_code: Annotated[str, Field(max_length=15)] = "*"
    owner_id: Annotated[int, Field(ge=1, le=2**62)] | None = None


class TrialIn(Schema):
    """Draft lines and how many days of past cases they are tried on."""

    lines: Annotated[list[DraftIn], Field(min_length=1, max_length=50)]
    days: Annotated[int, Field(ge=1, le=3660)] = 180


@router.get(
    "/dispatch/rules", response=list[shapes.PrecisionOut], summary="How good each rule proposes"
)
def rules_of_dispatch(
    request: HttpRequest, days: Annotated[int, Query(ge=1, le=3660)] = 90
) -> list[precision.Precision]:
    """Lines of the matrix that proposed a unit for a visible case filed in these days."""
    actor = actor_of(request)
    actor.require("people.view")
    return precision.by_rule(actor, since=clock.now() - timedelta(days=days))


@router.post("/dispatch/rules/trial", response=shapes.TrialOut, summary="Try lines on past cases")
def try_rules(request: HttpRequest, body: TrialIn) -> precision.Trial:
    """What the matrix would have proposed with these lines; nothing is written."""
    actor, now = actor_of(request), clock.now()
    actor.require("people.manage")
    draft = [precision.draft_line(**line.dict()) for line in body.lines]
    return precision.dry_run(
        actor, draft, on=timezone.localdate(now), since=now - timedelta(days=body.days)
    )


@router.post("/files", response=shapes.FileOut, summary="Store a photo, recording or PDF")
@idempotent
def store_file(request: HttpRequest, file: File[UploadedFile]) -> tuple[int, dict[str, Any]]:
    """Keep the file by its content; the same content again answers the same sha256."""
    actor, now = actor_of(request), clock.now()
    actor.require("cases.step")
    row = files.store(chunks=file.chunks(), filename=file.name or "", now=now)
    files.note_handed_in(row, member_id=actor.member_id, now=now)
    return 200, {"sha256": row.sha256, "media_type": row.media_type, "size": row.size}
