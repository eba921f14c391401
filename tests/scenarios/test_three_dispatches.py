"""Two units send a case to and fro; the third time somebody decides."""

from __future__ import annotations

import pytest

from cityloop.cases import operations as cases
from cityloop.cases import queries
from cityloop.cases.models import CaseEvent, Flow
from cityloop.kernel import clock
from cityloop.people import operations as people
from tests.town import DISTRICT, SYSTEM, Town, forget

REFUSE = "E0110"


@pytest.mark.requirement("E03", "E13", "F12", "H07", "B12")
def test_the_third_dispatch_is_ordered_and_the_matrix_learns(town: Town) -> None:
    # An event between road and green: the matrix proposes ROADS (territory first).
    number = town.report(class_code=REFUSE, text="绿化带内堆放渣土").case
    town.step(number, "accept", "acceptor")
    case = town.step(number, "file", "shift_leader", filing_rule=town.rule(REFUSE).pk)
    assert case.proposal["unit"] == town.units["ROADS"].pk
    assert case.proposal["why"]

    # First and second dispatch, both returned; each return keeps everything and is counted.
    town.step(number, "dispatch", "dispatcher", unit="ROADS")
    town.wait(minutes=20)
    with pytest.raises(cases.Refused, match="not with your unit"):
        town.step(number, "return", "green", reason_code="not_ours", reason="x")
    town.step(number, "return", "roads", reason_code="not_ours", reason="位于绿化带内")
    town.step(number, "dispatch", "dispatcher", unit="GREEN", reason="位于绿化带内")
    town.wait(minutes=20)
    town.step(number, "return", "green", reason_code="not_ours", reason="渣土归道路管理")

    # The dispatcher may not go on; before, a supervisor might not order.
    with pytest.raises(cases.Refused, match="supervisor decides"):
        town.step(number, "dispatch", "dispatcher", unit="ROADS", reason="再派")
    ping_pong = queries.ping_pong(town.actor("supervisor"))
    assert [one.number for one in ping_pong] == [number]
    case = town.step(
        number, "dispatch_by_order", "supervisor", unit="GREEN", reason="会商：园林处置"
    )
    assert (case.dispatches, case.returns) == (3, 2)

    # The leader asks; the unit must answer; then it is done.
    case = town.step(number, "urge", "leader", reason="市民关注")
    assert case.answer_owed
    town.step(number, "receive", "green")
    case = town.step(number, "reply", "green", opinion="今日清运")
    assert not case.answer_owed
    town.wait(hours=1)
    town.step(number, "finish", "green", result="已清运", photos=("after",))
    town.step(number, "send_check", "dispatcher", inspector="inspector")
    town.step(number, "check_passed", "inspector", photos=("check",))
    case = town.step(number, "close", "shift_leader", closing_condition=True)
    assert (case.status, case.closing_kind) == ("closed", "normal")

    # Every dispatch stands in the history with its unit, its reason and its number.
    lines = CaseEvent.objects.filter(case=case, action__startswith="dispatch").order_by("version")
    assert [line.facts["dispatch"] for line in lines] == [1, 2, 3]
    assert [line.facts["unit"] for line in lines] == [
        town.units[code].pk for code in ("ROADS", "GREEN", "GREEN")]  # fmt: skip

    # The city draws the lesson: from tomorrow the class has its unit; the next case knows it.
    people.set_responsibility(
        kind="event", major_code="01", minor_code="10", lead=town.units["GREEN"],
        region_code=DISTRICT, source_document="会商纪要3号", actor=SYSTEM, now=town.now,
    )  # fmt: skip
    following = town.report(class_code=REFUSE, text="绿化带又有渣土").case
    town.step(following, "accept", "acceptor")
    case = town.step(following, "file", "shift_leader", filing_rule=town.rule(REFUSE).pk)
    assert case.proposal["unit"] == town.units["GREEN"].pk


@pytest.mark.requirement("D04", "E01")
def test_a_clear_case_needs_no_dispatcher_where_the_city_says_so(town: Town) -> None:
    Flow.objects.create(code="auto", parameters={"auto_dispatch": True}, published_at=clock.now())
    forget()
    number = town.report(class_code=REFUSE, text="暴露垃圾").case
    town.step(number, "accept", "acceptor")
    case = town.step(number, "file", "shift_leader", filing_rule=town.rule(REFUSE).pk)
    assert case.proposal["unambiguous"]
    assert (case.status, case.lead_id) == ("dispatched", town.units["ROADS"].pk)
    last = CaseEvent.objects.filter(case=case).latest("version")
    assert (last.action, last.role) == ("dispatch", "system")
