"""A city in which everything beside the straight road happens as often as can be."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cityloop.demo import beside, days, following, habits, pilot, reports
from cityloop.demo.errands import findings, hall, letters, mayors, meetings, replies, samples
from cityloop.demo.habits import Habit
from cityloop.demo.town import Matter, Spot, Town

WORKS = "E0184"  # a class with a limit for works
# What needs a case that few become, a thousandth each.
LOUD = {"name_liable": 800, "fixed_meanwhile": 500, "send_back": 100, "resume_early": 450,
        "ask_suspension": 120,
        "ask_long_limit": 250, "ask_appeal": 800}  # fmt: skip
SOON = (5.0, 20.0, 60.0)  # minutes
# Steps that no stretch of a few days brings about, and why.
NEVER = {
    "become_backlog": "sixty days after a deferral",
    "recompute": "when an administrator changes the calendar: a situation does",
}
Rows = dict[str, tuple[Habit, ...]]


def _begun(rows: Rows) -> Rows:
    """Each stage begins something every second time, every row of it as often."""
    return {
        stage: tuple(replace(row, weight=LOUD.get(row.action, 500 / len(found))) for row in found)
        for stage, found in rows.items()
    }


def _evenly(rows: Rows, least: float) -> Rows:
    """No row is rarer than so much."""
    return {
        stage: tuple(replace(row, weight=max(row.weight, least)) for row in found)
        for stage, found in rows.items()
    }


def _in_the_house(patch: pytest.MonkeyPatch) -> None:
    """Fraud, rosters, secondments, and every errand every day."""
    suspected = {action: (kind, 1.0) for action, (kind, _share) in following.SUSPECTED.items()}
    patch.setattr(following, "SUSPECTED", suspected)
    for hours in ("FOUND_AFTER", "STATED_AFTER", "APPEALED_AFTER"):
        patch.setattr(findings, hours, (0, 1))
    patch.setattr(findings, "DECIDED_AFTER", (1, 2))
    patch.setattr(findings, "UPHELD", 0.9)
    patch.setattr(findings, "APPEALED", 1.0)
    patch.setattr(findings, "DISMISSED", 0.6)
    patch.setattr(mayors, "SENT_AGAIN", 1.0)
    patch.setattr(replies, "BY_MESSAGE", 1.0)
    patch.setitem(pilot.CITY, "reply_check_share", 1.0)
    patch.setattr(samples, "JUDGED", 1.0)
    patch.setattr(samples, "WRONG", 0.5)
    patch.setattr(samples, "ANSWERED", 1.0)
    patch.setattr(hall, "LENT", 1)
    patch.setattr(hall, "ROSTERED", 12)
    every_day = tuple(replace(row, share=1.0, weekdays=range(1, 8)) for row in days.DAILY)
    patch.setattr(days, "DAILY", every_day)


def everything(patch: pytest.MonkeyPatch) -> None:
    """Let it be so until the patch is undone."""
    _in_the_house(patch)
    patch.setattr(beside, "BEGUN", _begun(beside.BEGUN))
    patch.setattr(beside, "WAITING", _evenly(beside.WAITING, 60))
    patch.setattr(beside, "PAUSES", dict.fromkeys(beside.PAUSES, SOON))
    patch.setattr(habits, "HABITS", _evenly(habits.HABITS, 10))
    patch.setattr(habits, "REVIEWS", tuple(replace(row, weight=1) for row in habits.REVIEWS))
    patch.setattr(habits, "DISPUTED", 0.7)
    patch.setattr(habits, "URGED", 0.3)
    patch.setattr(habits, "LATE", 0.3)
    patch.setattr(habits, "IN_TIME", (0.01, 0.4, 0.05))
    patch.setattr(habits, "HOURS", {})
    patch.setattr(beside, "HELD_DAYS", (1, 2, 30))
    patch.setattr(meetings, "DONE_AFTER", (0.1, 0.6))
    patch.setattr(letters, "AFTER_DAYS", (0.3, 0.8))
    often = {"hotline12345": 12, "hotline12319": 12, "petition": 6, "leader": 6, "inspector": 40}
    patch.setattr(reports, "CHANNELS", {
        code: (often.get(code, day), often.get(code, night), role)
        for code, (day, night, role) in reports.CHANNELS.items()
    })  # fmt: skip
    patch.setitem(pilot.COMMAND, "command", [
        {"level": "city", "minutes": 20}, {"level": "district", "minutes": 12},
    ])  # fmt: skip
    usual = Town.matter

    def matter(town: Town, spot: Spot) -> Matter:
        found = usual(town, spot)
        works = next(one for code, one in town.matters.items() if code.endswith(WORKS))
        return works if town.chance.random() < 0.25 else found

    patch.setattr(Town, "matter", matter)
