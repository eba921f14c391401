"""What follows from a step of a case beside the case itself: results, letters, findings, calls."""

from __future__ import annotations

from datetime import datetime, timedelta

from cityloop.cases.models import Case
from cityloop.demo.errands import findings, letters, mayors, replies
from cityloop.demo.errands.shape import After, then
from cityloop.demo.reports import Told
from cityloop.demo.town import Town
from cityloop.discipline import operations as discipline
from cityloop.discipline.models import Result
from cityloop.duty import operations as duty
from cityloop.duty.apps import SEEN, SENT

ENDS = frozenset({"close", "force_close", "reject", "approve_void", "settle_by_reminder"})
REFUSES = frozenset({"reject", "approve_void"})
READ_WITHIN = timedelta(minutes=16)  # then the next on duty is called
SUSPECTED = {"recheck_false": ("false_close", 0.6), "check_failed": ("fake_photo", 0.03)}
FOUND = {"recheck_confirmed": Result.CONFIRMED, "recheck_false": Result.FALSE}


def step(town: Town, case: Case, action: str, told: Told | None, now: datetime) -> list[After]:
    """Do what follows at once, and say what follows later. The worker does much of it, too; whoever
    comes second changes nothing."""
    if action in FOUND:
        discipline.note(number=case.number, version=case.version, result=FOUND[action])
    found = [_duty(town, case, action, now), replies.follow(town, case, action, now),
             _told(town, case, action, told, now)]  # fmt: skip
    kind, share = SUSPECTED.get(action, ("", 0.0))
    if kind and town.chance.random() < share:
        found.append(findings.suspect(town, case, kind, now))
    return [one for one in found if one is not None]


def _duty(town: Town, case: Case, action: str, now: datetime) -> After | None:
    """Where the unit keeps a roster, who is on duty is called, until somebody has looked."""
    if case.lead_id not in town.rostered:
        return None
    if action in SEEN:
        duty.note_seen(number=case.number, version=case.version)
    return _call(case, now) if action in SENT else None


def _told(town: Town, case: Case, action: str, told: Told | None, now: datetime) -> After | None:
    """Who else waits for the end: 12345 for its result, who wrote for a letter."""
    if action in REFUSES and case.channel == mayors.CHANNEL:
        return mayors.refused(case, told, town, now)
    if action in ENDS and case.channel == letters.CHANNEL:
        return letters.answer(town, case.number, now)
    return None


def _call(case: Case, now: datetime) -> After:
    """Who is on duty in the unit is told; who does not look is followed by the next."""
    made = duty.call_on_duty(number=case.number, version=case.version, now=now)
    return then((now + READ_WITHIN, _substitutes), counted="called on duty" if made else "")


def _substitutes(town: Town, now: datetime) -> After | None:
    called = duty.call_substitutes(now=now)
    return then((now + READ_WITHIN, _substitutes)) if called else None
