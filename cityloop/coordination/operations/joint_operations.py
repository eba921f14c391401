"""Joint operations: planned, begun, counted, reported; or called off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from cityloop.cases import queries as cases
from cityloop.coordination import queries
from cityloop.coordination.models import JointOperation, OperationCase, OperationResult, ResultKind
from cityloop.coordination.operations.disputes import MANAGE
from cityloop.coordination.operations.meetings import area_of, desks_of
from cityloop.kernel import jobs
from cityloop.kernel.actor import Actor
from cityloop.kernel.encoding import filled_in, says_something
from cityloop.kernel.errors import Invalid, NotAllowed, Refused
from cityloop.people.models import Organisation

MOST_UNITS, MOST_DAYS, MOST_COUNTED = 40, 366, 1_000_000


@dataclass(frozen=True, slots=True)
class OperationPlan:
    """What is to be done together: by whom, where, from which day to which."""

    title: str
    plan: str
    lead: Organisation
    begins_on: date
    ends_on: date
    units: Sequence[Organisation] = ()
    region_code: str = ""


@dataclass(frozen=True, slots=True)
class Count:
    """What a unit counted; below zero it corrects what was told before, and `note` says why."""

    unit: Organisation
    kind: str
    number: int
    note: str = ""


@transaction.atomic
def plan_operation(plan: OperationPlan, *, actor: Actor, now: datetime) -> JointOperation:
    """Plan a joint operation; the desks of its units are told. Raises NotAllowed, Invalid."""
    actor.require(MANAGE)
    filled_in(title=plan.title, plan=plan.plan)
    area = area_of(actor, plan.region_code)
    others = list({one.pk: one for one in plan.units if one.pk != plan.lead.pk}.values())
    _sound(plan, others, now)
    row = JointOperation.objects.create(
        title=plan.title.strip(), plan=plan.plan.strip(), region_code=area, lead=plan.lead,
        units=[one.pk for one in others], begins_on=plan.begins_on, ends_on=plan.ends_on,
        planned_at=now, planned_by=actor.post[:120],
    )  # fmt: skip
    _tell_units(row, [plan.lead, *others], now)
    return row


def _sound(plan: OperationPlan, others: Sequence[Organisation], now: datetime) -> None:
    """Raise Invalid with every fault of the plan."""
    faults = _unsound_units(plan, others)
    if plan.begins_on < timezone.localdate(now):
        faults["begins_on"] = _("lies in the past")
    if plan.ends_on < plan.begins_on:
        faults["ends_on"] = _("lies before the first day")
    elif (plan.ends_on - plan.begins_on).days > MOST_DAYS:
        faults["ends_on"] = _("more than a year after the first day")
    if faults:
        raise Invalid(*faults.values(), fields=faults)


def _unsound_units(plan: OperationPlan, others: Sequence[Organisation]) -> dict[str, str]:
    faults: dict[str, str] = {}
    if not others:
        faults["units"] = _("name at least one unit beside the lead")
    elif len(others) > MOST_UNITS:
        faults["units"] = _("at most %(n)s units") % {"n": MOST_UNITS}
    for field, named in (("lead", [plan.lead]), ("units", others)):
        if gone := [one.name for one in named if not one.active]:
            faults[field] = _("%(unit)s is not active any more") % {"unit": ", ".join(gone[:5])}
    return faults


def _tell_units(row: JointOperation, units: Sequence[Organisation], now: datetime) -> None:
    """In the same transaction; the words of the topic are notify's."""
    values = {"title": row.title, "unit": row.lead.name_zh,
              "begins": row.begins_on.isoformat(), "due": row.ends_on.isoformat()}  # fmt: skip
    payload = {
        "topic": "operation_planned", "members": desks_of([one.pk for one in units], now=now),
        "about": f"joint-operation:{row.pk}", "path": f"/joint-operations/{row.pk}/",
        "values": values,
    }  # fmt: skip
    jobs.defer("notify.tell", payload)


def _held(actor: Actor, operation_id: int, *, begun: bool | None = None) -> JointOperation:
    """An operation that has not ended, locked; `begun`: it must have started, or must not yet.

    Raises NotFound, NotAllowed (neither its lead nor somebody who manages coordination), Refused.
    """
    actor.require("coordination.view")
    row = queries.operation_seen(actor, operation_id)
    if not actor.may(MANAGE) and row.lead_id not in actor.own_units:
        raise NotAllowed(_("this operation is led by %(unit)s") % {"unit": row.lead.name})
    return _going(row.pk, begun=begun)


