"""The buttons that a page offers: the steps that are the reader's, with how each looks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cityloop.cases import lifecycle
from cityloop.cases import offers as cases
from cityloop.cases.models import Case, Task, Timer
from cityloop.desks import looks
from cityloop.kernel.actor import Actor

NOT_A_BUTTON = frozenset({"open_dispatch"})  # opening the page of a dispatch takes it


def leads_on(look: looks.Look) -> bool:
    """True for a step that carries the case on, as its look says."""
    return look.tone not in {"orange", "red", "grey"}


@dataclass(frozen=True, slots=True)
class Offer:
    """A button: the row, how it looks, and why it would be refused now (empty: it may go)."""

    step: lifecycle.Step
    look: looks.Look
    hindrances: tuple[str, ...]
    grave: bool

    @property
    def onward(self) -> bool:
        """True for what carries the case on; False for what takes back, corrects or ends it."""
        return not self.grave and leads_on(self.look)

    @property
    def action(self) -> str:
        """The row's name."""
        return self.step.action


def offers(
    actor: Actor, case: Case, *, timers: list[Timer], tasks: list[Task], now: datetime
) -> list[Offer]:
    """The buttons of this case's page for this actor, in table order; warnings last."""
    found = cases.offers(actor, case, timers=timers, tasks=tasks, now=now)
    mine = [_button(one) for one in found if one.step.action not in NOT_A_BUTTON]
    return sorted(mine, key=lambda o: (o.grave, bool(o.hindrances), not o.onward))


def _button(offer: cases.Offer) -> Offer:
    action = offer.step.action
    look = looks.ACTION.get(action) or looks.Look("circle-play", "grey", action)
    return Offer(offer.step, look, offer.hindrances, action in looks.GRAVE)
