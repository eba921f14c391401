"""What the worker does for duty: calls after a dispatch, substitutes, secondments that ended, teams
of protection periods."""

from __future__ import annotations

from cityloop.duty import operations
from cityloop.kernel import clock


def call_on_duty(number: str, version: int) -> None:
    """A unit got a case, or a part of it: who is on duty there is told, or its desk."""
    now = clock.now()
    operations.call_on_duty(number=number, version=version, now=now)
    operations.tell_units(number=number, version=version, now=now)


def note_seen(number: str, version: int) -> None:
    """Somebody of the unit opened, received or assigned the case."""
    operations.note_seen(number=number, version=version)


def call_substitutes() -> int:
    """Dispatches that nobody opened in time go to the next."""
    return operations.call_substitutes(now=clock.now())


def hand_over_ended() -> int:
    """Secondments that have ended: what their holders had in hand; then what others whose post
    ended, or whose account is closed, still have."""
    now = clock.now()
    return operations.hand_over_ended(now=now) + operations.take_back(now=now)


def tell_teams() -> int:
    """Protection periods that have begun, or were called off: their emergency teams are told."""
    return operations.tell_teams(now=clock.now())
