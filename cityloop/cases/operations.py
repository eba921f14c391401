"""Every write to a case. Nothing else in the project writes one."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from cityloop.cases import (
    calendar_reasons,
    chain,
    clocks,
    fields,
    guards,
    lifecycle,
    load,
    photos,
    record,
    state,
    workflow,
)  # fmt: skip
from cityloop.cases import flow as flows
from cityloop.cases.change import Change, Paper
from cityloop.cases.models import Case, Flow, Status, Timer, TimerKind, TimerState
from cityloop.cases.stepping import Refused, WrongPost, stand, take
from cityloop.kernel import errors
from cityloop.kernel.actor import Actor
from cityloop.kernel.models import StoredFile
from cityloop.kernel.rows import Rows, ewkb, fresh

log = logging.getLogger("cityloop.cases")

__all__ = [
    "NewCase",
    "NoSuchCase",
    "NoSuchStep",
    "Refused",
    "Stale",
    "WrongPost",
    "begin",
    "case_number",
    "fire_due_timers",
    "follow_calendar",
    "next_case_ids",
    "open_case",
    "paper",
    "perform",
    "publish_flow",
    "take",
]


class Stale(errors.Stale):
    """The case changed since the page was read; nothing was written."""


class NoSuchCase(errors.NotFound):
    """No case has this number, or none that the actor may see."""


class NoSuchStep(errors.NotFound):
    """The life cycle has no such action."""

    code = "no-such-step"


@dataclass(frozen=True, slots=True)
class NewCase:
    """What intake knows of a problem. `place` codes come from geo.locate; '' outside every grid."""

    channel: str
    flow: Flow
    description: str = ""
    problem_class_id: int | None = None
    component_id: int | None = None
    level: int = 2
    lon: float | None = None
    lat: float | None = None
    raw: tuple[float | None, float | None, str] = (None, None, "")
    address: str = ""
    area_code: str = ""
    grid_code: str = ""
    in_service_area: bool = True
    external_number: str = ""
    verify: bool = False
    imported: bool = False
    papers: Sequence[Paper] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)


def paper(*, sha256: str, stage: str, filename: str = "", from_album: bool = False) -> Paper:
    """A stored file as part of a step; raises Invalid for one that was never stored."""
    file = StoredFile.objects.filter(sha256=sha256).first()
    if file is None:
        raise errors.Invalid(_("store the file first: %(sha)s") % {"sha": sha256[:12]})
    return Paper(file=file, stage=stage, filename=filename, from_album=from_album)


def next_case_ids(count: int) -> list[int]:
    """Fresh case ids; a number that is never used leaves a gap and nothing else."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('cases_case_id_seq') FROM generate_series(1, %s)", [count])
        return [row[0] for row in cursor.fetchall()]


def case_number(case_id: int, at: datetime) -> str:
    """The city's date + id: readable, unique, sortable by day."""
    day = at.astimezone(timezone.get_default_timezone())
    return f"{day.year:04}{day.month:02}{day.day:02}{case_id:07}"


def open_case(
    new: NewCase,
    *,
    action: str,
    actor: Actor,
    now: datetime,
    case_id: int | None = None,
    also: Sequence[Rows] = (),
) -> Case:
    """Open a case by one of the opening actions; raises Refused.

    `also`: rows of the caller that belong to the case; they are written in the same statement.
    """
    step = _step(action)
    change = begin(new, step=step, actor=actor, now=now, case_id=case_id or next_case_ids(1)[0])
    take(change, step)
    record.write([change], also=also)
    return change.case


def begin(
    new: NewCase, *, step: lifecycle.Step, actor: Actor, now: datetime, case_id: int
) -> Change:
    """The change that opens a case, before its first step is taken. Writes nothing."""
    case = fresh(
        Case,
        id=case_id,
        number=case_number(case_id, now),
        status=lifecycle.NEW,
        flow_id=new.flow.pk,
        channel=new.channel,
        external_number=new.external_number,
        imported=new.imported,
        problem_class_id=new.problem_class_id,
        component_id=new.component_id,
        level=new.level,
        description=new.description,
        point=None if new.lon is None or new.lat is None else ewkb(new.lon, new.lat),
        raw_x=new.raw[0],
        raw_y=new.raw[1],
        raw_system=new.raw[2],
        address=new.address,
        area_code=new.area_code,
        grid_code=new.grid_code,
        in_service_area=new.in_service_area,
        verified="wanted" if new.verify else "",
        reported_at=now,
    )
    parameters = flows.parameters(new.flow.parameters, new.area_code)
    case.trial = parameters.trial
    change = Change(
        case=case,
        actor=actor,
        now=now,
        action=step.action,
        source=lifecycle.NEW,
        flow=parameters,
        papers=list(new.papers),
        imported=new.imported,
    )
    change.facts |= _first_facts(new)
    return change


