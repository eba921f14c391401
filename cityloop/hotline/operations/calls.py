"""Calls as the telephone system tells them, who sits where, what callers are told."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction
from django.utils.translation import gettext as _

from cityloop.hotline import queries
from cityloop.hotline.models import Call, CallState, Seat, Told
from cityloop.intake import operations as intake
from cityloop.intake.models import NoticeState, Report, ReporterNotice
from cityloop.kernel import errors
from cityloop.kernel.actor import Actor
from cityloop.kernel.phones import plain_phone

DELIVER, ANSWER = "hotline.deliver", "hotline.answer"
CHANNEL = "hotline12319"
TIMES = {"ringing": "ringing_at", "answered": "answered_at", "ended": "ended_at"}
CLOCKS_DIFFER = timedelta(minutes=5)
LATEST_NEWS = timedelta(days=7)  # of a call; a system that was away hands it over later
_EXTENSION = re.compile(r"[0-9A-Za-z*#-]{1,20}")
_NUMBER = re.compile(r"[0-9+*#()\- ]{3,30}")


class SameCall(errors.Refused):
    """The id came for another caller, or with another recording, before."""

    code, title = "another-call", "This id belongs to another call"


class NotTheirs(errors.Refused):
    """The caller did not report this case."""

    code, title = "not-their-case", "The caller did not report this case"


# What telephone systems write for a number that is not shown.
WITHHELD = frozenset({"anonymous", "unknown", "private", "restricted", "unavailable", "withheld",
                      "未知", "匿名", "隐藏", "未知号码", "匿名号码", "隐藏号码"})  # fmt: skip


@dataclass(frozen=True, slots=True)
class CallEvent:
    """What the telephone system tells. `caller` is empty, or one of WITHHELD, where the number is
    not shown."""

    outer_id: str
    event: str  # ringing, answered, ended
    extension: str
    caller: str = ""
    line: str = ""
    at: datetime | None = None
    recording: str = ""


def sign_on(extension: str, *, actor: Actor, now: datetime) -> Seat:
    """Sit at an extension; whoever sat there is signed off. Raises NotAllowed, Invalid."""
    actor.require(ANSWER)
    extension = extension.strip()
    if actor.member_id is None:
        raise errors.NotAllowed(_("only a person sits at an extension"))
    if not _EXTENSION.fullmatch(extension):
        why = _("an extension is 1 to 20 digits or letters")
        raise errors.Invalid(why, fields={"extension": why})
    with transaction.atomic():
        Seat.objects.filter(extension=extension).exclude(member_id=actor.member_id).delete()
        seat, _new = Seat.objects.update_or_create(
            member_id=actor.member_id, defaults={"extension": extension, "since": now}
        )
    return seat


def sign_off(*, actor: Actor) -> None:
    """Leave the extension."""
    actor.require(ANSWER)
    Seat.objects.filter(member_id=actor.member_id or 0).delete()


def note_call(event: CallEvent, *, actor: Actor, now: datetime) -> Call:
    """Take one event of a call; events may come twice and in any order.

    Raises NotAllowed, Invalid, SameCall.
    """
    actor.require(DELIVER)
    if event.caller.strip().lower() in WITHHELD:
        event = replace(event, caller="")
    if problems := _objections(event, now):
        raise errors.Invalid(*(f"{k}: {why}" for k, why in problems.items()), fields=problems)
    with transaction.atomic():
        call, new = Call.objects.get_or_create(
            outer_id=event.outer_id,
            defaults={"extension": event.extension, "state": CallState.RINGING,
                      "came_at": event.at or now, "changed_at": now},
        )  # fmt: skip
        call = Call.objects.select_for_update().get(pk=call.pk)
        _same_recording(call, event)
        _same_caller(call, event, new=new, now=now)
        if _taken(call, event, now):
            call.changed_at = now
            call.save()
    return call


def _objections(event: CallEvent, now: datetime) -> dict[str, str]:
    found = {}
    if not event.outer_id.strip() or not event.outer_id.isprintable():
        found["outer_id"] = _("the id of the call is missing")
    if event.event not in TIMES:
        found["event"] = _("an event is one of %(all)s") % {"all": ", ".join(TIMES)}
    if not _EXTENSION.fullmatch(event.extension):
        found["extension"] = _("an extension is 1 to 20 digits or letters")
    if event.caller and not _NUMBER.fullmatch(event.caller):
        found["caller"] = _("this is not a telephone number")
    if event.recording and urlsplit(event.recording).scheme not in ("http", "https"):
        found["recording"] = _("a recording is an address that begins with http:// or https://")
    if event.at is not None and event.at > now + CLOCKS_DIFFER:
        found["at"] = _("the time lies in the future")
    elif event.at is not None and event.at < now - LATEST_NEWS:
        found["at"] = _("the time lies more than a week back")
    return found


def _same_caller(call: Call, event: CallEvent, *, new: bool, now: datetime) -> None:
    """The number is kept by intake once; another number under the same id is another call."""
    if not event.caller:
        return
    if call.caller is None:
        keep = intake.remember(phone=event.caller, channel=CHANNEL, now=now)
        call.caller = keep
        call.changed_at = now
        call.save(update_fields=["caller", "changed_at"])
    elif call.caller.forgotten_at is None and call.caller.phone != plain_phone(event.caller):
        raise SameCall(_("call %(id)s came from another number before") % {"id": call.outer_id})


def _same_recording(call: Call, event: CallEvent) -> None:
    """A recording is written down once: it is what was said."""
    if event.recording and call.recording and event.recording != call.recording:
        raise SameCall(_("call %(id)s has another recording already") % {"id": call.outer_id})


def _taken(call: Call, event: CallEvent, now: datetime) -> bool:
    """Write what is new of the event into the call; False when it was known.

    How a call stands follows from all its times, so that an event which comes late moves nothing
    back; where it rang says nothing of a call that was answered, or ended, at an extension.
    """
    before = _told_of(call)
    name = TIMES[event.event]
    if getattr(call, name) is None:
        at = _when(call, event, now)
        late = event.event == "ringing" and bool(call.answered_at or call.ended_at)
        setattr(call, name, at)
        call.came_at = min(call.came_at, at)
        if not late:
            call.extension = event.extension  # a transferred call rings elsewhere
    call.line = event.line or call.line
    call.recording = call.recording or event.recording
    if call.ended_at is None or call.member_id is None:
        seat = Seat.objects.filter(extension=call.extension).first()
        call.member_id = seat.member_id if seat else call.member_id
    call.state = _state(call)
    return before != _told_of(call)


def _told_of(call: Call) -> tuple[Any, ...]:
    """All of a call that events tell, but for the caller (see _same_caller)."""
    times = (call.came_at, *(getattr(call, name) for name in TIMES.values()))
    return (call.state, call.recording, call.extension, call.member_id, call.line, *times)


def _when(call: Call, event: CallEvent, now: datetime) -> datetime:
    """The event's own time; one without, that comes late, was no later than what follows it."""
    names = list(TIMES.values())
    later = names[names.index(TIMES[event.event]) + 1 :]
    return event.at or min([now, *(at for name in later if (at := getattr(call, name)))])


