"""Platform modes are configuration: the cities that they come from, told one by one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from cityloop.cases import modes, queries
from cityloop.cases import operations as cases
from cityloop.cases.models import Case, CaseEvent, Flow, Task
from cityloop.cases.workflow import faults_on
from cityloop.desks import queries as desks
from cityloop.kernel import clock
from cityloop.kernel.clock import local_day
from cityloop.people import operations as people
from cityloop.people.models import Holding
from tests.town import DISTRICT, ROOT, SINCE, SYSTEM, Town, forget, neighbour

REFUSE = "E0110"


def staff(town: Town, name: str, unit: str, *roles: str) -> None:
    """A person with a post of these roles at a desk."""
    organisation = town.units[unit]
    member = people.create_member(
        username=name, name=name, organisation=organisation, actor=SYSTEM, now=town.now
    )
    post = people.create_post(
        code=f"{unit}-{name}", organisation=organisation, name_zh=f"岗位{name}", roles=roles,
        actor=SYSTEM, now=town.now,
    )  # fmt: skip
    people.hold_post(member=member, post=post, actor=SYSTEM, now=town.now, valid_from=SINCE)
    town.members[name] = member


def body(town: Town, code: str, kind: str, above: str, region: str) -> None:
    """One more organisation."""
    town.units[code] = people.create_organisation(
        code=code, name_zh=f"{code}单位", kind=kind, parent=town.units[above], region_code=region,
        valid_from=SINCE, actor=SYSTEM, now=town.now,
    )  # fmt: skip


def mode(name: str, *, area: str = "") -> Flow:
    """The city publishes one of the modes, for itself or for one area; unsound ones are refused."""
    read = modes.read_mode(ROOT / "data/modes" / f"{name}.toml")
    wanted = modes.applied(queries.current_flow().parameters, read.parameters, area)
    flow = cases.publish_flow(code=read.code, parameters=wanted, actor=SYSTEM, now=clock.now())
    forget()
    return flow


def filed(town: Town, **given: Any) -> Case:
    """A case that waits for dispatch."""
    number = town.report(class_code=REFUSE, text="绿化带内堆放渣土", **given).case
    level = given.get("level")
    town.step(number, "accept", "acceptor", **({"level": str(level)} if level else {}))
    return town.step(number, "file", "shift_leader", filing_rule=town.rule(REFUSE).pk)


def dispatch_clock(case: Case) -> int:
    """Minutes that the running dispatch clock was given."""
    timer = case.timers.get(kind="dispatch", state="running")
    return int(timer.limit_amount)


@pytest.mark.requirement("A07", "A08", "A10")
def test_hangzhou_core_city_supervises_once_and_commands_on_two_levels(town: Town) -> None:
    staff(town, "district_dispatcher", "DIST", "dispatcher")
    staff(town, "district_acceptor", "DIST", "acceptor")
    mode("hz-core")

    # The city alone supervises: the district's desk does not accept.
    number = town.report(class_code=REFUSE).case
    with pytest.raises(cases.Refused, match="another level supervises"):
        town.step(number, "accept", "district_acceptor")

    # The city holds the case first, with its own share of the clock; the district waits.
    case = filed(town)
    assert (case.holder, dispatch_clock(case)) == (town.units["PLAT"], 20)
    with pytest.raises(cases.Refused, match="with another platform"):
        town.step(case.number, "dispatch", "district_dispatcher", unit="ROADS")

    # One goes from the city to a city unit; another is passed down, and the district dispatches.
    case = town.step(case.number, "dispatch", "dispatcher", unit="WATER")
    assert case.lead == town.units["WATER"]
    case = filed(town)
    town.wait(minutes=5)
    case = town.step(case.number, "pass_down", "dispatcher", opinion="属地处置")
    assert (case.status, case.holder, dispatch_clock(case)) == ("filed", town.units["DIST"], 40)
    with pytest.raises(cases.Refused, match="with another platform"):
        town.step(case.number, "dispatch", "dispatcher", unit="ROADS")
    case = town.step(case.number, "dispatch", "district", unit="ROADS")
    assert case.lead == town.units["ROADS"]
    line = CaseEvent.objects.get(case=case, action="pass_down")
    assert line.facts["share_on_time"] is True
    assert line.facts["holder_before"] == town.units["PLAT"].pk

    # What a unit returns comes back to the platform that sent it.
    case = town.step(case.number, "return", "roads", reason_code="not_ours", reason="不属本单位")
    assert (case.holder, dispatch_clock(case)) == (town.units["DIST"], 40)
    case = town.step(
        case.number, "pass_up", "district", reason_code="beyond_us", reason="需市级协调"
    )
    assert case.holder == town.units["PLAT"]
    with pytest.raises(cases.Refused, match="no platform above"):
        town.step(case.number, "pass_up", "dispatcher", reason_code="beyond_us", reason="x")


@pytest.mark.requirement("A09", "A15")
def test_hangzhou_sub_city_dispatches_alone_and_the_city_supports(town: Town) -> None:
    """One flow for the city; only this district has another command, laid over it."""
    staff(town, "district_dispatcher", "DIST", "dispatcher")
    mode("hz-core")
    mode("hz-sub", area=DISTRICT)
    case = filed(town)
    assert (case.holder, dispatch_clock(case)) == (town.units["DIST"], 45)
    with pytest.raises(cases.Refused, match="with another platform"):
        town.step(case.number, "dispatch", "dispatcher", unit="ROADS")
    with pytest.raises(cases.Refused, match="no platform above"):
        town.step(case.number, "pass_up", "district", reason_code="beyond_us", reason="x")

    # The district lets it lie: the clock says so, and the city's supervisor gets it on the list.
    town.wait(minutes=46)
    town.sweep()
    town.wait(minutes=45)
    town.sweep()
    case = Case.objects.get(pk=case.pk)
    assert (case.holder, case.escalations) == (town.units["DIST"], 1)
    assert Task.objects.filter(case=case, kind="supervise", role="supervisor").exists()

    # The district dispatches; the city checks and closes.
    number = case.number
    town.step(number, "dispatch", "district", unit="ROADS")
    town.step(number, "receive", "roads")

    # Who dispatches decides what the unit asks for; the city's dispatcher is not even asked.
    town.step(number, "ask_extension", "roads", extra="1", reason_code="weather", reason="暴雨")
    waiting = {who: desks.counters(town.actor(who), now=town.now)["requests"]
               for who in ("dispatcher", "district", "district_dispatcher")}  # fmt: skip
    assert waiting == {"dispatcher": 0, "district": 1, "district_dispatcher": 1}
    with pytest.raises(cases.Refused, match="with another platform"):
        town.step(number, "approve_extension", "dispatcher")
    assert town.step(number, "approve_extension", "district").extensions == 1
    town.step(number, "finish", "roads", result="已清运", photos=("after",))
    town.step(number, "send_check", "acceptor", inspector="inspector2")
    town.step(number, "check_passed", "inspector2", photos=("check",))
    case = town.step(number, "close", "shift_leader", closing_condition=True)
    assert case.status == "closed"


@pytest.mark.requirement("A10", "A12")
def test_passing_a_case_up_and_down_wins_nobody_time(town: Town) -> None:
    """Each platform has one share; what it used before it passed the case on is gone."""
    staff(town, "district_dispatcher", "DIST", "dispatcher")
    mode("hz-core")
    case = filed(town)
    assert case.holder == town.units["PLAT"]
    shares = {}
    for n, (action, by) in enumerate((("pass_down", "dispatcher"), ("pass_up", "district")) * 2):
        town.wait(minutes=8)
        reason = {} if action == "pass_down" else {"reason_code": "beyond_us", "reason": "x"}
        town.step(case.number, action, by, **reason)
        timer = case.timers.get(kind="dispatch", state="running")
        shares[n] = (timer.due_at - town.now) / timedelta(minutes=1)
    first = dispatch_clock(case)
    below = shares[0]
    assert shares == {0: below, 1: first - 8, 2: below - 8, 3: first - 16}

    # A new round of dispatching begins with whole shares.
    town.step(case.number, "dispatch", "dispatcher", unit="ROADS")
    town.step(case.number, "return", "roads", reason_code="not_ours", reason="不归道路")
    timer = case.timers.get(kind="dispatch", state="running")
    assert timer.due_at - town.now == timedelta(minutes=first)


@pytest.mark.requirement("A10", "A35")
def test_a_void_that_is_refused_does_not_keep_a_case_from_rising(town: Town) -> None:
    staff(town, "district_dispatcher", "DIST", "dispatcher")
    mode("hz-core")
    case = filed(town)
    town.step(case.number, "pass_down", "dispatcher")
    void = {"reason_code": "duplicate", "reason": "x"}
    with pytest.raises(cases.Refused, match="with another platform"):
        town.step(case.number, "request_void", "dispatcher", **void)
    town.step(case.number, "request_void", "district", **void)
    town.wait(hours=2)
    town.sweep()
    town.step(case.number, "refuse_void", "shift_leader", reason="两处不同")
    town.sweep()
    case.refresh_from_db()
    assert case.holder == town.units["PLAT"]
    assert CaseEvent.objects.filter(case=case, action="rise").exists()


@pytest.mark.requirement("A12", "A35")
def test_pudong_tries_the_lowest_level_first_and_rises_when_nobody_acts(town: Town) -> None:
    """Three platforms, four dispatch levels: city, district, street, community, and the person."""
    body(town, "COMM1", "community_office", "STREET1", f"{DISTRICT}001001")
    body(town, "GRID1", "contractor", "COMM1", f"{DISTRICT}001001")
    staff(town, "street_desk", "STREET1", "dispatcher")
    staff(town, "community_desk", "COMM1", "dispatcher")
    staff(town, "grid_desk", "GRID1", "unit_desk")
    staff(town, "grid_worker", "GRID1", "worker")
    mode("pudong")
    point = town.grid(0).geom.point_on_surface
    here = {"x": point.x, "y": point.y}

    # A small matter begins in the community, which names a person of its own.
    number = town.report(class_code=REFUSE, text="楼道堆物", **here).case
    town.step(number, "accept", "acceptor", level="1")
    case = town.step(number, "file", "shift_leader", filing_rule=town.rule(REFUSE).pk)
    assert [level for level, _holder in case.platforms] == [
        "city", "district", "street", "community"]  # fmt: skip
    assert (case.holder, dispatch_clock(case)) == (town.units["COMM1"], 30)
    with pytest.raises(cases.Refused, match="no unit of this platform"):
        town.step(number, "dispatch", "community_desk", unit="ROADS")
    town.step(number, "dispatch", "community_desk", unit="GRID1")
    town.step(number, "receive", "grid_desk")
    case = town.step(number, "assign", "grid_desk", worker="grid_worker")
    assert case.worker == town.members["grid_worker"]

    # A graver one begins at the street; each platform that lets its share run out loses the case.
    number = town.report(class_code=REFUSE, text="违规堆放建筑垃圾", **here).case
    town.step(number, "accept", "acceptor", level="2")
    case = town.step(number, "file", "shift_leader", filing_rule=town.rule(REFUSE).pk)
    seen = [case.holder]
    for minutes in (21, 16, 11):
        town.wait(minutes=minutes)
        assert town.sweep() >= 1
        seen.append(Case.objects.get(pk=case.pk).holder)
    units = town.units
    assert seen == [units["STREET1"], units["DIST"], units["PLAT"], units["PLAT"]]
    risen = CaseEvent.objects.filter(case=case, action="rise")
    assert [line.facts["share_on_time"] for line in risen] == [False, False]
    assert CaseEvent.objects.filter(case=case, action="overdue").count() == 1
    town.step(number, "dispatch", "dispatcher", unit="ROADS")


@pytest.mark.requirement("A11")
def test_quzhou_town_runs_a_small_platform_of_its_own(town: Town) -> None:
    """A central town supervises on its own ground and commands alone; the city does elsewhere."""
    town_code = f"{DISTRICT}001"
    staff(town, "town_acceptor", "STREET1", "acceptor")
    staff(town, "town_leader", "STREET1", "shift_leader")
    staff(town, "town_dispatcher", "STREET1", "dispatcher")
    mode("quzhou-town", area=town_code)
    point = town.grid(0).geom.point_on_surface
    number = town.report(class_code=REFUSE, text="镇区渣土", x=point.x, y=point.y).case
    assert Case.objects.get(number=number).area_code.startswith(town_code)
    town.step(number, "accept", "town_acceptor")
    case = town.step(number, "file", "town_leader", filing_rule=town.rule(REFUSE).pk)
    assert case.holder == town.units["STREET1"]
    case = town.step(number, "dispatch", "town_dispatcher", unit="GREEN")
    assert case.status == "dispatched"


@pytest.mark.requirement("A14")
def test_yantai_supervises_in_the_city_and_commands_only_in_the_districts(town: Town) -> None:
    mode("yantai")
    case = filed(town)
    assert [level for level, _holder in case.platforms] == ["district"]
    town.step(case.number, "dispatch", "district", unit="ROADS")


@pytest.mark.requirement("A14")
def test_wuhan_has_a_centre_of_supervision_and_command_in_every_district(town: Town) -> None:
    staff(town, "district_acceptor", "DIST", "acceptor")
    staff(town, "district_leader", "DIST", "shift_leader")
    staff(town, "district_dispatcher", "DIST", "dispatcher")
    mode("wuhan")
    number = town.report(class_code=REFUSE, text="渣土").case
    with pytest.raises(cases.Refused, match="another level supervises"):
        town.step(number, "accept", "acceptor")
    town.step(number, "accept", "district_acceptor")
    town.step(number, "file", "district_leader", filing_rule=town.rule(REFUSE).pk)
    case = town.step(number, "dispatch", "district_dispatcher", unit="ROADS")
    assert case.status == "dispatched"


@pytest.mark.requirement("A15")
def test_a_running_case_keeps_the_configuration_it_started_with(town: Town) -> None:
    case = filed(town)
    flow = mode("hz-core")
    assert case.holder is None
    town.step(case.number, "dispatch", "dispatcher", unit="ROADS")
    case = town.step(case.number, "return", "roads", reason_code="not_ours", reason="x")
    assert (case.holder, dispatch_clock(case)) == (None, 30)
    assert filed(town).holder == town.units["PLAT"]
    # And what was published is never edited, not even by hand.
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Flow.objects.filter(pk=flow.pk).update(parameters={})


@pytest.mark.requirement("A05", "A06")
def test_hangzhou_new_two_axes_part_the_centre_from_the_coordination_platform(town: Town) -> None:
    """The centre accepts, files and checks; seconded staff dispatches and urges."""
    body(town, "COORD", "city_platform", "CITY", "330100")
    post = people.create_post(
        code="COORD-1", organisation=town.units["COORD"], name_zh="协同派遣", roles=("dispatcher",),
        actor=SYSTEM, now=town.now,
    )  # fmt: skip
    member = people.create_member(
        username="seconded", name="seconded", organisation=town.units["ROADS"], actor=SYSTEM,
        now=town.now,
    )  # fmt: skip
    people.hold_post(
        member=member, post=post, kind="secondment", valid_from=SINCE, actor=SYSTEM, now=town.now,
        valid_to=SINCE.replace(year=SINCE.year + 1),
    )  # fmt: skip
    town.members["seconded"] = member
    mode("hz-axes")
    case = filed(town)
    assert case.holder == town.units["COORD"]
    with pytest.raises(cases.Refused, match="with another platform"):
        town.step(case.number, "dispatch", "dispatcher", unit="ROADS")
    town.step(case.number, "dispatch", "seconded", unit="GREEN")
    town.step(case.number, "urge", "seconded", reason="市民关注")
    with pytest.raises(cases.Refused, match="Give a supervision order is for: Dispatcher, Leader"):
        town.step(case.number, "urge", "supervisor", reason="x")
    town.step(case.number, "receive", "green")
    town.step(case.number, "finish", "green", result="已清运", photos=("after",))
    with pytest.raises(cases.Refused, match="Send to check is for: Acceptance operator"):
        town.step(case.number, "send_check", "seconded", inspector="inspector2")
    town.step(case.number, "send_check", "acceptor", inspector="inspector2")


@pytest.mark.requirement("A17", "A19")
def test_yunnan_small_hall_is_run_by_one_person_and_each_case_says_so(town: Town) -> None:
    people.set_merge_posts(allowed=True, source_document="一厅合并", actor=SYSTEM, now=town.now)
    staff(town, "everybody", "PLAT", "acceptor", "dispatcher")
    mode("yunnan-hall")
    number = town.report(class_code=REFUSE, text="渣土").case
    town.step(number, "accept", "everybody")
    town.step(number, "file", "everybody", filing_rule=town.rule(REFUSE).pk)
    town.step(number, "dispatch", "everybody", unit="ROADS")
    town.step(number, "receive", "roads")
    town.step(number, "finish", "roads", result="已清运", photos=("after",))
    town.step(number, "send_check", "everybody", inspector="inspector2")
    town.step(number, "check_passed", "inspector2", photos=("check",))
    case = town.step(number, "close", "everybody", closing_condition=True)
    assert case.status == "closed"
    merged = CaseEvent.objects.filter(case=case, facts__merged_posts=True)
    assert {line.action for line in merged} == {"dispatch", "close"}


@pytest.mark.requirement("A19", "A04")
def test_the_posts_of_the_small_hall_own_every_step(town: Town) -> None:
    """Engineering limits are the shift leader's to grant in every flow: the general section is."""
    people.set_merge_posts(allowed=True, source_document="一厅合并", actor=SYSTEM, now=town.now)
    day = local_day(town.now)
    for role in ("acceptor", "shift_leader", "evaluator", "dispatcher"):
        for one in Holding.objects.filter(post__roles__code=role, valid_to=None):
            people.end_holding(holding_id=one.pk, actor=SYSTEM, now=town.now)
    assert faults_on({}, day)
    read = modes.read_mode(ROOT / "data/modes/yunnan-hall.toml")
    for n, post in enumerate(read.posts):
        staff(town, f"hall{n}", "PLAT", *post.roles)
    assert faults_on(mode("yunnan-hall").parameters, day) == []


