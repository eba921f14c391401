"""Writing the roster: shifts, turns, absences, one by one or from a table. Nothing is deleted."""

from __future__ import annotations

import time as stopwatch
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from cityloop.duty import hours
from cityloop.duty.models import Absence, AbsenceKind, Shift, Turn
from cityloop.kernel.actor import Actor
from cityloop.kernel.encoding import says_something
from cityloop.kernel.errors import Invalid, NotAllowed, NotFound, Problem, Refused
from cityloop.kernel.reports import ImportReport, Rejection
from cityloop.kernel.tables import read_table
from cityloop.people.models import Member, Organisation
from cityloop.people.scope import in_scope

MANAGE = "duty.manage"
MAX_NAME, MAX_POST = 40, 60
COLUMNS = ("unit_code", "shift", "starts", "ends", "username", "weekdays", "first_on")


@dataclass(frozen=True, slots=True)
class NewTurn:
    """A member in a shift on some weekdays of a period; `last_on` None: until further notice."""

    member: Member
    weekdays: Sequence[int]
    first_on: date
    last_on: date | None = None
    rank: int = 1


def require_unit(actor: Actor, unit: Organisation) -> None:
    """NotAllowed unless the actor keeps rosters and the unit is theirs."""
    actor.require(MANAGE)
    if not in_scope(actor, organisation_ids=[unit.pk], region_code=unit.region_code):
        raise NotAllowed(_("%(name)s keeps its own roster") % {"name": unit.name})


@transaction.atomic
def set_shift(
    *,
    unit: Organisation,
    name: str,
    starts: time,
    ends: time,
    actor: Actor,
    now: datetime,
    post: str = "",
    special: bool = False,
) -> Shift:
    """Add a shift to a unit; `special` ones hold in protection periods. Raises Invalid, Refused."""
    require_unit(actor, unit)
    name, post = words(name, MAX_NAME, "name"), words(post, MAX_POST, "post", empty=True)
    held = Shift.objects.filter(organisation=unit, name=name, special=special, ended_at=None)
    if held.exists():
        raise Refused(_("the unit has a shift of this name: %(name)s") % {"name": name})
    return Shift.objects.create(
        organisation=unit, name=name, post=post, starts=starts, ends=ends, special=special,
        set_at=now, set_by=actor.post[:120],
    )  # fmt: skip


@transaction.atomic
def end_shift_of_roster(*, shift_id: int, actor: Actor, now: datetime) -> Shift:
    """Take a shift off the roster with its turns; raises NotFound."""
    row = _shift(shift_id)
    require_unit(actor, row.organisation)
    row.turns.filter(ended_at=None).update(ended_at=now, ended_by=actor.post[:120])
    row.ended_at, row.ended_by = now, actor.post[:120]
    row.save(update_fields=["ended_at", "ended_by"])
    return row


@transaction.atomic
def put_on_duty(*, shift_id: int, new: NewTurn, actor: Actor, now: datetime) -> Turn:
    """Put somebody of the unit on duty in a shift. Raises Invalid, Refused, NotFound."""
    shift = _shift(shift_id)
    require_unit(actor, shift.organisation)
    _check_turn(shift, new)
    return Turn.objects.create(
        shift=shift, member=new.member, rank=new.rank, weekdays=sorted(set(new.weekdays)),
        first_on=new.first_on, last_on=new.last_on, set_at=now, set_by=actor.post[:120],
    )  # fmt: skip


def _check_turn(shift: Shift, new: NewTurn) -> None:
    problems = {}
    if not new.weekdays or not set(new.weekdays) <= set(range(1, 8)):
        problems["weekdays"] = _("weekdays as 1-5 or 6,7; 1 is Monday")
    if new.last_on is not None and new.last_on < new.first_on:
        problems["last_on"] = _("the period ends before it begins")
    if not 1 <= new.rank <= 9:
        problems["rank"] = _("a number from 1 to 9")
    if not new.member.active or not _of_unit(new.member, shift.organisation):
        problems["member"] = _("%(name)s does not belong to the unit") % {"name": new.member.name}
    if problems:
        raise Invalid(*problems.values(), fields=problems)
    rows = Turn.objects.filter(shift=shift, member=new.member, ended_at=None)
    rows = rows.filter(weekdays__overlap=list(new.weekdays)).exclude(last_on__lt=new.first_on)
    if new.last_on is not None:
        rows = rows.filter(first_on__lte=new.last_on)
    if rows.exists():
        raise Refused(_("%(name)s is on duty in this shift already") % {"name": new.member.name})


def _of_unit(member: Member, unit: Organisation) -> bool:
    """The member's own organisation is the unit or lies below it, or they hold a post there."""
    if f"/{unit.pk}/" in member.organisation.path:
        return True
    return bool(member.holdings.filter(post__organisation__path__contains=f"/{unit.pk}/").exists())


@transaction.atomic
def end_turn(*, turn_id: int, actor: Actor, now: datetime) -> Turn:
    """Take somebody off the roster from now on. Raises NotFound, Refused."""
    rows = Turn.objects.select_for_update(of=("self",)).select_related("shift__organisation")
    row = rows.filter(pk=turn_id).first()
    if row is None:
        raise NotFound(_("there is no such turn"))
    require_unit(actor, row.shift.organisation)
    if row.ended_at is not None:
        raise Refused(_("it was ended before"))
    row.ended_at, row.ended_by = now, actor.post[:120]
    row.save(update_fields=["ended_at", "ended_by"])
    return row


