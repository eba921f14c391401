"""One step for several cases: what is asked once for all, and what became of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cityloop.cases import lifecycle, operations
from cityloop.cases import queries as cases
from cityloop.cases.models import Case
from cityloop.cases.stepping import taken_alone
from cityloop.desks import choices, desks
from cityloop.desks.choices import Asked
from cityloop.desks.forms import step_form
from cityloop.kernel import idempotency
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import NotFound, Problem, Stale

MOST = 200
# Fields that mean the same for every case; the others are what each case has, or its proposal.
SHARED = frozenset(
    ("reason_code", "reason", "opinion", "closing_condition", "worker", "unit", "answer_by")
)
PROPOSED = frozenset(("unit", "inspector"))
AS_PROPOSED = gettext_lazy("Left empty: as proposed for each case.")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one case: done, or why not."""

    case: Case
    reasons: tuple[str, ...] = ()
    stale: bool = False
    repeated: bool = False

    @property
    def done(self) -> bool:
        """The step was taken."""
        return not self.reasons


def step_of(actor: Actor, action: str) -> lifecycle.Step:
    """The row of the life cycle; raises NotFound where the actor's desks do not take it in bulk."""
    if action not in desks.bulk_of(actor):
        raise NotFound(_("your desk does not take this step for several cases at once"))
    return lifecycle.BY_ACTION[action]


def chosen(actor: Actor, numbers: Sequence[str]) -> list[Case]:
    """The cases of these numbers that the actor may see, those due first before the others."""
    rows = cases.visible(actor).filter(number__in=numbers[:MOST])
    return list(rows.select_related("problem_class", "lead").order_by("due_at", "pk"))


def form_of(step: lifecycle.Step, actor: Actor, on: date, *, data: Any = None) -> forms.Form:
    """What is asked once for all cases."""
    offered: dict[str, Any] = {"reason_code": choices.reasons_of(step)}
    names = {name for name, _required in step.fields}
    if "unit" in names:
        offered["unit"] = choices.units(set())
    if "worker" in names:
        offered["worker"] = choices.CHOICES["worker"](Asked(Case(), actor, on))
    without = frozenset(names - SHARED)
    form = step_form(step, choices=offered, initial={}, without=without, data=data)
    for name in PROPOSED & set(form.fields):
        form.fields[name].required = False
        form.fields[name].help_text = str(AS_PROPOSED)
    return form


def take(
    step: lifecycle.Step, found: Sequence[Case], *, actor: Actor, now: datetime, on: date,
    said: Mapping[str, Any], versions: Mapping[str, int], key: str,
) -> list[Outcome]:  # fmt: skip
    """The step for each case in a transaction of its own: one that is refused stops no other.

    `versions`: of each case as it was read; `key`: of the form, so that sent twice it is done once.
    """
    taken_alone(step.action)
    return [_one(step, case, actor, now, on, said, versions, key) for case in found]


def _one(
    step: lifecycle.Step, case: Case, actor: Actor, now: datetime, on: date,
    said: Mapping[str, Any], versions: Mapping[str, int], key: str,
) -> Outcome:  # fmt: skip
    taken: list[Case] = []

    def act() -> idempotency.Answer:
        inputs = {**_proposed(step, case, actor, on), **said}
        taken.append(operations.perform(
            case.number, step.action, actor=actor, now=now, inputs=inputs,
            version=versions.get(case.number, 0),
        ))  # fmt: skip
        return 200, b""

    try:
        idempotency.once(
            caller=idempotency.caller_of(actor), key=f"{key}-{case.number}", now=now, act=act,
            request=f"bulk {step.action} {case.number}".encode(),
        )  # fmt: skip
    except Problem as problem:
        return Outcome(case, problem.reasons or (str(problem),), stale=isinstance(problem, Stale))
    return Outcome(case, repeated=not taken)


def _proposed(step: lifecycle.Step, case: Case, actor: Actor, on: date) -> dict[str, Any]:
    """What the form of the case itself would have been filled in with, of what must be said."""
    wanted = {name for name, required in step.fields if required} & PROPOSED
    found = choices.proposed(Asked(case, actor, on), wanted)
    asked = {name for name, _required in step.fields}
    return {name: value for name, value in found.items() if name in asked and value}
