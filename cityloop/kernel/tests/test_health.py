"""Each part of an installation tells whether it is well."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from cityloop.kernel import clock, health
from cityloop.kernel.schema import OlderDatabase, waiting_migrations

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("O08")]


def found(name: str) -> health.Finding:
    return next(one for one in health.examine(now=clock.now()) if one.name == name)


def test_a_whole_installation_is_well() -> None:
    findings = health.examine(now=clock.now())
    assert [one.name for one in findings] == ["database", "tables", "queue", "disk", "clock"]
    assert all(one.well for one in findings), findings
    assert "PostGIS" in findings[0].words


def test_a_job_that_waits_too_long_makes_the_queue_unwell() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status)"
            " VALUES ('default', 'late', '{}', 'todo')"
        )
    assert found("queue").well
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_events SET at = now() - interval '10 minutes'")
    late = found("queue")
    assert not late.well
    assert "1 waiting" in late.words


def test_a_queue_that_is_being_worked_off_is_well_for_an_hour() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status)"
            " VALUES ('default', 'late', '{}', 'todo'), ('default', 'now', '{}', 'todo')"
        )
        cursor.execute("UPDATE procrastinate_events SET at = now() - interval '10 minutes'")
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE task_name = 'now'")
    assert found("queue").well
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_events SET at = now() - interval '61 minutes'"
            " WHERE type = 'deferred'"
        )
    assert not found("queue").well


def test_a_clock_that_is_off_is_told() -> None:
    off = health.examine(now=clock.now() + timedelta(minutes=3))[-1]
    assert not off.well
    assert "-180" in off.words or "-179" in off.words


def test_a_part_that_fails_is_unwell_and_the_others_are_still_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(_now: object) -> tuple[bool, str]:
        raise OSError("no such disk")

    monkeypatch.setattr(health, "PARTS", (("disk", broken), *health.PARTS[-1:]))
    disk, still = health.examine(now=clock.now())
    assert (disk.well, disk.words) == (False, "no such disk")
    assert still.well


@pytest.mark.requirement("O04")
def test_tables_of_a_version_too_old_are_never_taken_for_complete() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'cases' AND name LIKE '0016_%%'")
    tables = found("tables")
    assert not tables.well
    assert "lacks cases.0016_whose_clock" in tables.words
    with pytest.raises(OlderDatabase, match="begin a new one"):
        waiting_migrations()


def test_the_disk_of_the_files_is_looked_at_too(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR, settings.MEDIA_ROOT = tmp_path, Path("/proc/nowhere")
    (told,) = (one for one in health.examine(now=clock.now()) if one.name == "disk")
    assert not told.well and "/proc" in told.words
