"""Requests of the same moment share a statement, and each gets its own answer."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from functools import partial

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import translation

from cityloop.cases import proof
from cityloop.cases.models import Case
from cityloop.intake import operations
from cityloop.intake.models import Report
from cityloop.intake.operations import Receipt, receiving
from cityloop.intake.tests import city as cities
from cityloop.intake.tests.city import CELL, MIDDLE, OUTSIDE, SOUTH, WEST
from cityloop.intake.tests.test_once import together as at_once
from cityloop.intake.together import MOST, Together


class Slow:
    """An act that takes a while and refuses odd-looking items."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []

    def __call__(self, items: Sequence[int]) -> list[int]:
        self.batches.append(list(items))
        time.sleep(0.02)
        if any(item < 0 for item in items):
            raise DatabaseError(f"not {min(items)}")
        return [item * 2 for item in items]


@pytest.mark.usefixtures("own_database")
def test_who_comes_while_one_acts_is_served_by_the_next():
    act = Slow()
    shared: Together[int, int] = Together(act)
    numbers = iter(range(1, 41))
    lock = threading.Lock()
    pairs: list[tuple[int, int]] = []

    def one() -> None:
        with lock:
            mine = next(numbers)
        pairs.append((mine, shared.do(mine)))

    at_once(one, 40)
    assert sorted(pairs) == [(n, 2 * n) for n in range(1, 41)]
    assert sorted(n for batch in act.batches for n in batch) == list(range(1, 41))
    assert len(act.batches) < 20 and max(map(len, act.batches)) <= MOST


@pytest.mark.usefixtures("own_database")
def test_one_bad_item_spoils_no_other_and_the_line_goes_on():
    act = Slow()
    shared: Together[int, int] = Together(act)
    numbers = iter([1, 2, -3, 4, 5, -6, 7, 8])
    lock = threading.Lock()
    good: list[int] = []
    bad: list[tuple[int, str]] = []

    def one() -> None:
        with lock:
            mine = next(numbers)
        try:
            good.append(shared.do(mine))
        except DatabaseError as error:
            bad.append((mine, str(error)))

    at_once(one, 8)
    assert sorted(good) == [2, 4, 8, 10, 14, 16] and sorted(bad) == [
        (-6, "not -6"), (-3, "not -3")
    ]  # fmt: skip
    assert shared.do(9) == 18  # nobody is left behind a closed gate


def test_inside_a_transaction_everything_goes_with_it(db):
    act = Slow()
    assert Together(act).do(3) == 6 and act.batches == [[3]]


