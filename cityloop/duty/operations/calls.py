"""A dispatch goes to who is on duty now; who does not open it in time is followed by the next."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from cityloop.cases import flow as flows
from cityloop.cases import operations as cases
from cityloop.cases.models import Case, CaseEvent, Task
from cityloop.duty import queries
from cityloop.duty.models import Call, CallState
from cityloop.duty.queries import Candidate
from cityloop.kernel import jobs
from cityloop.kernel.actor import Actor

DESK = "desk"
ROSTER = "roster"  # the system's post that calls


def call_on_duty(*, number: str, version: int, now: datetime) -> Call | None:
    """Tell who is on duty in the unit of a dispatch; once. Nobody on duty: its desk is told.

    None where the unit keeps no roster, was only asked for a part, or the case went on meanwhile.
    """
    case = Case.objects.select_related("flow").get(number=number)
    if not _got_by(case, version):
        return None
    if case.lead_id is None or not queries.has_roster(case.lead_id):
        return None
    with transaction.atomic():
        if Call.objects.filter(case=case, version=version).exists():
            return None
        Call.objects.filter(case=case, state=CallState.WAITING).update(state=CallState.ENDED)
        people = queries.candidates(case.lead_id, now)
        first = people[0] if people else None
        return _call(case, case.lead_id, version, first, 1, "", now)


def _got_by(case: Case, version: int) -> bool:
    """Whether a unit has got the case with this step, and has it still."""
    at = CaseEvent.objects.values_list("at", flat=True).get(case=case, version=version)
    return Task.objects.filter(case=case, kind="handle", closed_at=None, opened_at=at).exists()


def tell_units(*, number: str, version: int, now: datetime) -> int:
    """Tell the units that a step gave something to do, by message: the desk of the lead where it
    keeps no roster (else it is called), and of those that assist who is on duty, else the desk.
    Returns how many units.
    """
    case = Case.objects.get(number=number)
    at = CaseEvent.objects.values_list("at", flat=True).get(case=case, version=version)
    given = Task.objects.filter(
        case=case, kind__in=("handle", "assist"), closed_at=None, opened_at=at,
        organisation__isnull=False,
    )  # fmt: skip
    told = 0
    for task in given.order_by("pk"):
        unit = task.organisation_id or 0
        if task.kind == "handle" and queries.has_roster(unit):
            continue
        topic = "to_receive" if task.kind == "handle" else "subtask" if task.what else "assist"
        members = queries.reached(unit, now)
        payload = {"topic": topic, "number": number, "version": version, "members": members}
        told += bool(members and jobs.defer("notify.tell_case", payload))
    return told


def call_substitutes(*, now: datetime, limit: int = 200) -> int:
    """Call the next for every dispatch that was not opened in time; returns how many."""
    waiting = Call.objects.filter(state=CallState.WAITING, answer_by__lte=now)
    ids = list(waiting.order_by("answer_by").values_list("pk", flat=True)[:limit])
    return sum(_pass_on(pk, now) for pk in ids)


def _pass_on(call_id: int, now: datetime) -> bool:
    """The next on duty, or the desk when all have been called; False when it is not needed."""
    with transaction.atomic():
        rows = Call.objects.select_for_update(of=("self",), skip_locked=True)
        row = rows.filter(pk=call_id, state=CallState.WAITING).first()
        if row is None:
            return False
        case = Case.objects.select_related("flow").get(pk=row.case_id)
        called = Call.objects.filter(case=case, version=row.version)
        tried = set(called.values_list("member_id", flat=True))
        people = queries.candidates(row.unit_id, now) if case.lead_id == row.unit_id else []
        following = next((one for one in people if one.member.pk not in tried), None)
        row.state = CallState.PASSED
        row.save(update_fields=["state"])
        why = _("%(name)s did not open it until %(time)s") % {
            "name": row.member.name if row.member else "", "time": queries.local_time(now),
        }  # fmt: skip
        made = _call(case, row.unit_id, row.version, following, row.place + 1, why, now)
        if made is None:
            Call.objects.filter(pk=row.pk).update(state=CallState.ENDED)
    return made is not None


def _call(
    case: Case,
    unit_id: int,
    version: int,
    to: Candidate | None,
    place: int,
    why: str,
    now: datetime,
) -> Call | None:
    """The step of the case and the call together; None when the case has gone on."""
    passed = to.why if to else _("nobody can be called now")
    reason = "; ".join(one for one in (why, passed) if one)
    called_as = (
        ("next" if place > 1 and to.called_as == "on_duty" else to.called_as) if to else DESK
    )
    inputs = {
        "worker": to.member if to else None, "called_as": called_as, "reason": reason,
        "shift": to.shift if to else "",
    }  # fmt: skip
    action = "call_duty" if place == 1 else "call_substitute"
    try:
        with transaction.atomic():
            cases.perform(
                case.number, action, actor=Actor.system(ROSTER), now=now,
                inputs={k: v for k, v in inputs.items() if v},
            )  # fmt: skip
    except cases.Refused:
        return None
    return Call.objects.create(
        case=case, version=version, place=place, unit_id=unit_id,
        member=to.member if to else None, called_as=called_as, shift=to.shift if to else "",
        why=reason[:300], called_at=now, answer_by=_answer_by(case, now) if to else None,
    )  # fmt: skip


def _answer_by(case: Case, now: datetime) -> datetime:
    """The running case keeps the time that its own flow gives (0: at once is never meant)."""
    flow = flows.parameters(case.flow.parameters, case.area_code)
    return now + timedelta(minutes=max(flow.read_minutes, 1))


def open_dispatch(*, number: str, actor: Actor, now: datetime) -> bool:
    """The read receipt: somebody opens the dispatch that was sent to them. True when it counts.

    The step of the case says who and when; a later opening, or one by somebody else, adds nothing.
    What comes after a substitute was called is kept on the call alone.
    """
    if actor.member_id is None:
        return False
    with transaction.atomic():
        rows = Call.objects.select_for_update(of=("self",)).filter(
            queries.called_to(actor), case__number=number, opened_at=None
        )
        row = rows.order_by("-version", "-place").first()
        if row is None:
            return False
        if row.state == CallState.WAITING:
            with suppress(cases.Refused), transaction.atomic():
                cases.perform(number, "open_dispatch", actor=actor, now=now)
            row.state = CallState.OPENED
        row.opened_at, row.opened_by_id = now, actor.member_id
        row.save(update_fields=["state", "opened_at", "opened_by"])
    return True


def note_seen(*, number: str, version: int) -> bool:
    """Who opened, received or assigned the case has seen the dispatch: no substitute is needed."""
    line = CaseEvent.objects.get(case__number=number, version=version)
    if line.member_id is None:
        return False
    rows = Call.objects.filter(case_id=line.case_id, state=CallState.WAITING)
    return bool(rows.update(state=CallState.OPENED, opened_at=line.at, opened_by_id=line.member_id))