@pytest.mark.requirement("A18", "A21")
@pytest.mark.parametrize("name", ["taizhou", "zhuhai"])
def test_a_city_with_two_halls_keeps_check_and_dispatch_apart(town: Town, name: str) -> None:
    """Taizhou's six offices, Zhuhai's five teams: the command side never sends to the check."""
    mode(name)
    number = town.case("handled").number
    with pytest.raises(cases.Refused, match="Send to check is for: Acceptance operator"):
        town.step(number, "send_check", "dispatcher", inspector="inspector2")
    town.step(number, "send_check", "acceptor", inspector="inspector2")


@pytest.mark.requirement("A13")
def test_changzhou_passes_work_down_four_levels(town: Town) -> None:
    body(town, "COMM1", "community_office", "STREET1", f"{DISTRICT}001001")
    staff(town, "street_desk", "STREET1", "dispatcher")
    staff(town, "community_desk", "COMM1", "dispatcher")
    staff(town, "community_hands", "COMM1", "unit_desk")
    mode("changzhou")
    point = town.grid(0).geom.point_on_surface
    case = filed(town, x=point.x, y=point.y)
    for by in ("dispatcher", "district", "street_desk"):
        case = town.step(case.number, "pass_down", by)
    assert case.holder == town.units["COMM1"]
    case = town.step(case.number, "dispatch", "community_desk", unit="COMM1")
    assert case.lead == town.units["COMM1"]
    assert town.step(case.number, "receive", "community_hands").status == "handling"


