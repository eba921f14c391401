"""The city goes on slowly in real time, beside the people who try the platform out."""

from __future__ import annotations

import heapq
import logging
import threading
from datetime import datetime, timedelta

from django.db import Error, connection
from django.utils import timezone
from django.utils.translation import override

from cityloop.cases.models import Case
from cityloop.demo.camera import Camera
from cityloop.demo.life import Affair, Due, Life
from cityloop.demo.simulation import HOURS, PER_DAY
from cityloop.kernel import clock, story

log = logging.getLogger("cityloop.demo")
BEAT = 12.0  # seconds from one event to the next, on average
READ_AGAIN = timedelta(minutes=30)
QUIET = 400.0  # seconds from one report to the next at the most, on average
LEFT_ALONE = timedelta(minutes=10)  # a case that somebody else is at work on


def live(*, seed: int, stop: threading.Event) -> None:
    """One event a beat until `stop`. A pause is not caught up: each beat does one thing.

    The worker fires the clocks. A database that is away is waited for.
    """
    days = 0
    while not stop.is_set():
        try:
            with override("zh-hans"):
                _from(clock.now(), seed + days, stop)
        except Error:
            log.warning("the database is away; the city waits", exc_info=True)
            connection.close()
            stop.wait(BEAT)
        days += 1


def _from(start: datetime, seed: int, stop: threading.Event) -> None:
    """Live until `stop`, or until it is time to look at the open cases anew."""
    life = Life(seed + int(start.timestamp()), start, Camera(None))
    life.town.sleeps = False  # somebody may be looking, wherever it is day for them
    life.adopt(start)
    report_at = _next_report(life, start)
    while not stop.wait(life.dice.uniform(0.5, 1.5) * BEAT):
        if story.told():
            continue
        now = clock.now()
        if now - start > READ_AGAIN:
            return
        if report_at <= now:
            _at, told, photos = life.think_up(now)
            life.report(told, photos, now)
            report_at = _next_report(life, now)
        elif life.queue and life.queue[0].at <= now:
            _next(life, heapq.heappop(life.queue), now)


def _next(life: Life, due: Due, now: datetime) -> None:
    """The step of a case, or an errand."""
    if due.affair is None:
        life.happen(due)
    else:
        beat(life, due.affair, now)


def beat(life: Life, affair: Affair, now: datetime) -> None:
    """The next step of a case, unless somebody else has changed it: then it is left alone."""
    case = Case.objects.defer("search").get(pk=affair.case.pk)
    known, affair.case = affair.case, case
    if _standing(case) == _standing(known):
        life.see_to(affair, now)
    else:
        life.expect(affair, now + LEFT_ALONE)


def _standing(case: Case) -> tuple[str, int | None, int | None]:
    return case.status, case.lead_id, case.worker_id


def _next_report(life: Life, now: datetime) -> datetime:
    """By the hour of the day as in the simulated past, but every few minutes also at night."""
    share = HOURS[timezone.localtime(now).hour] / sum(HOURS)
    mean = min(3600 / (PER_DAY * share), QUIET)
    return now + timedelta(seconds=life.dice.expovariate(1 / mean))
