"""Orders of 12345 that we refused and that come again: a new round, and never two of one file."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from cityloop.cases.models import Case
from cityloop.hotline import operations, queries, reading
from cityloop.hotline.models import Batch, Order
from cityloop.intake import checks
from cityloop.intake.models import Report
from tests.browser import Browse
from tests.town import Town

HEADER = "工单编号,派单时间,办理时限,来电人,联系电话,诉求内容,经度,纬度,类别代码"
DUE = "2026-03-09 12:00"


def _line(
    town: Town, number: str, *, sent: str = "", due: str = DUE, text: str = "井盖破损"
) -> str:
    point = town.grid(3).geom.point_on_surface
    return f"{number},{sent},{due},王女士,13757112290,{text}有人摔倒,{point.x},{point.y},C0101"


def _import(town: Town, *lines: str, header: str = HEADER) -> Batch:
    rows = reading.read("orders.csv", "\n".join((header, *lines)).encode())
    return operations.import_orders(rows, name="o.csv", actor=town.actor("acceptor"), now=town.now)


def _counts(batch: Batch) -> tuple[int, int, int, int]:
    return batch.opened, batch.joined, batch.known, len(batch.bad_rows)


def _refuse(town: Town, number: str) -> Case:
    town.wait(hours=1)
    return town.step(number, "reject", "acceptor", reason_code="too_vague", reason="无法定位")


def _later(town: Town, **span: float) -> str:
    """A moment as 12345 writes it."""
    return (town.now + timedelta(**span)).isoformat()


def _newest(number: str) -> Order:
    return Order.objects.select_related("report__case").filter(outer_number=number).latest("round")


@pytest.mark.requirement("C04")
def test_a_refused_order_that_is_sent_again_opens_a_new_round_once(town: Town) -> None:
    first = _line(town, "A1", sent=_later(town, minutes=-5))
    assert _counts(_import(town, first)) == (1, 0, 0, 0)
    former = _refuse(town, _newest("A1").report.case.number)
    town.wait(hours=2)
    assert _counts(_import(town, first)) == (0, 0, 1, 0), "the same file is nothing new"
    again = _line(town, "a1", sent=_later(town, minutes=-5), due="2026-03-20 12:00")
    assert _counts(_import(town, again, again)) == (1, 0, 1, 0)
    assert _counts(_import(town, first, again)) == (0, 0, 2, 0)

    old, new = Order.objects.select_related("report__case").order_by("round")
    assert [(one.outer_number, one.round) for one in (old, new)] == [("A1", 1), ("A1", 2)]
    assert (old.report.case_id, new.report.source_key) == (former.pk, "A1#2")
    assert old.outer_due_at < new.outer_due_at  # the old file says nothing of the new round
    opened = new.report.case
    assert opened.status == "reported" and opened.pk != former.pk
    assert opened.events.get(version=1).facts["sent_again"] == former.number
    (note,) = [one for one in new.report.checks if one["code"] == "sent_again"]
    assert former.number in checks.sentence(note)
    assert queries.order_seen(town.actor("acceptor"), "A1").pk == new.pk


@pytest.mark.requirement("C04")
def test_both_rounds_stay_readable_and_each_has_its_result(town: Town, browse: Browse) -> None:
    _import(town, _line(town, "A1"))
    former = _refuse(town, _newest("A1").report.case.number)
    town.deliver()
    town.wait(minutes=5)
    assert _counts(_import(town, _line(town, "A1", text="桥头街口井盖破损"))) == (1, 0, 0, 0)
    second = _newest("A1").report.case.number
    town.step(second, "send_verify", "acceptor", inspector="inspector")
    town.step(second, "verified", "inspector", photos=("verify",))
    town.carry(second, "closed")
    town.deliver()
    clerk = browse("acceptor")
    sent = json.loads(clerk.get("/api/v1/hotline/results").content)["items"]
    assert [(one["number"], one["round"], one["case"], one["outcome"]) for one in sent] == [
        ("A1", 1, former.number, "refused"), ("A1", 2, second, "settled"),
    ]  # fmt: skip
    listed = json.loads(clerk.get("/api/v1/hotline/orders").content)["items"]
    assert [(one["round"], one["case"], one["former_case"]) for one in listed] == [
        (2, second, former.number), (1, former.number, ""),
    ]  # fmt: skip
    page = clerk.get("/hotline/orders/").content.decode()
    assert "round 2, after the refusal of" in page and f"/cases/{former.number}/" in page
    history = clerk.get(f"/cases/{second}/").content.decode()
    assert "Sent again after the refusal of case" in history and former.number in history
    chinese = browse("acceptor", "zh-hans").get("/hotline/orders/").content.decode()
    assert "第2轮" in chinese
    rows = clerk.get("/hotline/orders/results.csv").content.decode().splitlines()
    assert rows[0].endswith(",round") and rows[1].endswith(",1") and rows[2].endswith(",2")


@pytest.mark.requirement("C04")
def test_what_an_order_says_later_is_a_remark_for_the_acceptor(town: Town, browse: Browse) -> None:
    """Nothing is opened twice, and nothing that was said is lost."""
    _import(town, _line(town, "A1"))
    number = _newest("A1").report.case.number
    town.wait(minutes=5)
    other = _line(town, "A1", sent=_later(town), text="井盖仍破损，又有孩子跌入")
    batch = _import(town, other)
    assert _counts(batch) == (0, 0, 1, 0)
    assert number in batch.warnings[0]["reasons"][0]
    # The same words again, or spaced otherwise, are one remark.
    town.wait(minutes=5)
    spaced = _line(town, "A1", text="井盖仍破损， 又有孩子跌入")
    for line in (other, spaced, _line(town, "A1")):
        assert not _import(town, line).warnings
    _import(town, _line(town, "A1", text="第三次反映"))
    said = [one["text"] for one in _newest("A1").retold]
    assert said == ["井盖仍破损，又有孩子跌入有人摔倒", "第三次反映有人摔倒"]
    page = browse("acceptor").get(f"/cases/{number}/").content.decode()
    assert all(f"with another text: {words}" in page for words in said)
    assert Order.objects.count() == Case.objects.count() == Report.objects.count() == 1


@pytest.mark.requirement("C04")
def test_another_deadline_of_an_order_leaves_a_line_and_makes_nobody_punctual(
    town: Town, browse: Browse
) -> None:
    """Who is measured by it brings the file: what it was, what it is and who brought it stays."""
    _import(town, _line(town, "A1", due="2026-03-02 12:00"))
    case = Case.objects.get(number=_newest("A1").report.case.number)
    first = _newest("A1").outer_due_at
    batch = _import(town, _line(town, "A1", due="2026-03-03 12:00"))
    assert "the deadline is another one" in batch.warnings[0]["reasons"][0]
    moved = _newest("A1")
    assert first is not None and moved.outer_due_at is not None
    assert moved.outer_due_at - first == timedelta(days=1)
    (line,) = moved.retold
    assert (line["due_was"], line["by"]) == (first.isoformat(), batch.by)
    page = browse("acceptor").get(f"/cases/{case.number}/").content.decode()
    assert "2026-03-03 12:00 instead of 2026-03-02 12:00" in page

    # After it has passed a later one changes nothing of that; after the end it is not even taken.
    town.wait(days=4)
    _import(town, _line(town, "A1", due="2031-06-01 00:00"))
    (deadline,) = queries.deadlines_of(case, now=town.now)
    assert deadline.due_at.year == 2031 and deadline.late
    town.step(case.number, "send_verify", "acceptor", inspector="inspector")
    town.step(case.number, "verified", "inspector", photos=("verify",))
    town.carry(case.number, "filed")
    town.step(case.number, "review_case", "shift_leader", opinion="属实")
    town.step(case.number, "force_close", "shift_leader", reason_code="leader_decision",
              reason="撤销")  # fmt: skip
    for _again in range(2):
        batch = _import(town, _line(town, "A1", due="2032-06-01 00:00"))
        assert "has ended: it stays" in batch.warnings[0]["reasons"][0]
    ended = _newest("A1")
    assert ended.outer_due_at is not None and ended.outer_due_at.year == 2031
    assert [one["kept"] for one in ended.retold] == [False, False, True]


def _placed(number: str, *, phone: str = "13757112290", at: str = "", x: float, y: float) -> str:
    return f"{number},{DUE},王女士,{phone},井盖破损,{at},{x},{y},C0101"


@pytest.mark.requirement("C04")
def test_another_address_place_or_caller_of_an_order_is_a_remark_once(
    town: Town, browse: Browse
) -> None:
    header = "工单编号,办理时限,来电人,联系电话,诉求内容,地址,经度,纬度,类别代码"
    point = town.grid(3).geom.point_on_surface
    x, y = point.x, point.y
    first = _placed("A1", at="桥头街1号", x=x, y=y)
    _import(town, first, header=header)
    number = _newest("A1").report.case.number
    town.wait(minutes=5)
    for line, what in (
        (_placed("A1", at="桥头街9号", x=x, y=y), "address"),
        (_placed("A1", at="桥头街1号", x=x + 0.001, y=y), "place"),
        (_placed("A1", at="桥头街1号", x=x, y=y, phone="13911112222"), "caller's number"),
    ):
        (warned,) = _import(town, line, header=header).warnings
        assert [one for one in warned["reasons"] if what in one and number in one]
        assert len(warned["reasons"]) == 1
        for same in (line, first, line.replace("桥头街", "桥头街 ")):
            assert not _import(town, same, header=header).warnings, "each of them once"
    kept = _newest("A1").retold
    assert [sorted({*one} - {"at", "system"}) for one in kept] == [
        ["address"], ["place"], ["caller"]
    ]  # fmt: skip
    assert "13911112222" not in json.dumps(kept), "who called lies with intake, which forgets"
    page = browse("acceptor").get(f"/cases/{number}/").content.decode()
    for words in ("address: 桥头街9号", "place: ", "caller: 王女士 13911112222"):
        assert f"with another {words}" in page
    chinese = browse("acceptor", "zh-hans").get(f"/cases/{number}/").content.decode()
    assert "地址不同：桥头街9号" in chinese
    assert Order.objects.count() == Case.objects.count() == Report.objects.count() == 1


@pytest.mark.requirement("C04")
def test_what_is_delivered_after_it_was_typed_in_by_hand_is_kept_where_it_differs(
    town: Town, browse: Browse
) -> None:
    number = town.report("hotline12345", source_key="A1", text="井盖响", address="桥头街").case
    header = "工单编号,诉求内容,地址"
    (warned,) = _import(town, "A1,井盖破损有人摔倒,桥头街9号", header=header).warnings
    assert len(warned["reasons"]) == 2
    page = browse("acceptor").get(f"/cases/{number}/").content.decode()
    assert "another text: 井盖破损有人摔倒" in page and "another address: 桥头街9号" in page
    town.report("hotline12345", source_key="A2", text="路灯不亮", address="桥头街")
    assert not _import(town, "A2,路灯 不亮,桥头街", header=header).warnings


@pytest.mark.requirement("C04")
def test_while_the_case_is_open_or_properly_closed_nothing_is_sent_again(town: Town) -> None:
    _import(town, _line(town, "A1"))
    number = _newest("A1").report.case.number
    town.wait(minutes=5)
    changed = _line(town, "A1", sent=_later(town), text="仍未处理，井盖破损")
    assert _counts(_import(town, changed)) == (0, 0, 1, 0)
    town.step(number, "send_verify", "acceptor", inspector="inspector")
    town.step(number, "verified", "inspector", photos=("verify",))
    town.carry(number, "closed")
    town.wait(days=1)
    assert _counts(_import(town, _line(town, "A1", sent=_later(town)))) == (0, 0, 1, 0)
    assert Order.objects.count() == Case.objects.count() == 1


@pytest.mark.requirement("C04")
def test_a_voided_case_counts_as_refused_and_a_third_round_follows_a_second(town: Town) -> None:
    _import(town, _line(town, "A1"))
    number = _newest("A1").report.case.number
    town.step(number, "send_verify", "acceptor", inspector="inspector")
    town.step(number, "verified", "inspector", photos=("verify",))
    town.carry(number, "filed")
    town.step(number, "request_void", "dispatcher", reason_code="duplicate", reason="此前已报")
    case = town.step(
        number, "approve_void", "shift_leader", reason_code="duplicate", reason="同意作废"
    )
    assert case.status == "voided"
    for nth in (2, 3):
        town.wait(hours=1)
        assert _counts(_import(town, _line(town, "A1", sent=_later(town)))) == (1, 0, 0, 0)
        assert _newest("A1").round == nth
        _refuse(town, _newest("A1").report.case.number)
    keys = Report.objects.order_by("pk").values_list("source_key", flat=True)
    assert list(keys) == ["A1", "A1#2", "A1#3"]


@pytest.mark.requirement("C04")
def test_what_crossed_with_the_refusal_is_not_sent_again(town: Town) -> None:
    _import(town, _line(town, "A1", sent=_later(town)))
    before = _later(town, minutes=30)  # the refusal comes half an hour after
    _refuse(town, _newest("A1").report.case.number)
    town.wait(minutes=1)
    crossed = _line(town, "A1", sent=before, due="2026-03-21 12:00")
    assert _counts(_import(town, crossed)) == (0, 0, 1, 0)
    assert Order.objects.count() == 1


@pytest.mark.requirement("C04")
def test_the_first_row_of_an_order_typed_in_by_hand_is_no_second_sending(town: Town) -> None:
    typed = town.report("hotline12345", source_key="A1").case
    _refuse(town, typed)
    town.wait(minutes=5)
    assert _counts(_import(town, _line(town, "A1"))) == (0, 0, 1, 0)
    assert _newest("A1").report.case.number == typed
    assert _counts(_import(town, _line(town, "A1", sent=_later(town)))) == (1, 0, 0, 0)
    assert _newest("A1").round == 2


@pytest.mark.requirement("C04")
def test_an_order_that_is_called_like_a_round_of_another_is_listed(town: Town) -> None:
    point = town.grid(3).geom.point_on_surface
    town.report("hotline12345", source_key="A1#2", text="另一件", x=point.x, y=point.y)
    _import(town, _line(town, "A1#2"), _line(town, "A1", text="桥头街口路灯"))
    _refuse(town, _newest("A1").report.case.number)
    town.wait(minutes=5)
    batch = _import(town, _line(town, "A1", sent=_later(town)))
    assert _counts(batch) == (0, 0, 0, 1) and batch.bad_rows[0]["reasons"]


@pytest.mark.requirement("C04")
def test_an_outer_deadline_that_has_passed_is_noted_and_counted(town: Town, browse: Browse) -> None:
    past = _line(town, "A1", due=_later(town, hours=-1))
    batch = _import(town, past)
    assert _counts(batch) == (1, 0, 0, 0)
    assert [(one["row"], one["number"]) for one in batch.warnings] == [(2, "A1")]
    report = _newest("A1").report
    assert "outer_deadline_past" in [one["code"] for one in report.checks]
    assert not _import(town, past).warnings, "the same file once more is nothing new"
    assert _import(town, _line(town, "A1", due=_later(town, hours=-2))).warnings
    assert not _import(town, _line(town, "A2", due=_later(town, days=3))).warnings
    page = browse("acceptor").get(f"/cases/{report.case.number}/").content.decode()
    assert "The outer deadline had passed when it came" in page
    chinese = browse("acceptor", "zh-hans").get(f"/cases/{report.case.number}/").content.decode()
    assert "到达时外部时限已过" in chinese
    assert "deadline had passed" in browse("acceptor").get("/hotline/orders/").content.decode()