def _first_facts(new: NewCase) -> dict[str, Any]:
    began = new.flow
    flow = [began.code, chain.flow_digest(began.code, began.parameters, began.published_at)]
    return {
        "channel": new.channel, "class": new.problem_class_id, "grid": new.grid_code, "flow": flow,
        **new.facts,
    }  # fmt: skip


def perform(
    number: str,
    action: str,
    *,
    actor: Actor,
    now: datetime,
    version: int | None = None,
    inputs: Mapping[str, Any] | None = None,
    papers: Sequence[Paper] = (),
    also: Sequence[Rows] = (),
    kept_at: datetime | None = None,
) -> Case:
    """Take one step of the life cycle.

    `inputs` are raw values as a form or JSON gives them. Raises NoSuchCase, NoSuchStep, Invalid
    (inputs), Stale (another version), WrongPost, Refused (all objections at once); then nothing
    is written.
    A follow-up step of the system (an unambiguous dispatch) happens in the same transaction.
    `kept_at`: since when a device without a network kept the step, as it says; only noted.
    """
    step = _step(action)
    with transaction.atomic():
        change = _load(number, actor=actor, now=now)
        if version is not None and version != change.case.version:
            raise Stale(
                _("the case is at version %(now)s, you read version %(read)s")
                % {"now": change.case.version, "read": version}
            )
        stand(change, step)  # before the inputs: nobody fills in what is not possible
        change.inputs = fields.clean(step, inputs or {})
        change.papers = photos.remarked(papers, change.case, now=now)
        if kept_at is not None:
            change.facts["kept_at"] = kept_at.isoformat(timespec="minutes")
        take(change, step)
        if change.follow_up:
            _follow(change)
        record.write([change], also=also)
    return change.case


def fire_due_timers(*, now: datetime, limit: int = 200) -> int:
    """Perform the clock's steps on every case whose timer has run out; returns how many.

    Claims rows with SKIP LOCKED and moves their timers in the same transaction: several sweepers
    may run, each deadline fires exactly once.
    """
    with transaction.atomic():
        due = Timer.objects.filter(fire_at__lte=now).order_by("fire_at")
        claimed = due.select_for_update(skip_locked=True).values_list("case_id", flat=True)
        cases = Case.objects.filter(pk__in=list(dict.fromkeys(claimed[:limit]))).order_by("pk")
        numbers = list(cases.select_for_update(skip_locked=True).values_list("number", flat=True))
        return sum(_fire_alone(number, now) for number in numbers)


def publish_flow(
    *, code: str, parameters: Mapping[str, Any], reason: str = "", actor: Actor, now: datetime
) -> Flow:
    """Publish an edition of the flow: cases opened from now on start with it, others keep theirs.

    The row says who and why. City's administrators only. Raises NotAllowed, Invalid with every
    fault: a dead end, a step without an owner, a role on both sides.
    """
    actor.require_for_city("cases.configure")
    today = timezone.localdate(now)
    if found := workflow.faults_on(parameters, today):
        raise errors.Invalid(*found, code="unsound-flow")
    edition = f"{code}-{Flow.objects.count() + 1}"
    return Flow.objects.create(
        code=edition, parameters=dict(parameters), published_at=now, member_id=actor.member_id,
        actor=actor.post[:120], reason=reason.strip()[:200],
    )  # fmt: skip


def _fire_alone(number: str, now: datetime) -> int:
    """A case that cannot be moved, whatever the fault, stops no other case's clocks."""
    try:
        with transaction.atomic():
            return _fire(number, now)
    except Exception:
        log.exception("%s: its clocks could not be fired", number)
        return 0


