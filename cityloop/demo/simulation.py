"""The city at work: reports come in, people take the steps they owe, some of them late.

Everything goes through the public operations: intake.receive and cases.perform. What a person does
in a status is a row of HABITS; the life cycle decides whether it is allowed.
"""

from __future__ import annotations

import heapq
import logging
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import close_old_connections
from django.utils import timezone

from cityloop.cases import operations as cases
from cityloop.cases.models import OPEN, Case, Task
from cityloop.demo import habits, reports
from cityloop.demo.habits import Habit
from cityloop.demo.town import Town
from cityloop.kernel import clock
from cityloop.kernel.errors import Problem

log = logging.getLogger("cityloop.demo")
PER_DAY = 50
# Share of the day's reports by local hour: rush in the morning and the afternoon.
HOURS = (1, 1, 1, 1, 1, 2, 4, 8, 10, 9, 8, 7, 4, 5, 8, 9, 8, 7, 5, 4, 3, 2, 1, 1)
LIVE_SECONDS = 12.0


@dataclass(order=True, slots=True)
class Due:
    """Something that happens at a moment; `sequence` keeps equal moments in order."""

    at: datetime
    sequence: int
    number: str = ""  # a case; empty: a new report


class Life:
    """The city's events in order of time."""

    def __init__(self, seed: int) -> None:
        self.town = Town(seed)
        self.queue: list[Due] = []
        self.counts: Counter[str] = Counter()
        self.sequence = 0

    def add(self, at: datetime, number: str = "") -> None:
        """Something will happen."""
        self.sequence += 1
        heapq.heappush(self.queue, Due(at, self.sequence, number))

    def report(self, now: datetime) -> None:
        """Somebody reports something; the case is looked at later."""
        receipt = reports.send(self.town, now=now)
        if receipt is None:
            self.counts["refused reports"] += 1
            return
        self.counts["joined" if receipt.joined else "reports"] += 1
        if not receipt.joined:
            self.expect(receipt.case, now)

    def expect(self, number: str, now: datetime) -> None:
        """The next person will see to the case after a while."""
        case = Case.objects.filter(number=number, status__in=OPEN).first()
        if case is not None:
            self.add(habits.when(self.town.chance, case, now), number)

    def see_to(self, number: str, now: datetime) -> None:
        """The person whose turn it is takes a step."""
        case = Case.objects.select_related("problem_class").filter(number=number).first()
        if case is None or case.status not in OPEN:
            return
        habit = habits.choose(self.town.chance, case)
        if habit is None:
            return
        try:
            self.step(case, habit, now)
        except (Problem, LookupError) as error:
            self.counts["refused steps"] += 1
            log.info("%s %s: %s", number, habit.action, error)
            self.add(now + timedelta(hours=2), number)
        else:
            self.counts["steps"] += 1
            self.expect(number, now)

    def step(self, case: Case, habit: Habit, now: datetime) -> None:
        """One step with its inputs and photos."""
        actor = self.actor(case, habit, now)
        done = cases.perform(
            case.number, habit.action, actor=actor, now=now, version=case.version,
            inputs=habits.inputs(self.town, case, habit, now=now),
            papers=reports.papers(self.town, case, habit.photo, now=now),
        )  # fmt: skip
        self.counts["closed"] += done.status == "closed"

    def actor(self, case: Case, habit: Habit, now: datetime) -> Any:
        """Whoever has to do it."""
        if habit.role == "inspector":
            task = Task.objects.filter(case=case, closed_at=None, member__isnull=False).first()
            if task is not None and task.member_id is not None:
                return habits.actor_of(task.member_id, now)
        unit = case.lead_id if habit.role in ("unit_desk", "worker") else None
        return self.town.person(habit.role, region=case.area_code, now=now, unit=unit)


def simulate(
    *,
    days: int,
    seed: int,
    now: datetime,
    advance: Callable[..., object] | None = None,
    per_day: int = PER_DAY,
) -> dict[str, int]:
    """So many days of city life that end now; returns counts.

    The clocks fire in order with everything else. `advance(done, total)` is told each hour.
    """
    life, start = Life(seed), now - timedelta(days=days)
    for moment in _moments(life, start, days, per_day):
        life.add(moment)
    hour, hours = start, days * 24
    for index in range(hours + 1):
        hour = start + timedelta(hours=index)
        _until(life, min(hour, now))
        cases.fire_due_timers(now=min(hour, now), limit=500)
        if advance is not None:
            advance(index, hours)
    return dict(sorted(life.counts.items()))


def _moments(life: Life, start: datetime, days: int, per_day: int) -> list[datetime]:
    """When reports come: by local hour, never in the future."""
    chance, found = life.town.chance, []
    for day in range(days + 1):
        for _ in range(per_day):
            hour = chance.choices(range(24), weights=HOURS)[0]
            local = timezone.localtime(start + timedelta(days=day))
            at = local.replace(
                hour=hour, minute=chance.randrange(60), second=chance.randrange(60), microsecond=0
            )
            if start <= at < start + timedelta(days=days):
                found.append(at)
    return found


def _until(life: Life, end: datetime) -> None:
    while life.queue and life.queue[0].at <= end:
        due = heapq.heappop(life.queue)
        if due.number:
            life.see_to(due.number, due.at)
        else:
            life.report(due.at)


def live(*, seed: int, stop: threading.Event) -> None:
    """The city goes on slowly in real time until `stop`; a pause is not caught up.

    Each beat either somebody reports or one open case is seen to.
    """
    life = Life(seed + int(clock.now().timestamp()))
    while not stop.wait(life.town.chance.uniform(0.5, 1.5) * LIVE_SECONDS):
        close_old_connections()
        now = clock.now()
        if life.town.chance.random() < 0.3:
            life.report(now)
            life.queue.clear()
            continue
        numbers = list(
            Case.objects.filter(status__in=OPEN)
            .order_by("due_at")
            .values_list("number", flat=True)[:60]
        )
        if numbers:
            life.see_to(life.town.chance.choice(numbers), now)
            life.queue.clear()
