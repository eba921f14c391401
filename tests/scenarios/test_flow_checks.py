"""What the checker of flows refuses, warns of, and tells the command line."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from cityloop.cases import operations as cases
from cityloop.cases import queries, workflow
from cityloop.cases.lifecycle import BY_ACTION
from cityloop.cases.models import Flow
from cityloop.cli import check, flows
from cityloop.cli.output import RejectedError
from cityloop.kernel import clock
from cityloop.kernel.errors import Invalid, NotAllowed
from cityloop.people import operations as people
from cityloop.people.models import Holding, Post, Role
from cityloop.people.roles import STEP
from tests.town import DISTRICT, ROOT, SINCE, SYSTEM, Town, forget


@pytest.mark.requirement("A05", "A15", "A16")
def test_an_unsound_flow_is_refused_with_every_reason(town: Town) -> None:
    def refused(match: str, **parameters: Any) -> None:
        with pytest.raises(Invalid, match=match):
            cases.publish_flow(code="bad", parameters=parameters, actor=SYSTEM, now=clock.now())

    refused("dispatcher both judges .*close.* and handles", roles={"close": ["dispatcher"]})
    refused("evaluator may take no steps of cases, so not close", roles={"close": ["evaluator"]})
    refused("dispatcher dispatches: decide is for", roles={"decide": ["dispatcher"]})
    refused("there is no channel nonsense", reviewed_channels=["nonsense"])
    refused("is reviewed before closing: app, .* missing", reviewed_channels=[])
    alone = {one: ["district_platform"] for one in ("dispatch", "dispatch_across", "rework")}
    refused("dispatch has no owner: district platforms take it where a chain", roles=alone)
    refused("decide has no owner at the levels of the city", roles={"decide": ["supervisor"]})
    refused("recheck_share: at least 0.01", recheck_share=0.0)
    refused("check_passed has no owner", roles={"check_passed": []})
    exits = ("file", "request_void", "refuse_filing")
    refused("dead end: from accepted", roles={one: [] for one in exits})
    refused("unknown flow parameters: acceptence", acceptence_minutes=15)
    refused("acceptance_minutes: soon means nothing", acceptance_minutes="soon")
    refused("from the top down", command=[{"level": "street"}, {"level": "city"}])
    refused("there is no level village", command=[{"level": "village"}])
    refused("nobody dispatches at a platform", command=[{"level": "community"}])
    refused("may not have its own: second_eye", districts={DISTRICT: {"second_eye": False}})
    refused("six or nine digits", districts={"here": {}})
    assert queries.current_flow().code == "town"
    with pytest.raises(NotAllowed):
        cases.publish_flow(code="x", parameters={}, actor=town.actor("acceptor"), now=clock.now())


ALONE = {name: ["dispatcher"] for name in ("urge", "accept_reply", "resume_early", "give_notice",
                                           "send_check")}  # fmt: skip


@pytest.mark.requirement("A05", "F01", "I01")
def test_a_flow_in_which_one_post_orders_answers_and_accepts_is_refused(town: Town) -> None:
    with pytest.raises(Invalid) as refused:
        cases.publish_flow(code="alone", parameters={"roles": ALONE}, actor=SYSTEM, now=clock.now())
    told = " | ".join(refused.value.reasons)
    for sentence in (
        "dispatcher handles: accept_reply judges the answer",
        "dispatcher handles: resume_early ends what others granted",
        "dispatcher handles: give_notice is given to those who handle",
        "dispatcher takes reply and accept_reply: who answers an order does not judge",
        "send_check: who handles would alone choose who checks it (dispatcher)",
    ):
        assert sentence in told
    Flow.objects.create(code="old", parameters={"roles": ALONE}, published_at=clock.now())
    forget()
    assert not check.sound_flow()["well"]  # published before it was asked


@pytest.mark.requirement("A05", "F01", "G09", "H05")
@pytest.mark.parametrize(
    ("action", "role", "why"),
    [
        ("send_back_reply", "acceptor", "who answers an order does not judge the answer"),
        ("approve_deferral", "dispatcher", "two approvals are of two posts"),
        ("approve_appeal", "dispatcher", "two approvals are of two posts"),
        ("send_verify", "inspector", "who chooses the one that goes does not go"),
        ("send_check", "inspector", "who chooses the one that goes does not go"),
        ("close", "inspector", "who inspects a case does not close it"),
        ("review_passed", "inspector", "who handles on the spot does not review it"),
        ("reopen", "dispatcher", "reopen undoes what others judged"),
        ("reply", "supervisor", "who answers an order does not judge the answer"),
    ],
)
def test_no_role_holds_both_ends(action: str, role: str, why: str) -> None:
    roles = [*BY_ACTION[action].roles, role]
    with translation.override("en"):
        found = workflow.faults({"roles": {action: roles}})
    assert any(role in one and why in one for one in found), found
    assert workflow.faults({}) == []


@pytest.mark.requirement("A14", "A18", "G09")
@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"verify_public": False}, "without a look on site"),
        ({"second_eye": False}, "who accepts a case may file it"),
        ({"escalate_at": [100]}, "escalate_at begins at 100 limits"),
        ({"escalate_at": []}, "escalate_at is empty"),
    ],
)
def test_what_a_city_does_without_is_said(parameters: dict[str, Any], words: str) -> None:
    assert workflow.faults(parameters) == []
    with translation.override("en"):
        (warning,) = workflow.warnings(parameters)
    assert words in warning


@pytest.mark.requirement("A18", "A05")
def test_a_mode_is_published_from_the_command_line_with_its_posts(town: Town, capsys) -> None:
    def publish(name: str, **options: Any) -> dict[str, Any]:
        given = {"area": "", "posts": False, "dry_run": False, "as_json": True, **options}
        with suppress(RejectedError):
            flows.publish_flow(ROOT / "data/modes" / f"{name}.toml", **given)
        answer: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
        return answer

    # Nobody is seconded to the coordination platform yet: refused, and nothing was published.
    answer = publish("hz-axes")
    assert answer["faults"] == ["COORD: nobody dispatches at a platform of this level"]
    assert queries.current_flow().code == "town"

    # Six offices: the posts are made once, ready to be given to people.
    assert publish("taizhou", dry_run=True, posts=True)["posts"] == []
    answer = publish("taizhou", posts=True)
    assert (answer["faults"], len(answer["posts"])) == ([], 6)
    offices = Post.objects.filter(code__in=answer["posts"], organisation=town.units["PLAT"])
    assert "呼叫中心" in {post.name_zh for post in offices}
    assert publish("taizhou", posts=True)["posts"] == []
    assert queries.current_flow().code.startswith("taizhou-")
    assert check.sound_flow()["well"]

    # The last supervisor leaves: the check says which steps nobody owns any more.
    holding = Holding.objects.get(member=town.members["supervisor"])
    people.end_holding(
        holding_id=holding.pk, ends_on=SINCE, reason="退休", actor=SYSTEM, now=town.now
    )
    finding = check.sound_flow()
    assert not finding["well"]
    assert "reopen has no owner: nobody works as supervisor" in finding["words"]


@pytest.mark.requirement("A14", "A18", "F14")
def test_the_command_line_and_the_check_tell_of_controls_that_are_off(
    town: Town, capsys, tmp_path: Path
) -> None:
    def told(**parameters: Any) -> dict[str, Any]:
        lines = [f"{name} = {json.dumps(value)}" for name, value in parameters.items()]
        mode = (ROOT / "data/modes/taizhou.toml").read_text().partition("[parameters")[0]
        path = tmp_path / "lax.toml"
        path.write_text("\n".join([mode, "[parameters]", *lines]))
        with suppress(RejectedError):
            flows.publish_flow(path, dry_run=True, as_json=True)
        answer: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
        return answer

    off = {"recheck_share": 0.0, "reviewed_channels": [], "freeze_from_returns": 100,
           "backlog_days": 3000}  # fmt: skip
    answer = told(**off)
    assert [one.partition(":")[0] for one in answer["faults"]] == list(off)
    answer = told(freeze_from_returns=0)
    (warning,) = answer["warnings"]
    assert answer["faults"] == [] and "no case is frozen by itself" in warning

    # Also of what was published before it was asked.
    Flow.objects.create(code="lax", parameters=off, published_at=clock.now())
    forget()
    finding = check.sound_flow()
    assert not finding["well"] and "backlog_days: at most 180" in finding["words"]
    Flow.objects.create(
        code="people", parameters={"freeze_from_returns": 0}, published_at=clock.now()
    )
    forget()
    finding = check.sound_flow()
    assert finding["well"] and "no case is frozen by itself" in finding["words"]


@pytest.mark.requirement("A05", "A15")
def test_whether_a_step_has_an_owner_follows_what_the_city_lets_its_roles_do(town: Town) -> None:
    administrator = town.actor("administrator")

    def may(code: str, *, steps: bool) -> None:
        kept = set(Role.objects.get(code=code).permissions) - {STEP}
        people.change_role(
            code=code, permissions=sorted(kept | ({STEP} if steps else set())),
            actor=administrator, now=town.now,
        )  # fmt: skip

    def publish(**roles: list[str]) -> Flow:
        return cases.publish_flow(
            code="own", parameters={"roles": roles}, actor=SYSTEM, now=clock.now()
        )

    with pytest.raises(Invalid, match="evaluator may take no steps of cases, so not review_case"):
        publish(review_case=["evaluator"])
    may("evaluator", steps=True)
    assert publish(review_case=["evaluator"])
    may("shift_leader", steps=False)
    with pytest.raises(Invalid, match="close has no owner: shift_leader may take no steps"):
        publish()
