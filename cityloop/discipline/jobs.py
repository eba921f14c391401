"""What the worker does for discipline: draws, lots, results, proposed cards."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from cityloop.cases.models import CaseEvent
from cityloop.discipline import operations
from cityloop.discipline.models import Result
from cityloop.kernel import clock
from cityloop.kernel.actor import Actor

DAYS = 7  # a worker that stood still catches up with so many


def draw_rechecks() -> int:
    """Draw among the cases of the days that have ended; how many days."""
    now = clock.now()
    return sum(operations.draw(day=day, now=now) is not None for day in _ended(now))


def draw_decisions() -> int:
    """Draw among the decisions of the days that have ended; how many days."""
    now = clock.now()
    return sum(operations.draw_decisions(day=day, now=now) is not None for day in _ended(now))


def _ended(now: datetime) -> list[date]:
    today = timezone.localdate(now)
    return [today - timedelta(days=back) for back in range(DAYS, 0, -1)]


def propose_cards() -> int:
    """Propose the cards that the rules ask for; how many."""
    return operations.propose_cards(now=clock.now())


def note_confirmed(number: str, version: int) -> None:
    """The other team found the case rightly closed."""
    operations.note(number=number, version=version, result=Result.CONFIRMED)


def lateness_excused(number: str, version: int) -> None:
    """An appeal against lateness was granted: cards that rest on it fall, by who granted it."""
    line = CaseEvent.objects.get(case__number=number, version=version)
    unit_id = line.facts.get("unit")
    if unit_id is not None and line.member_id is not None:
        granter = Actor(member_id=line.member_id, name=line.actor, post=line.actor)
        why = _("the appeal against lateness was granted")
        operations.drop_lateness(
            number=number, unit_id=int(unit_id), reason=why, actor=granter, now=clock.now(),
        )  # fmt: skip


def note_false(number: str, version: int) -> None:
    """The other team found the case falsely closed."""
    operations.note(number=number, version=version, result=Result.FALSE)


def note_reopened(number: str, version: int) -> None:
    """The case was reopened before the other team came: there is nothing to inspect any more."""
    operations.note(number=number, version=version, result=Result.REOPENED)
