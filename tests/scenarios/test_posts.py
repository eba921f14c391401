"""Who works where and may do what: stations, teams, terminals, two masters, leaders, one hand."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from cityloop.cases import lifecycle, queries
from cityloop.cases import operations as cases
from cityloop.cases.models import Case, CaseEvent, Flow, Task
from cityloop.desks import boxes
from cityloop.intake.models import Report
from cityloop.intake.operations import WrongChannel
from cityloop.kernel import clock
from cityloop.kernel.errors import Invalid, NotAllowed, NotFound, Refused
from cityloop.people import operations as people
from cityloop.people import queries as people_queries
from tests.browser import Browse
from tests.town import DISTRICT, SINCE, SYSTEM, Town, forget

pytestmark = pytest.mark.slow

PHONE = "13912345678"


def body(town: Town, code: str, kind: str, above: str, region: str = "") -> None:
    """One more organisation."""
    town.units[code] = people.create_organisation(
        code=code, name_zh=f"{code}单位", kind=kind, parent=town.units[above], region_code=region,
        valid_from=SINCE, actor=SYSTEM, now=town.now,
    )  # fmt: skip


def staff(town: Town, name: str, unit: str, *roles: str, **more: Any) -> None:
    """A person with a post of these roles."""
    member = people.create_member(
        username=name, name=name, organisation=town.units[unit], actor=SYSTEM, now=town.now
    )
    post = people.create_post(
        code=f"{unit}-{name}", organisation=town.units[unit], name_zh=f"岗位{name}", roles=roles,
        actor=SYSTEM, now=town.now, **more,
    )  # fmt: skip
    people.hold_post(member=member, post=post, actor=SYSTEM, now=town.now, valid_from=SINCE)
    town.members[name] = member


def page(answer: Any, status: int = 200) -> str:
    text: str = answer.content.decode()
    assert answer.status_code == status, text[:2000]
    return text


@pytest.mark.requirement("A36", "D06")
def test_a_contact_station_reports_for_a_neighbour_and_looks_first(
    town: Town, browse: Browse
) -> None:
    """An old woman has no phone of her own kind: the station of her community reports for her."""
    code = town.grid().code[:12]
    body(town, "NEAR", "community_office", "STREET1", code)
    staff(town, "station", "NEAR", "community_station")
    point = town.grid().geom.point_on_surface
    assert "New report" in page(browse("station").get("/"))
    told = browse("station").post("/intake/new/", {
        "repeat_key": "a" * 32, "channel": "community", "kind": "report", "x": str(point.x),
        "y": str(point.y), "system": "wgs84", "text": "门口井盖缺了", "class_code": "C0101",
        "reporter_name": "李奶奶", "reporter_phone": PHONE, "answer_wanted": "on",
    })  # fmt: skip
    assert told.status_code in (302, 303), told.content.decode()[:2000]
    report = Report.objects.latest("pk")
    assert (report.channel, report.reporter.name) == ("community", "李奶奶")
    case = Case.objects.get(pk=report.case_id)

    # The station follows it, and is asked to confirm: it lives round the corner.
    assert queries.get(town.actor("station"), case.number) == case
    town.step(case.number, "send_verify", "acceptor", inspector="station")
    task = Task.objects.get(case=case, kind="verify")
    assert (task.member.username, task.role) == ("station", "community_station")
    assert "For me to verify" in page(browse("station").get("/"))
    case = town.step(case.number, "verified", "station", photos=("verify",))
    assert case.verified == "found"
    words = page(browse("acceptor").get(f"/cases/{case.number}/"))
    assert "Sent on site: the contact station of the community" in words

    # It neither checks nor files nor handles; and it sees nothing of other communities.
    case = town.carry(case.number, "handled")
    with pytest.raises(cases.Refused, match="holds no inspector's post"):
        town.step(case.number, "send_check", "acceptor", inspector="station")
    offered = {step.action for step in queries.allowed_steps(town.actor("station"), case)}
    assert offered <= {"join_report"}
    far = town.case("reported", x=town.grid(900).geom.point_on_surface.x,
                    y=town.grid(900).geom.point_on_surface.y)  # fmt: skip
    if far.area_code != code:
        with pytest.raises(NotFound):
            queries.get(town.actor("station"), far.number)
    with pytest.raises(WrongChannel):
        town.report("hotline12345", by="station")


@pytest.mark.requirement("C33")
def test_a_professional_team_finds_and_checks_beside_the_hired_inspectors(town: Town) -> None:
    body(town, "GAS", "department", "CITY", "330100")
    staff(town, "gas_team", "GAS", "team_inspector", region_codes=[DISTRICT])
    receipt = town.report(
        "professional", by="gas_team", text="燃气井盖松动", photos=[_photo(town)], reporter_name=""
    )
    case = Case.objects.get(number=receipt.case)
    assert (case.channel, case.verified) == ("professional", "")
    with pytest.raises(WrongChannel):
        town.report("inspector", by="gas_team")
    case = town.carry(case.number, "handled")
    town.step(case.number, "send_check", "acceptor", inspector="gas_team")
    assert Task.objects.get(case=case, kind="check").role == "team_inspector"
    case = town.step(case.number, "check_passed", "gas_team", photos=("check",))
    lines = {line.action: line for line in CaseEvent.objects.filter(case=case)}
    assert lines["check_passed"].role == "team_inspector"
    assert lines["send_check"].facts["checker"] == "team_inspector"
    # The hired inspectors go on as before, and leave no such word.
    other = town.case("checking")
    assert "checker" not in CaseEvent.objects.get(case=other, action="send_check").facts
    # It judges: the city keeps it from handling.
    post = people.create_post(
        code="GAS-desk", organisation=town.units["GAS"], name_zh="内勤", roles=["unit_desk"],
        actor=SYSTEM, now=town.now,
    )  # fmt: skip
    with pytest.raises(people.BothSides):
        people.hold_post(member=town.members["gas_team"], post=post, actor=SYSTEM, now=town.now)


def _photo(town: Town) -> Any:
    from cityloop.intake import operations as intake

    return intake.PhotoIn(town.stored())


@pytest.mark.requirement("A25")
def test_a_light_terminal_receives_handles_and_replies(town: Town, browse: Browse) -> None:
    """A unit with a full console beside one of the twenty-one with a plain terminal."""
    body(town, "LAMPS", "utility", "CITY", "330100")
    staff(town, "lamps", "LAMPS", "unit_desk", terminal=True)
    case = town.case("filed")
    town.step(case.number, "dispatch", "dispatcher", unit="LAMPS")
    front = page(browse("lamps").get("/"))
    assert "To receive" in front
    for absent in ("Elsewhere in your area", "Time granted", "Back office", "/map/"):
        assert absent not in front
    assert "Elsewhere in your area" in page(browse("water").get("/"))

    town.step(case.number, "receive", "lamps")
    shown = page(browse("lamps").get(f"/cases/{case.number}/"))
    assert "steps/finish/" in shown
    assert "steps/ask_extension/" not in shown
    with pytest.raises(cases.Refused, match="use a console"):
        town.step(case.number, "ask_extension", "lamps", extra="8", reason_code="weather",
                  reason="雨")  # fmt: skip
    town.step(case.number, "urge", "supervisor", reason="市民再次来电")
    town.step(case.number, "reply", "lamps", opinion="今晚完成")
    assert town.step(case.number, "finish", "lamps", result="已修", photos=("after",)).handled_at

    # Who accepts or dispatches cannot be put at a terminal; a second post at a console lifts it.
    with pytest.raises(Invalid, match="a terminal is for"):
        staff(town, "nobody", "PLAT", "acceptor", terminal=True)
    full = people.create_post(
        code="LAMPS-console", organisation=town.units["LAMPS"], name_zh="值班", roles=["unit_desk"],
        actor=SYSTEM, now=town.now,
    )  # fmt: skip
    people.hold_post(member=town.members["lamps"], post=full, actor=SYSTEM, now=town.now)
    forget()
    assert not town.actor("lamps").terminal


@pytest.mark.requirement("A23")
def test_a_district_centre_has_two_masters(town: Town, browse: Browse) -> None:
    """The city's centre directs the district's; the district's government sees its people too."""
    body(town, "GOV", "department", "CITY", DISTRICT)
    staff(town, "gov", "GOV", "evaluator")
    staff(town, "city_manager", "PLAT", "administrator")
    staff(town, "district_clerk", "DIST", "dispatcher")

    def seen(name: str) -> set[str]:
        rows = people_queries.members(town.actor(name), on=SINCE)
        return {one.username for one in rows}

    assert "district_clerk" not in seen("gov")
    people.change_organisation(
        organisation_id=town.units["DIST"].pk, also_under=town.units["GOV"], actor=SYSTEM,
        now=town.now, reason="双重管理",
    )  # fmt: skip
    forget()
    # Both see the people; only the city's centre changes what they may do.
    assert {"district", "district_clerk"} <= seen("gov")
    assert {"district", "district_clerk"} <= seen("city_manager")
    assert "STREET1单位" in page(browse("gov").get("/api/v1/organisations"))
    page(browse("gov").get("/office/members/"), 403)
    page(browse("city_manager").get("/office/members/"))
    member, post = (
        town.members["district_clerk"],
        people_queries.posts(SYSTEM, on=SINCE).get(code="DIST-district"),
    )
    with pytest.raises(NotAllowed):
        people.second_member(
            member=member, post=post, valid_to=town.wait(days=30).date(), source_document="x",
            actor=town.actor("gov"), now=town.now,
        )  # fmt: skip
    with pytest.raises(Refused, match="stands below it already"):
        people.change_organisation(
            organisation_id=town.units["DIST"].pk, also_under=town.units["STREET1"], actor=SYSTEM,
            now=town.now,
        )  # fmt: skip
    form = page(browse("city_manager").get(f"/office/organisations/{town.units['DIST'].pk}/"))
    assert "Also looked after by" in form


