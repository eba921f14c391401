"""Reads of calls: the one at one's extension, what is known of its caller."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max, Q, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cityloop.cases import queries as cases
from cityloop.cases.models import OPEN, Case, CaseEvent
from cityloop.geo import queries as geo
from cityloop.hotline.models import Call, Seat, Told
from cityloop.intake import queries as reports
from cityloop.intake.models import Report
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import NotFound

ANSWER, RECORDING, SEE_REPORTER = "hotline.answer", "hotline.recording", "intake.reporter"
NEAR_METRES = 200.0
SHOWN = 10
RINGS, LASTS = timedelta(minutes=10), timedelta(hours=4)  # at the longest


class NoSuchCall(NotFound):
    """No such call, or one of another house."""

    code, title = "no-such-call", "There is no such call"


@dataclass(frozen=True, slots=True)
class Earlier:
    """A report of the caller with what can be read out about its case."""

    report: Report
    number: str
    text: str
    told: Told | None


@dataclass(frozen=True, slots=True)
class CallFile:
    """A call with all that its page shows."""

    call: Call
    number: str  # of the caller; masked for who may not know reporters
    earlier: list[Earlier]
    addresses: list[geo.FoundAddress]
    place: geo.FoundAddress | None
    nearby: list[Case]
    recording: str


def calls(actor: Actor) -> QuerySet[Call]:
    """Calls of one's own house, and those that nobody was there for."""
    actor.require(ANSWER)
    rows = Call.objects.select_related("member", "caller", "report__case")
    if actor.organisation_ids is None:
        return rows
    own = Q(member__organisation_id__in=actor.organisation_ids) | Q(member=None)
    return rows.filter(own | Q(member_id=actor.member_id or 0))


def call_seen(actor: Actor, call_id: int, *, lock: bool = False) -> Call:
    """A call in the actor's scope; raises NotAllowed, NoSuchCall."""
    rows = calls(actor).filter(pk=call_id)
    found = (rows.select_for_update(of=("self",)) if lock else rows).first()
    if found is None:
        raise NoSuchCall(_("there is no such call"))
    return found


def ringing(actor: Actor, *, now: datetime) -> list[Call]:
    """The calls at the actor's extension that have not ended; what rang long ago and was never
    heard of again is in the list of calls only, since its end was lost on the way."""
    rows = calls(actor).filter(member_id=actor.member_id or 0, ended_at=None)
    rows = rows.exclude(answered_at=None, came_at__lt=now - RINGS)
    rows = rows.filter(came_at__gt=now - LASTS)
    return list(rows.order_by("-came_at", "-pk")[:3])


def seat_of(actor: Actor) -> Seat | None:
    """Where the actor sits."""
    return Seat.objects.filter(member_id=actor.member_id or 0).first()


def latest_change() -> datetime | None:
    """When a call changed last: what the live stream asks once a second."""
    found: datetime | None = Call.objects.aggregate(last=Max("changed_at"))["last"]
    return found


def phone_of(call: Call) -> str:
    """The caller's number; empty when withheld or forgotten."""
    return call.caller.phone if call.caller else ""


def masked(phone: str) -> str:
    """The number without its middle."""
    return phone if len(phone) < 7 else f"{phone[:3]}****{phone[-4:]}"


def number_shown(actor: Actor, call: Call) -> str:
    """The caller's number as the actor may see it."""
    phone = phone_of(call)
    return phone if actor.may(SEE_REPORTER) else masked(phone)


def may_see(actor: Actor, case_id: int) -> bool:
    """True for a case in the actor's scope."""
    return cases.visible(actor).filter(pk=case_id).exists()


def call_file(actor: Actor, call_id: int, *, address: str = "", now: datetime) -> CallFile:
    """A call, its caller's reports, and open cases near a place once it is named."""
    call = call_seen(actor, call_id)
    found = geo.search_address(address.strip()[:100], limit=5) if address.strip() else []
    place = found[0] if found else None
    return CallFile(
        call=call,
        number=number_shown(actor, call),
        earlier=_earlier(actor, call),
        addresses=found,
        place=place,
        nearby=_nearby(actor, place, now=now) if place else [],
        recording=call.recording if actor.may(RECORDING) else "",
    )


def _earlier(actor: Actor, call: Call) -> list[Earlier]:
    phone = phone_of(call)
    if not phone or not actor.may(SEE_REPORTER):
        return []
    told = {one.case_id: one for one in call.told.order_by("pk")}
    found = reports.earlier_reports(actor, phone, limit=SHOWN)
    return [
        Earlier(
            report=one,
            number=reports.report_number(one.case.number, one.ordinal),
            text=reply_text(one.case),
            told=told.get(one.case_id),
        )
        for one in found
    ]


def _nearby(actor: Actor, place: geo.FoundAddress, *, now: datetime) -> list[Case]:
    found = cases.nearby(
        actor, lon=place.lon, lat=place.lat, metres=NEAR_METRES,
        since=cases.recent_start(now), limit=SHOWN * 3,
    )  # fmt: skip
    return [one for one in found if one.status in OPEN][:SHOWN]


def calls_of(actor: Actor, found: Iterable[Report]) -> dict[int, list[Call]]:
    """Calls with a recording by report, for those who may hear them."""
    if not actor.may(RECORDING):
        return {}
    rows = Call.objects.filter(report__in=list(found)).exclude(recording="").order_by("pk")
    answer: dict[int, list[Call]] = {}
    for one in rows:
        answer.setdefault(one.report_id or 0, []).append(one)
    return answer


def reply_text(case: Case) -> str:
    """What is read out about a case: its state, its day, what was done or why not."""
    about: dict[str, Any] = {
        "number": case.number, "day": _day(case.reported_at), "end": _day(case.closed_at),
    }  # fmt: skip
    if case.status == "closed":
        done = said(case, ("finish", "hand_in"), "result")
        words = _("Your report of %(day)s (case %(number)s) was settled on %(end)s.") % about
        return f"{words} {done}".strip()
    if case.status in ("rejected", "voided"):
        why = said(case, ("reject", "request_void"), "reason")
        words = _("Your report of %(day)s (case %(number)s) was not taken up.") % about
        return f"{words} {why}".strip()
    if case.handling_overdue:  # a day that has passed is no answer
        words = _("Your report of %(day)s (case %(number)s) is with the unit, which we urge.")
    elif case.handling_due_at is not None:
        about["until"] = _day(case.handling_due_at)
        words = _("Your report of %(day)s (case %(number)s) is with the unit, until %(until)s.")
    else:
        words = _("Your report of %(day)s (case %(number)s) was received and is being looked at.")
    return words % about


def said(case: Case, actions: tuple[str, ...], fact: str) -> str:
    """What the latest of these steps wrote down."""
    rows = CaseEvent.objects.filter(case=case, action__in=actions, facts__has_key=fact)
    line = rows.order_by("-version").first()
    return str(line.facts[fact]) if line else ""


def _day(at: datetime | None) -> str:
    return date_format(timezone.localtime(at), "Y-m-d") if at else ""
