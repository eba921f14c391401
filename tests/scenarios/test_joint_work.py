"""One case, several units: the lead waits for the others; on a border, who stands above leads."""

from __future__ import annotations

import pytest

from cityloop.cases import operations as cases
from cityloop.desks import boxes, queries
from cityloop.people import operations as people
from tests.scenarios.test_posts import staff
from tests.town import DISTRICT, SYSTEM, Town, forget


@pytest.mark.requirement("E16", "B13", "F07")
def test_the_lead_finishes_when_every_sub_task_is_done_or_waived(town: Town) -> None:
    number = town.case("handling").number
    case = town.step(number, "ask_assist", "dispatcher", unit="ROADS", subtask="围挡并疏导交通")
    assert case.lead_id == town.units["WATER"].pk and town.units["ROADS"].pk in case.units
    town.step(number, "ask_assist", "dispatcher", unit="GREEN", subtask="移走行道树箱")
    with pytest.raises(cases.Refused, match="has a sub-task of this case already"):
        town.step(number, "ask_assist", "dispatcher", unit="GREEN", subtask="再派")
    with pytest.raises(cases.Refused, match="cannot assist itself"):
        town.step(number, "ask_assist", "dispatcher", unit="WATER", subtask="自办")

    # It lies in the box of the unit that assists, under the lead's deadline, and in no other.
    task = case.tasks.get(kind="assist", organisation=town.units["ROADS"])
    assert (task.what, task.due_at) == ("围挡并疏导交通", case.handling_due_at)
    assert queries.counters(town.actor("roads"), now=town.now)["to_assist"] == 1
    assert queries.counters(town.actor("water"), now=town.now)["to_assist"] == 0
    condition = boxes.BY_KEY["to_assist"].condition(town.actor("roads"), town.now)
    assert [one.number for one in type(case).objects.filter(condition)] == [number]

    # The lead waits; each does its own part, with a photo; what is not needed is waived.
    with pytest.raises(cases.Refused, match="2 sub-tasks"):
        town.step(number, "finish", "water", result="更换井盖", photos=("after",))
    with pytest.raises(cases.Refused, match="no open sub-task"):
        town.step(number, "assist_done", "water", result="x", photos=("after",))
    with pytest.raises(cases.Refused, match="attach a photo"):
        town.step(number, "assist_done", "roads", result="已围挡")
    town.step(number, "assist_done", "roads", result="已围挡", photos=("after",))
    with pytest.raises(cases.Refused, match="1 sub-tasks"):
        town.step(number, "finish", "water", result="更换井盖", photos=("after",))
    with pytest.raises(cases.Refused, match="owes no sub-task"):
        town.step(number, "waive_assist", "dispatcher", unit="ROADS", reason="不需要")
    town.step(number, "waive_assist", "dispatcher", unit="GREEN", reason="树箱已移走")
    case = town.step(number, "finish", "water", result="更换井盖", photos=("after",))
    assert case.status == "handled"
    results = dict(case.tasks.filter(kind="assist").values_list("organisation__code", "result"))
    assert results == {"ROADS": "done", "GREEN": "waived"}


@pytest.mark.requirement("E16", "E15")
def test_a_unit_above_the_lead_does_its_own_part_and_not_the_leads(town: Town) -> None:
    town.units["CREW"] = people.create_organisation(
        code="CREW", name_zh="道路养护队", kind="contractor", parent=town.units["ROADS"],
        region_code=town.units["ROADS"].region_code, actor=SYSTEM, now=town.now,
    )  # fmt: skip
    staff(town, "crew", "CREW", "unit_desk")
    number = town.case("filed").number
    town.step(number, "dispatch", "dispatcher", unit="CREW", reason="由养护队牵头")
    town.step(number, "receive", "roads")  # for the crew, as before: ROADS has no part in it yet
    town.step(number, "ask_assist", "dispatcher", unit="ROADS", subtask="围挡并疏导交通")
    finished = {"result": "更换井盖", "photos": ("after",)}
    with pytest.raises(cases.Refused, match="the lead unit itself finishes"):
        town.step(number, "finish", "roads", **finished)
    town.step(number, "assist_done", "roads", result="已围挡", photos=("after",))
    with pytest.raises(cases.Refused, match="the lead unit itself finishes"):
        town.step(number, "finish", "roads", **finished)
    assert town.step(number, "finish", "crew", **finished).status == "handled"

    # Where it owes no part, the desk above goes on for a crew as it did.
    other = town.case("filed").number
    town.step(other, "dispatch", "dispatcher", unit="CREW", assists=["ROADS"], reason="x")
    town.step(other, "receive", "roads")
    assert town.step(other, "finish", "roads", **finished).status == "handled"


