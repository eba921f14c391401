"""The hotline's telephone: it rings, is answered or missed; who was missed is called back."""

from __future__ import annotations

from datetime import datetime, timedelta

from cityloop.demo.errands.shape import After, Came, Errand, then
from cityloop.demo.reports import Told
from cityloop.demo.town import Town
from cityloop.hotline import operations as hotline
from cityloop.hotline.models import Call, Seat
from cityloop.intake import operations as intake
from cityloop.intake.models import Report

CHANNEL = "hotline12319"
RECORDING = "https://calls.example/{id}.mp3"
MISSED = 0.12  # share of calls that nobody answers at first
ASKS_AGAIN = 0.2  # share of callers who ask some time later what became of it
RINGS, TALKS = timedelta(seconds=15), timedelta(minutes=4)
BACK = (10, 45)  # minutes until a missed caller is rung up
ASKED_AFTER = (4, 30)  # hours


def report(town: Town, told: Told, given: intake.Incoming, now: datetime) -> Came:
    """A report that is taken during a call, or when a missed caller is called back."""
    phone, seat = told.reporter[1], _seat(town, told.member_id, now)
    missed = town.chance.random() < MISSED
    began = now - (timedelta(minutes=town.chance.uniform(*BACK)) if missed else TALKS)
    outer = f"{told.source_key}-call"
    call = _event(town, outer, "ringing", seat, now, at=began, phone=phone)
    if not missed:
        _event(town, outer, "answered", seat, now, at=began + RINGS)
    ended = began + 3 * RINGS if missed else now
    heard = "" if missed else RECORDING.format(id=outer)
    _event(town, outer, "ended", seat, now, at=ended, recording=heard)
    actor = town.actor(told.member_id, now)
    receipt = intake.receive(given, actor=actor, now=now)
    case, _dash, ordinal = receipt.number.rpartition("-")
    row = Report.objects.only("pk").get(case__number=case, ordinal=int(ordinal))
    hotline.link_report(call.pk, row.pk, actor=actor, now=now)
    counted = "called back" if missed else "calls"
    after = After(counted=counted)
    if town.chance.random() < ASKS_AGAIN:
        at = now + timedelta(hours=town.chance.uniform(*ASKED_AFTER))
        after = then((at, _asks(told, receipt.case)), counted=counted)
    return Came(receipt.case, receipt.joined, after)


def _asks(told: Told, case: str) -> Errand:
    """The caller rings again; an operator reads out how the case stands."""

    def asks(town: Town, now: datetime) -> After:
        operator = town.person("acceptor", now=now)
        seat = _seat(town, operator.member_id or 0, now)
        outer = f"{told.source_key}-again"
        call = _event(town, outer, "ringing", seat, now, at=now - RINGS, phone=told.reporter[1])
        _event(town, outer, "answered", seat, now, at=now)
        hotline.tell(call.pk, case, actor=operator, now=now)
        ended = RECORDING.format(id=outer)
        _event(town, outer, "ended", seat, now, at=now, recording=ended)
        return After(counted="callers told")

    return asks


def _seat(town: Town, member: int, now: datetime) -> str:
    """The extension at which the operator sits; signed on where nobody knows yet."""
    extension = f"8{member % 1000:03}"
    if not Seat.objects.filter(member_id=member, extension=extension).exists():
        hotline.sign_on(extension, actor=town.actor(member, now), now=now)
    return extension


def _event(
    town: Town,
    outer: str,
    event: str,
    seat: str,
    now: datetime,
    *,
    at: datetime,
    phone: str = "",
    recording: str = "",
) -> Call:
    told = hotline.CallEvent(outer, event, seat, caller=phone, at=at, recording=recording)
    return hotline.note_call(told, actor=town.person("exchange", now=now), now=now)
