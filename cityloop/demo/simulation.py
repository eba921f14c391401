"""The city at work: reports come in, people take the steps they owe, some of them late.

Everything goes through the public operations: intake.receive and cases.perform. What a person does
in a status is a row of HABITS; the life cycle decides whether it is allowed. The same seed, start
and city give the same life.
"""

from __future__ import annotations

import heapq
import logging
import random
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max, Q
from django.utils import timezone
from django.utils.translation import override

from cityloop.cases import operations as cases
from cityloop.cases import proof
from cityloop.cases.change import Paper
from cityloop.cases.models import HELD, OPEN, Case, CaseEvent, Status, Task
from cityloop.demo import beside, doing, habits, reports
from cityloop.demo.camera import Camera, not_waiting_for_the_disk
from cityloop.demo.habits import Habit
from cityloop.demo.reports import Memory, Told
from cityloop.demo.situations import made
from cityloop.demo.town import Matter, Spot, Town
from cityloop.intake import operations as intake
from cityloop.kernel import jobs, processes
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Problem

log = logging.getLogger("cityloop.demo")
PER_DAY = 120
# Share of the day's reports by local hour: rush in the morning and the afternoon.
HOURS = (1, 1, 1, 1, 1, 2, 4, 8, 10, 9, 8, 7, 4, 5, 8, 9, 8, 7, 5, 4, 3, 2, 1, 1)
WEEKEND = 0.75
SWEEP = timedelta(minutes=20)  # the clocks are looked at so often
AHEAD = 8  # reports thought up before their time, so that their photos can be drawn
LATER, TOMORROW = timedelta(minutes=30), timedelta(days=1)
STANDING = ("recheck", "appeal")  # tasks that somebody owes for a closed case
COUNTED = {
    "return": "returned", "check_failed": "failed checks", "rework": "reworked",
    "not_found": "not found", "reject": "rejected", "approve_void": "voided", "urge": "urged",
    "reply": "answered", "close": "closed", "force_close": "forced", "freeze": "frozen",
    "approve_extension": "extended", "approve_suspension": "suspended", "substitute": "substituted",
    "approve_deferral": "deferred", "recheck_false": "closed falsely",
}  # fmt: skip


Coming = tuple[datetime, Told, Any]  # when, what, its photos


@dataclass(slots=True)
class Affair:
    """A case as the town knows it, and what somebody will do about it.

    It has dice of its own, so that what happens to one case changes nothing for the others.
    """

    case: Case
    matter: Matter
    spot: Spot
    dice: random.Random
    habit: Habit | None = None
    photos: Any = ()
    waits: str = ""  # for whom: a row of beside.WAITING
    begun: set[str] = field(default_factory=set)  # beside the straight road: once a case
    refused: set[str] = field(default_factory=set)  # as the case stands at `version`
    version: int = 0


@dataclass(order=True, slots=True)
class Due:
    """Something that happens at a moment; `sequence` keeps equal moments in order."""

    at: datetime
    sequence: int
    affair: Affair = field(compare=False)


