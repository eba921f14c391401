"""The health page: what stands still is seen there, with what to do, before people ring."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import translation

from cityloop.cases.models import Timer
from cityloop.kernel import clock, jobs, upkeep
from cityloop.kernel.models import Marker
from cityloop.kernel.upkeep import BAD, WATCH, WELL
from cityloop.notify.models import Message
from tests.browser import Browse
from tests.town import Town

pytestmark = [pytest.mark.slow, pytest.mark.requirement("L16")]


def lights(town: Town) -> dict[str, str]:
    with translation.override("en"):
        return {row.part: row.light for row in upkeep.rows(now=town.now)}


def words(town: Town, part: str) -> upkeep.Row:
    with translation.override("en"):
        return next(row for row in upkeep.rows(now=town.now) if row.part == part)


def heart_beats(town: Town, ago: timedelta = timedelta()) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_workers")
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (%s)", [town.now - ago]
        )


def page(answer: Any, status: int = 200) -> str:
    text: str = answer.content.decode()
    assert answer.status_code == status, text[:2000]
    return text


def test_an_installation_without_backup_and_worker_says_so_first(
    town: Town, browse: Browse
) -> None:
    shown = page(browse("administrator").get("/office/health/"))
    assert "none at work" in shown and "none has been made" in shown
    assert shown.index("act now") < shown.index("They fit this version of the program.")
    assert "没有后台进程在运行" in page(browse("administrator", "zh-hans").get("/office/health/"))
    heart_beats(town)
    upkeep.note_backup(folder="/mnt/backup/x", files=3, seconds=1.0, now=town.now)
    seen = lights(town)
    assert (seen["Workers"], seen["Backup"]) == (WELL, WELL)
    assert "/mnt/backup/x" in words(town, "Backup").words
    town.wait(hours=30)
    assert lights(town)["Backup"] == WATCH
    town.wait(days=3)
    assert (lights(town)["Backup"], lights(town)["Workers"]) == (BAD, BAD)
    assert "the last was seen at" in words(town, "Workers").words


def test_clocks_that_nobody_sweeps_and_messages_that_stick(town: Town) -> None:
    town.case()
    assert lights(town)["Clocks of cases"] == WELL
    due = Timer.objects.exclude(fire_at=None).order_by("fire_at")[0].fire_at
    town.now = due + timedelta(minutes=3)
    assert lights(town)["Clocks of cases"] == WATCH
    town.now = due + timedelta(minutes=20)
    row = words(town, "Clocks of cases")
    assert row.light == BAD and "1 have run out" in row.words and "worker" in row.todo
    assert words(town, "Seals of the history").light in (WELL, BAD)
    while town.sweep():
        continue
    assert lights(town)["Clocks of cases"] == WELL
    member = town.members["water"]
    Message.objects.create(
        member=member, topic="assigned", medium="sms", media=["sms"], text="x", about="y",
        ordered_at=town.now, ordered_by="test", next_at=town.now - timedelta(minutes=9),
    )  # fmt: skip
    assert words(town, "Messages").light == BAD
    Message.objects.filter(member=member).update(next_at=None, state="failed")
    row = words(town, "Messages")
    assert (row.light, row.path) == (WATCH, "/replies/?state=failed")


def test_a_year_without_its_holidays_is_told_when_it_matters(town: Town) -> None:
    assert lights(town)["Working calendar"] == WELL
    town.now = town.now.replace(year=2090, month=6)
    row = words(town, "Working calendar")
    assert row.light == BAD and "2090" in row.words and row.path == "/calendar/?year=2090"


def test_jobs_stand_by_topic_and_a_disk_that_fills_says_when(town: Town, browse: Browse) -> None:
    jobs.defer("notify.tell", {})
    heart_beats(town)
    shown = page(browse("administrator").get("/office/health/"))
    assert "notify.tell" in shown
    jobs.note_disks()
    kept = Marker.objects.get(pk="disk").value
    folder, days = next(iter(kept.items()))
    free = days[clock.local_day(town.now).isoformat()]
    week_ago = clock.local_day(town.now - timedelta(days=7)).isoformat()
    Marker.objects.filter(pk="disk").update(value={folder: {week_ago: free * 2}})
    assert upkeep.days_left(folder, free, town.now) == 7
    name = next(row.part for row in upkeep.rows(now=town.now) if folder in row.words)
    assert lights(town)[name] != WELL
    assert re.search("full in [67] days", words(town, name).words)
    jobs.note_disks()  # keeps the days before
    assert set(Marker.objects.get(pk="disk").value[folder]) == {
        week_ago, clock.local_day(town.now).isoformat()
    }  # fmt: skip


def test_whoever_does_not_keep_the_installation_does_not_see_it(town: Town, browse: Browse) -> None:
    page(browse("acceptor").get("/office/health/"), 403)
    answer = browse("administrator").get("/healthz").json()
    assert [one["name"] for one in answer["findings"]] == [
        "database", "tables", "queue", "disk", "clock",
    ]  # fmt: skip
