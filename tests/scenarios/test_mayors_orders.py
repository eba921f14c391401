"""Orders of 12345: opened once, joined where open, both deadlines shown, every result goes back."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from cityloop.cases.models import Case
from cityloop.hotline import operations, queries, reading
from cityloop.hotline.models import Batch, Order, Result
from cityloop.kernel import errors
from tests.browser import Browse
from tests.town import Town

HEADER = "工单编号,办理时限,来电人,联系电话,诉求内容,经度,纬度,类别代码"


def _line(town: Town, number: str, *, grid: int = 3, due: str = "2026-03-02 12:00") -> str:
    point = town.grid(grid).geom.point_on_surface
    return f"{number},{due},王女士,13757112290,井盖破损有人摔倒,{point.x},{point.y},C0101"


def _import(town: Town, *lines: str, by: str = "acceptor") -> Batch:
    rows = reading.read("orders.csv", "\n".join((HEADER, *lines)).encode("gb18030"))
    return operations.import_orders(rows, name="orders.csv", actor=town.actor(by), now=town.now)


def _counts(batch: Batch) -> tuple[int, int, int, int]:
    return batch.opened, batch.joined, batch.known, len(batch.bad_rows)


@pytest.mark.requirement("C04")
def test_the_same_number_never_opens_twice(town: Town) -> None:
    assert _counts(_import(town, _line(town, "A1"))) == (1, 0, 0, 0)
    later = _line(town, "A1", due="2026-03-04 12:00")
    assert _counts(_import(town, later, later)) == (0, 0, 2, 0)
    for spelt in ("Ａ1", "a１", "\u200bA1"):
        assert _counts(_import(town, _line(town, spelt, due="2026-03-04 12:00"))) == (0, 0, 1, 0)
    assert Case.objects.count() == Order.objects.count() == 1
    due = Order.objects.get().outer_due_at
    assert due is not None and due.isoformat().startswith("2026-03-04T04:00")


@pytest.mark.requirement("C04")
def test_an_order_of_an_open_case_joins_it(town: Town) -> None:
    point = town.grid(3).geom.point_on_surface
    case = town.report(text="井盖破损有人摔倒", x=point.x, y=point.y).case
    batch = _import(town, _line(town, "A1"), _line(town, "A2"))
    assert _counts(batch) == (0, 2, 0, 0)
    assert {order.report.case.number for order in Order.objects.all()} == {case}


@pytest.mark.requirement("C04")
def test_an_order_that_was_typed_in_by_hand_is_found_again(town: Town) -> None:
    case = town.report("hotline12345", source_key="A1").case
    assert _counts(_import(town, _line(town, "A1", grid=9))) == (0, 0, 1, 0)
    assert Order.objects.get().report.case.number == case


@pytest.mark.requirement("C04")
def test_a_bad_row_is_listed_and_the_others_are_taken(town: Town) -> None:
    batch = _import(
        town, ",,,,没有编号,,,", "A2,下周,,,井盖破损,,,", "A3,,,,,120.1,30.2,", _line(town, "A4")
    )
    assert _counts(batch) == (1, 0, 0, 3)
    rows = [(one["row"], one["number"], bool(one["reasons"][0])) for one in batch.bad_rows]
    assert rows == [(2, "", True), (3, "A2", True), (4, "A3", True)]
    assert "下周" in batch.bad_rows[1]["reasons"][0]


@pytest.mark.requirement("C04")
def test_a_deadline_there_that_lies_before_ours_warns(town: Town, browse: Browse) -> None:
    _import(town, _line(town, "A1", due="2026-03-02 12:00"))
    order = Order.objects.select_related("report__case").get()
    case = town.carry(_verified(town, order.report.case.number), "filed")
    (deadline,) = queries.deadlines_of(Case.objects.get(pk=case.pk), now=town.now)
    assert deadline.number == "A1" and not deadline.late
    early = queries.orders(town.actor("acceptor"), only_early=True).exists()
    assert early == deadline.early
    town.wait(days=2)
    (deadline,) = queries.deadlines_of(Case.objects.get(pk=case.pk), now=town.now)
    assert deadline.late
    page = browse("acceptor").get(f"/cases/{case.number}/").content.decode()
    assert "Order A1 of 12345" in page and "late there" in page
    hidden = browse("dispatcher").get(f"/cases/{case.number}/").content.decode()
    assert "Order A1" not in hidden


def _verified(town: Town, number: str) -> str:
    town.step(number, "send_verify", "acceptor", inspector="inspector")
    town.step(number, "verified", "inspector", photos=("verify",))
    return number


@pytest.mark.requirement("C04")
def test_before_and_after_our_deadline(town: Town) -> None:
    ours = Case.objects.get(number=town.case("filed").number)
    point, text = ours.point, ours.description
    assert ours.due_at is not None
    for number, hours in (("A1", -1), ("A2", 1)):
        due = (ours.due_at + timedelta(hours=hours)).isoformat()
        cells = {"number": number, "due_at": due, "text": text, "class_code": "C0101",
                 "lon": str(point.x), "lat": str(point.y)}  # fmt: skip
        operations.import_orders([reading.Row(1, cells)], name="x",
                                 actor=town.actor("acceptor"), now=town.now)  # fmt: skip
    found = queries.deadlines_of(Case.objects.get(pk=ours.pk), now=town.now)
    assert [(one.number, one.early) for one in found] == [("A1", True), ("A2", False)]
    warned = queries.orders(town.actor("acceptor"), only_early=True)
    assert [one.outer_number for one in warned] == ["A1"]


@pytest.mark.requirement("C04")
def test_results_and_refusals_go_back_after_a_cursor(town: Town) -> None:
    _import(town, _line(town, "A1"), _line(town, "A2", grid=40))
    cases = {one.outer_number: one.report.case.number for one in Order.objects.all()}
    town.step(cases["A2"], "reject", "acceptor", reason_code="too_vague", reason="无法定位")
    town.deliver()
    (refused,) = queries.results_since(town.actor("exchange"), 0)
    assert (refused.outcome, refused.reason_code, refused.reason) == (
        "refused", "too_vague", "无法定位",
    )  # fmt: skip
    town.carry(_verified(town, cases["A1"]), "checked")
    town.deliver()
    town.step(cases["A1"], "review_case", "shift_leader", opinion="前后一致")
    case = town.step(cases["A1"], "close", "shift_leader", closing_condition=True)
    town.deliver()
    operations.note_result(number=case.number, version=case.version)  # the job ran twice
    (settled,) = queries.results_since(town.actor("exchange"), refused.pk)
    assert (settled.outcome, settled.reply, settled.at) == ("settled", "更换井盖", case.closed_at)
    town.step(cases["A1"], "reopen", "supervisor", reason="复发")
    town.deliver()
    assert [one.outcome for one in queries.results_since(town.actor("exchange"), settled.pk)] == [
        "reopened"
    ]
    assert Result.objects.count() == 3


@pytest.mark.requirement("C04")
def test_a_file_comes_over_the_page_and_results_leave_as_a_file(
    town: Town,
    browse: Browse,
) -> None:
    clerk = browse("acceptor")
    objects = [{"工单编号": "A7", "诉求内容": "井盖破损", "经度": 120.2, "纬度": "x"}]
    file = SimpleUploadedFile("a.json", json.dumps(objects).encode(), "application/json")
    assert clerk.post("/hotline/orders/import/", {"file": file}).status_code == 302
    page = clerk.get("/hotline/orders/").content.decode()
    assert "x is no coordinate" in page and "A7" in page
    bad = SimpleUploadedFile("a.csv", "甲,乙\n1,2\n".encode(), "text/csv")
    answer = clerk.post("/hotline/orders/import/", {"file": bad})
    assert answer.status_code == 422 and "has no column" in answer.content.decode()
    _import(town, _line(town, "=A8", grid=30))
    number = Order.objects.get().report.case.number
    town.step(number, "reject", "acceptor", reason_code="too_vague", reason="无法定位")
    town.deliver()
    sent = clerk.get("/hotline/orders/results.csv").content.decode()
    assert "'=A8" in sent and "refused" in sent
    assert "工单" not in sent
    assert browse("acceptor", "zh-hans").get("/hotline/orders/").status_code == 200


@pytest.mark.requirement("C04")
def test_unreadable_files_are_refused_with_a_sentence(town: Town) -> None:
    for name, content, why in (
        ("a.txt", b"x", "ends in .csv"), ("a.json", b"{", "no JSON"), ("a.json", b"{}", "a list"),
        ("a.xlsx", b"x", "no workbook"), ("a.csv", b"\xff\xff\xff", "neither UTF-8"),
        ("a.csv", b"", "is empty"), ("a.csv", b" ,\n\n", "is empty"),
    ):  # fmt: skip
        with pytest.raises(reading.UnreadableOrders, match=why):
            reading.read(name, content)
    with pytest.raises(errors.NotAllowed):
        _import(town, _line(town, "A1"), by="dispatcher")
    with pytest.raises(ValueError, match="no day and time"):
        reading.moment("2026-13-45")
    moment: Any = reading.moment("2026/03/02")
    assert isinstance(moment, datetime) and moment.isoformat().startswith("2026-03-02T23:59")