class Life:
    """The town, its memory, and everything that is going to happen."""

    def __init__(self, seed: int, now: datetime, camera: Camera) -> None:
        self.town = Town(seed, timezone.localdate(now))
        self.memory = Memory()
        self.camera = camera
        self.queue: list[Due] = []
        self.counts: Counter[str] = Counter()
        self.sequence = self.told = 0
        self.closed: dict[str, Affair] = {}  # since the last lot
        self.dice = self.town.chance

    def think_up(self, at: datetime) -> Coming:
        """A report for that moment; its photos are ordered."""
        self.town.chance = self.dice
        told = reports.think_up(self.town, self.memory, at)
        return at, told, self.camera.order(told.shots)

    def adopt(self, now: datetime, most: int = 300) -> None:
        """See to cases that are open already, those whose turn comes soonest."""
        owed = Task.objects.filter(kind__in=STANDING, closed_at=None).values("case_id")
        rows = Case.objects.filter(Q(status__in=OPEN) | Q(status=Status.CLOSED, pk__in=owed))
        rows = rows.filter(imported=False, point__isnull=False)
        rows = rows.exclude(number__in=made.numbers())  # examples stay as they are
        rows = rows.select_related("problem_class").defer("search", "problem_class__search")
        for case in rows.order_by("due_at", "id")[:most]:
            self.expect(self._known(case), now)

    def _known(self, case: Case) -> Affair:
        """A case that this life did not see coming."""
        where: Any = case.point
        spot = Spot(where.x, where.y, case.grid_code, case.address)
        known = case.problem_class and self.town.matters.get(case.problem_class.code)
        matter = known or self.dice.choice(self.town.events)
        waits = beside.begun_before(case)
        return Affair(case, matter, spot, random.Random(case.number), waits=waits)

    def report(self, told: Told, photos: Any, now: datetime) -> None:
        """Hand a report in; if it opens a case, somebody will see to it."""
        try:
            receipt = self._hand_in(told, photos, now)
        except Problem as error:
            self.counts["refused reports"] += 1
            log.info("%s: %s", told.text, error)
            return
        self.counts["joined" if receipt.joined else told.kind] += 1
        if receipt.joined:
            doing.answer_joined(self.town, receipt.case, now)
            return
        self.memory.keep(now, told)
        case = Case.objects.defer("search").get(number=receipt.case)
        self.told += 1
        dice = random.Random(f"{self.town.seed}/{self.told}")
        self.expect(Affair(case, told.matter, told.spot, dice), now)

    def _hand_in(self, told: Told, photos: Any, now: datetime) -> intake.Receipt:
        pictures = [
            intake.PhotoIn(sha256=file.sha256, stage=stage, filename=f"{stage}.jpg")
            for stage, file in self.camera.develop(photos)
        ]
        source, link = reports.PUBLISHED if told.channel == "media" else ("", "")
        given = intake.Incoming(
            channel=told.channel,
            kind=told.kind,
            text=told.text,
            x=told.spot.lon,
            y=told.spot.lat,
            address=told.spot.address,
            class_code="" if told.vague else told.matter.code,
            component_code=told.spot.component,
            photos=pictures,
            reporter_name=told.reporter[0],
            reporter_phone=told.reporter[1],
            source_key=told.source_key,
            source=source,
            link=link,
        )
        return intake.receive(given, actor=self.town.actor(told.member_id, now), now=now)

    def expect(self, affair: Affair, now: datetime) -> None:
        """Somebody will take the next step, some time from now; their photo is ordered."""
        town, case = self.town, affair.case
        town.chance = affair.dice
        if affair.version != case.version:
            affair.version = case.version
            affair.refused.clear()
        affair.photos = ()
        affair.habit = self._next(affair, now)
        if affair.habit is None:
            self._look_again(affair, now)
            return
        at = habits.when(town, case, affair.habit, now, beside.pause(affair.habit, affair.waits))
        if case.status in HELD and case.due_at and at >= case.due_at:
            self._look_again(affair, now)  # by then the case goes on by itself
            return
        if affair.habit.photo:
            one = reports.shot(town, affair.habit.photo, affair.matter, affair.spot, at)
            affair.photos = self.camera.order([one])
        self.put(affair, at)

    def _next(self, affair: Affair, now: datetime) -> Habit | None:
        """Who was asked decides; else somebody begins something, or the case goes its way."""
        case, chance = affair.case, affair.dice
        asked = habits.pick(chance, beside.waits_for(case, affair.waits), affair.refused)
        if asked is not None or (affair.waits and not case.open):
            return asked
        if affair.waits not in beside.ONLY_IN:
            affair.waits = ""  # nobody may decide as it stands
        if not case.open and (review := self._review(case)):
            return review
        stage = beside.stage_of(case, habits.stage_of(case, case.proposal.get("unit")))
        new = None if affair.waits else beside.begin(chance, case, stage, affair.begun, now)
        if new is not None and new.action not in affair.refused:
            affair.begun.add(new.action)
            return new
        return habits.choose(chance, case, affair.refused) if case.open else None

    def _look_again(self, affair: Affair, now: datetime) -> None:
        """Nobody does anything now: a held case goes on by itself, another may stand otherwise."""
        affair.habit = None
        if affair.case.status in HELD:
            self.put(affair, max(affair.case.due_at or now, now) + LATER)
        elif affair.case.open:
            self.put(affair, now + TOMORROW)

    def put(self, affair: Affair, at: datetime) -> None:
        """It happens then."""
        self.sequence += 1
        heapq.heappush(self.queue, Due(at, self.sequence, affair))

    def _review(self, case: Case) -> Habit | None:
        """A self-handled record that was sampled is looked at."""
        if case.record_type not in ("self_handled", "reminder"):
            return None
        if not Task.objects.filter(case=case, kind="review", closed_at=None).exists():
            return None
        return habits.pick(self.town.chance, habits.REVIEWS)

    def see_to(self, affair: Affair, now: datetime) -> None:
        """The person whose turn it is takes the step; what is refused nobody tries again so."""
        habit = affair.habit
        self.town.chance = affair.dice
        if habit is None:
            self._read_again(affair)
            self.expect(affair, now)
            return
        try:
            affair.case = self._step(affair, habit, now)
        except (Problem, LookupError) as error:
            self.counts["refused steps"] += 1
            log.debug("%s %s: %s", affair.case.number, habit.action, error)
            self._read_again(affair)
            if affair.version == affair.case.version:
                affair.refused.add(habit.action)
            self.expect(affair, now)
            return
        affair.waits = beside.after(habit.action, affair.waits)
        self.counts["steps"] += 1
        self.counts[COUNTED.get(habit.action, "")] += 1
        if affair.case.status == Status.CLOSED:
            self.closed[affair.case.number] = affair
        self.expect(affair, now)

    def _read_again(self, affair: Affair) -> None:
        affair.case = Case.objects.defer("search").get(pk=affair.case.pk)

    def _step(self, affair: Affair, habit: Habit, now: datetime) -> Case:
        case = affair.case
        if habit.action == "close" and case.replies_owed:
            doing.answer(self.town, case, now)
        given = {
            **habits.inputs(self.town, case, habit, affair.matter, now),
            **beside.inputs(self.town, case, habit.action, now),
        }
        papers = [
            Paper(file=file, stage=stage, filename=f"{stage}.jpg")
            for stage, file in self.camera.develop(affair.photos)
        ]
        actor = self.actor(case, habit, now)
        return doing.act(case, habit.action, actor=actor, now=now, inputs=given, papers=papers)

    def actor(self, case: Case, habit: Habit, now: datetime) -> Actor:
        """Whoever has to do it; LookupError when there is nobody."""
        if habit.role == "inspector":
            held = Task.objects.filter(case=case, closed_at=None, member__isnull=False)
            member = held.values_list("member_id", flat=True).first()
            return self.town.actor(member or self.town.walker(case.grid_code), now)
        if habit.role == "worker" and case.worker_id:
            return self.town.actor(case.worker_id, now)
        if habit.action in ("accept_reply", "send_back_reply"):
            return self.town.actor(beside.giver(case), now)
        unit = case.lead_id if habit.role == "unit_desk" else None
        if owed := beside.OWED.get(habit.action):
            unit = beside.owes(case, owed)
        return self.town.person(habit.role, now=now, region=case.area_code, unit=unit)

    def draw(self, now: datetime) -> None:
        """The lot over yesterday's closed cases: another team will look at those drawn."""
        for number in doing.draw(now):
            affair = self.closed.get(number)
            if affair is not None and affair.case.status == Status.CLOSED:
                self._read_again(affair)
                affair.waits = "recheck"
                self.expect(affair, now)
        self.closed.clear()


