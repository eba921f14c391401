"""Rosters, coverage, calls, handovers and secondments for machines."""

from __future__ import annotations

from datetime import date, time
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Path, Query, Router

from cityloop.duty import hours, operations, piles, queries, shapes
from cityloop.duty.models import (
    Absence,
    Call,
    Camera,
    Handover,
    Shift,
    Succession,
    TeamMember,
    Turn,
)
from cityloop.kernel import clock, paging
from cityloop.kernel.actor import Actor
from cityloop.kernel.api import idempotent
from cityloop.kernel.errors import Invalid
from cityloop.kernel.page import actor_of
from cityloop.people.models import Member

router = Router(tags=["duty"])
Id = Annotated[int, Path(ge=1, lt=2**63)]
UnitQuery = Annotated[int, Query(ge=1, lt=2**63)]
Cursor = Annotated[str | None, Query()]
Size = Annotated[int, Query(ge=1, le=paging.MAX_SIZE)]


def _reader(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    actor.require("duty.view")
    return actor


def _keeper(request: HttpRequest) -> Actor:
    actor = _reader(request)
    actor.require("duty.manage")
    return actor


def _person(member: Member | None) -> dict[str, Any] | None:
    return {"id": member.pk, "name": member.name} if member else None


def _somebody(member_id: int) -> Member:
    """The member of this id; raises Invalid."""
    found = Member.objects.select_related("organisation").filter(pk=member_id).first()
    if found is None:
        raise Invalid(_("unknown: %(value)s") % {"value": member_id})
    return found


def _perhaps(member_id: int | None) -> Member | None:
    return None if member_id is None else _somebody(member_id)


def _shift(row: Shift) -> dict[str, Any]:
    return {
        "id": row.pk, "unit_id": row.organisation_id, "name": row.name,
        "starts": f"{row.starts:%H:%M}", "ends": f"{row.ends:%H:%M}", "post": row.post,
        "special": row.special,
    }  # fmt: skip


def _turn(row: Turn) -> dict[str, Any]:
    return {
        "id": row.pk, "shift_id": row.shift_id, "member": _person(row.member),
        "weekdays": row.weekdays, "first_on": row.first_on, "last_on": row.last_on,
        "rank": row.rank,
    }  # fmt: skip


def _absence(row: Absence) -> dict[str, Any]:
    return {
        "id": row.pk, "member": _person(row.member), "kind": row.kind, "first_on": row.first_on,
        "last_on": row.last_on, "deputy": _person(row.deputy),
    }  # fmt: skip


def _call(row: Call) -> dict[str, Any]:
    return {
        "id": row.pk, "case": row.case.number, "unit_id": row.unit_id,
        "member": _person(row.member), "called_as": row.called_as, "shift": row.shift,
        "why": row.why, "state": row.state, "called_at": row.called_at,
        "answer_by": row.answer_by, "opened_at": row.opened_at,
        "opened_by": _person(row.opened_by),
    }  # fmt: skip


def _handover(row: Handover) -> dict[str, Any]:
    return {
        "id": row.pk, "hall_id": row.hall_id, "desk": row.desk, "shift": row.shift,
        "ended_at": row.ended_at, "left_by": _person(row.left_by), "remark": row.remark,
        "remarks": row.remarks, "cases": row.cases, "digest": row.digest,
        "beside": [
            dict(zip(("label", "count", "late", "path"), one, strict=True)) for one in row.beside
        ],
        "accepted_at": row.accepted_at, "accepted_by": _person(row.accepted_by),
        "answer": row.answer, "late": queries.is_late(row, clock.now()),
    }  # fmt: skip


def _whole(actor: Actor, handover_id: int) -> dict[str, Any]:
    row = queries.handover_seen(actor, handover_id)
    lines = row.lines.select_related("case").order_by("case_id")
    return {
        **_handover(row), "missing": queries.missing(row),
        "intact": operations.digest_holds(row),
        "lines": [
            {"case": one.case.number, "pile": piles.OF_STATUS[one.status], "status": one.status,
             "version": one.version, "due_at": one.due_at, "overdue": one.overdue,
             "urged": one.urged, "escalated": one.escalated}
            for one in lines
        ],
    }  # fmt: skip


def _of_team(row: TeamMember) -> dict[str, Any]:
    return {
        "id": row.pk, "member": _person(row.member), "phone": row.phone,
        "starts": row.starts and f"{row.starts:%H:%M}", "ends": row.ends and f"{row.ends:%H:%M}",
        "begun_at": row.begun_at, "ended_at": row.ended_at,
    }  # fmt: skip


def _camera(row: Camera) -> dict[str, Any]:
    return {
        "id": row.pk, "code": row.code, "name": row.name, "lon": row.point.x, "lat": row.point.y,
        "ended_at": row.ended_at,
    }  # fmt: skip


def _reached(body: shapes.TeamReachIn | shapes.TeamMemberIn) -> operations.Reached:
    starts, ends = (one and time.fromisoformat(one) for one in (body.starts, body.ends))
    return operations.Reached(body.phone, starts or None, ends or None)


def _outcome(row: Succession) -> dict[str, Any]:
    return {
        "holding_id": row.holding_id, "successor": _person(row.successor),
        "done_at": row.done_at, "moved": row.moved, "pooled": row.pooled,
    }  # fmt: skip


@router.get("/duty/now", response=list[shapes.OnDutyOut], summary="Who is on duty in a unit now")
def on_duty_now(request: HttpRequest, unit_id: UnitQuery) -> list[dict[str, Any]]:
    """In the order of calls; empty: a dispatch goes to the desk of the unit."""
    unit = queries.unit_seen(_reader(request), unit_id)
    return [
        {"member": _person(one.member), "called_as": one.called_as, "shift": one.shift,
         "why": one.why}
        for one in queries.candidates(unit.pk, clock.now())
    ]  # fmt: skip


@router.get("/duty/roster", response=shapes.RosterOut, summary="The roster of a unit")
def roster(request: HttpRequest, unit_id: UnitQuery) -> dict[str, Any]:
    """Shifts, turns and absences that hold today or later."""
    unit = queries.unit_seen(_reader(request), unit_id)
    today = timezone.localdate(clock.now())
    return {
        "shifts": [_shift(one) for one in queries.shifts_of(unit.pk)],
        "turns": [_turn(one) for one in queries.turns_of(unit.pk, since=today)],
        "absences": [_absence(one) for one in queries.absences_of([unit.pk], since=today)],
    }


@router.post("/duty/shifts", response={201: shapes.ShiftOut}, summary="Add a shift")
@idempotent
def add_shift(request: HttpRequest, body: shapes.ShiftIn) -> tuple[int, dict[str, Any]]:
    """Needs duty.manage, for a unit of yours."""
    actor = _keeper(request)
    row = operations.set_shift(
        unit=queries.unit_seen(actor, body.unit_id), name=body.name, post=body.post,
        starts=time.fromisoformat(body.starts), ends=time.fromisoformat(body.ends),
        special=body.special, actor=actor, now=clock.now(),
    )  # fmt: skip
    return 201, _shift(row)


@router.post("/duty/turns", response={201: shapes.TurnOut}, summary="Put somebody on duty")
@idempotent
def add_turn(request: HttpRequest, body: shapes.TurnIn) -> tuple[int, dict[str, Any]]:
    """Needs duty.manage, for a unit of yours."""
    actor = _keeper(request)
    new = operations.NewTurn(
        _somebody(body.member_id), body.weekdays, body.first_on, body.last_on, body.rank
    )
    row = operations.put_on_duty(shift_id=body.shift_id, new=new, actor=actor, now=clock.now())
    return 201, _turn(row)


@router.post("/duty/turns/{turn_id}/end", response=shapes.TurnOut, summary="End a turn")
@idempotent
def end_turn(request: HttpRequest, turn_id: Id) -> tuple[int, dict[str, Any]]:
    """From now on; the turn stays readable."""
    row = operations.end_turn(turn_id=turn_id, actor=_keeper(request), now=clock.now())
    return 200, _turn(row)


@router.post("/duty/absences", response={201: shapes.AbsenceOut}, summary="Note an absence")
@idempotent
def add_absence(request: HttpRequest, body: shapes.AbsenceIn) -> tuple[int, dict[str, Any]]:
    """The deputy, else the next on duty is called instead."""
    row = operations.note_absence(
        member=_somebody(body.member_id), kind=body.kind, first_on=body.first_on,
        last_on=body.last_on, deputy=_perhaps(body.deputy_id), actor=_keeper(request),
        now=clock.now(),
    )  # fmt: skip
    return 201, _absence(row)


@router.get("/duty/coverage", response=shapes.CoverageOut, summary="A week hour by hour")
def coverage(request: HttpRequest, unit_id: UnitQuery, day: date | None = None) -> dict[str, Any]:
    """The week of the day (today): people on duty, reports in an average week, the gaps."""
    actor, now = _reader(request), clock.now()
    unit = queries.unit_seen(actor, unit_id)
    chosen = day or timezone.localdate(now)
    if not 2000 <= chosen.year <= 2100:
        raise Invalid(_("a day of this century"), fields={"day": _("a day of this century")})
    week = queries.coverage(actor, unit, monday=hours.monday_of(chosen), now=now)
    return {
        "monday": week.monday, "people": [one.people for one in week.hours],
        "reports": [one.reports for one in week.hours],
        "gaps": [
            {"first": one.first, "last": one.last, "night": one.night, "weekend": one.weekend,
             "reports": one.reports}
            for one in week.gaps
        ],
    }  # fmt: skip


@router.get("/duty/calls", response=shapes.CallPage, summary="Calls and their read receipts")
def calls(request: HttpRequest, cursor: Cursor = None, size: Size = 50) -> dict[str, Any]:
    """Of the cases that you see, latest first."""
    rows = queries.calls(_reader(request))
    found = paging.page(rows, order=("-id",), cursor=cursor, size=size)
    return {"items": [_call(row) for row in found.items], "next": found.next}


@router.get("/duty/handovers", response=shapes.HandoverPage, summary="Handovers of your hall")
def handovers(request: HttpRequest, cursor: Cursor = None, size: Size = 50) -> dict[str, Any]:
    """Latest first; `late` ones were not accepted within half an hour."""
    rows = queries.handovers(_reader(request)).order_by()
    found = paging.page(rows, order=("-ended_at", "-id"), cursor=cursor, size=size)
    return {"items": [_handover(row) for row in found.items], "next": found.next}


@router.get("/duty/handovers/{handover_id}", response=shapes.WholeHandoverOut,
            summary="A handover with every case")  # fmt: skip
def handover(request: HttpRequest, handover_id: Id) -> dict[str, Any]:
    """With what the history shows open beside it: nothing."""
    return _whole(_reader(request), handover_id)


@router.post("/duty/handovers", response={201: shapes.WholeHandoverOut}, summary="End your shift")
@idempotent
def end_shift(request: HttpRequest, body: shapes.EndShiftIn) -> tuple[int, dict[str, Any]]:
    """Every case open in your hall goes into the record; needs duty.hand_over."""
    actor = _reader(request)
    row = operations.end_shift(actor=actor, now=clock.now(), **body.dict())
    return 201, _whole(actor, row.pk)


@router.post("/duty/handovers/{handover_id}/accept", response=shapes.WholeHandoverOut,
             summary="Accept a shift")  # fmt: skip
@idempotent
def accept(
    request: HttpRequest, handover_id: Id, body: shapes.AcceptIn
) -> tuple[int, dict[str, Any]]:
    """By another person of the same desk; needs duty.hand_over."""
    actor = _reader(request)
    operations.accept_handover(
        handover_id=handover_id, answer=body.answer, actor=actor, now=clock.now()
    )
    return 200, _whole(actor, handover_id)


@router.get("/duty/secondments", response=list[shapes.SecondmentOut],
            summary="Secondments that end soon")  # fmt: skip
def secondments(request: HttpRequest) -> list[dict[str, Any]]:
    """Within two weeks, or ended within a month; what is in hand, who follows."""
    return [
        {
            "holding_id": one.holding.pk, "member": _person(one.holding.member),
            "organisation_id": one.holding.post.organisation_id,
            "ends_on": one.holding.valid_to, "ended": one.ended, "tasks": one.tasks,
            "cases": one.cases,
            **_outcome(one.succession or Succession(holding_id=one.holding.pk)),
        }
        for one in queries.secondments(_reader(request), now=clock.now())
    ]  # fmt: skip


@router.post("/duty/secondments/{holding_id}/successor", response=shapes.SuccessionOut,
             summary="Name a successor")  # fmt: skip
@idempotent
def name_successor(
    request: HttpRequest, holding_id: Id, body: shapes.SuccessorIn
) -> tuple[int, dict[str, Any]]:
    """Needs duty.manage."""
    row = operations.name_successor(
        holding_id=holding_id, successor=_somebody(body.successor_id), actor=_keeper(request),
        now=clock.now(),
    )  # fmt: skip
    return 200, _outcome(row)


@router.post("/duty/secondments/{holding_id}/end", response=shapes.SuccessionOut,
             summary="End a secondment")  # fmt: skip
@idempotent
def end_secondment(
    request: HttpRequest, holding_id: Id, body: shapes.EndSecondmentIn
) -> tuple[int, dict[str, Any]]:
    """Today; what is in hand goes to the successor or back to the desks. Needs people.manage."""
    row = operations.end_secondment(
        holding_id=holding_id, successor=_perhaps(body.successor_id), reason=body.reason,
        actor=_keeper(request), now=clock.now(),
    )  # fmt: skip
    return 200, _outcome(row)


@router.get("/duty/protection/{period_id}", response=shapes.StandingByOut,
            summary="Who stands by in a protection period")  # fmt: skip
def standing_by(request: HttpRequest, period_id: Id) -> dict[str, Any]:
    """Its emergency team and cameras; needs duty.view, or to be of the team."""
    row = queries.period_seen(actor_of(request), period_id)
    return {
        "id": row.pk, "name": row.name_zh, "first": row.starts_on, "last": row.ends_on,
        "duty": row.duty, "team": [_of_team(one) for one in queries.team_of(row.pk)],
        "cameras": [_camera(one) for one in queries.cameras_of(row.pk)],
    }  # fmt: skip


@router.post("/duty/protection/{period_id}/team", response={201: shapes.TeamMemberOut},
             summary="Put somebody on an emergency team")  # fmt: skip
@idempotent
def put_on_team(
    request: HttpRequest, period_id: Id, body: shapes.TeamMemberIn
) -> tuple[int, dict[str, Any]]:
    """They are told. Needs standards.manage, as entering a period does."""
    row = operations.put_on_team(
        period_id=period_id, member=_somebody(body.member_id), reached=_reached(body),
        actor=actor_of(request), now=clock.now(),
    )  # fmt: skip
    return 201, _of_team(row)


@router.post("/duty/team/{row_id}/change", response=shapes.TeamMemberOut,
             summary="Somebody of a team is reached otherwise")  # fmt: skip
@idempotent
def change_on_team(
    request: HttpRequest, row_id: Id, body: shapes.TeamReachIn
) -> tuple[int, dict[str, Any]]:
    """The row is ended and a new one holds; they are told. Needs standards.manage."""
    row = operations.change_on_team(
        row_id=row_id, reached=_reached(body), actor=actor_of(request), now=clock.now()
    )
    return 200, _of_team(row)


@router.post("/duty/team/{row_id}/end", response=shapes.TeamMemberOut,
             summary="Take somebody off a team")  # fmt: skip
@idempotent
def take_off_team(request: HttpRequest, row_id: Id) -> tuple[int, dict[str, Any]]:
    """They are told. Needs standards.manage."""
    row = operations.take_off_team(row_id=row_id, actor=actor_of(request), now=clock.now())
    return 200, _of_team(row)


@router.post("/duty/protection/{period_id}/cameras", response={201: shapes.CameraOut},
             summary="Add a camera to watch")  # fmt: skip
@idempotent
def add_camera(
    request: HttpRequest, period_id: Id, body: shapes.CameraIn
) -> tuple[int, dict[str, Any]]:
    """Needs standards.manage."""
    row = operations.add_camera(
        period_id=period_id, actor=actor_of(request), now=clock.now(), **body.dict()
    )
    return 201, _camera(row)


@router.post("/duty/cameras/{row_id}/end", response=shapes.CameraOut,
             summary="End the watch of a camera")  # fmt: skip
@idempotent
def end_camera(request: HttpRequest, row_id: Id) -> tuple[int, dict[str, Any]]:
    """Needs standards.manage."""
    row = operations.end_camera(row_id=row_id, actor=actor_of(request), now=clock.now())
    return 200, _camera(row)
