"""Values of addresses that calls and pages name alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from cityloop.kernel import clock
from tests.conformance.city import City

Values = Callable[[City], Mapping[str, Any]]


def nothing(city: City) -> Mapping[str, Any]:
    """No values."""
    return {}


def dispute(city: City) -> Mapping[str, Any]:
    """The open dispute."""
    return {"dispute_id": city.dispute}


def planned(city: City) -> Mapping[str, Any]:
    """A meeting to come."""
    return {"meeting_id": city.planned}


def held(city: City) -> Mapping[str, Any]:
    """A meeting that was held."""
    return {"meeting_id": city.held}


def operation(city: City) -> Mapping[str, Any]:
    """A joint operation."""
    return {"operation_id": city.operation}


def matter(city: City) -> Mapping[str, Any]:
    """A key matter."""
    return {"matter_id": city.matter}


def order(stage: str) -> Values:
    """The order of works at a stage."""
    return lambda city: {"number": city.orders[stage]}


def claim(city: City) -> Mapping[str, Any]:
    """A claim."""
    return {"claim_id": city.claim}


def designated(city: City) -> Mapping[str, Any]:
    """A designated unit."""
    return {"designation_id": city.designation}


def petition(city: City) -> Mapping[str, Any]:
    """A letter."""
    return {"number": city.petitions[1]}


def suggestion(city: City) -> Mapping[str, Any]:
    """A suggestion."""
    return {"number": city.suggestion.number}


def present(city: City) -> str:
    """The town's moment: what is told of was begun by then, and it does not lie ahead."""
    return city.town.now.isoformat(timespec="minutes")


def today() -> str:
    """The day on which calls and pages are tried: what they tell of has been begun by then."""
    return clock.local_day(clock.now()).isoformat()


def next_week() -> str:
    """A moment to come: meetings are planned for the coming year."""
    return (clock.now() + timedelta(days=7)).isoformat(timespec="minutes")


def taken_out(city: City) -> dict[str, str]:
    """A case of the key matter that joined by mistake."""
    return {"number": city.cases["handling"], "reason": "误加"}


def milestone(city: City) -> dict[str, str]:
    """A step of the key matter, before it is due as a whole."""
    due = city.town.now.date() + timedelta(days=30)
    return {"title": "完工", "due_on": due.isoformat()}


def wish(city: City) -> Mapping[str, Any]:
    """The acceptor's wish, which the staff is shown."""
    return {"entry_id": city.feedback["wish"]}


def fault(city: City) -> Mapping[str, Any]:
    """What the inspector found broken."""
    return {"entry_id": city.feedback["fault"]}


def same(city: City) -> Mapping[str, Any]:
    """What the unit said, marked as the same as the wish."""
    return {"entry_id": city.feedback["same"]}