def _fire(number: str, now: datetime) -> int:
    """The clock's step for every timer of the case that is due; how many fired."""
    change = _load(number, actor=Actor.system("clock"), now=now)
    due = [t for t in change.timers if t.fire_at is not None and t.fire_at <= now]
    fired = 0
    for timer in sorted(due, key=lambda t: t.fire_at or now):
        if timer.fire_at is None:  # ended by the step of another clock
            continue
        change.inputs = {"clock": timer.kind}
        try:
            take(change, _step(_clock_action(change, timer)))
        except Refused as error:  # the clocks of other cases go on
            log.warning("%s: the clock %s was refused: %s", number, timer.kind, error)
            continue
        fired += 1
    if fired:
        record.write([change])
    return fired


def follow_calendar(*, now: datetime) -> int:
    """Recompute the running deadlines of open cases after a change of the calendar.

    Only cases in which a deadline moves are touched, each in a transaction of its own, with a line
    of its history; returns how many. Called again it finds nothing left to do.
    """
    counted = Q(limit_unit__in=("work_hour", "work_day")) | Q(margin_hours__gt=0)
    running = Timer.objects.filter(counted, state=TimerState.RUNNING)
    probe = Change(Case(), Actor.system("calendar"), now, "", "", flows.Parameters())
    moved: set[int] = set()
    for timer in running.iterator():
        probe.timers = [timer]
        if clocks.moved_by_calendar(probe):
            moved.add(timer.case_id)
    rows = Case.objects.filter(pk__in=moved).order_by("pk")
    numbers = list(rows.values_list("number", flat=True))
    return sum(_recompute(number, now) for number in numbers)


def _recompute(number: str, now: datetime) -> int:
    with transaction.atomic():
        change = _load(number, actor=Actor.system("calendar"), now=now)
        change.inputs = {"reason": calendar_reasons.reasons(change)}
        try:
            take(change, _step("recompute"))
        except Refused:
            return 0
        record.write([change])
    return 1


def _clock_action(change: Change, timer: Timer) -> str:
    """What the clock does: a platform that let its share run out hands the case to the one above;
    every other deadline is noted, then escalated."""
    if timer.kind in clocks.ACTS:
        return clocks.ACTS[timer.kind]
    if timer.fired:
        return "escalate"
    held = timer.kind == TimerKind.DISPATCH and change.case.status == Status.FILED
    return "rise" if held and guards.platform_above(change) is None else "overdue"


def _follow(change: Change) -> None:
    """The system's own next step, in the same statement; where a rule objects, people go on."""
    action, inputs = change.follow_up or ("", {})
    step = _step(action)
    change.follow_up, change.actor = None, Actor.system("automatic")
    change.inputs = fields.clean(step, inputs)
    with suppress(Refused):
        take(change, step)


def _step(action: str) -> lifecycle.Step:
    try:
        return lifecycle.BY_ACTION[action]
    except KeyError as error:
        raise NoSuchStep(_("there is no step %(action)s") % {"action": action[:40]}) from error


def _load(number: str, *, actor: Actor, now: datetime) -> Change:
    found = load.locked(number)
    if found is None:
        raise NoSuchCase(_("there is no case %(number)s") % {"number": number[:30]})
    return _change(found, actor=actor, now=now)


def _change(found: load.Dossier, *, actor: Actor, now: datetime) -> Change:
    """What was changed past the life cycle since the last line stands in the next one for good:
    that line's own mark takes the case as it is.

    A step is never dated before the last line: a clock that was put back, or whoever waited for
    another's step, does not turn the order of the history. When it was written down stands beside.
    """
    altered = state.altered(found.mark, found.case, found.timers, found.tasks)
    if found.told is None:  # its line is gone, or its version is another
        altered = list(state.ALTERED[:1])
    return Change(
        case=found.case,
        actor=actor,
        now=max(now, found.told or now),
        action="",
        source=found.case.status,
        flow=found.parameters,
        timers=found.timers,
        tasks=found.tasks,
        second_eye=found.second_eye,
        mark=found.mark,
        facts={"altered": altered} if altered else {},
        recorded_at=now if found.told and found.told > now else None,
    )
