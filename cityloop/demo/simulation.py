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

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import override

from cityloop.cases import operations as cases
from cityloop.cases import proof
from cityloop.cases.change import Paper
from cityloop.cases.models import OPEN, Case, CaseEvent, Task
from cityloop.demo import habits, reports
from cityloop.demo.camera import Camera, not_waiting_for_the_disk
from cityloop.demo.habits import Habit
from cityloop.demo.reports import Memory, Told
from cityloop.demo.situations import made
from cityloop.demo.town import Matter, Spot, Town
from cityloop.intake import operations as intake
from cityloop.intake.models import ReporterNotice
from cityloop.kernel import files, processes
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Problem

log = logging.getLogger("cityloop.demo")
PER_DAY = 120
# Share of the day's reports by local hour: rush in the morning and the afternoon.
HOURS = (1, 1, 1, 1, 1, 2, 4, 8, 10, 9, 8, 7, 4, 5, 8, 9, 8, 7, 5, 4, 3, 2, 1, 1)
WEEKEND = 0.75
SWEEP = timedelta(minutes=20)  # the clocks are looked at so often
AHEAD = 8  # reports thought up before their time, so that their photos can be drawn
REPORT = b"%%PDF-1.4\n%% %s\n%%%%EOF\n"  # a leader's written report, as the demo writes one
LATER = timedelta(hours=2)  # after a refusal somebody tries again
COUNTED = {
    "return": "returned", "check_failed": "failed checks", "rework": "reworked",
    "not_found": "not found", "reject": "rejected", "approve_void": "voided", "urge": "urged",
    "reply": "answered", "close": "closed", "force_close": "forced",
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
        self.dice = self.town.chance

    def think_up(self, at: datetime) -> Coming:
        """A report for that moment; its photos are ordered."""
        self.town.chance = self.dice
        told = reports.think_up(self.town, self.memory, at)
        return at, told, self.camera.order(told.shots)

    def adopt(self, now: datetime, most: int = 300) -> None:
        """See to cases that are open already, those whose turn comes soonest."""
        rows = Case.objects.filter(status__in=OPEN, imported=False, point__isnull=False)
        rows = rows.exclude(number__in=made.numbers())  # examples stay as they are
        rows = rows.select_related("problem_class").defer("search", "problem_class__search")
        for case in rows.order_by("due_at", "id")[:most]:
            where: Any = case.point  # asked for in the query
            spot = Spot(where.x, where.y, case.grid_code, case.address)
            known = case.problem_class and self.town.matters.get(case.problem_class.code)
            matter = known or self.dice.choice(self.town.events)
            self.expect(Affair(case, matter, spot, random.Random(case.number)), now)

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
        affair.habit = self._review(case) if not case.open else habits.choose(town.chance, case)
        if affair.habit is None:
            return
        at = habits.when(town, case, affair.habit, now)
        affair.photos = ()
        if affair.habit.photo:
            one = reports.shot(town, affair.habit.photo, affair.matter, affair.spot, at)
            affair.photos = self.camera.order([one])
        self.put(affair, at)

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
        weights = [row.weight for row in habits.REVIEWS]
        return self.town.chance.choices(habits.REVIEWS, weights=weights)[0]

    def see_to(self, affair: Affair, now: datetime) -> None:
        """The person whose turn it is takes the step; a refused one is tried again later."""
        habit = affair.habit
        if habit is None:
            return
        self.town.chance = affair.dice
        try:
            affair.case = self._step(affair, habit, now)
        except (Problem, LookupError) as error:
            self.counts["refused steps"] += 1
            log.debug("%s %s: %s", affair.case.number, habit.action, error)
            affair.case = Case.objects.defer("search").get(pk=affair.case.pk)
            self.expect(affair, now + LATER)
            return
        self.counts["steps"] += 1
        self.counts[COUNTED.get(habit.action, "")] += 1
        self.expect(affair, now)

    def _step(self, affair: Affair, habit: Habit, now: datetime) -> Case:
        case = affair.case
        if habit.action == "close" and case.replies_owed:
            self._answer(case, now)
        return cases.perform(
            case.number,
            habit.action,
            actor=self.actor(case, habit, now),
            now=now,
            inputs=habits.inputs(self.town, case, habit, affair.matter, now),
            papers=[
                Paper(file=file, stage=stage, filename=f"{stage}.jpg")
                for stage, file in self.camera.develop(affair.photos)
            ],
        )

    def _answer(self, case: Case, now: datetime) -> None:
        """What the case owes before closing: the caller is rung up, the report is attached."""
        acceptor = self.town.person("acceptor", now=now, region=case.area_code)
        owed = ReporterNotice.objects.filter(
            report__case=case, topic__in=case.replies_owed, state="owed"
        )
        for notice in owed:
            intake.settle(notice.pk, medium="phone", actor=acceptor, now=now)
        if "written_report" in case.replies_owed:
            words = f"案件{case.number}处置情况报告".encode()
            paper = files.store(chunks=[REPORT % words], filename="report.pdf", now=now)
            cases.perform(
                case.number, "attach_report", actor=acceptor, now=now,
                papers=[Paper(file=paper, stage="paper", filename="report.pdf")],
            )  # fmt: skip

    def actor(self, case: Case, habit: Habit, now: datetime) -> Actor:
        """Whoever has to do it; LookupError when there is nobody."""
        if habit.role == "inspector":
            held = Task.objects.filter(case=case, closed_at=None, member__isnull=False)
            member = held.values_list("member_id", flat=True).first()
            return self.town.actor(member or self.town.walker(case.grid_code), now)
        if habit.role == "worker" and case.worker_id:
            return self.town.actor(case.worker_id, now)
        unit = case.lead_id if habit.role == "unit_desk" else None
        return self.town.person(habit.role, now=now, region=case.area_code, unit=unit)


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
            if advance is not None:
                advance(int((sweep - start) / timedelta(hours=1)), days * 24)
    proof.seal(now=now)
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
