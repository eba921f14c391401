"""Guards on supervision orders: who answers, until when, who judges the answer (I01)."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext as _

from cityloop.cases.change import Change
from cityloop.cases.guards.dispatch import cannot_handle, of_unit
from cityloop.cases.models import Task

MOST_DAYS = 365
REPLIED = "replied"


def open_order(change: Change) -> Task | None:
    """The order of the case that is not settled: one at a time."""
    return next(iter(change.open_tasks("order")), None)


def addressee(change: Change) -> int | None:
    """Who is to answer: the unit named, else the one that has the case; None: the centre."""
    named = change.inputs.get("addressee")
    return named.pk if named is not None else change.case.lead_id


def order_can_be_given(change: Change) -> str | None:
    """One order at a time: an open one is urged again, its answer is judged first."""
    task = open_order(change)
    if task is None:
        return None
    if task.result == REPLIED:
        return _("the answer to the last order is to be accepted or sent back first")
    named = change.inputs.get("addressee")
    if named is not None and named.pk != task.organisation_id:
        return _("another unit owes the answer to an open order of this case")
    return None


def addressee_handles(change: Change) -> str | None:
    """Only a unit that takes cases is ordered to answer."""
    unit = change.inputs.get("addressee")
    return None if unit is None else cannot_handle(unit, change)


def answer_time_ahead(change: Change) -> str | None:
    """The answer is wanted at a moment to come, within a year."""
    until = change.inputs.get("answer_by")
    if until is None or change.now < until <= change.now + timedelta(days=MOST_DAYS):
        return None
    if until <= change.now:
        return _("the answer cannot be wanted in the past")
    return _("the answer is wanted within %(n)s days at most") % {"n": MOST_DAYS}


def answer_owed(change: Change) -> str | None:
    """An order waits for the answer of the actor's unit, or of the centre where it names none."""
    task = open_order(change)
    if task is None or task.result == REPLIED:
        return _("nobody waits for an answer")
    if change.actor.member_id is not None and change.actor.member_id == task.asked.get("by"):
        return _("who gave the order does not answer it")
    if task.organisation_id is None:
        asked = change.actor.roles & {"dispatcher", "acceptor"}
        return None if asked else _("the order is for the centre to answer")
    if of_unit(change.actor, task.organisation_id):
        return None
    return _("the order is for another unit to answer")


def order_answered(change: Change) -> str | None:
    """An order of the case has its answer, and nobody has judged it."""
    task = open_order(change)
    if task is not None and task.result == REPLIED:
        return None
    return _("no answer waits to be accepted")


def giver_or_leader(change: Change) -> str | None:
    """Who gave the order judges the answer, or a leader; never who has answered."""
    task = open_order(change)
    if task is not None and change.actor.member_id in {task.asked.get("answerer"), None} - {None}:
        return _("who answered the order does not judge the answer")
    if task is None or "leader" in change.actor.roles:
        return None
    if change.actor.member_id == task.asked.get("by"):
        return None
    return _("who gave the order, or a leader, judges the answer")


def order_answered_before_closing(change: Change) -> str | None:
    """No case is closed in the ordinary way while an order waits for its answer."""
    task = open_order(change)
    if task is None or task.result == REPLIED:
        return None
    return _("a supervision order is not answered yet")
