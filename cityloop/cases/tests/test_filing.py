"""Which filing rules a case may be filed under: season, edition, engineering; photos that prove."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from cityloop.cases import deadline, operations, views
from cityloop.cases.models import Case, CaseEvent, Timer
from cityloop.cases.tests import world as worlds
from cityloop.cases.tests.world import MONDAY
from cityloop.standards.models import Edition


def edition(code: str, **changes: object) -> Edition:
    """A published edition of the city, in force all year."""
    values: dict[str, object] = {
        "code": code, "name_zh": code, "kind": "local", "family": code, "status": "published",
        "valid_from": date(2025, 1, 1), "loaded_at": MONDAY, "loaded_by": "test",
        "published_at": MONDAY, "published_by": "test",
    }  # fmt: skip
    return Edition.objects.create(**{**values, **changes})


@pytest.mark.requirement("D03", "B04")
def test_a_rule_out_of_season_files_nothing(world):
    case = world.to("accepted")  # in March
    summer = worlds.rule(world.problem_class, season_from="05-01", season_to="09-30")
    with pytest.raises(operations.Refused, match="from 05-01 to 09-30 of a year only"):
        world.step(case, "file", "shift_leader", filing_rule=summer.pk)
    winter = worlds.rule(world.problem_class, season_from="11-01", season_to="03-31")
    assert world.step(case, "file", "shift_leader", filing_rule=winter.pk).status == "filed"


@pytest.mark.requirement("D03", "B04")
def test_a_rule_of_an_edition_not_in_force_files_nothing(world):
    case = world.to("accepted")
    edition("NEW")
    with pytest.raises(operations.Refused, match="edition of this filing rule is not in force"):
        world.step(case, "file", "shift_leader", filing_rule=world.rule.pk)
    own = edition(
        "NEWER", valid_from=date(2026, 1, 1), based_on=world.rule.edition, status="draft",
        published_at=None, published_by="",
    )  # fmt: skip
    nearer = worlds.rule(world.problem_class, edition=own)
    Edition.objects.filter(pk=own.pk).update(status="published", published_at=MONDAY)
    with pytest.raises(operations.Refused, match="edition of this filing rule is not in force"):
        world.step(case, "file", "shift_leader", filing_rule=world.rule.pk)
    assert world.step(case, "file", "shift_leader", filing_rule=nearer.pk).status == "filed"


@pytest.mark.requirement("D03", "H02")
def test_the_engineering_limit_is_one_that_the_rule_knows(world):
    case = world.to("accepted")
    with pytest.raises(operations.Refused, match="no limit for engineering work"):
        world.step(case, "file", "shift_leader", filing_rule=world.rule.pk, engineering=True)
    longer = worlds.rule(
        world.problem_class, engineering_amount=Decimal(5), engineering_unit="work_day"
    )
    asked = {"filing_rule": longer.pk, "engineering": True}
    with pytest.raises(operations.Refused, match="say in the remark why"):
        world.step(case, "file", "shift_leader", **asked)
    with pytest.raises(operations.Refused, match="approved by the shift leader"):
        world.step(case, "file", "acceptor", opinion="需开挖路面", **asked)
    case = world.step(case, "file", "shift_leader", opinion="需开挖路面", **asked)
    assert (case.limit_amount, case.limit_unit) == (5, "work_day")


@pytest.mark.requirement("F02", "F07")
def test_a_photo_of_an_earlier_step_proves_no_result(world):
    found = world.photo("report", "the broken cover")
    case = world.report()
    case = operations.perform(
        case.number, "correct", actor=world.actors["acceptor"], now=world.now,
        inputs={"reason": "with a photo"}, papers=[found],
    )  # fmt: skip
    for action, by, inputs, _photos in world.mainstream()[:4]:
        case = world.step(case, action, by, **inputs)

    def finish(*papers):
        return operations.perform(
            case.number, "finish", actor=world.actors["water"], now=world.now,
            inputs={"result": "done"}, papers=papers,
        )  # fmt: skip

    again = replace(found, stage="after")
    with pytest.raises(operations.Refused, match="from an earlier step: attach a new one"):
        finish(again)
    assert finish(again, world.photo("after")).status == "handled"


@pytest.mark.requirement("C30", "F07")
def test_before_and_after_are_two_photos(world):
    one = world.photo("before")
    with pytest.raises(operations.Refused, match="the same photo"):
        world.report(action="self_handle", level=1, papers=[one, replace(one, stage="after")])
    case = world.report(action="self_handle", level=1, papers=[one, world.photo("after")])
    assert case.status == "closed"


@pytest.mark.requirement("F06", "H01")
def test_a_reopened_case_has_a_clock_at_every_stage(world):
    case = world.to("closed")
    world.wait(days=3)
    case = world.step(case, "reopen", "supervisor", reason="broken again")
    whole = Timer.objects.get(case=case, kind="whole", state="running")
    assert whole.first_started_at == world.now
    noted = CaseEvent.objects.get(case=case, action="reopen").facts["clocks"]
    assert ("whole", "started") in {(one["clock"], one["what"]) for one in noted}
    for action, by, inputs, photos in world.mainstream()[2:5]:
        reason = {"reason": "again"} if action == "dispatch" else {}
        case = world.step(case, action, by, photos=photos, **inputs, **reason)
        assert Case.objects.get(pk=case.pk).due_at is not None, action
    assert Case.objects.get(pk=case.pk).due_at == whole.due_at


def explained_end(timer: Timer, now: datetime) -> datetime:
    return deadline.explained(timer.case, timer.kind, now=now)["stretches"][-1]["end"]


@pytest.mark.slow
@pytest.mark.requirement("H05")
@pytest.mark.parametrize("amount", [Decimal("0.75"), Decimal(3)])
@pytest.mark.parametrize("unit", ["minute", "work_hour", "work_day", "natural_day"])
@pytest.mark.parametrize("away", [timedelta(minutes=7), timedelta(days=2, hours=5)])
def test_every_explanation_ends_at_the_deadline(world, amount, unit, away):
    rule = worlds.rule(world.problem_class, limit_amount=amount, limit_unit=unit)
    case = world.to("accepted")

    def agree() -> None:
        for timer in Timer.objects.filter(case=case).order_by("kind", "-id").distinct("kind"):
            if timer.state == "paused":
                assert explained_end(timer, world.now) is None, "it stands still"
                continue
            # One whose deadline had passed before it went on is told to where it went on.
            end = max(timer.due_at, timer.started_at)
            assert explained_end(timer, world.now) == end, (timer.kind, timer.state)

    agree()
    for action, by, inputs, photos in [
        ("file", "shift_leader", {"filing_rule": rule.pk}, ()),
        ("dispatch", "dispatcher", {"unit": "water"}, ()),
        ("return", "water", {"reason_code": "not_ours", "reason": "no"}, ()),
        ("dispatch", "dispatcher", {"unit": "water", "reason": "yours"}, ()),
        ("return", "water", {"reason_code": "not_ours", "reason": "still no"}, ()),
        ("dispatch_by_order", "supervisor", {"unit": "water", "reason": "yours"}, ()),
        ("receive", "water", {}, ()),
        ("finish", "water", {"result": "done"}, ("after",)),
        ("ask_better_proof", "dispatcher", {"reason_code": "no_date", "reason": "date?"}, ()),
        ("finish", "water", {"result": "done"}, ("after",)),
    ]:
        world.wait(seconds=away.total_seconds())
        case = world.step(case, action, by, photos=photos, **inputs)
        agree()


@pytest.mark.requirement("H05")
def test_the_whole_cases_clock_tells_its_margin(world):
    rule = worlds.rule(world.problem_class, limit_amount=Decimal(2), limit_unit="work_day")
    case = world.step(world.to("accepted"), "file", "shift_leader", filing_rule=rule.pk)
    whole = Timer.objects.get(case=case, kind="whole")
    told = views.clock(whole, which=1, now=world.now)
    assert told["limit"] == [2, "work_day"] and told["margin_hours"] == 24
    parts = deadline.explained(case, "whole", now=world.now)["stretches"]
    split = next(n for n, part in enumerate(parts) if part["margin"])
    assert all(part["margin"] == (n >= split) for n, part in enumerate(parts))
    behind = [part for part in parts if part["margin"] and part["counted"]]
    assert sum((one["end"] - one["start"] for one in behind), timedelta()) == timedelta(hours=24)
    handling = views.clock(
        Timer(kind="handling", limit_amount=2, state="ended"), which=1, now=world.now
    )
    assert handling["margin_hours"] == 0


@pytest.mark.requirement("D01")
def test_a_correction_that_changes_nothing_leaves_no_line(world):
    case = world.report(description="井盖破损", address="人民路 1 号")
    same = {"description": case.description, "level": case.level, "address": case.address}
    with pytest.raises(operations.Refused, match="nothing of the case would change"):
        world.step(case, "correct", "acceptor", reason="再看一遍", **same)
    assert CaseEvent.objects.filter(case=case, action="correct").count() == 0
    case = world.step(case, "correct", "acceptor", reason="地址写错", **same | {"address": "2 号"})
    line = CaseEvent.objects.get(case=case, action="correct")
    assert line.facts["address"] == {"was": "人民路 1 号", "is": "2 号"}
