"""The city at work: reports come in, people take the steps they owe, some of them late.

The same seed, start and city give the same life.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import override

from cityloop.cases import operations as cases
from cityloop.cases import proof
from cityloop.cases.models import CaseEvent
from cityloop.demo import days as days_of_work
from cityloop.demo import pilot, words
from cityloop.demo.camera import Camera, not_waiting_for_the_disk
from cityloop.demo.errands import hall
from cityloop.demo.gateway import own_gateway
from cityloop.demo.life import Coming, Life
from cityloop.kernel import jobs, processes, story

PER_DAY = 120
# Share of the day's reports by local hour: rush in the morning and the afternoon.
HOURS = (1, 1, 1, 1, 1, 2, 4, 8, 10, 9, 8, 7, 4, 5, 8, 9, 8, 7, 5, 4, 3, 2, 1, 1)
WEEKEND = 0.75
SWEEP = timedelta(minutes=20)  # the clocks are looked at so often
AHEAD = 8  # reports thought up before their time, so that their photos can be drawn


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
    Meanwhile a worker calls no schedule and the living city waits. Raises story.StoryTold where
    another simulation is at work.
    """
    with story.telling():
        return _simulate(now - timedelta(days=days), days, seed, now, advance, per_day, painters,
                         go_on=go_on)  # fmt: skip


def _simulate(
    start: datetime, days: int, seed: int, now: datetime, advance: Callable[..., object] | None,
    per_day: int, painters: int, *, go_on: bool,
) -> dict[str, int]:  # fmt: skip
    with _made_up(painters) as camera:
        begin = _end_of_life(start, now) if go_on else start
        life = _begun(Life(seed, begin, camera), begin, anew=begin == start)
        coming = _thought_up(life, _moments(life, begin, now, per_day))
        told = next(coming, None)
        sweep = begin
        while sweep < now:
            sweep = min(sweep + SWEEP, now)
            told = _until(life, sweep, told, coming)
            life.counts["clocks fired"] += _fire(sweep)
            if timezone.localdate(sweep) != timezone.localdate(sweep - SWEEP):
                life.draw(sweep)
                days_of_work.plan(life, timezone.localdate(sweep), since=sweep)
            if advance is not None:
                advance(int((sweep - start) / timedelta(hours=1)), days * 24)
    proof.seal(now=now)
    proof.invent(now=now)
    jobs.give_way()
    return {name: count for name, count in sorted(life.counts.items()) if name}


def _begun(life: Life, begin: datetime, *, anew: bool) -> Life:
    """What stands at the beginning; a life that goes on sees to the cases that are open."""
    if not anew:
        life.adopt(begin)
    life.town.writes = True  # to own_gateway
    pilot.begin(life.town, begin)
    words.begin(begin)
    hall.rosters(life.town, begin)
    days_of_work.plan(life, timezone.localdate(begin), since=begin)
    return life


def _end_of_life(start: datetime, now: datetime) -> datetime:
    """The last thing that happened between these moments; `start` where nothing did."""
    lines = CaseEvent.objects.filter(imported=False, at__gt=start, at__lte=now)
    return lines.aggregate(last=Max("at"))["last"] or start


@contextmanager
def _made_up(painters: int) -> Iterator[Camera]:
    """A past in Chinese, whose messages stay on this machine."""
    beside = override("zh-hans"), not_waiting_for_the_disk(), own_gateway()
    with beside[0], beside[1], beside[2], _camera(painters) as camera:
        yield camera


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
            life.happen(due)


def _fire(now: datetime) -> int:
    """All clocks that have run out."""
    total = 0
    while fired := cases.fire_due_timers(now=now, limit=500):
        total += fired
    return total