@pytest.mark.requirement("A27")
def test_a_leader_sees_the_city_instructs_and_approves_but_edits_nothing(town: Town) -> None:
    leader = town.actor("leader")
    case = town.case("handling")
    assert queries.get(leader, case.number) == case  # anywhere in the city

    # An instruction is a report of the first priority; haste is an urge that wants an answer.
    told = town.report("leader", by="leader", text="人民路井盖立即整改")
    assert Case.objects.get(number=told.case).channel == "leader"
    assert town.step(case.number, "urge", "leader", reason="今日办结").answer_owed

    # A paper lies before the leader: a deferral is approved after the dispatcher has spoken.
    until = town.now.date().replace(month=6)
    town.step(case.number, "ask_deferral", "water", until=until.isoformat(),
              reason_code="other_works", reason="管网改造同步实施")  # fmt: skip
    town.step(case.number, "support_deferral", "dispatcher", opinion="同意")
    assert town.step(case.number, "approve_deferral", "leader").status == "deferred"

    # Nothing that changes a case's facts, dispatches, handles, checks or closes it.
    others = {step.action for step in lifecycle.STEPS if "leader" not in step.roles}
    assert {"accept", "correct", "file", "dispatch", "finish", "check_passed", "close"} <= others
    for status in ("reported", "accepted", "filed", "handled", "checked"):
        offered = {step.action for step in lifecycle.allowed(status=status, roles=leader.roles)}
        assert not offered & others
    number = town.report().case
    for action in ("accept", "correct"):
        with pytest.raises(cases.Refused, match="is for: Acceptance operator"):
            town.step(number, action, "leader", **({"reason": "x"} if action == "correct" else {}))
    assert not leader.may("people.manage")
    assert not leader.may("cases.configure")


