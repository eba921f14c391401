"""The proposal on the case page, the rules of dispatch, and a draft tried on past cases."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cityloop.desks.tests import conftest
from cityloop.kernel.actor import Actor
from cityloop.people import operations as people


@pytest.fixture
def ruled(world):
    """Water answers for every component; the leader may see people, and manage them."""
    people.set_responsibility(
        kind="component", lead=world.units["water"], source_document="试验〔2026〕1号",
        actor=Actor.system(), now=world.now,
    )  # fmt: skip
    may = conftest.PAGES | {"people.view", "people.manage"}
    conftest.ACTORS["leader"] = replace(conftest.ACTORS["leader"], permissions=may)
    return world


@pytest.mark.requirement("E02")
def test_the_case_page_says_why_this_unit_and_how_sure(ruled, as_) -> None:
    case = ruled.to("filed")
    html = as_("dispatcher").get(f"/cases/{case.number}/").content.decode()
    assert "Proposed: water单位" in html
    assert "70 % sure" in html
    assert "owner before territory" in html
    # Sent to another unit: the page says so, the proposal stays readable.
    case = ruled.step(case, "dispatch", "dispatcher", unit=str(ruled.units["roads"].pk))
    html = as_("dispatcher").get(f"/cases/{case.number}/").content.decode()
    assert "Why this unit" in html
    assert "Proposed was water单位; another unit has it." in html
    assert "Another unit than the one proposed" in html


@pytest.mark.requirement("E02", "E13")
def test_rules_are_shown_with_their_precision_and_a_draft_is_tried(ruled, as_) -> None:
    ruled.to("closed")
    html = as_("leader").get("/rules/").content.decode()
    assert "1 proposal; of 1 settled cases 1 were the duty of the unit that was proposed." in html
    assert "试验〔2026〕1号" in html
    assert "100" in html
    assert "No case with a proposal" not in html

    draft = {"kind": "component", "lead": ruled.units["roads"].pk, "days": "90"}
    html = as_("leader").post("/rules/trial/", draft).content.decode()
    assert "1 of 1 past case would get another proposal" in html
    assert "worse" in html
    # A place that is none loses nothing of what was typed.
    answer = as_("leader").post("/rules/trial/", {**draft, "region_code": "33x"})
    assert answer.status_code == 400
    assert "33x" in answer.content.decode()
    assert as_("dispatcher").get("/rules/").status_code == 403
    answer = as_("leader").post("/rules/trial/", {**draft, "major_code": "77", "minor_code": "77"})
    assert answer.status_code == 400 and "class 7777" in answer.content.decode()
    assert as_("dispatcher").get("/rules/trial/").status_code == 403
