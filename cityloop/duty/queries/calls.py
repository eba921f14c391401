"""Calls: of a case, of the units that an actor sees."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils import timezone

from cityloop.cases import queries as cases
from cityloop.duty.models import Call
from cityloop.kernel.actor import Actor


def calls_of(case_id: int) -> list[Call]:
    """Every call of a case, in the order in which they were made."""
    rows = Call.objects.filter(case_id=case_id).select_related("member", "opened_by", "unit")
    return list(rows.order_by("version", "place"))


def calls(actor: Actor) -> QuerySet[Call]:
    """The calls of the cases that the actor sees."""
    rows = Call.objects.filter(case__in=cases.visible(actor))
    return rows.select_related("case__problem_class", "member", "opened_by", "unit")


def called_to(actor: Actor) -> Q:
    """Calls to the actor in person, and those to the desk of their unit."""
    desk = Q(member=None, unit_id__in=sorted(actor.own_units))
    own = Q(member_id=actor.member_id or 0)
    return own | desk if "unit_desk" in actor.roles else own


def local_time(at: datetime) -> str:
    """The hour and minute of the city."""
    return f"{timezone.localtime(at):%H:%M}"
