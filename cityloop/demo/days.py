"""What the people of the city do on a day beside their cases: a table, and how a day is planned."""

from __future__ import annotations

import random
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from cityloop.demo.errands import hall, meetings, replies, samples, watching
from cityloop.demo.errands.shape import Daily
from cityloop.demo.life import Life

WORKDAYS = (1, 2, 3, 4, 5)
AFTER_SEAL = time(0, 30)  # a day is sealed at the sweep after it
MORNING, NOON, EVENING = time(8, 30), time(11, 30), time(17)
# No source says how often a list is sent or a meeting is called: the shares are our own.
DAILY: tuple[Daily, ...] = (
    *(
        Daily(f"{role} {shift}", share, ends, ends, hall.hand_over(role, shift))
        for role, share in (("shift_leader", 1.0), ("dispatcher", 0.15))
        for shift, ends in hall.SHIFTS.items()
    ),
    Daily("secondment", 0.3, MORNING, NOON, hall.lend, WORKDAYS),
    Daily("joint meeting", 0.25, MORNING, NOON, meetings.call_meeting, (1, 2, 3)),
    Daily("joint operation", 0.25, MORNING, EVENING, meetings.plan_operation),
    Daily("key matter", 0.4, MORNING, EVENING, meetings.key_matter, WORKDAYS),
    Daily("dead corners", 0.25, MORNING, NOON, watching.dead_corners, WORKDAYS),
    Daily("replies judged", 1.0, AFTER_SEAL, AFTER_SEAL, replies.draw),
    Daily("decisions judged", 1.0, AFTER_SEAL, AFTER_SEAL, samples.draw),
    Daily("typical case", 0.5, NOON, EVENING, watching.typical, WORKDAYS),
)  # fmt: skip


def plan(life: Life, day: date, *, since: datetime) -> None:
    """Everything that somebody will do on this day, after a moment of it; the same for a seed."""
    for row in DAILY:
        dice = random.Random(f"{life.town.seed}/{row.name}/{day}")
        if day.isoweekday() not in row.weekdays or dice.random() >= row.share:
            continue
        begins = timezone.make_aware(datetime.combine(day, row.begins))
        minutes = (datetime.combine(day, row.ends) - datetime.combine(day, row.begins)).seconds / 60
        at = begins + timedelta(minutes=dice.uniform(0, minutes))
        if at > since:
            life.later(row.errand, at)