@transaction.atomic
def note_absence(
    *,
    member: Member,
    kind: str,
    first_on: date,
    last_on: date,
    actor: Actor,
    now: datetime,
    deputy: Member | None = None,
) -> Absence:
    """Note that somebody is away, and who stands in. Raises Invalid, Refused, NotAllowed."""
    require_unit(actor, member.organisation)
    problems = {}
    if kind not in AbsenceKind.values:
        problems["kind"] = _("one of: %(all)s") % {"all": ", ".join(AbsenceKind.values)}
    if last_on < first_on:
        problems["last_on"] = _("the period ends before it begins")
    if deputy is not None and (deputy.pk == member.pk or not deputy.active):
        problems["deputy"] = _("%(name)s cannot stand in") % {"name": deputy.name}
    if problems:
        raise Invalid(*problems.values(), fields=problems)
    held = Absence.objects.filter(
        member=member, ended_at=None, first_on__lte=last_on, last_on__gte=first_on
    )
    if held.exists():
        raise Refused(_("%(name)s is noted as away in these days already") % {"name": member.name})
    return Absence.objects.create(
        member=member, kind=kind, first_on=first_on, last_on=last_on, deputy=deputy, set_at=now,
        set_by=actor.post[:120],
    )  # fmt: skip


@transaction.atomic
def end_absence(*, absence_id: int, actor: Actor, now: datetime) -> Absence:
    """Somebody is back before the last day. Raises NotFound, Refused."""
    rows = Absence.objects.select_for_update(of=("self",)).select_related("member__organisation")
    row = rows.filter(pk=absence_id).first()
    if row is None:
        raise NotFound(_("there is no such absence"))
    require_unit(actor, row.member.organisation)
    if row.ended_at is not None:
        raise Refused(_("it was ended before"))
    row.ended_at, row.ended_by = now, actor.post[:120]
    row.save(update_fields=["ended_at", "ended_by"])
    return row


def import_roster(path: Path, *, actor: Actor, now: datetime) -> ImportReport:
    """Shifts and turns from a table: all rows, or none and the reason for each bad one.

    Columns: unit_code, shift, starts, ends, username, weekdays (1-5), first_on and, where known,
    last_on, post, rank, special (1: in protection periods). A row that stands already is `joined`.
    Raises BadTable, NotAllowed.
    """
    began = stopwatch.monotonic()
    actor.require(MANAGE)
    report = ImportReport()
    with transaction.atomic():
        for line, row in read_table(path, COLUMNS):
            try:
                with transaction.atomic():
                    _put(row, report, actor, now)
            except Problem as problem:
                key = f"{row['unit_code']} {row['username']}"
                report.rejected.append(Rejection(line, key, str(problem)))
        if report.rejected:
            transaction.set_rollback(True)
            report.take_nothing()
    report.seconds = stopwatch.monotonic() - began
    return report


def _put(row: dict[str, str], report: ImportReport, actor: Actor, now: datetime) -> None:
    unit = Organisation.objects.filter(code=row["unit_code"], active=True).first()
    member = Member.objects.select_related("organisation").filter(username=row["username"]).first()
    if unit is None or member is None:
        missing = row["username"] if unit else row["unit_code"]
        raise Invalid(_("unknown: %(value)s") % {"value": missing[:60] or "-"})
    special = row.get("special", "").lower() in {"1", "true", "yes", "是"}
    starts, ends = _clock(row["starts"], "starts"), _clock(row["ends"], "ends")
    shift = Shift.objects.filter(
        organisation=unit, name=row["shift"], special=special, ended_at=None
    ).first()
    if shift is None:
        shift = set_shift(
            unit=unit, name=row["shift"], post=row.get("post", ""), starts=starts, ends=ends,
            special=special, actor=actor, now=now,
        )  # fmt: skip
    elif (shift.starts, shift.ends) != (starts, ends):
        raise Invalid(_("the shift %(shift)s has other hours") % {"shift": shift.label})
    new = NewTurn(
        member, _weekdays(row["weekdays"]), _day(row["first_on"], "first_on"),
        _day(row["last_on"], "last_on") if row.get("last_on") else None, _rank(row.get("rank")),
    )  # fmt: skip
    same = shift.turns.filter(
        member=member, first_on=new.first_on, last_on=new.last_on, rank=new.rank, ended_at=None,
        weekdays=list(new.weekdays),
    )  # fmt: skip
    if same.exists():
        report.joined += 1
        return
    put_on_duty(shift_id=shift.pk, new=new, actor=actor, now=now)
    report.imported += 1


def _shift(shift_id: int) -> Shift:
    rows = Shift.objects.select_for_update(of=("self",)).select_related("organisation")
    row = rows.filter(pk=shift_id, ended_at=None).first()
    if row is None:
        raise NotFound(_("there is no such shift"))
    return row


def words(text: str, most: int, name: str, *, empty: bool = False) -> str:
    """A text without blanks around it; raises Invalid when it is missing or too long."""
    found = text.replace("\x00", "").strip()
    if not says_something(found) and not empty:
        raise Invalid(_("fill this in"), fields={name: _("fill this in")})
    if len(found) > most:
        why = _("at most %(n)s characters") % {"n": most}
        raise Invalid(why, fields={name: why})
    return found


def _clock(text: str, name: str) -> time:
    try:
        return time.fromisoformat(text if len(text) > 4 else f"0{text}")
    except ValueError as error:
        raise Invalid(f"{name}: {_('a time as HH:MM')}") from error


def _day(text: str, name: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Invalid(f"{name}: {_('a day as YYYY-MM-DD')}") from error


def _weekdays(text: str) -> list[int]:
    try:
        return hours.weekdays_in(text)
    except ValueError as error:
        raise Invalid(_("weekdays as 1-5 or 6,7; 1 is Monday")) from error


def _rank(text: str | None) -> int:
    if not text:
        return 1
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 9):
        raise Invalid(_("a number from 1 to 9"))
    return int(text)
