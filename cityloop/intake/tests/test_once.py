"""The same request sent twice does one thing, also at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from cityloop.cases.models import Case
from cityloop.intake import operations
from cityloop.intake.models import Report, Reporter
from cityloop.intake.tests import city as cities
from cityloop.intake.tests.city import MIDDLE


@pytest.mark.requirement("O02")
@pytest.mark.parametrize("key", [{"source_key": "A-17"}, {"repeat_key": "0123456789"}])
def test_the_same_key_answers_the_first_result(city, key):
    first = city.receive("platform" if "source_key" in key else "web", reporter_phone="123", **key)
    city.wait(hours=5)
    again = city.receive("platform" if "source_key" in key else "web", reporter_phone="123", **key)
    assert again.repeated and not first.repeated
    assert (again.number, again.case, again.joined) == (first.number, first.case, False)
    assert list(again.checks) == list(first.checks)
    assert (Report.objects.count(), Reporter.objects.count()) == (1, 1)


def test_a_joined_report_is_repeated_as_joined(city):
    city.receive()
    first = city.receive("web", repeat_key="abcdefgh")
    again = city.receive("web", repeat_key="abcdefgh")
    assert first.joined and again.joined and again.repeated and again.number == first.number
    assert Case.objects.get().reports == 2


def test_the_key_with_another_content_is_refused_and_names_the_report(city):
    first = city.receive("platform", source_key="A-17")
    with pytest.raises(operations.KeyReused, match=first.number):
        city.receive("platform", source_key="A-17", text="另一段文字")
    assert Report.objects.count() == 1


def test_keys_of_two_channels_and_of_two_clients_do_not_meet(city):
    city.receive("platform", source_key="A-17")
    assert not city.receive("police", source_key="A-17", class_code="E0102").repeated
    city.receive("web", repeat_key="abcdefgh", class_code="E0101")
    other = city.receive("web", by="exchange", repeat_key="abcdefgh", class_code="E0101")
    assert not other.repeated


def test_without_a_key_the_same_words_later_are_a_second_report(city):
    city.receive()
    assert city.receive().number.endswith("-2")


def together(act: Callable[[], object], times: int) -> list[object]:
    """Run in so many threads at once; results and exceptions."""
    found: list[object] = []
    start = threading.Barrier(times)

    def one() -> None:
        start.wait()
        try:
            found.append(act())
        except Exception as error:
            found.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


@pytest.mark.usefixtures("own_database")
@pytest.mark.requirement("O02", "O06")
def test_of_twelve_equal_requests_at_once_one_opens_and_all_get_its_answer():
    city = cities.build()
    found = together(lambda: city.receive("web", repeat_key="abcdefgh", reporter_phone="123"), 12)
    assert all(isinstance(one, operations.Receipt) for one in found), found
    assert len({one.number for one in found}) == 1
    assert sum(not one.repeated for one in found) == 1
    assert (Case.objects.count(), Report.objects.count(), Reporter.objects.count()) == (1, 1, 1)


@pytest.mark.usefixtures("own_database")
@pytest.mark.requirement("D07")
def test_many_reports_of_one_case_at_once_are_all_counted():
    city = cities.build()
    first = city.receive()
    found = together(lambda: city.receive("hotline12345", reporter_phone="13800000001"), 8)
    assert all(isinstance(one, operations.Receipt) for one in found), found
    assert {one.case for one in found} == {first.case}
    assert Case.objects.get().reports == 9
    assert sorted(Report.objects.values_list("ordinal", flat=True)) == list(range(1, 10))


@pytest.mark.usefixtures("own_database")
def test_a_refused_repeat_does_not_break_the_callers_transaction():
    city = cities.build()
    with transaction.atomic():
        first = city.receive("web", repeat_key="abcdefgh")
        again = city.receive("web", repeat_key="abcdefgh")
        assert again.repeated and again.case == first.case
    assert Case.objects.get().point.x == pytest.approx(MIDDLE[0])