@pytest.mark.requirement("E16", "B13", "E01")
def test_a_sub_task_given_with_the_dispatch_is_owed_by_every_unit_that_assists(town: Town) -> None:
    number = town.case("filed").number
    given = {"unit": "WATER", "subtask": "围挡并疏导交通"}
    with pytest.raises(cases.Refused, match="name the assisting unit"):
        town.step(number, "dispatch", "dispatcher", **given)
    only = [{"organisation": "ROADS", "role": "supervise"}]
    with pytest.raises(cases.Refused, match="name the assisting unit"):
        town.step(number, "dispatch", "dispatcher", assists=only, **given)
    case = town.step(number, "dispatch", "dispatcher", assists=[*only, "GREEN"], **given)
    whats = dict(case.tasks.filter(kind="assist").values_list("organisation__code", "what"))
    assert whats == {"ROADS": "", "GREEN": "围挡并疏导交通"}
    town.step(number, "receive", "water")
    with pytest.raises(cases.Refused, match="1 sub-tasks"):
        town.step(number, "finish", "water", result="更换井盖", photos=("after",))

    # Returned by the lead: what GREEN still owes is owed after the next dispatch too.
    town.step(number, "return", "water", reason_code="not_ours", reason="归道路")
    case = town.step(
        number, "dispatch", "dispatcher", unit="ROADS", assists=["GREEN"], reason="归道路"
    )
    assert case.tasks.get(kind="assist", closed_at=None).what == "围挡并疏导交通"
    town.step(number, "receive", "roads")
    town.step(number, "assist_done", "green", result="已围挡", photos=("after",))
    town.step(number, "finish", "roads", result="更换井盖", photos=("after",))

    # A rework asks the others again only where the dispatcher says so.
    town.step(number, "send_check", "acceptor", inspector="inspector")
    failed = {"reason_code": "undone", "reason": "仍破损"}
    town.step(number, "check_failed", "inspector", photos=("check",), **failed)
    case = town.step(number, "rework", "dispatcher", reason="返工", subtask="再次围挡")
    assert case.tasks.get(kind="assist", closed_at=None).what == "再次围挡"
    case = town.step(number, "waive_assist", "dispatcher", unit="GREEN", reason="不需要")
    assert [one for one in case.assisting if one.get("what")] == []


@pytest.mark.requirement("B14", "E16")
def test_on_a_border_the_lower_common_parent_leads(town: Town) -> None:
    units = town.units
    street2 = people.create_organisation(
        code="STREET2", name_zh="第二街道", kind="street", parent=units["DIST"],
        region_code=f"{DISTRICT}002", actor=SYSTEM, now=town.now,
    )  # fmt: skip
    far = people.create_organisation(
        code="FAR", name_zh="远处街道", kind="street", parent=units["DIST"],
        region_code=f"{DISTRICT}002", actor=SYSTEM, now=town.now,
    )  # fmt: skip
    units["FAR"] = far
    for name, unit in (("desk", units["CITY"]), ("desk1", units["STREET1"]), ("desk2", street2)):
        member = people.create_member(
            username=name, name=name, organisation=unit, actor=SYSTEM, now=town.now
        )
        post = people.create_post(
            code=f"P-{name}", organisation=unit, name_zh="内勤", roles=["unit_desk"],
            actor=SYSTEM, now=town.now,
        )  # fmt: skip
        people.hold_post(member=member, post=post, actor=SYSTEM, now=town.now)
        town.members[name] = member
    forget()
    number = town.case("filed").number
    given = {"subtask": "清理本街道一侧", "reason": "位于两街道交界"}
    for wrong, why in (
        (["STREET1"], "name the two units"),
        (["STREET1", "STREET1"], "name the two units"),
        (["STREET1", "WATER"], "not a unit of a territory"),
        (["STREET1", "DIST"], "not a unit of a territory"),
        (["STREET2", "FAR"], "on neither unit's ground"),
    ):
        with pytest.raises(cases.Refused, match=why):
            town.step(number, "dispatch_across", "dispatcher", territories=wrong, **given)
    case = town.step(
        number, "dispatch_across", "dispatcher", territories=["STREET1", "STREET2"], **given
    )
    assert (case.status, case.lead_id, case.dispatches) == ("dispatched", units["CITY"].pk, 1)
    town.step(number, "receive", "desk")
    town.step(number, "assist_done", "desk1", result="已清理", photos=("after",))
    with pytest.raises(cases.Refused, match="1 sub-tasks"):
        town.step(number, "finish", "desk", result="清理完毕", photos=("after",))
    town.step(number, "assist_done", "desk2", result="已清理", photos=("after",))
    case = town.step(number, "finish", "desk", result="两侧清理完毕", photos=("after",))
    assert case.status == "handled"