@pytest.mark.requirement("D02")
def test_a_class_may_go_on_without_the_second_eye(town: Town) -> None:
    """Two eyes by default where the class asks for them; the city excepts refuse heaps."""
    eyes = {c for c in ("C0101", "E0110", "E0101") if town.chosen(c).second_eye}
    assert eyes
    code = sorted(eyes)[0]

    def filed_by_acceptor() -> Case:
        number = town.report(class_code=code, text=f"第{town.reports}处").case
        town.step(number, "accept", "acceptor")
        return town.step(number, "file", "acceptor", filing_rule=town.rule(code).pk)

    with pytest.raises(cases.Refused, match="filed by the shift leader"):
        filed_by_acceptor()
    for excepted in ([code], [code[:3]], [code[0]], ["*"]):
        cases.publish_flow(
            code="quick", parameters={"no_second_eye": excepted}, actor=SYSTEM, now=clock.now()
        )
        forget()
        assert filed_by_acceptor().status == "filed"
    cases.publish_flow(
        code="other", parameters={"no_second_eye": ["C9999"]}, actor=SYSTEM, now=clock.now()
    )
    forget()
    with pytest.raises(cases.Refused, match="filed by the shift leader"):
        filed_by_acceptor()
    with pytest.raises(Invalid, match="no_second_eye: refuse is no class"):
        cases.publish_flow(
            code="bad", parameters={"no_second_eye": ["refuse"]}, actor=SYSTEM, now=clock.now()
        )


def _publish(town: Town, code: str, **parameters: Any) -> None:
    """The flow of cases from now on; the pages' clock stands, so it is dated behind the last."""
    last = Flow.objects.latest("published_at").published_at
    town.flow = cases.publish_flow(
        code=code, parameters=parameters, actor=SYSTEM, now=last + timedelta(seconds=1)
    )
    forget()