def _going(operation_id: int, *, begun: bool | None) -> JointOperation:
    row = JointOperation.objects.select_for_update().get(pk=operation_id)
    if row.ended_at is not None:
        raise Refused(_("this operation has ended"))
    if begun is True and row.started_at is None:
        raise Refused(_("this operation has not begun"))
    if begun is False and row.started_at is not None:
        raise Refused(_("this operation has begun already"))
    return row


@transaction.atomic
def start_operation(*, operation_id: int, actor: Actor, now: datetime) -> JointOperation:
    """The units go out; not before the first day of the plan."""
    row = _held(actor, operation_id, begun=False)
    if timezone.localdate(now) < row.begins_on:
        raise Refused(_("the plan begins on %(day)s") % {"day": row.begins_on.isoformat()})
    row.started_at = now
    row.save(update_fields=["started_at"])
    return row


@transaction.atomic
def add_operation_case(
    *, operation_id: int, number: str, actor: Actor, now: datetime
) -> OperationCase:
    """A case that the actor sees; one reported after the start counts as found by the operation."""
    row = _held(actor, operation_id)
    case = cases.get(actor, number.strip())
    found = row.started_at is not None and case.reported_at >= row.started_at
    member, new = OperationCase.objects.get_or_create(
        operation=row, case=case, defaults={"added_at": now, "found": found}
    )
    if not new:
        raise Refused(
            _("case %(number)s belongs to this operation already") % {"number": case.number}
        )
    return member


@transaction.atomic
def tell_result(count: Count, *, operation_id: int, actor: Actor, now: datetime) -> OperationResult:
    """What a unit of the operation counted, told by itself or by who manages coordination.

    Raises NotFound, NotAllowed, Invalid (no unit of it, no kind, below what was told), Refused.
    """
    actor.require("coordination.view")
    seen = queries.operation_seen(actor, operation_id)
    if not actor.may(MANAGE) and count.unit.pk not in actor.own_units:
        raise NotAllowed(_("%(unit)s tells its results itself") % {"unit": count.unit.name})
    row, note = _going(seen.pk, begun=True), count.note.strip()[:300]
    _countable(row, count, note)
    return OperationResult.objects.create(
        operation=row, unit=count.unit, kind=count.kind, number=count.number, note=note,
        told_at=now, told_by=actor.post[:120],
    )  # fmt: skip


def _countable(row: JointOperation, count: Count, note: str) -> None:
    faults: dict[str, str] = {}
    if count.unit.pk not in (row.lead_id, *row.units):
        faults["unit"] = _("takes no part in this operation")
    if count.kind not in ResultKind.values:
        faults["kind"] = _("unknown")
    elif not count.number or abs(count.number) > MOST_COUNTED:
        faults["number"] = _("a number, not 0")
    elif count.number < 0:
        told = row.results.filter(unit=count.unit, kind=count.kind)
        before = told.aggregate(n=Sum("number"))["n"] or 0
        if before + count.number < 0:
            faults["number"] = _("only %(n)s were told before") % {"n": before}
    if not says_something(note) and (count.number < 0 or count.kind == ResultKind.OTHER):
        faults["note"] = _("say what it is")
    if faults:
        raise Invalid(*faults.values(), fields=faults)


@transaction.atomic
def report_operation(
    *, operation_id: int, report: str, actor: Actor, now: datetime
) -> JointOperation:
    """End it with a report; refused while nothing was counted. Its cases go their own way."""
    row = _held(actor, operation_id, begun=True)
    if not row.results.exists():
        raise Refused(_("no unit has told a result yet"))
    return _end(row, report, now)


@transaction.atomic
def call_off_operation(
    *, operation_id: int, reason: str, actor: Actor, now: datetime
) -> JointOperation:
    """Give it up; what was counted stays."""
    actor.require(MANAGE)
    row = _held(actor, operation_id)
    row.called_off = True
    return _end(row, reason, now)


def _end(row: JointOperation, words: str, now: datetime) -> JointOperation:
    if not says_something(words):
        raise Invalid(_("fill this in"), fields={"report": _("fill this in")})
    row.report, row.ended_at = words.strip(), now
    row.save(update_fields=["report", "ended_at", "called_off"])
    return row
