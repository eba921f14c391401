"""Steps that follow each other in one go, as far as they may: what a counter does with a report.

Nothing is decided here. Each step is one of the life cycle's, with its guards and its line; where
one is refused, the case stands where it stood, and the reasons are told.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from cityloop.cases import offers, operations
from cityloop.cases import queries as cases
from cityloop.cases.models import Case
from cityloop.desks import looks
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Problem
from cityloop.people import queries as people

PASS_ON = ("accept", "send_verify")  # the first that nothing hinders
ROLES = frozenset({"acceptor"})  # whose button it is; the flow says who takes the steps


@dataclass(frozen=True, slots=True)
class Passed:
    """The step that was taken, as its button says; or why none could be."""

    step: str = ""
    reasons: tuple[str, ...] = ()


def pass_on(number: str, *, actor: Actor, now: datetime) -> Passed:
    """Accept a case that has just come, or send the inspector of its place to look at it first.

    Raises NotFound for a case that the actor does not see.
    """
    case = cases.get(actor, number)
    found = offers.offers(
        actor, case, timers=list(cases.timers(case)), tasks=list(cases.tasks(case)), now=now
    )
    by_action = {one.step.action: one for one in found}
    known = [by_action[action] for action in PASS_ON if action in by_action]
    free = next((one for one in known if not one.hindrances), None)
    if free is None:
        return Passed(reasons=tuple(why for one in known for why in one.hindrances))
    action = free.step.action
    try:
        inputs = _inputs(action, case, now)
        operations.perform(
            number, action, actor=actor, now=now, version=case.version, inputs=inputs
        )
    except Problem as problem:
        return Passed(reasons=problem.reasons or (str(problem.title),))
    return Passed(step=str(looks.ACTION[action].label))


def _inputs(action: str, case: Case, now: datetime) -> dict[str, Any]:
    if action != "send_verify":
        return {}
    return {"inspector": people.inspector_of(case.grid_code, timezone.localdate(now))}