@pytest.mark.requirement("A12", "A13", "E01")
def test_a_case_is_not_passed_down_to_where_nobody_dispatches(town: Town) -> None:
    body(town, "STREET2", "street", "DIST", f"{DISTRICT}002")
    body(town, "COMM2", "community_office", "STREET2", f"{DISTRICT}002001")
    staff(town, "other_street", "STREET2", "dispatcher")
    staff(town, "other_community", "COMM2", "dispatcher")
    mode("changzhou")
    point = town.grid(0).geom.point_on_surface
    case = filed(town, x=point.x, y=point.y)
    case = town.step(case.number, "pass_down", "dispatcher")
    with pytest.raises(cases.Refused, match="nobody at STREET1单位 can dispatch a case"):
        town.step(case.number, "pass_down", "district")
    staff(town, "street_desk", "STREET1", "dispatcher")
    assert town.step(case.number, "pass_down", "district").holder == town.units["STREET1"]


@pytest.mark.requirement("A12")
def test_a_case_is_not_passed_down_to_a_platform_whose_share_is_used_up(town: Town) -> None:
    """It would rise again at once, and nobody could dispatch it in between."""
    staff(town, "district_dispatcher", "DIST", "dispatcher")
    mode("hz-core")
    case = filed(town)
    town.step(case.number, "pass_down", "dispatcher")
    town.wait(hours=2)
    town.sweep()
    case.refresh_from_db()
    assert case.holder == town.units["PLAT"]
    with pytest.raises(cases.Refused, match="has used up its share"):
        town.step(case.number, "pass_down", "dispatcher")


@pytest.mark.requirement("A08", "A10")
def test_a_district_commands_its_own_units_and_those_of_the_city_but_no_neighbours(
    town: Town,
) -> None:
    body(town, "NEXT", "department", "CITY", neighbour("邻区"))
    staff(town, "next_desk", "NEXT", "unit_desk")
    staff(town, "district_dispatcher", "DIST", "dispatcher")
    mode("hz-core")
    case = filed(town)
    town.step(case.number, "pass_down", "dispatcher")
    with pytest.raises(cases.Refused, match="NEXT单位 is no unit of this platform"):
        town.step(case.number, "dispatch", "district", unit="NEXT")
    town.step(case.number, "pass_up", "district", reason_code="beyond_us", reason="属邻区")
    assert town.step(case.number, "dispatch", "dispatcher", unit="NEXT").lead == town.units["NEXT"]
    other = filed(town)
    town.step(other.number, "pass_down", "dispatcher")
    assert town.step(other.number, "dispatch", "district", unit="WATER").status == "dispatched"
