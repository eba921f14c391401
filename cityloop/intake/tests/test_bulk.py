"""Many reports at once: the same rules, the same rows, a reason for each that is not taken."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from cityloop.cases import lifecycle, proof
from cityloop.cases import operations as cases
from cityloop.cases.change import Change
from cityloop.cases.models import Case, CaseEvent, Timer
from cityloop.intake import operations, queries, reference
from cityloop.intake.models import Report
from cityloop.intake.operations import Incoming, Past, PhotoIn
from cityloop.intake.tests.city import CELL, MIDDLE, OUTSIDE, SOUTH, WEST, City
from cityloop.kernel.actor import Actor

SYSTEM = Actor.system("import")


def past(city: City, number: int, **changes: object) -> Past:
    """A report of another time, each in a grid of its own."""
    at = city.now - timedelta(days=30, minutes=number)
    x, y = WEST + CELL * (number % 5 + 0.5), SOUTH + CELL * (number // 5 % 5 + 0.5)
    given = city.report("platform", x=x, y=y, source_key=f"K-{number}", text=f"第{number}件")
    values = {name: getattr(given, name) for name in Incoming.__slots__} | changes
    return Past(Incoming(**values), at)


@pytest.mark.requirement("O13", "O06")
def test_many_reports_become_cases_with_place_history_and_clocks(city):
    report = operations.receive_many((past(city, n) for n in range(25)), actor=SYSTEM, now=city.now)
    assert (report.imported, report.joined, report.rejected) == (25, 0, [])
    assert len(set(Case.objects.values_list("grid_code", flat=True))) == 25
    case = Case.objects.get(external_number="K-3")
    assert (case.imported, case.verified, case.area_code) == (True, "", "330106001001")
    line = CaseEvent.objects.get(case=case)
    assert line.imported and line.at == city.now - timedelta(days=30, minutes=3)
    assert line.recorded_at == city.now
    assert Timer.objects.count() == Report.objects.count() == 25
    assert proof.verify(now=city.now).whole


def test_a_key_that_came_before_is_not_taken_twice(city):
    some = [past(city, n) for n in range(5)]
    operations.receive_many(some, actor=SYSTEM, now=city.now)
    again = operations.receive_many(
        [*some, past(city, 5), past(city, 5)], actor=SYSTEM, now=city.now
    )
    assert (again.imported, again.joined) == (1, 6)
    assert Case.objects.count() == 6


def test_a_bad_row_is_named_and_stops_no_other(city):
    some = [
        past(city, 0, x=float("nan")), past(city, 1), past(city, 2, class_code="X"),
        past(city, 3, channel="pigeon"), past(city, 4, x=OUTSIDE[0], y=OUTSIDE[1]),
        past(city, 5, photos=(PhotoIn("0" * 64),)), past(city, 6, text="", class_code=""),
        past(city, 7, kind="self_handle", class_code="C0101"),
    ]  # fmt: skip
    report = operations.receive_many(some, actor=SYSTEM, now=city.now)
    assert report.imported == 2
    assert [(r.row, r.key) for r in report.rejected] == [
        (n + 1, f"K-{n}") for n in (0, 2, 3, 5, 6, 7)
    ]
    assert all(r.reason for r in report.rejected)
    assert Case.objects.get(external_number="K-4").grid_code == ""


@pytest.mark.requirement("O13")
def test_an_importer_may_take_the_case_further_before_it_is_written(city):
    def accept(change: Change, given: Incoming) -> None:
        change.now += timedelta(minutes=3)
        cases.take(change, lifecycle.BY_ACTION["accept"])

    report = operations.receive_many(
        [past(city, n) for n in range(3)], actor=SYSTEM, now=city.now, then=accept
    )
    assert report.imported == 3
    assert set(Case.objects.values_list("status", "version")) == {("accepted", 2)}
    assert CaseEvent.objects.count() == 6 and proof.verify(now=city.now).whole


def test_a_class_of_another_citys_edition_may_be_brought_along(city):
    known = reference.known_class(city.classes["E0102"])
    one = past(city, 0, class_code="")
    report = operations.receive_many(
        [Past(one.given, one.at, known=known)], actor=SYSTEM, now=city.now
    )
    assert report.imported == 1
    assert Case.objects.get().problem_class == city.classes["E0102"]


def test_rows_are_read_batch_by_batch(city, monkeypatch):
    monkeypatch.setattr(operations.bulk, "BATCH", 10)
    read, seen = [], []

    def source() -> Iterator[Past]:
        for number in range(25):
            read.append(number)
            yield past(city, number)

    operations.receive_many(
        source(), actor=SYSTEM, now=city.now, progress=lambda done: seen.append((done, len(read)))
    )
    assert seen == [(10, 10), (20, 20), (25, 25)]


def test_imported_reports_are_in_the_book_but_not_in_the_days_history(city):
    operations.receive_many([past(city, 0)], actor=SYSTEM, now=city.now)
    assert operations.write_up(now=city.now) == 1
    assert queries.account(SYSTEM, city.now.date()).missing == 0
    assert Case.objects.get().point.x == pytest.approx(MIDDLE[0] - 2 * CELL)