def simulate(
    *,
    days: int,
    seed: int,
    now: datetime,
    advance: Callable[..., object] | None = None,
    per_day: int = PER_DAY,
    painters: int = 0,
    go_on: bool = False,
) -> dict[str, int]:
    """So many days of city life that end now; returns counts.

    The clocks fire in order with everything else. `advance(done, total)` is told the hours.
    `painters`: processes that draw photos ahead of time; they commit, so not in a transaction.
    `go_on`: where there is life in these days already, begin at its end and see to its cases.
    """
    start = now - timedelta(days=days)
    with override("zh-hans"), not_waiting_for_the_disk(), _camera(painters) as camera:
        begin = _end_of_life(start, now) if go_on else start
        life = Life(seed, begin, camera)
        if begin != start:
            life.adopt(begin)
        coming = _thought_up(life, _moments(life, begin, now, per_day))
        told = next(coming, None)
        sweep = begin
        while sweep < now:
            sweep = min(sweep + SWEEP, now)
            told = _until(life, sweep, told, coming)
            life.counts["clocks fired"] += _fire(sweep)
            if timezone.localdate(sweep) != timezone.localdate(sweep - SWEEP):
                life.draw(sweep)
            if advance is not None:
                advance(int((sweep - start) / timedelta(hours=1)), days * 24)
    proof.seal(now=now)
    jobs.give_way()
    return {name: count for name, count in sorted(life.counts.items()) if name}


