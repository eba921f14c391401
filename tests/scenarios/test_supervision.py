"""A leader orders a unit to answer for a case: in time, late, sent back, accepted."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from cityloop.cases import operations as cases
from cityloop.cases.models import Case, CaseEvent, Task, Timer
from cityloop.kernel.errors import Invalid
from cityloop.notify.models import Message
from cityloop.oversight import queries
from cityloop.oversight.queries import ordered
from cityloop.people import operations as people
from tests.town import SINCE, SYSTEM, Town


def _order(case: Case) -> Task:
    return Task.objects.filter(case=case, kind="order").latest("pk")


def _state(town: Town, case: Case) -> str:
    return queries.state_of(_order(case), now=town.now)


def _told(town: Town, topic: str) -> list[str]:
    town.deliver()
    rows = Message.objects.filter(topic=topic).order_by("pk")
    return [row.member.username for row in rows if row.member]


@pytest.mark.requirement("I01", "H07")
def test_a_leader_orders_and_the_unit_answers_in_time(town: Town) -> None:
    case = town.case("handling")
    wanted = timezone.localtime(town.now + timedelta(hours=5)).replace(second=0, microsecond=0)
    town.step(
        case.number, "urge", "leader", reason="市民三次来电，请说明原因",
        answer_by=wanted.strftime("%Y-%m-%dT%H:%M"),
    )  # fmt: skip

    # The order has its own clock on the case, and the unit's desk is told with text and day.
    clock = Timer.objects.get(case=case, kind="reply", state="running")
    assert (clock.due_at, _order(case).due_at) == (wanted, wanted)
    assert (_order(case).organisation, _state(town, case)) == (town.units["WATER"], "open")
    assert _told(town, "urged") == ["water"]
    said = Message.objects.get(topic="urged").text
    assert "市民三次来电" in said and f"{wanted:%Y-%m-%d %H:%M}" in said

    # The unit answers with a photo; the leader hears of it and accepts.
    town.wait(hours=1)
    town.step(case.number, "reply", "water", opinion="配件已到，今日完成", photos=("paper",))
    assert _state(town, case) == "replied"
    assert _told(town, "order_answered") == ["leader"]
    with pytest.raises(cases.Refused, match="who gave the order, or a leader"):
        town.step(case.number, "accept_reply", "supervisor")
    town.step(case.number, "accept_reply", "leader")
    assert _state(town, case) == "accepted"
    assert _told(town, "answer_accepted") == ["water"]

    # All of it stands in the history of the case.
    lines = CaseEvent.objects.filter(case=case, version__gt=case.version).order_by("version")
    assert [line.action for line in lines] == ["urge", "reply", "accept_reply"]
    assert lines[0].facts["addressee"] == town.units["WATER"].pk
    assert lines[1].facts["in_time"] is True
    assert cases.perform(
        case.number, "finish", actor=town.actor("water"), now=town.now,
        inputs={"result": "已更换"}, papers=[town.paper("after")],
    ).status == "handled"  # fmt: skip


@pytest.mark.requirement("I01")
def test_an_order_that_nobody_answers_is_late_for_good(town: Town) -> None:
    case = town.case("handling")
    town.step(case.number, "urge", "supervisor", reason="请答复",
              answer_by=town.now + timedelta(hours=2))  # fmt: skip
    town.wait(hours=3)
    town.sweep()
    assert _state(town, case) == "overdue"
    assert _told(town, "answer_late") == ["water"]
    assert _told(town, "answer_missing") == ["supervisor"]

    # Given again with a later day it is the same order, urged; that it was late stays.
    town.step(case.number, "urge", "supervisor", reason="立即答复",
              answer_by=town.now + timedelta(hours=4))  # fmt: skip
    order = _order(case)
    assert Task.objects.filter(case=case, kind="order").count() == 1
    assert (order.what, order.asked["urged"], order.asked["late"]) == ("立即答复", 1, True)
    town.step(case.number, "reply", "water", opinion="已处理")
    line = CaseEvent.objects.filter(case=case, action="reply").get()
    assert line.facts["in_time"] is False


@pytest.mark.requirement("I01")
def test_an_order_given_again_before_its_answer_was_not_answered(town: Town) -> None:
    case = town.case("handling")
    town.step(case.number, "urge", "supervisor", reason="请答复")
    town.wait(hours=1)
    town.step(case.number, "urge", "leader", reason="今日答复")
    first, second = Timer.objects.filter(case=case, kind="reply").order_by("pk")
    assert (first.state, first.late) == ("ended", None) and second.state == "running"
    line = CaseEvent.objects.filter(case=case, action="urge").latest("version")
    assert [one["what"] for one in line.facts["clocks"]] == ["ended", "started"]
    town.step(case.number, "reply", "water", opinion="已处理")
    second.refresh_from_db()
    assert second.late is False


@pytest.mark.requirement("I01")
def test_a_poor_answer_is_sent_back_with_a_new_day(town: Town) -> None:
    case = town.case("handling")
    town.step(case.number, "urge", "supervisor", reason="说明原因")
    assert _order(case).due_at == town.now + timedelta(days=1)  # the usual time
    town.step(case.number, "reply", "water", opinion="正在处理")
    with pytest.raises(cases.Refused, match="accepted or sent back first"):
        town.step(case.number, "urge", "leader", reason="x")
    town.step(case.number, "send_back_reply", "supervisor", reason="未说明完成时间",
              answer_by=town.now + timedelta(hours=3))  # fmt: skip
    assert _state(town, case) == "sent_back"
    assert Case.objects.get(pk=case.pk).answer_owed
    assert _told(town, "answer_sent_back") == ["water"]
    with pytest.raises(cases.Refused, match="no answer waits"):
        town.step(case.number, "accept_reply", "supervisor")
    town.step(case.number, "reply", "water", opinion="明日10时完成")
    town.step(case.number, "accept_reply", "leader")  # a leader may judge any answer
    assert (_order(case).asked["sent_back"], _order(case).result) == (1, "accepted")


@pytest.mark.requirement("I01")
def test_only_the_unit_that_is_ordered_answers(town: Town) -> None:
    case = town.case("handling")
    town.step(case.number, "urge", "supervisor", reason="请配合", addressee="GREEN")
    with pytest.raises(cases.Refused, match="for another unit to answer"):
        town.step(case.number, "reply", "water", opinion="x")
    with pytest.raises(cases.Refused, match="another unit owes the answer"):
        town.step(case.number, "urge", "leader", reason="x", addressee="WATER")
    # GREEN sees the case from now on, and may answer.
    town.step(case.number, "reply", "green", opinion="已配合")

    # Before a unit has the case, the centre answers for it.
    early = town.case("accepted")
    town.step(early.number, "urge", "leader", reason="为何未派遣")
    with pytest.raises(cases.Refused, match=r"outside your area"):
        town.step(early.number, "reply", "water", opinion="x")
    town.step(early.number, "reply", "acceptor", opinion="正在派遣")
    assert _order(early).organisation is None


@pytest.mark.requirement("I01")
def test_bad_orders_are_refused_with_a_sentence(town: Town) -> None:
    case = town.case("handling")
    number = case.number
    with pytest.raises(cases.Refused, match="cannot be wanted in the past"):
        town.step(number, "urge", "leader", reason="x", answer_by=town.now - timedelta(hours=1))
    with pytest.raises(cases.Refused, match="within 365 days"):
        town.step(number, "urge", "leader", reason="x", answer_by=town.now + timedelta(days=400))
    with pytest.raises(Invalid, match="YYYY-MM-DDTHH:MM"):
        town.step(number, "urge", "leader", reason="x", answer_by="tomorrow")
    with pytest.raises(cases.Refused, match="does not handle cases"):
        town.step(number, "urge", "leader", reason="x", addressee="PLAT")
    with pytest.raises(cases.Refused, match="nobody waits"):
        town.step(number, "reply", "water", opinion="x")
    with pytest.raises(cases.Refused, match="Give a supervision order is for: Supervisor, Leader"):
        town.step(number, "urge", "dispatcher", reason="x")


@pytest.mark.requirement("I01")
def test_no_case_is_closed_over_an_open_order(town: Town) -> None:
    case = town.case("handling")
    town.step(case.number, "urge", "supervisor", reason="请说明")
    town.carry(case.number, "checked")
    with pytest.raises(cases.Refused, match="order is not answered yet"):
        town.step(case.number, "close", "shift_leader", closing_condition=True)
    town.step(case.number, "reply", "water", opinion="已完成")
    town.step(case.number, "close", "shift_leader", closing_condition=True)
    # The answer is judged all the same.
    town.step(case.number, "accept_reply", "supervisor")
    assert _state(town, case) == "accepted"


@pytest.mark.requirement("I01")
def test_a_suspended_case_gives_the_order_more_time(town: Town) -> None:
    case = town.case("handling")
    town.step(case.number, "urge", "supervisor", reason="请说明",
              answer_by=town.now + timedelta(hours=10))  # fmt: skip
    town.wait(hours=1)
    until = timezone.localdate(town.now) + timedelta(days=3)
    town.step(case.number, "ask_suspension", "water", until=until.isoformat(),
              reason_code="season", reason="冬季不能施工")  # fmt: skip
    town.step(case.number, "approve_suspension", "supervisor")
    town.wait(days=5)
    town.sweep()
    case.refresh_from_db()
    clock = Timer.objects.get(case=case, kind="reply", state="running")
    assert abs((clock.due_at - clock.started_at) - timedelta(hours=9)) < timedelta(seconds=2)
    assert _order(case).due_at == clock.due_at


@pytest.mark.requirement("I01")
def test_orders_are_listed_for_giver_and_unit_and_counted_by_unit(town: Town) -> None:
    numbers = [town.case("handling").number for _ in range(3)]
    given = town.now
    for number in numbers:
        town.step(number, "urge", "supervisor", reason="请答复")
    town.step(numbers[0], "reply", "water", opinion="好")
    town.wait(days=2)
    town.step(numbers[1], "reply", "water", opinion="晚了")

    supervisor, water = town.actor("supervisor"), town.actor("water")
    rows = queries.orders(supervisor, side="given", now=town.now)
    assert {row.case.number for row in rows} == set(numbers)
    assert queries.orders(town.actor("leader"), side="given", now=town.now).count() == 0
    (owed,) = queries.orders(water, side="ours", state="overdue", now=town.now)
    assert owed.case.number == numbers[2]
    assert queries.orders(town.actor("roads"), now=town.now).count() == 0

    end = town.now + timedelta(days=1)
    (row,) = queries.by_unit(supervisor, since=given, until=end, now=town.now)
    assert (row.unit, row.given, row.answered, row.in_time, row.late, row.waiting) == (
        town.units["WATER"], 3, 2, 1, 2, 0,
    )  # fmt: skip
    assert row.rate == pytest.approx(1 / 3)
    assert queries.by_unit(supervisor, since=end, until=end + timedelta(1), now=town.now) == []


@pytest.mark.requirement("I01", "D07")
def test_no_void_hides_an_order_that_was_missed(town: Town) -> None:
    missed, early = (town.case("accepted").number for _ in range(2))
    given = town.now
    town.step(
        missed, "urge", "supervisor", reason="请答复", answer_by=town.now + timedelta(hours=1)
    )
    town.step(early, "urge", "supervisor", reason="请答复", answer_by=town.now + timedelta(days=9))
    town.wait(hours=2)
    for number in (missed, early):
        town.step(number, "request_void", "acceptor", reason_code="withdrawn", reason="x")
        town.step(number, "approve_void", "shift_leader", reason_code="withdrawn", reason="x")
    (row,) = queries.by_unit(
        town.actor("supervisor"), since=given, until=town.now + timedelta(1), now=town.now
    )
    assert (row.given, row.answered, row.late, row.waiting, row.rate) == (1, 0, 1, 0, 0.0)


@pytest.mark.requirement("I01")
def test_every_order_stands_in_one_list(town: Town) -> None:
    numbers = [town.case("handling").number for _ in range(5)]
    early = town.case("accepted").number
    for number in (*numbers, early):
        late = number == numbers[0]
        span = timedelta(hours=1) if late else timedelta(days=5)
        town.step(number, "urge", "supervisor", reason="请答复", answer_by=town.now + span)
    for number in numbers[1:4]:
        town.step(number, "reply", "water", opinion="好")
    town.step(numbers[2], "send_back_reply", "supervisor", reason="不详",
              answer_by=town.now + timedelta(days=3))  # fmt: skip
    town.step(numbers[3], "accept_reply", "supervisor")
    town.step(early, "request_void", "acceptor", reason_code="withdrawn", reason="x")
    town.step(early, "approve_void", "shift_leader", reason_code="withdrawn", reason="x")
    town.wait(hours=2)

    leader = town.actor("leader")
    listed = {
        state: [row.case.number for row in queries.orders(leader, state=state, now=town.now)]
        for state in ordered.STATES
    }
    assert listed == {
        "overdue": [numbers[0]], "replied": [numbers[1]], "sent_back": [numbers[2]],
        "accepted": [numbers[3]], "open": [numbers[4]], "ended": [early],
    }  # fmt: skip
    for row in queries.orders(leader, now=town.now):
        assert row.case.number in listed[queries.state_of(row, now=town.now)]


@pytest.mark.requirement("I01", "F01")
def test_one_person_neither_orders_and_answers_nor_answers_and_accepts(town: Town) -> None:
    """Posts may meet in one person: two acts of an order do not."""
    for name, roles in (("both", ("acceptor", "leader")), ("other", ("acceptor", "supervisor"))):
        member = people.create_member(
            username=name, name=name, organisation=town.units["PLAT"], actor=SYSTEM, now=town.now
        )
        post = people.create_post(
            code=f"P-{name}", organisation=town.units["PLAT"], name_zh=name, roles=roles,
            actor=SYSTEM, now=town.now,
        )  # fmt: skip
        people.hold_post(member=member, post=post, actor=SYSTEM, now=town.now, valid_from=SINCE)
        town.members[name] = member
    number = town.case("reported").number  # no unit has it: the desk answers
    town.step(number, "urge", "other", reason="尽快受理")
    with pytest.raises(cases.Refused, match="who gave the order does not answer it"):
        town.step(number, "reply", "other", opinion="已受理")
    town.step(number, "reply", "both", opinion="已受理")
    with pytest.raises(cases.Refused, match="who answered the order does not judge"):
        town.step(number, "accept_reply", "both")
    with pytest.raises(cases.Refused, match="who answered the order does not judge"):
        town.step(number, "send_back_reply", "both", reason="不清楚")
    town.step(number, "accept_reply", "other")