@pytest.mark.requirement("D05", "A19")
def test_one_operator_of_a_small_centre_does_four_steps_and_the_record_says_so(
    town: Town, browse: Browse
) -> None:
    """受理、核实、立案、核查 by one 信息处理员, in one console."""
    _publish(town, "small", merge_posts=True)
    staff(
        town, "operator", "PLAT", "acceptor", "shift_leader", "inspector", region_codes=[DISTRICT]
    )
    number = town.report("web", text="路面破损", by="operator").case
    town.step(number, "send_verify", "operator", inspector="operator")
    town.step(number, "verified", "operator", photos=("verify",))
    town.step(number, "accept", "operator")
    front = page(browse("operator").get("/"))
    for box in ("To accept", "To file", "For me to verify", "For me to check", "To close"):
        assert box in front
    town.step(number, "file", "operator", filing_rule="RULE")
    town.step(number, "dispatch", "dispatcher", unit="WATER")
    town.step(number, "receive", "water")
    town.step(number, "finish", "water", result="已修", photos=("after",))
    town.step(number, "send_check", "operator", inspector="operator")
    town.step(number, "check_passed", "operator", photos=("check",))
    town.step(number, "review_case", "operator", opinion="前后一致")
    case = town.step(number, "close", "operator", closing_condition=True)
    marked = CaseEvent.objects.filter(case=case, facts__same_hands=True)
    assert {line.action for line in marked} == {"accept", "file", "check_passed"}
    words = page(browse("operator").get(f"/cases/{number}/"))
    assert "posts come together in one operator" in words

    # Approvals that nobody else has looked at say so as well.
    number = town.report("web", text="井盖缺失", by="operator").case
    town.step(number, "send_verify", "operator", inspector="operator")
    town.step(number, "verified", "operator", photos=("verify",))
    town.step(number, "accept", "operator")
    void = {"reason_code": "duplicate", "reason": "重复"}
    town.step(number, "request_void", "operator", **void)
    town.step(number, "approve_void", "operator", **void)
    last = CaseEvent.objects.filter(case__number=number).latest("version")
    assert (last.action, last.facts.get("same_hands")) == ("approve_void", True)

    # With several people the record says nothing of the kind, whoever entered the call and sent
    # somebody to look; and nobody handles what they judged.
    _publish(town, "large")
    number = town.report("hotline12319", text="路灯不亮").case
    town.step(number, "send_verify", "acceptor", inspector="inspector")
    town.step(number, "verified", "inspector", photos=("verify",))
    town.step(number, "accept", "acceptor")
    assert not CaseEvent.objects.filter(case__number=number, facts__same_hands=True).exists()
    usual = town.case("closed")
    assert not CaseEvent.objects.filter(case=usual, facts__same_hands=True).exists()
    with pytest.raises(people.BothSides):
        staff(town, "both", "PLAT", "acceptor", "dispatcher")


@pytest.mark.requirement("A28", "E14")
def test_who_is_lent_to_a_units_desk_does_its_work_and_the_history_names_that_desk(
    town: Town,
) -> None:
    """A dispatcher of the city helps out at WATER for some weeks, seeing the whole city besides."""
    desk = people_queries.posts(SYSTEM, on=SINCE).get(code="WATER-water")
    lent = {
        "valid_to": town.now.date() + timedelta(days=30),
        "source_document": "借调函〔2026〕8号",
    }
    for name in ("helper", "roads"):
        if name == "helper":
            staff(town, "helper", "PLAT", "dispatcher")
        people.second_member(
            member=town.members[name], post=desk, actor=SYSTEM, now=town.now, **lent
        )
    forget()
    helper = town.actor("helper")
    assert helper.organisation_ids is None
    assert helper.own_units == {town.units["WATER"].pk, town.units["PLAT"].pk}

    number = town.case("dispatched").number
    now = town.now
    box = boxes.BY_KEY["to_receive"]
    assert number in set(
        Case.objects.filter(box.condition(helper, now)).values_list("number", flat=True)
    )
    town.step(number, "receive", "helper")
    line = CaseEvent.objects.get(case__number=number, action="receive")
    assert line.actor.startswith(f"{town.units['WATER'].name_zh}·")
    assert line.actor.endswith(" helper")

    # So it is for who comes from another unit: the case was never with that one.
    second = town.case("dispatched").number
    town.step(second, "receive", "roads")
    line = CaseEvent.objects.get(case__number=second, action="receive")
    assert line.actor.startswith(f"{town.units['WATER'].name_zh}·")
