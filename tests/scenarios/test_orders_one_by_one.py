"""A delivery of 12345 commits order by order: it holds nobody up, breaks off and goes on."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import orjson
import pytest
from django.db import connection
from django.test import Client
from django.utils import translation

from cityloop.cases.models import Case
from cityloop.hotline import operations
from cityloop.hotline.models import Batch, Order
from cityloop.hotline.reading import Row
from cityloop.intake.models import Report
from cityloop.kernel import clock
from cityloop.kernel.models import RememberedCall
from cityloop.people import operations as people
from tests import town as towns
from tests.town import Town

PATIENCE = 60  # seconds


def _row(town: Town, n: int, *, grid: int, text: str = "井盖破损有人摔倒") -> Row:
    point = town.grid(grid).geom.point_on_surface
    return Row(n, {"number": f"A{n}", "text": text, "class_code": "C0101",
                   "lon": str(point.x), "lat": str(point.y)})  # fmt: skip


def _take(town: Town, rows: list[Row], progress: Callable[[int, int], None] | None = None) -> Batch:
    return operations.import_orders(
        rows, name="12345", actor=town.actor("acceptor"), now=town.now, progress=progress
    )


def _apart(act: Callable[[], object]) -> Callable[[], object]:
    """In a thread of its own, with a connection of its own."""

    def run() -> object:
        try:
            with translation.override("en"):
                return act()
        finally:
            connection.close()

    return run


def _counts(batch: Batch) -> tuple[int, int, int, int]:
    return batch.opened, batch.joined, batch.known, len(batch.bad_rows)


@pytest.mark.slow
@pytest.mark.requirement("C04", "O02")
def test_a_small_delivery_is_through_while_a_large_one_runs(committed: Town) -> None:
    half, go_on = threading.Event(), threading.Event()

    def pause(done: int, _total: int) -> None:
        if done == 3:
            half.set()
            assert go_on.wait(PATIENCE)

    large = [_row(committed, n, grid=n) for n in range(1, 7)]
    small = [_row(committed, 50, grid=40), large[0], Row(9, {"number": "A9", "text": ""})]
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(_apart(lambda: _take(committed, large, pause)))
        try:
            assert half.wait(PATIENCE)
            # Before the large one may go on: its first orders are there, and known to the other.
            assert _counts(_take(committed, small)) == (1, 0, 1, 1)
            assert not running.done() and Order.objects.count() == 4
            assert not Batch.objects.earliest("pk").done
        finally:
            go_on.set()
        batch = running.result(PATIENCE)
    assert isinstance(batch, Batch) and _counts(batch) == (6, 0, 0, 0)
    assert Batch.objects.filter(done=True).count() == 2 and Order.objects.count() == 7


@pytest.mark.slow
@pytest.mark.requirement("C04", "O02")
def test_a_delivery_that_broke_off_is_sent_again_and_goes_on(committed: Town) -> None:
    rows = [_row(committed, n, grid=n) for n in range(1, 5)]

    def breaks(done: int, _total: int) -> None:
        if done == 2:  # what kill -9 of the session leaves
            connection.connection.close()

    with pytest.raises(Exception, match="closed"):
        _take(committed, rows, breaks)
    connection.close()
    assert sorted(Order.objects.values_list("outer_number", flat=True)) == ["A1", "A2"]
    assert not Batch.objects.get().done
    assert _counts(_take(committed, rows)) == (2, 0, 2, 0)
    assert Case.objects.count() == Report.objects.count() == Order.objects.count() == 4


@pytest.mark.slow
@pytest.mark.requirement("C04", "O02")
def test_the_same_orders_and_the_same_place_at_the_same_moment_open_one_case(
    committed: Town,
) -> None:
    same = [_row(committed, n, grid=n) for n in range(1, 9)]
    for deliveries, opened, orders in (
        ([same] * 4, 8, 8),
        ([[_row(committed, 100 + n, grid=60)] for n in range(4)], 1, 4),
    ):
        before = Case.objects.count(), Order.objects.count()
        start = threading.Barrier(4)

        def deliver(rows: list[Row], start: threading.Barrier = start) -> Batch:
            start.wait(PATIENCE)
            return _take(committed, rows)

        with ThreadPoolExecutor(4) as pool:
            told = [pool.submit(_apart(lambda rows=rows: deliver(rows))) for rows in deliveries]
            batches = [one.result(PATIENCE) for one in told]
        assert [one.bad_rows for one in batches if isinstance(one, Batch)] == [[]] * 4
        assert sum(one.opened for one in batches if isinstance(one, Batch)) == opened
        assert Case.objects.count() == before[0] + opened
        assert Order.objects.count() == before[1] + orders


def _post(token: str, body: bytes, key: str) -> tuple[int, dict[str, object]]:
    answer = Client().post(
        "/api/v1/hotline/orders", body, "application/json",
        headers={"Authorization": f"Bearer {token}", "Idempotency-Key": key},
    )  # fmt: skip
    return answer.status_code, orjson.loads(answer.content)


@pytest.mark.slow
@pytest.mark.requirement("C04", "O02")
def test_a_delivery_with_a_key_answers_the_same_again(committed: Town) -> None:
    _row_of_it, token = people.issue_token(
        member=committed.members["exchange"], name="12345", actor=towns.SYSTEM, now=clock.now()
    )
    orders = [_row(committed, n, grid=n).cells for n in range(1, 4)]
    body, key = orjson.dumps({"name": "L", "orders": orders}), "delivery-0001"
    with ThreadPoolExecutor(3) as pool:  # sent three times at once
        told = [pool.submit(_apart(lambda: _post(token, body, key))) for _ in range(3)]
        answers = [one.result(PATIENCE) for one in told]
    assert answers[0] == answers[1] == answers[2] and answers[0] == _post(token, body, key)
    assert (answers[0][0], answers[0][1]["opened"]) == (200, 3)
    assert (Batch.objects.count(), Case.objects.count()) == (1, 3)
    assert _post(token, orjson.dumps({"name": "M", "orders": orders}), key)[0] == 409
    RememberedCall.objects.all().delete()  # broken off before its answer was kept
    status, again = _post(token, body, key)
    assert (status, again["opened"], again["known"]) == (200, 0, 3)
    assert Case.objects.count() == 3
