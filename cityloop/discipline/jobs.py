"""What the worker does for discipline: draws, results, proposed cards."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from cityloop.discipline import operations
from cityloop.discipline.models import Result
from cityloop.kernel import clock

DAYS = 7  # a worker that stood still catches up with so many


def draw_rechecks() -> int:
    """Draw among the cases of the days that have ended; how many days."""
    now = clock.now()
    today = timezone.localdate(now)
    days = [today - timedelta(days=back) for back in range(DAYS, 0, -1)]
    return sum(operations.draw(day=day, now=now) is not None for day in days)


def propose_cards() -> int:
    """Propose the cards that the rules ask for; how many."""
    return operations.propose_cards(now=clock.now())


def note_confirmed(number: str, version: int) -> None:
    """The other team found the case rightly closed."""
    operations.note(number=number, version=version, result=Result.CONFIRMED)


def note_false(number: str, version: int) -> None:
    """The other team found the case falsely closed."""
    operations.note(number=number, version=version, result=Result.FALSE)
