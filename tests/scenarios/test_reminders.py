"""Small matters below a case: the unit is told, nothing is filed, nobody is scored."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from cityloop.cases import granting, offers
from cityloop.cases import operations as cases
from cityloop.cases import queries as case_queries
from cityloop.cases.flow import PUBLIC
from cityloop.cases.models import Case, Timer
from cityloop.intake.models import ReporterNotice
from cityloop.kernel import clock
from cityloop.kernel.errors import Problem
from cityloop.notify.models import Message
from cityloop.oversight import queries
from tests.town import EVENT, SYSTEM, Town, forget

SMALL = "E0102"


def _told(town: Town) -> list[str]:
    town.deliver()
    rows = Message.objects.filter(topic="reminded").order_by("pk")
    return [row.member.username for row in rows if row.member]


@pytest.mark.requirement("B10")
def test_an_inspector_reminds_and_the_responsible_unit_is_told(town: Town) -> None:
    receipt = town.report(kind="remind", class_code=SMALL, text="店铺外摆，提示规范")
    case = Case.objects.get(number=receipt.case)
    assert (case.record_type, case.status, case.closing_kind) == ("reminder", "closed", "reminder")
    # The unit of the matrix sees it; nothing is filed, no clock runs, nobody is judged by it.
    assert (case.lead, case.filed_at, case.dispatches) == (town.units["ROADS"], None, 0)
    assert case_queries.get(town.actor("roads"), case.number) == case
    assert not Timer.objects.filter(case=case).exclude(state="ended").exists()
    assert _told(town) == ["roads"]
    message = Message.objects.get(topic="reminded")
    assert case.number in message.text
    since, until = town.now - timedelta(days=1), town.now + timedelta(days=1)
    assert granting.granted_by_unit(town.actor("leader"), since=since, until=until) == []


@pytest.mark.requirement("B10")
def test_the_acceptor_settles_a_small_report_by_a_reminder(town: Town) -> None:
    number = town.report(
        "hotline12319", text="门口有一只纸箱", class_code=SMALL, reporter_phone="13800000001"
    ).case
    with pytest.raises(cases.Refused, match="Settle by a reminder is for: Acceptance operator"):
        town.step(number, "settle_by_reminder", "dispatcher", opinion="x")
    _seen(town, number)
    town.step(number, "review_case", "shift_leader", opinion="属实，情节轻微")
    with pytest.raises(cases.Refused, match="does not handle cases"):
        town.step(number, "settle_by_reminder", "acceptor", opinion="x", addressee="PLAT")
    town.step(number, "correct", "acceptor", level=3, reason="影响较大")
    with pytest.raises(cases.Refused, match="a matter of this level becomes a case"):
        town.step(number, "settle_by_reminder", "acceptor", opinion="已提示", addressee="GREEN")
    town.step(number, "correct", "acceptor", level=2, reason="经核实情节轻微")
    case = town.step(number, "settle_by_reminder", "acceptor", opinion="已提示", addressee="GREEN")
    assert (case.status, case.record_type, case.lead) == (
        "closed", "reminder", town.units["GREEN"],
    )  # fmt: skip
    assert _told(town) == ["green"]
    # Who reported hears that the unit was told.
    notice = ReporterNotice.objects.get(report__case=case, topic="closed")
    assert notice.state == "owed"
    with pytest.raises(cases.Refused, match="never filed"):
        town.step(number, "reopen", "supervisor", reason="x")


def _seen(town: Town, number: str) -> None:
    town.step(number, "send_verify", "acceptor", inspector="inspector")
    town.step(number, "verified", "inspector", photos=("verify",))


@pytest.mark.requirement("B09", "B10")
def test_nobody_makes_a_grave_matter_small_and_settles_it_alone(town: Town) -> None:
    """Whoever lowers the level says why; that alone ends no grave matter below a case."""
    settle = {"opinion": "已提示", "addressee": "WATER"}
    first, second = (town.report(class_code=EVENT).case for _ in range(2))
    assert town.chosen(EVENT).level == 3
    with pytest.raises(cases.Refused, match="say in the reason why"):
        town.step(first, "accept", "acceptor", level=1)
    town.step(first, "correct", "acceptor", level=1, reason="经核实情节轻微")
    with pytest.raises(cases.Refused, match="a matter of this class is grave"):
        town.step(first, "settle_by_reminder", "acceptor", **settle)
    case = town.step(first, "settle_by_reminder", "shift_leader", **settle)
    assert case.record_type == "reminder", "a second person agrees"

    # Neither by way of another class.
    small = town.chosen(SMALL).pk
    with pytest.raises(cases.Refused, match="a matter of this class is grave"):
        town.step(second, "settle_by_reminder", "acceptor", problem_class=small, **settle)
    town.step(second, "correct", "acceptor", problem_class=small, level=1, reason="类别选错")
    with pytest.raises(cases.Refused, match="a matter of this class is grave"):
        town.step(second, "settle_by_reminder", "acceptor", **settle)
    assert town.step(second, "accept", "acceptor").status == "accepted"


@pytest.mark.requirement("B10", "D06", "G09")
def test_no_reminder_passes_a_public_report_by_the_verification_and_the_review(town: Town) -> None:
    number = town.report("hotline12319", class_code=EVENT, reporter_phone="13800000002").case
    settle = {"opinion": "已提示", "addressee": "GREEN"}
    with pytest.raises(cases.Refused, match="verified on site before"):
        town.step(number, "settle_by_reminder", "acceptor", **settle)
    with pytest.raises(cases.Refused, match="no review is asked"):
        town.step(number, "review_case", "shift_leader")
    _seen(town, number)
    with pytest.raises(cases.Refused, match="review this case first"):
        town.step(number, "settle_by_reminder", "acceptor", **settle)
    town.step(number, "review_case", "shift_leader", opinion="属实，情节轻微")
    # Whoever reviewed it may settle it, too; and a case that it becomes is reviewed again.
    offered = {one.step.action for one in _offers(town, number) if not one.hindrances}
    assert "settle_by_reminder" in offered
    case = town.step(number, "accept", "acceptor")
    assert case.reviewed_at is None


@pytest.mark.requirement("B10", "D06")
def test_what_was_not_found_is_rejected_and_not_settled_by_a_reminder(town: Town) -> None:
    number = town.report("hotline12319", class_code=EVENT, reporter_phone="13800000003").case
    town.step(number, "send_verify", "acceptor", inspector="inspector")
    town.step(number, "not_found", "inspector", reason="现场无此问题")
    with pytest.raises(cases.Refused, match="did not find the problem"):
        town.step(number, "settle_by_reminder", "acceptor", opinion="x", addressee="GREEN")


@pytest.mark.requirement("B10")
def test_what_an_inspector_reported_is_settled_by_a_reminder_at_once(town: Town) -> None:
    number = town.report(class_code="E0110").case
    assert "review_case" not in {one.step.action for one in _offers(town, number)}
    case = town.step(number, "settle_by_reminder", "acceptor", opinion="已提示", addressee="GREEN")
    assert case.record_type == "reminder"


@pytest.mark.requirement("B10", "D06", "G09")
def test_what_the_public_reported_is_no_reminder_from_the_start(town: Town) -> None:
    before = Case.objects.count()
    with pytest.raises(Problem, match="register it as a report"):
        town.report("hotline12319", kind="remind", class_code=SMALL)
    assert Case.objects.count() == before
    # The inspector stands there, whatever of theirs the city wants reviewed.
    cases.publish_flow(
        code="watched", parameters={"reviewed_channels": ["inspector", *PUBLIC]}, actor=SYSTEM,
        now=clock.now() + timedelta(seconds=1),
    )  # fmt: skip
    forget()
    told = Case.objects.get(number=town.report(kind="remind", class_code="E0110").case)
    assert told.closing_kind == "reminder"


@pytest.mark.requirement("B10", "C07")
def test_nothing_grave_and_nothing_from_a_leader_is_a_reminder_from_the_start(town: Town) -> None:
    before = Case.objects.count()
    with pytest.raises(Problem, match="a matter of this level becomes a case"):
        town.report(kind="remind", class_code="E0502", text="燃气管道破裂")
    with pytest.raises(Problem, match="a written answer is owed"):
        town.report("leader", kind="remind", class_code="E0110", text="批示：清理纸箱")
    assert Case.objects.count() == before


@pytest.mark.requirement("B09", "B10")
def test_the_level_follows_the_class_that_is_chosen(town: Town) -> None:
    grave = town.chosen("E0502")

    def reported(**given: Any) -> str:
        return town.report(text="道路上方有物品将要坠落", **given).case

    number = reported(class_code="")
    assert Case.objects.get(number=number).level == 2  # nobody has said what it is
    with pytest.raises(cases.Refused, match="a matter of this level becomes a case"):
        town.step(number, "settle_by_reminder", "acceptor", problem_class=grave.pk, opinion="x",
                  addressee="GREEN")  # fmt: skip
    case = town.step(number, "accept", "acceptor", problem_class=grave.pk)
    assert case.level == grave.level > 2
    assert case.events.get(action="accept").facts["level"] == {"was": 2, "is": grave.level}
    # What somebody set by hand rises with a graver class, and falls only by hand.
    number = reported(class_code="E0110")
    assert town.step(number, "correct", "acceptor", level=3, reason="x").level == 3
    small = town.chosen("E0102").pk
    case = town.step(number, "correct", "acceptor", problem_class=small, reason="x")
    assert case.level == 3
    assert town.step(number, "correct", "acceptor", level=2, reason="x").level == 2


def _offers(town: Town, number: str) -> list[offers.Offer]:
    case = Case.objects.get(number=number)
    leader = town.actor("shift_leader")
    return offers.offers(leader, case, timers=[], tasks=[], now=town.now)


@pytest.mark.requirement("B10")
def test_reminders_are_counted_by_unit_class_and_period(town: Town) -> None:
    start = town.now
    for code in (SMALL, SMALL, "E0110"):
        town.report(kind="remind", class_code=code, text=f"提示{code}{town.reports}")
    town.wait(days=40)
    town.report(kind="remind", class_code=SMALL, text="下个月的提示")
    town.case("closed")

    leader, month = town.actor("leader"), timedelta(days=30)
    found = queries.counts(leader, since=start, until=start + month)
    told = [(one.unit.code, one.problem_class.short_code, one.count) for one in found]  # type: ignore[union-attr]
    assert told == [("ROADS", SMALL, 2), ("ROADS", "E0110", 1)]
    later = queries.counts(leader, since=start + month, until=town.now + month)
    assert [one.count for one in later] == [1]
    chosen = town.chosen("E0110")
    (one,) = queries.reminders(leader, since=start, until=town.now + month, class_id=chosen.pk)
    assert one.problem_class == chosen
    assert queries.counts(town.actor("water"), since=start, until=town.now + month) == []
