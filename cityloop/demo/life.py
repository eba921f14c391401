"""The life of the city: who sees to which case next, and what else is going to happen.

Everything goes through the public operations: a report comes in by its channel (arriving), a step
is taken by cases.perform. What a person does in a status is a row of HABITS; the life cycle decides
whether it is allowed. What is no step of one case is an errand.
"""

from __future__ import annotations

import heapq
import logging
import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Q
from django.utils import timezone

from cityloop.cases.change import Paper
from cityloop.cases.models import HELD, OPEN, Case, Status, Task
from cityloop.demo import arriving, beside, doing, following, habits, reports
from cityloop.demo.camera import Camera
from cityloop.demo.errands.shape import After, Errand
from cityloop.demo.habits import Habit
from cityloop.demo.reports import Memory, Told
from cityloop.demo.situations import made
from cityloop.demo.town import Matter, Spot, Town
from cityloop.intake import operations as intake
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Problem

log = logging.getLogger("cityloop.demo")
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
    told: Told | None = None  # None where this life did not see the report coming


@dataclass(order=True, slots=True)
class Due:
    """Something that happens at a moment; `sequence` keeps equal moments in order."""

    at: datetime
    sequence: int
    affair: Affair | None = field(compare=False)
    errand: Errand | None = field(default=None, compare=False)


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
        self.told += 1
        dice = self.town.chance = random.Random(f"{self.town.seed}/{self.told}")
        try:
            came = arriving.hand_in(self.town, told, self._given(told, photos), now)
        except Problem as error:
            self.counts["refused reports"] += 1
            log.info("%s: %s", told.text, error)
            return
        self.counts["joined" if came.joined else told.kind] += 1
        self._follow(came.after, now)
        if came.joined:
            doing.answer_joined(self.town, came.case, now)
            return
        self.memory.keep(now, told)
        self._open(came.case, told, dice, now)

    def _open(self, number: str, told: Told, dice: random.Random, now: datetime) -> None:
        """A case that somebody will see to."""
        case = Case.objects.defer("search").get(number=number)
        self.expect(Affair(case, told.matter, told.spot, dice, told=told), now)

    def _given(self, told: Told, photos: Any) -> intake.Incoming:
        pictures = [
            intake.PhotoIn(sha256=file.sha256, stage=stage, filename=f"{stage}.jpg")
            for stage, file in self.camera.develop(photos)
        ]
        source, link = reports.PUBLISHED if told.channel == "media" else ("", "")
        return intake.Incoming(
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

    def later(self, errand: Errand, at: datetime) -> None:
        """Somebody has this errand then."""
        self.sequence += 1
        heapq.heappush(self.queue, Due(at, self.sequence, None, errand))

    def happen(self, due: Due) -> None:
        """What was going to happen happens."""
        if due.affair is not None:
            self.see_to(due.affair, due.at)
        elif due.errand is not None:
            self._run(due.errand, due.at)

    def _run(self, errand: Errand, now: datetime) -> None:
        """An errand is done; one that is refused is given up."""
        dice = self.town.chance = random.Random(f"{self.town.seed}/{errand.__qualname__}/{now}")
        try:
            after = errand(self.town, now)
        except (Problem, LookupError, ObjectDoesNotExist) as error:
            self.counts["refused errands"] += 1
            log.debug("%s: %s", errand.__qualname__, error)
            return
        if after is None:
            return
        self._follow(after, now)
        if after.case and after.told is not None:
            self._open(after.case, after.told, dice, now)

    def _follow(self, after: After, now: datetime) -> None:
        """What an errand leads to, counted and planned."""
        self.counts[after.counted] += 1
        for at, errand in after.errands:
            self.later(errand, max(at, now))

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
        if affair.waits == "" and habit.action in beside.ONE_OF_SOME:
            affair.waits = beside.another_owes(affair.case)
        for after in following.step(self.town, affair.case, habit.action, affair.told, now):
            self._follow(after, now)
            self._read_again(affair)
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
        if self._rostered(case, habit):
            return doing.open_called(case, actor, now)
        return doing.act(case, habit.action, actor=actor, now=now, inputs=given, papers=papers)

    def _rostered(self, case: Case, habit: Habit) -> bool:
        """Somebody of a unit that keeps a roster opens its dispatch."""
        return habit.action == "open_dispatch" and case.lead_id in self.town.rostered

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
        if habit.role == "dispatcher" and case.holder_id:
            return self.town.person("dispatcher", now=now, unit=case.holder_id)
        if self._rostered(case, habit) and (called := doing.called(case)):
            return self.town.actor(called, now)
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
