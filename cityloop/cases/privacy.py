"""What of a case is kept from those who handle it: words that may name who reported."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cityloop.kernel.actor import Actor
from cityloop.people.roles import REPORTER

CORRECTED = ("description", "address")


def facts_for(facts: Mapping[str, Any], actor: Actor) -> dict[str, Any]:
    """The facts of a history line as this reader may know them.

    A description is corrected to keep a name or number out of it: who may not see reporters does
    not see what stood there before either. The line itself never changes, nor does its hash.
    """
    if actor.may(REPORTER):
        return dict(facts)
    return {name: _without_former(name, value) for name, value in facts.items()}


def _without_former(name: str, value: Any) -> Any:
    if name in CORRECTED and isinstance(value, Mapping) and "was" in value:
        return {**value, "was": "", "withheld": True}
    return value
