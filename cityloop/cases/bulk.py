"""Many cases with their whole past at once: the same table and writer, no round trip a step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from cityloop.cases import lifecycle, operations, record
from cityloop.cases.change import Change
from cityloop.kernel.actor import Actor
from cityloop.kernel.copying import copy
from cityloop.kernel.rows import Rows
from cityloop.standards.workcalendar import WorkCalendar

BATCH = 500


class PastStep(NamedTuple):
    """A step that was taken somewhere else: when, by whom (a name), with inputs as rows or values.

    `by` is the post as the source names it; the role is the first one of the life-cycle row.
    `facts` go into the history line: what the source said, and what of it was derived.
    """

    action: str
    at: datetime
    by: str = ""
    inputs: Mapping[str, Any] = {}
    facts: Mapping[str, Any] = {}


def walk(
    new: operations.NewCase,
    steps: Sequence[PastStep],
    *,
    case_id: int,
    recorded_at: datetime,
    working_time: WorkCalendar,
) -> Change:
    """A case carried through its past in memory; nothing is written yet.

    `new.imported` must be set: photos that the source does not hand over are not demanded.
    Raises cases.operations.Refused where the past breaks the rules, with the step's name.
    """
    first, *rest = steps
    step = lifecycle.BY_ACTION[first.action]
    change = operations.begin(
        new, step=step, actor=_past_actor(first.by, step.roles[0]), now=first.at, case_id=case_id
    )
    change.recorded_at, change.working_time = recorded_at, working_time
    change.facts |= first.facts
    operations.take(change, step)
    for past in rest:
        step = lifecycle.BY_ACTION[past.action]
        change.actor, change.now = _past_actor(past.by, step.roles[0]), past.at
        change.inputs, change.facts = dict(past.inputs), dict(past.facts)
        try:
            operations.take(change, step)
        except operations.Refused as refusal:
            raise operations.Refused(f"{past.action}: {refusal}") from refusal
    return change


def ends_as(actions: Iterable[str]) -> str:
    """The status in which a past of these steps leaves a case; '' where steps alone do not say."""
    status = ""
    for action in actions:
        target = lifecycle.BY_ACTION[action].target
        if target in (lifecycle.BACK, lifecycle.NAMED):
            return ""
        status = status if target == lifecycle.SAME else target
    return status


def write(changes: Iterable[Change], *, also: Sequence[Rows] = ()) -> None:
    """Write walked cases by COPY: all of them or none. Raises DatabaseError."""
    changes = list(changes)
    copy([*record.parts(changes, new_row=_as_it_is), *also])
    record.keep(changes)


def _as_it_is(instance: Any, _columns: tuple[str, ...]) -> dict[str, Any]:
    """COPY reads the columns that it wants from the instance itself."""
    columns: dict[str, Any] = vars(instance)
    return columns


@lru_cache(maxsize=4096)
def _past_actor(by: str, role: str) -> Actor:
    """Whoever it was there; here the act has no member, and the line is marked as imported."""
    return Actor(
        member_id=None,
        name=by or "import",
        post=by or "import",
        roles=frozenset({role, "system"}),
        organisation_ids=None,
    )