def _state(call: Call) -> str:
    if call.ended_at is not None:
        return CallState.ENDED if call.answered_at else CallState.MISSED
    return CallState.ANSWERED if call.answered_at else CallState.RINGING


def link_report(call_id: int, report_id: int, *, actor: Actor, now: datetime) -> Call:
    """The report that was taken during the call; the first one stays.

    Raises NotAllowed, NoSuchCall.
    """
    with transaction.atomic():
        call = queries.call_seen(actor, call_id, lock=True)
        if call.report_id is None:
            call.report_id, call.changed_at = report_id, now
            call.save(update_fields=["report", "changed_at"])
    return call


def tell(call_id: int, number: str, *, actor: Actor, now: datetime) -> Told:
    """Record that the state of a case was read out; answers owed to this caller are settled.

    Pressed twice it is one record. Raises NotAllowed, NoSuchCall, NotTheirs.
    """
    actor.require("intake.reporter")
    with transaction.atomic():
        call = queries.call_seen(actor, call_id, lock=True)
        phone = queries.phone_of(call)
        mine = Report.objects.filter(reporter__phone=phone, case__number=number)
        report = mine.select_related("case__lead").first() if phone else None
        if report is None or not queries.may_see(actor, report.case_id):
            raise NotTheirs(_("this number reported no case %(n)s") % {"n": number[:40]})
        case = report.case
        told, new = Told.objects.get_or_create(
            call=call, case=case, version=case.version,
            defaults={"text": queries.reply_text(case), "by": actor.post[:120], "at": now},
        )  # fmt: skip
        if new:
            owed = ReporterNotice.objects.filter(
                report__in=mine, state=NoticeState.OWED, written=False
            )
            for notice in owed.order_by("pk"):
                intake.settle(notice.pk, medium="phone", note=told.text, actor=actor, now=now)
    return told