@pytest.mark.usefixtures("own_database")
@pytest.mark.requirement("O02", "O06")
def test_forty_different_reports_at_once_are_forty_whole_cases():
    city = cities.build()
    grids = iter(range(40))
    lock = threading.Lock()

    def one() -> Receipt:
        with lock:
            number = next(grids)
        x, y = WEST + CELL * (number % 5 + 0.5), SOUTH + CELL * (number // 8 + 0.5)
        return city.receive(x=x, y=y, text=f"{number}" * 9, kind="report", class_code="E0101",
                            source_key=f"K{number}")  # fmt: skip

    found = at_once(one, 40)
    assert all(isinstance(r, operations.Receipt) and not r.joined for r in found), found
    assert Case.objects.count() == Report.objects.count() == 40
    numbers = dict(Report.objects.values_list("source_key", "case__description"))
    assert numbers == {f"K{n}": f"{n}" * 9 for n in range(40)}
    assert proof.verify(now=city.now).whole


@pytest.mark.usefixtures("own_database")
@pytest.mark.requirement("D07")
def test_the_same_report_from_many_at_the_same_moment_opens_one_case():
    city = cities.build()

    def one() -> Receipt:
        return city.receive(text="路中间井盖破损", class_code="C0101")

    found = at_once(one, 12)
    assert all(isinstance(r, operations.Receipt) for r in found), found
    assert len({r.case for r in found}) == 1
    assert sorted(Report.objects.values_list("ordinal", flat=True)) == list(range(1, 13))


@pytest.mark.usefixtures("own_database")
@pytest.mark.requirement("D07")
def test_the_same_problem_in_other_words_at_the_same_moment_opens_one_case():
    city = cities.build()
    endings = iter(["", "。", "，谢谢", "！", "，请处理", "了"])
    lock = threading.Lock()

    def one() -> Receipt:
        with lock:
            ending = next(endings)
        return city.receive(text=f"路中间井盖破损{ending}", class_code="C0101")

    found = at_once(one, 6)
    assert all(isinstance(r, operations.Receipt) for r in found), found
    assert len({r.case for r in found}) == 1
    assert Case.objects.count() == 1


@pytest.mark.usefixtures("own_database")
@pytest.mark.requirement("D07", "O06")
def test_one_problem_told_from_two_metres_apart_at_the_same_moment_opens_one_case():
    """Each on its side of a round number; half of them name no class: no two tokens are equal."""
    city = cities.build()
    told = iter([
        {"x": MIDDLE[0] + step, "class_code": code, "text": f"路中间井盖破损{end}"}
        for step, end in ((9e-6, ""), (-9e-6, "。"), (11e-6, "！"), (-11e-6, "，请来"))
        for code in ("C0101", "")
    ])  # fmt: skip
    lock = threading.Lock()

    def one() -> Receipt:
        with lock:
            given = next(told)
        return city.receive(**given)

    found = at_once(one, 8)
    assert all(isinstance(r, operations.Receipt) for r in found), found
    assert Case.objects.get().reports == 8, [(r.case, r.joined) for r in found]
    assert proof.verify(now=city.now).whole


@pytest.fixture
def processes_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each thread takes its reports by itself, as the processes of a web server do."""
    monkeypatch.setattr(receiving._taking, "do", lambda draft: receiving._take([draft])[0])


@pytest.mark.usefixtures("own_database", "processes_of_their_own")
@pytest.mark.requirement("D07", "O06")
def test_processes_that_know_nothing_of_each_other_open_one_case_for_one_problem():
    """Again and again near each other, so that earlier conflicts leave no gap."""
    city = cities.build()
    for n in range(8):
        told = iter([(9e-6, "C0101"), (-9e-6, ""), (11e-6, "C0101"), (-11e-6, "C0101")])
        lock = threading.Lock()

        def one(told=told, lock=lock, n=n) -> Receipt:
            with lock:
                step, code = next(told)
            return city.receive(x=MIDDLE[0] + step, class_code=code, text=f"{n}号井盖{n * 37}破损")

        found = at_once(one, 4)
        assert all(isinstance(r, operations.Receipt) for r in found), found
        assert len({r.case for r in found}) == 1, [(r.case, r.joined) for r in found]
    assert Case.objects.count() == 8 and Report.objects.count() == 32
    assert proof.verify(now=city.now).whole


@pytest.mark.usefixtures("own_database", "processes_of_their_own")
@pytest.mark.requirement("O02", "O06")
def test_the_same_request_to_several_processes_is_answered_once():
    city = cities.build()
    city.receive(text="另一处积水", class_code="E0101")
    for n in range(6):
        again = partial(city.receive, "platform", text=f"井盖{n * 41}破损", source_key=f"K{n}")
        found = at_once(again, 5)
        assert all(isinstance(r, operations.Receipt) for r in found), found
        assert len({r.case for r in found}) == 1 and sum(not r.repeated for r in found) == 1


@pytest.mark.usefixtures("own_database", "processes_of_their_own")
@pytest.mark.requirement("D07", "O06")
def test_different_problems_at_one_place_at_one_moment_all_open_a_case():
    city = cities.build()
    told = iter(["井盖破损", "路面积水", "树枝折断", "占道经营", "垃圾满溢", "路灯不亮"])
    found = at_once(lambda: city.receive(class_code="", text=next(told)), 6)
    assert all(isinstance(r, operations.Receipt) and not r.joined for r in found), found
    assert Case.objects.count() == 6
    assert proof.verify(now=city.now).whole


@pytest.mark.usefixtures("own_database")
@pytest.mark.requirement("D07", "O06")
def test_many_problems_at_one_place_within_a_minute_are_all_taken():
    """More than the question tells of: none of them is refused for want of having seen all."""
    city = cities.build()
    for n in range(56):
        assert not city.receive(class_code="", text=chr(0x4E00 + n * 97) * 9).joined
    assert Case.objects.count() == 56


@pytest.mark.usefixtures("own_database")
@pytest.mark.requirement("O06")
def test_a_long_delivery_keeps_no_ground_from_anybody():
    """Reports of one transaction wait for nobody and let nobody wait."""
    city = cities.build()
    inside, let_go = threading.Event(), threading.Event()

    def deliver() -> None:
        with transaction.atomic():
            for n in range(3):
                city.receive(class_code="", text=f"第{n}件" * 3, x=MIDDLE[0] + n * CELL / 4)
            inside.set()
            let_go.wait(30)
        connection.close()

    thread = threading.Thread(target=deliver)
    thread.start()
    assert inside.wait(20)
    began = time.monotonic()
    mine = city.receive(class_code="E0101", text="路面积水严重")
    assert not mine.joined and time.monotonic() - began < 5
    let_go.set()
    thread.join(30)
    assert Case.objects.count() == 4


@pytest.mark.usefixtures("own_database")
@pytest.mark.requirement("D07")
def test_who_is_like_another_of_the_same_moment_opens_a_case_that_names_it():
    """The same class near by in other words: not surely one problem, so the acceptor is told."""
    city = cities.build()
    told = iter(["路中间井盖破损", "人行道上的盖子翘起来了，老人容易绊倒"])
    lock = threading.Lock()

    def one() -> Receipt:
        with lock:
            text = next(told)
        return city.receive(text=text, class_code="C0101")

    first, second = sorted(at_once(one, 2), key=lambda r: len(r.checks))
    assert first.case != second.case and not second.joined
    assert [c["number"] for c in second.checks if c["code"] == "possible_duplicate"] == [first.case]


@pytest.mark.usefixtures("own_database")
@pytest.mark.requirement("D01", "D07", "O02")
def test_each_of_a_crowd_gets_its_own_answer_in_its_own_language():
    """Good ones, one that joins, one of a known key, ones outside the city, at the same moment."""
    city = cities.build()
    first = city.receive(text="路中间井盖破损", class_code="C0101")
    known = {"x": WEST + CELL * 3.5, "y": SOUTH + CELL * 3.5, "class_code": "E0102",
             "source_key": "K"}  # fmt: skip
    city.receive("platform", **known)
    todo = [
        *[("en", {"x": WEST + CELL * (n % 5 + 0.5), "y": SOUTH + CELL * (n // 5 + 0.5),
                  "class_code": "E0101", "text": f"{n}" * 9}) for n in range(8)],
        *[("zh-hans", {"text": "路中间井盖破损", "class_code": "C0101"})] * 2,
        ("en", {"channel": "platform", **known}),
        *[(language, {"channel": "sensor", "by": "exchange", "x": OUTSIDE[0], "y": OUTSIDE[1]})
          for language in ("en", "zh-hans") * 3],
    ]  # fmt: skip
    lock, found = threading.Lock(), dict[int, object]()
    numbers = iter(range(len(todo)))

    def one() -> None:
        with lock:
            mine = next(numbers)
        language, given = todo[mine]
        with translation.override(language):
            try:
                found[mine] = city.receive(**given)
            except operations.OutsideCity as error:
                found[mine] = (language, str(error))

    assert [e for e in at_once(one, len(todo)) if e is not None] == []
    opened, joined, again, outside = found, (8, 9), 10, range(11, 17)
    assert all(not opened[n].joined and not opened[n].repeated for n in range(8))
    assert {opened[n].case for n in joined} == {first.case} and opened[again].repeated
    assert {opened[n] for n in outside} == {
        ("en", "119.000000, 29.000000 lies in no unit grid of the city"),
        ("zh-hans", "119.000000, 29.000000 不在本市任何单元网格内"),
    }
    assert Case.objects.count() == 10 and proof.verify(now=city.now).whole


@pytest.mark.usefixtures("own_database")
@pytest.mark.requirement("D07", "O02")
def test_the_same_joining_report_sent_twice_at_once_joins_once():
    city = cities.build()
    first = city.receive(text="路中间井盖破损", class_code="C0101")
    for n in range(5):
        again = partial(city.receive, "platform", text="路中间井盖破损", source_key=f"K{n}")
        found = at_once(again, 6)
        assert all(isinstance(r, operations.Receipt) and r.case == first.case for r in found), found
        assert sum(not r.repeated for r in found) == 1 and Case.objects.get().reports == n + 2


@pytest.mark.usefixtures("own_database")
@pytest.mark.requirement("D07", "O06")
def test_a_report_that_waits_for_its_case_holds_up_nobody_else():
    """Somebody has the case under way; who joins it waits, the others do not."""
    city = cities.build()
    held = city.receive(text="路中间井盖破损", class_code="C0101").case
    has_it, let_go = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            Case.objects.select_for_update().get(number=held)
            has_it.set()
            let_go.wait(30)
        connection.close()

    def join() -> None:
        joined.append(city.receive(text="路中间井盖破损", class_code="C0101"))
        connection.close()

    joined: list[Receipt] = []
    threads = [threading.Thread(target=hold), *(threading.Thread(target=join) for _ in range(2))]
    threads[0].start()
    assert has_it.wait(20)
    for thread in threads[1:]:
        thread.start()
    time.sleep(0.3)
    grids = iter(range(8))

    def elsewhere() -> Receipt:
        number = next(grids)
        x = WEST + CELL * (number % 2 + 0.5)
        return city.receive(x=x, y=SOUTH + CELL * (number // 2 + 0.5), class_code="E0101",
                            text=f"{number}" * 9)  # fmt: skip

    found = at_once(elsewhere, 8)
    assert not joined and all(isinstance(r, operations.Receipt) and not r.joined for r in found)
    let_go.set()
    for thread in threads:
        thread.join(30)
    assert [one.case for one in joined] == [held, held]
