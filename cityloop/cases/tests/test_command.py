"""Chains of command of any depth, and the checker of flows."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cityloop.cases import flow, flow_sides, modes, workflow
from cityloop.cases.command import LEVELS, Level, chain_at, first_holder, level_of, neighbour

MODES = sorted((Path(__file__).resolve().parents[3] / "data/modes").glob("*.toml"))
commands = st.sets(st.sampled_from(LEVELS), min_size=1).flatmap(
    lambda names: st.tuples(
        *(
            st.builds(Level, level=st.just(name), upto=st.integers(1, 4))
            for name in sorted(names, key=LEVELS.index)
        )
    )
)
present = st.sets(st.sampled_from(LEVELS))


@pytest.mark.requirement("A12", "A35")
@given(commands, present, st.integers(1, 4), st.sampled_from(["top", "lowest"]))
def test_a_case_begins_with_a_platform_of_the_chain_and_can_walk_it(
    command, there, gravity, begins
):
    by_level = {name: 10 + LEVELS.index(name) for name in there}
    chain = chain_at(command, by_level, {})
    holder = first_holder(chain, command, begins=begins, gravity=gravity)
    assert (holder is None) == (not chain)
    if holder is None:
        return
    # Up and down are each other's reverse, and the top is reached in fewer steps than levels.
    climbed, here = 0, holder
    while (above := neighbour(chain, here, down=False)) is not None:
        assert neighbour(chain, above, down=True) == here
        assert LEVELS.index(level_of(chain, above)) < LEVELS.index(level_of(chain, here))
        climbed, here = climbed + 1, above
    assert here == chain[0][1] and climbed < len(chain)
    # No level below the one it begins with could have settled so grave a matter.
    upto = {one.level: one.upto for one in command}
    names = [level for level, _one in chain]
    below = names[names.index(level_of(chain, holder)) + 1 :]
    if begins == "lowest" and gravity <= upto[level_of(chain, holder)]:
        assert all(upto[name] < gravity for name in below)


@pytest.mark.requirement("A14")
@pytest.mark.parametrize("path", MODES, ids=lambda path: path.stem)
def test_every_mode_of_the_data_folder_is_sound(path):
    mode = modes.read_mode(path)
    assert mode.code == path.stem
    assert workflow.faults(mode.parameters) == []


def test_the_usual_flow_is_sound():
    assert workflow.faults({}) == []


@pytest.mark.requirement("A14")
@pytest.mark.parametrize(("name", "value"), [
    ("escalate_at", ["x"]), ("escalate_at", [2, 1]), ("dispatch_minutes", 10**15),
    ("redispatch_clock", "bogus"), ("suspension_days", 5000), ("extensions_at_most", 3),
    ("review_share", 1.5),
])  # fmt: skip
def test_values_that_would_stop_the_city_are_refused(name, value):
    assert any(fault.startswith(name) for fault in workflow.faults({name: value}))


@pytest.mark.requirement("A15")
def test_a_district_lays_its_command_over_the_city_and_a_street_over_the_district():
    city = {"dispatch_minutes": 30, "check_minutes": 20}
    stored = modes.laid_over(city, {"dispatch_minutes": 40}, "330106")
    stored = modes.laid_over(stored, {"dispatch_minutes": 50}, "330106001")
    minutes = {
        area: flow.parameters(stored, area).dispatch_minutes
        for area in ("330102001001", "330106002001", "330106001001")
    }
    assert list(minutes.values()) == [30, 40, 50]
    assert flow.parameters(stored, "330106001001").check_minutes == 20
    # Another flow for the city leaves the districts theirs.
    later = modes.laid_over(stored, {"dispatch_minutes": 10}, "")
    assert flow.parameters(later, "330102").dispatch_minutes == 10
    assert flow.parameters(later, "330106").dispatch_minutes == 40


@pytest.mark.requirement("A05", "A08")
def test_a_mode_changes_who_commands_and_nothing_else_that_the_city_has_set():
    city = {
        "reply_check_share": 0.3, "trial": True, "merge_posts": True, "second_eye": False,
        "districts": {"330106": {"dispatch_minutes": 40, "dispatch_begins": "lowest"}},
    }  # fmt: skip
    yantai = {"supervision": ["city"], "command": [{"level": "district", "minutes": 30}]}
    wanted = modes.applied(city, yantai)
    now = flow.parameters(wanted)
    assert (now.reply_check_share, now.trial) == (0.3, True)
    assert (now.merge_posts, now.second_eye) == (False, True), "the old mode's own are gone"
    assert now.supervision == ("city",)
    assert flow.parameters(wanted, "330106").dispatch_minutes == 40
    there = modes.applied(city, yantai, "330106")
    assert there["districts"]["330106"] == {"dispatch_minutes": 40, **yantai}
    assert there["reply_check_share"] == 0.3


@pytest.mark.requirement("A22")
@pytest.mark.parametrize("path", MODES, ids=lambda path: path.stem)
def test_in_no_mode_does_who_is_judged_file_check_or_close(path):
    """Units under evaluation handle; every step of judgement belongs to others (裁判员)."""
    parameters = flow.parameters(modes.read_mode(path).parameters)
    for step in flow_sides.JUDGING:
        assert not {"unit_desk", "worker", "dispatcher"} & set(step.roles_in(parameters)), step


@pytest.mark.requirement("A14", "H04")
@pytest.mark.parametrize(
    ("action", "role"),
    [("approve_extension", "shift_leader"), ("approve_suspension", "leader"),
     ("support_deferral", "supervisor")],
)  # fmt: skip
def test_a_flow_in_which_nobody_can_decide_a_request_is_unsound(action: str, role: str) -> None:
    found = workflow.faults({"roles": [[action, [role]]]})
    kind = action.partition("_")[2]
    assert any(fault.startswith(f"{kind}: when it waits for") for fault in found)
    assert f"{action}: no request ever waits for {role}" in found


@pytest.mark.requirement("A14", "A22", "E05", "G09")
@pytest.mark.parametrize(
    ("action", "role", "why"),
    [
        *((action, role, f"roles: {role} may take no steps of cases, so not {action}")
          for action in ("close", "force_close", "review_case", "send_check")
          for role in ("evaluator", "company_manager", "administrator")),
        *((action, role, f"{role} dispatches: {action} is for who stands above that")
          for action in ("decide", "name_liable", "dispatch_by_order", "substitute")
          for role in ("dispatcher", "district_platform")),
        *(("reopen", role, f"{role} handles: reopen undoes what others judged")
          for role in ("dispatcher", "district_platform")),
        ("reopen", "unit_desk", "unit_desk does not take reopen"),
        ("name_liable", "shift_leader", "shift_leader both judges"),
        ("review_case", "dispatcher", "dispatcher both judges (review_case) and handles"),
        ("close", "exchange", "exchange does not take close"),
    ],
)  # fmt: skip
def test_a_step_goes_to_nobody_who_may_not_or_must_not_take_it(action, role, why) -> None:
    found = workflow.faults({"roles": {action: [role]}})
    assert any(why in fault for fault in found), found


@pytest.mark.requirement("A14")
def test_a_step_has_an_owner_only_where_the_city_lets_that_role_take_steps() -> None:
    """The city may give the permission to a role, and take it from one."""
    evaluator = {"roles": {"review_case": ["evaluator"]}}
    assert workflow.faults(evaluator, stepping=workflow.STEPPING | {"evaluator"}) == []
    found = workflow.faults({}, stepping=workflow.STEPPING - {"shift_leader"})
    assert "close has no owner: shift_leader may take no steps of cases" in found


ODD = (None, True, 7, -1, 0.5, float("nan"), "C", "close", [], ["close"], ["CC"], [["C"]],
       [["C", "x"]], [[["C"], 1]], [[1, 2]], [["a", "b", "c"]], [None], [True], {"C": None},
       {"close": 1}, {"close": {"a": 1}}, [{"level": "city"}], [{"level": ["city"]}],
       [{"minutes": 3}], [{"level": "city", "minutes": "3"}], [{"level": "city", "other": 1}],
       [{"level": "city", "upto": True}], [{"level": "city", "platform": [1]}], [[]],
       {1: 2})  # fmt: skip


@pytest.mark.requirement("A14")
@pytest.mark.parametrize("name", sorted({*flow.NAMES, "districts"}))
def test_a_parameter_of_another_shape_is_a_sentence_that_names_it(name: str) -> None:
    for odd in ODD:
        for fault in workflow.faults({name: odd}):
            assert isinstance(fault, str) and fault
        for fault in workflow.faults({"districts": {"330106": {name: odd}}}):
            assert "330106" in fault
    assert workflow.faults({"trial": 1}) == ["trial: 1 means nothing"]
    assert workflow.faults({"trial": True}) == [], "what equals it was refused before"


@pytest.mark.requirement("A14")
@pytest.mark.parametrize(("name", "value"), [
    ("roles", ["close"]), ("roles", "close"), ("roles", 5), ("roles", None),
    ("roles", [["close"]]), ("auto_from", ["C"]), ("auto_from", [["C"]]), ("auto_from", ["CC"]),
    ("auto_from", [[["C"], 1]]),
    ("auto_from", 0.5), ("auto_from", {"C": "much"}), ("no_second_eye", None),
    ("reviewed_channels", 3), ("public_photos", [["C"]]), ("supervision", [["city"]]),
    ("supervision", ["nowhere"]), ("escalate_at", [True]), ("escalate_at", 2),
    ("command", "city"), ("command", ["city"]), ("command", 1), ("command", [{"minutes": 3}]),
    ("command", [{"level": "city", "upto": "4"}]), ("command", [{"level": "nowhere"}]),
    ("dispatch_minutes", [30]), ("trial", {"yes": 1}), ("dispatch_begins", ["top"]),
    ("districts", ["330106"]), ("districts", {"330106": ["command"]}),
])  # fmt: skip
def test_a_wrong_shape_is_refused_by_the_name_of_its_parameter(name: str, value: Any) -> None:
    found = workflow.faults({name: value})
    assert found and all(fault.startswith(f"{name}: ") for fault in found), found


@pytest.mark.requirement("A14", "G09")
@pytest.mark.parametrize("channels", [["nonsense"], ["sms", 1], [["sms"]]])
def test_only_channels_that_there_are_can_be_reviewed(channels) -> None:
    (found,) = workflow.faults({"reviewed_channels": channels})
    assert found.startswith("reviewed_channels: there is no channel")
    assert workflow.faults({"reviewed_channels": ["inspector", *flow.PUBLIC]}) == []


@pytest.mark.requirement("A14", "E04", "F14", "G09", "H04")
@pytest.mark.parametrize(("name", "off", "on", "why"), [
    ("recheck_share", 0.0, 0.01, "closed cases are inspected again"),
    ("recheck_share", 1e-9, 1.0, "closed cases are inspected again"),
    ("forced_share", 0, 0.5, "closed cases are inspected again"),
    ("reviewed_channels", [], list(flow.PUBLIC), "app, community, hotline12319, .* missing"),
    ("reviewed_channels", list(flow.PUBLIC[1:]), list(flow.CHANNELS), ": app missing"),
    ("freeze_from_returns", 100, 5, "must not go round for ever"),
    ("backlog_days", 3000, 180, "deferred for longer is backlog"),
    ("backlog_days", 181, 1, "deferred for longer is backlog"),
])  # fmt: skip
def test_a_flow_that_switches_a_control_off_is_refused(name, off, on, why) -> None:
    (found,) = workflow.faults({name: off})
    assert re.fullmatch(f"{name}: .*{why}.*", found)
    assert workflow.faults({name: on}) == []


@pytest.mark.requirement("A14")
@pytest.mark.parametrize(
    ("name", "value"),
    [("freeze_from_returns", 0), ("escalate_at", []), ("decision_share", 0.0),
     ("reply_check_share", 0), ("review_share", 0)],
)  # fmt: skip
def test_a_control_that_a_city_may_do_without_is_named(name, value) -> None:
    assert workflow.faults({name: value}) == [] == workflow.warnings({})
    (told,) = workflow.warnings({name: value})
    assert told.startswith(f"{name} is ")


@pytest.mark.requirement("A14", "A22")
@pytest.mark.parametrize(
    ("parameters", "why"),
    [
        ({"roles": [["decide", ["unit_desk"]]]}, "unit_desk does not take decide"),
        ({"roles": [["send_check", ["worker"]]]}, "worker does not take send_check"),
        ({"roles": [["close", None]]}, "close needs a list of roles"),
        ({"roles": [["check_passed", ["company_manager"]]]}, "never holds what check_passed needs"),
        ({"roles": [["receive", ["dispatcher"]]]}, "dispatcher never holds what receive needs"),
        ({"acceptance_minutes": 0}, "acceptance_minutes: 0 means nothing"),
        ({"freeze_from_returns": 1.5}, "freeze_from_returns: 1.5 means nothing"),
        ({"command": [{"level": "city", "minutes": 10**12}]}, "from 1 to 44640 minutes"),
    ],
)
def test_values_that_would_stop_the_work_or_let_a_party_decide_are_refused(parameters, why) -> None:
    assert any(why in fault for fault in workflow.faults(parameters)), workflow.faults(parameters)
