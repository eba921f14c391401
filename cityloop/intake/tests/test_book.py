"""Every report has its number, and nobody takes one away unseen."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import DatabaseError, connection, transaction

from cityloop.intake import jobs, operations, queries
from cityloop.intake.models import Report, Tally
from cityloop.intake.tests.city import CELL, MIDDLE
from cityloop.kernel.actor import Actor

SYSTEM = Actor.system()


def sql(text: str) -> None:
    """Run SQL as somebody would by hand."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(text)


def several(city, channel: str, count: int) -> list[operations.Receipt]:
    """So many reports of different things."""
    found = []
    for _ in range(count):
        city.wait(days=2)
        found.append(city.receive(channel))
    return found


@pytest.mark.requirement("O02")
def test_each_channel_counts_its_reports_without_a_gap(city):
    several(city, "inspector", 3)
    several(city, "web", 2)
    assert operations.write_up(now=city.now) == 5
    several(city, "inspector", 1)
    joined = city.receive("web")
    assert operations.write_up(now=city.now) == 2 and operations.write_up(now=city.now) == 0
    numbers = [
        (one.channel, queries.numbers_in_channel([one])[one.pk])
        for one in Report.objects.order_by("id")
    ]
    assert numbers == [
        ("inspector", 1), ("inspector", 2), ("inspector", 3), ("web", 1), ("web", 2),
        ("inspector", 4), ("web", 3),
    ]  # fmt: skip
    assert joined.joined and Tally.objects.order_by("-id").filter(channel="web")[0].joined == 1
    assert queries.check_book() == []


def test_a_report_that_was_just_received_has_no_number_yet(city):
    several(city, "inspector", 1)
    assert queries.numbers_in_channel([Report.objects.get()]) == {}


@pytest.mark.requirement("O01", "O02")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE intake_report SET text = 'x'",
        "DELETE FROM intake_report",
        "TRUNCATE intake_report CASCADE",
        "UPDATE intake_tally SET last_number = 99",
        "DELETE FROM intake_tally",
    ],
)
def test_reports_and_the_book_cannot_be_changed(city, statement):
    several(city, "inspector", 1)
    operations.write_up(now=city.now)
    with pytest.raises(DatabaseError, match=r"append-only|pending trigger"):
        sql(statement)
    assert Report.objects.count() == 1


@pytest.mark.requirement("O01", "O02")
@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("DELETE FROM intake_report WHERE id = {second}", "2 reports are there"),
        ("UPDATE intake_report SET digest = 'x' WHERE id = {second}", "was changed"),
        ("UPDATE intake_report SET text = 'x' WHERE id = {second}", "was changed"),
        ("UPDATE intake_report SET received_at = now() WHERE id = {second}", "was changed"),
        (
            "UPDATE intake_report SET point = ST_Translate(point, 0.001, 0) WHERE id = {second}",
            "was changed",
        ),
        ("DELETE FROM intake_tally WHERE id = {tally}", "a run is missing before number 4"),
    ],
)
def test_what_was_taken_away_all_the_same_shows(city, statement, words):
    several(city, "inspector", 3)
    operations.write_up(now=city.now)
    several(city, "inspector", 1)
    operations.write_up(now=city.now)
    second = Report.objects.order_by("id")[1].pk
    tally = Tally.objects.order_by("id")[0].pk
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    sql("ALTER TABLE intake_report DISABLE TRIGGER append_only")
    sql("ALTER TABLE intake_tally DISABLE TRIGGER append_only")
    sql(statement.format(second=second, tally=tally))
    flaws = queries.check_book()
    assert flaws and any(words in flaw.what for flaw in flaws)
    assert {flaw.channel for flaw in flaws} == {"inspector"}


@pytest.mark.requirement("O01", "O02")
def test_runs_taken_off_the_end_are_missed(city, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        several(city, "inspector", 2)
        operations.write_up(now=city.now)
        several(city, "inspector", 2)
        operations.write_up(now=city.now)
    assert queries.check_book() == []
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    for table in ("intake_report", "intake_tally"):
        sql(f"ALTER TABLE {table} DISABLE TRIGGER append_only")
    sql("DELETE FROM intake_report WHERE id = (SELECT max(id) FROM intake_report)")
    sql("DELETE FROM intake_tally WHERE id = (SELECT max(id) FROM intake_tally)")
    operations.write_up(now=city.now)  # the next run closes the gap
    noted, counted = queries.check_book()
    assert noted.channel == counted.channel == "inspector"
    assert "noted outside the database" in noted.what and "counts other reports" in counted.what


@pytest.mark.requirement("O02")
def test_the_days_account_agrees_with_the_history(city):
    city.receive()
    city.receive("hotline12345")
    city.receive("web", x=MIDDLE[0] + CELL, text="路灯坏了三盏", class_code="C0102")
    day = queries.account(SYSTEM, city.now.date())
    assert day.channels == {
        "hotline12345": {"received": 1, "opened": 0, "joined": 1, "flagged": 1},
        "inspector": {"received": 1, "opened": 1, "joined": 0, "flagged": 1},
        "web": {"received": 1, "opened": 1, "joined": 0, "flagged": 0},
    }
    assert (day.received, day.history, day.missing) == (3, 3, 0)
    district = replace(city.actors["acceptor"], region_codes=("330106",))
    assert queries.account(district, city.now.date()) == day
    another = replace(district, member_id=None, region_codes=("330102",))
    other = queries.account(another, city.now.date())
    assert (other.channels, other.received, other.missing) == ({}, 0, 0), "not theirs to know"
    city.wait(days=1)
    assert queries.account(SYSTEM, city.now.date()).received == 0


def test_the_job_writes_the_book(city):
    several(city, "inspector", 2)
    assert jobs.write_up_book() == 2