def _end_of_life(start: datetime, now: datetime) -> datetime:
    """The last thing that happened between these moments; `start` where nothing did."""
    lines = CaseEvent.objects.filter(imported=False, at__gt=start, at__lte=now)
    return lines.aggregate(last=Max("at"))["last"] or start


@contextmanager
def _camera(painters: int) -> Iterator[Camera]:
    if not painters:
        yield Camera(None)
        return
    with processes.pool(painters) as pool:
        yield Camera(pool)


def _moments(life: Life, start: datetime, end: datetime, per_day: int) -> list[datetime]:
    """When reports come: by local hour, fewer at weekends, none outside start and end."""
    chance, found = life.dice, []
    day = timezone.localtime(start).replace(minute=0, second=0, microsecond=0)
    while day < end:
        share = WEEKEND if day.isoweekday() > 5 else 1.0
        for _ in range(round(per_day * share * chance.uniform(0.88, 1.12))):
            hour = chance.choices(range(24), weights=HOURS)[0]
            at = day.replace(hour=hour) + timedelta(seconds=chance.randrange(3600))
            if start <= at < end:
                found.append(at)
        day += timedelta(days=1)
    return sorted(found)


def _thought_up(life: Life, moments: list[datetime]) -> Iterator[Coming]:
    """The reports in order, thought up a little before their time so that photos can be drawn."""
    ready: deque[Coming] = deque()
    for at in moments:
        ready.append(life.think_up(at))
        if len(ready) > AHEAD:
            yield ready.popleft()
    yield from ready


def _until(
    life: Life, end: datetime, told: Coming | None, coming: Iterator[Coming]
) -> Coming | None:
    """Let everything happen that is due by then, in order; the report that comes next."""
    while True:
        step = life.queue[0].at if life.queue else end + SWEEP
        report = told[0] if told else end + SWEEP
        if min(step, report) > end:
            return told
        if told and report <= step:
            life.report(told[1], told[2], report)
            told = next(coming, None)
        else:
            due = heapq.heappop(life.queue)
            life.see_to(due.affair, due.at)


def _fire(now: datetime) -> int:
    """All clocks that have run out."""
    total = 0
    while fired := cases.fire_due_timers(now=now, limit=500):
        total += fired
    return total
