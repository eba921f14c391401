"""Coordination over the API."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Query, Router

from cityloop.cases import operations as cases
from cityloop.cases import queries as case_queries
from cityloop.coordination import operations, queries, shapes
from cityloop.coordination.api import joint_operations
from cityloop.coordination.models import Dispute, JointMeeting, MeetingTask, Milestone
from cityloop.kernel import clock, paging
from cityloop.kernel.actor import Actor
from cityloop.kernel.api import idempotent
from cityloop.kernel.errors import Invalid
from cityloop.kernel.models import StoredFile
from cityloop.kernel.page import actor_of, actor_with
from cityloop.people.models import Organisation

router = Router(tags=["coordination"])
router.add_router("", joint_operations.router)
VIEW, MANAGE, DECIDE = "coordination.view", "coordination.manage", "coordination.decide"


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


def _stored(actor: Actor, sha256: str) -> StoredFile | None:
    case_queries.require_files(actor, [sha256])
    return cases.paper(sha256=sha256, stage="paper").file if sha256 else None


def _unit(unit_id: int) -> Organisation:
    found = Organisation.objects.filter(pk=unit_id).first()
    if found is None:
        raise Invalid(_("there is no such unit"), fields={"unit_id": _("unknown")})
    return found


@router.get("/disputes", response=shapes.DisputePage, summary="Disputes of cases in your scope")
def disputes(request: HttpRequest, given: Query[shapes.DisputeQuery]) -> dict[str, Any]:
    """Latest first; `fixed` are open ones whose problem is gone."""
    actor = actor_with(request, VIEW)
    filters = queries.Filters(
        state=given.state, level=given.level, case=given.case, unit_id=given.unit_id
    )
    return paging.listed(
        queries.disputes(actor, filters), _out, order=("-opened_at", "-id"),
        cursor=given.cursor, size=given.size,
    )  # fmt: skip


@router.get("/disputes/{dispute_id}", response=shapes.DisputeFile, summary="One dispute")
def dispute(request: HttpRequest, dispute_id: shapes.Id) -> dict[str, Any]:
    """404 outside your scope."""
    actor = actor_with(request, VIEW)
    return _whole(queries.dispute_seen(actor, dispute_id))


@router.post(
    "/disputes/{dispute_id}/site-meetings",
    response=shapes.DisputeFile,
    summary="Record a site meeting",
)
@idempotent
def record_meeting(
    request: HttpRequest, dispute_id: shapes.Id, body: shapes.SiteMeetingIn
) -> tuple[int, dict[str, Any]]:
    """Needs coordination.manage."""
    actor = actor_of(request)
    facts, file = body.dict(exclude={"sha256"}), _stored(actor, body.sha256)
    operations.record_site_meeting(
        dispute_id=dispute_id, actor=actor, now=clock.now(), file=file, **facts
    )
    return 200, _whole(queries.dispute_seen(actor, dispute_id))


@router.post(
    "/disputes/{dispute_id}/raise", response=shapes.DisputeFile, summary="Pass a dispute up"
)
@idempotent
def raise_level(
    request: HttpRequest, dispute_id: shapes.Id, body: shapes.RaiseIn
) -> tuple[int, dict[str, Any]]:
    """From the level it lies with: district, centre, city government, commission; refused where
    another level has it by now. Needs coordination.manage."""
    actor = actor_of(request)
    row = operations.raise_dispute(
        dispute_id=dispute_id, actor=actor, now=clock.now(), **body.dict()
    )
    return 200, _whole(row)


@router.post(
    "/disputes/{dispute_id}/decision", response=shapes.DisputeFile, summary="Decide a dispute"
)
@idempotent
def decide(
    request: HttpRequest, dispute_id: shapes.Id, body: shapes.DecisionIn
) -> tuple[int, dict[str, Any]]:
    """Needs coordination.decide; from the city's level on, a leader's post."""
    actor = actor_with(request, DECIDE)
    queries.dispute_seen(actor, dispute_id)
    decision = operations.Decision(
        unit=_unit(body.unit_id), file=_stored(actor, body.sha256),
        assists=[_unit(one) for one in body.assist_ids],
        **body.dict(exclude={"unit_id", "assist_ids", "sha256"}),
    )  # fmt: skip
    row = operations.decide_dispute(
        dispute_id=dispute_id, decision=decision, actor=actor, now=clock.now()
    )
    return 200, _whole(row)


def _meeting_line(row: JointMeeting) -> dict[str, Any]:
    return {
        "id": row.pk, "kind": row.kind, "title": row.title, "region_code": row.region_code,
        "planned_at": row.planned_at, "place": row.place, "held_at": row.held_at,
    }  # fmt: skip


def _meeting_task(one: MeetingTask) -> dict[str, Any]:
    return {
        "id": one.pk, "unit_id": one.organisation_id, "what": one.what, "due_on": one.due_on,
        "done_at": one.done_at, "result": one.result,
    }  # fmt: skip


def _meeting(actor: Actor, meeting_id: int) -> dict[str, Any]:
    row = queries.meeting_seen(actor, meeting_id)
    agenda = [
        {
            "position": one.position, "title": one.title, "dispute": one.dispute_id,
            "unit_id": one.organisation_id, "cases": one.cases, "late": one.late,
        }
        for one in row.items.all()
    ]  # fmt: skip
    return {
        **_meeting_line(row), "present": row.present, "minutes": row.minutes, "agenda": agenda,
        "tasks": [_meeting_task(one) for one in row.tasks.all()],
    }  # fmt: skip


@router.get("/joint-meetings", response=shapes.MeetingPage, summary="Joint meetings of your area")
def meetings(
    request: HttpRequest,
    cursor: str | None = None,
    size: Annotated[int, Query(ge=1, le=200)] = 50,
) -> dict[str, Any]:
    """Latest first; those that gave your unit a task too."""
    actor = actor_with(request, VIEW)
    rows, order = queries.meetings(actor), ("-planned_at", "-id")
    return paging.listed(rows, _meeting_line, order=order, cursor=cursor, size=size)


@router.get(
    "/joint-meetings/{meeting_id}", response=shapes.MeetingFile, summary="One joint meeting"
)
def meeting(request: HttpRequest, meeting_id: shapes.Id) -> dict[str, Any]:
    """404 outside your scope."""
    actor = actor_with(request, VIEW)
    return _meeting(actor, meeting_id)


@router.post("/joint-meetings", response=shapes.MeetingFile, summary="Call a joint meeting")
@idempotent
def call_meeting(request: HttpRequest, body: shapes.MeetingIn) -> tuple[int, dict[str, Any]]:
    """Open disputes and the worst figures of the area fill the agenda: the units with the greatest
    share of late cases in 30 days, those with fewer than 10 cases after the others."""
    actor = actor_of(request)
    row = operations.call_meeting(operations.Call(**body.dict()), actor=actor, now=clock.now())
    return 200, _meeting(actor, row.pk)


@router.post(
    "/joint-meetings/{meeting_id}/agenda", response=shapes.MeetingFile, summary="Add to the agenda"
)
@idempotent
def add_item(
    request: HttpRequest, meeting_id: shapes.Id, body: shapes.AgendaItemIn
) -> tuple[int, dict[str, Any]]:
    """Until the meeting is held. Needs coordination.manage."""
    actor = actor_of(request)
    operations.add_agenda_item(meeting_id=meeting_id, title=body.words, actor=actor)
    return 200, _meeting(actor, meeting_id)


@router.post(
    "/joint-meetings/{meeting_id}/minutes", response=shapes.MeetingFile, summary="Write the minutes"
)
@idempotent
def write_minutes(
    request: HttpRequest, meeting_id: shapes.Id, body: shapes.MinutesIn
) -> tuple[int, dict[str, Any]]:
    """Once. Needs coordination.manage."""
    actor = actor_of(request)
    file = _stored(actor, body.sha256)
    minutes = operations.Minutes(**body.dict(exclude={"sha256"}), file=file)
    operations.record_minutes(meeting_id=meeting_id, minutes=minutes, actor=actor, now=clock.now())
    return 200, _meeting(actor, meeting_id)


@router.post(
    "/joint-meetings/{meeting_id}/tasks", response=shapes.MeetingFile, summary="Give a task"
)
@idempotent
def give_task(
    request: HttpRequest, meeting_id: shapes.Id, body: shapes.MeetingTaskIn
) -> tuple[int, dict[str, Any]]:
    """A decision of a meeting that was held. Needs coordination.manage."""
    actor = actor_with(request, MANAGE)
    queries.meeting_seen(actor, meeting_id)
    operations.give_task(
        meeting_id=meeting_id, unit=_unit(body.unit_id), what=body.what, due_on=body.due_on,
        actor=actor, now=clock.now(),
    )  # fmt: skip
    return 200, _meeting(actor, meeting_id)


@router.post(
    "/joint-meetings/tasks/{task_id}/done",
    response=shapes.MeetingTaskOut,
    summary="Say a task is done",
)
@idempotent
def task_done(
    request: HttpRequest, task_id: shapes.Id, body: shapes.TaskResultIn
) -> tuple[int, dict[str, Any]]:
    """By the unit that owes it."""
    row = operations.finish_task(
        task_id=task_id, result=body.result, actor=actor_of(request), now=clock.now()
    )
    return 200, _meeting_task(row)


def _matter_line(row: Any) -> dict[str, Any]:
    return {
        "id": row.pk, "title": row.title, "region_code": row.region_code,
        "owner_id": row.owner_id, "due_on": row.due_on, "opened_at": row.opened_at,
        "closed_at": row.closed_at, "cases": row.case_count, "cases_ended": row.cases_ended,
        "milestones": row.step_count, "milestones_left": row.steps_left,
    }  # fmt: skip


def _milestone(one: Milestone) -> dict[str, Any]:
    return {
        "id": one.pk, "title": one.title, "due_on": one.due_on, "reached_on": one.reached_on,
        "note": one.note,
    }  # fmt: skip


def _matter(actor: Actor, matter_id: int) -> dict[str, Any]:
    row = queries.matter_seen(actor, matter_id)
    return {
        **_matter_line(row), "description": row.description, "result": row.result,
        "steps": [_milestone(one) for one in row.milestones.all()],
        "numbers": [one.number for one in queries.cases_of(actor, row)],
    }  # fmt: skip


@router.get("/key-matters", response=shapes.MatterPage, summary="Key matters of your area")
def matters(
    request: HttpRequest,
    cursor: str | None = None,
    size: Annotated[int, Query(ge=1, le=200)] = 50,
) -> dict[str, Any]:
    """Latest first; those that your unit owns too."""
    actor = actor_with(request, VIEW)
    rows = queries.matters(actor)
    return paging.listed(rows, _matter_line, order=("-opened_at", "-id"), cursor=cursor, size=size)


@router.get("/key-matters/{matter_id}", response=shapes.MatterFile, summary="One key matter")
def matter(request: HttpRequest, matter_id: shapes.Id) -> dict[str, Any]:
    """404 outside your scope."""
    actor = actor_with(request, VIEW)
    return _matter(actor, matter_id)


@router.post("/key-matters", response=shapes.MatterFile, summary="Open a key matter")
@idempotent
def open_matter(request: HttpRequest, body: shapes.MatterIn) -> tuple[int, dict[str, Any]]:
    """Needs coordination.manage."""
    actor = actor_with(request, MANAGE)
    facts = operations.Matter(owner=_unit(body.owner_id), **body.dict(exclude={"owner_id"}))
    return 200, _matter(actor, operations.open_matter(facts, actor=actor, now=clock.now()).pk)


@router.post("/key-matters/{matter_id}/cases", response=shapes.MatterFile, summary="Add a case")
@idempotent
def add_case(
    request: HttpRequest, matter_id: shapes.Id, body: shapes.MatterCaseIn
) -> tuple[int, dict[str, Any]]:
    """One that you see. Needs coordination.manage."""
    actor = actor_of(request)
    operations.add_case(matter_id=matter_id, number=body.number, actor=actor, now=clock.now())
    return 200, _matter(actor, matter_id)


@router.post(
    "/key-matters/{matter_id}/cases/removal",
    response=shapes.MatterFile,
    summary="Take a case out of a matter",
)
@idempotent
def remove_case(
    request: HttpRequest, matter_id: shapes.Id, body: shapes.TakenOutIn
) -> tuple[int, dict[str, Any]]:
    """One that joined by mistake. Needs coordination.manage."""
    actor = actor_of(request)
    operations.remove_case(matter_id=matter_id, actor=actor, now=clock.now(), **body.dict())
    return 200, _matter(actor, matter_id)


@router.post(
    "/key-matters/{matter_id}/milestones", response=shapes.MatterFile, summary="Set a milestone"
)
@idempotent
def set_milestone(
    request: HttpRequest, matter_id: shapes.Id, body: shapes.MilestoneIn
) -> tuple[int, dict[str, Any]]:
    """Needs coordination.manage."""
    actor = actor_of(request)
    operations.set_milestone(
        matter_id=matter_id, title=body.title, due_on=body.due_on, actor=actor, now=clock.now()
    )
    return 200, _matter(actor, matter_id)


@router.post(
    "/key-matters/milestones/{milestone_id}/reached",
    response=shapes.MilestoneOut,
    summary="Say a milestone is reached",
)
@idempotent
def reach_milestone(
    request: HttpRequest, milestone_id: shapes.Id, body: shapes.ReachedIn
) -> tuple[int, dict[str, Any]]:
    """By the owner of the matter, or with coordination.manage."""
    row = operations.reach_milestone(
        milestone_id=milestone_id, note=body.note, actor=actor_of(request), now=clock.now()
    )
    return 200, _milestone(row)


@router.post("/key-matters/{matter_id}/end", response=shapes.MatterFile, summary="End a matter")
@idempotent
def end_matter(
    request: HttpRequest, matter_id: shapes.Id, body: shapes.MatterEndIn
) -> tuple[int, dict[str, Any]]:
    """Once every milestone is reached and no case of it is open. Needs coordination.manage."""
    actor = actor_of(request)
    operations.close_matter(matter_id=matter_id, result=body.result, actor=actor, now=clock.now())
    return 200, _matter(actor, matter_id)
