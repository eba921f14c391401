"""A caller complains of a blocked drain: seen first, sent to the wrong unit, mended twice, told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cityloop.cases import operations as cases
from cityloop.cases.models import Case
from cityloop.intake import operations as intake
from cityloop.intake import queries as reports
from cityloop.intake.models import Report
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import NotFound
from tests.town import Town

PHONE = "13912345678"


def elsewhere(actor: Actor) -> Actor:
    """Somebody in the same post in another district."""
    return replace(actor, member_id=None, region_codes=("330102",), scopes=())


@pytest.mark.requirement("C02", "D06", "E03", "F05", "F12", "D09", "H07")
def test_a_call_is_verified_returned_once_and_reworked_once(town: Town) -> None:
    # The operator writes down what the caller says; the crossing is enough to place it.
    receipt = town.report(
        "hotline12319", x=None, y=None, address="人民路与桥头街交叉口", class_code="C0102",
        text="雨水井盖不见了", reporter_name="王女士", reporter_phone=PHONE,
    )  # fmt: skip
    number = receipt.case
    assert "placed_by_address" in [one["code"] for one in receipt.checks]
    assert Case.objects.get(number=number).grid_code

    # A public report is seen on site first; meanwhile the acceptance clock stands still.
    with pytest.raises(cases.Refused, match="verified on site"):
        town.step(number, "accept", "acceptor")
    town.wait(minutes=5)
    town.step(number, "send_verify", "acceptor", inspector="inspector")
    town.wait(minutes=25)
    with pytest.raises(cases.Refused, match="not yours"):
        town.step(number, "verified", "inspector2", photos=("verify",))
    town.step(number, "verified", "inspector", photos=("verify",))
    town.wait(minutes=2)
    assert town.sweep() == 0, "25 minutes of verification cost no acceptance time"
    town.step(number, "accept", "acceptor")
    town.step(number, "file", "shift_leader", filing_rule=town.rule("C0102").pk)

    # The dispatcher errs; the unit sends it back with its reason; the second dispatch needs one.
    town.step(number, "dispatch", "dispatcher", unit="ROADS")
    town.wait(minutes=30)
    town.step(number, "return", "roads", reason_code="not_ours", reason="属供排水单位")
    with pytest.raises(NotFound):
        reports.report(town.actor("water"), receipt.number)
    with pytest.raises(cases.Refused, match="give the reason"):
        town.step(number, "dispatch", "dispatcher", unit="WATER")
    town.step(number, "dispatch", "dispatcher", unit="WATER", reason="道路部门退回")

    # Mended badly, checked, mended again.
    town.step(number, "receive", "water")
    town.wait(hours=1)
    town.step(number, "finish", "water", result="已加盖", photos=("after",))
    town.step(number, "send_check", "acceptor", inspector="inspector2")
    town.wait(minutes=20)
    town.step(
        number,
        "check_failed",
        "inspector2",
        reason_code="poor_work",
        reason="井盖松动",
        photos=("check",),
    )
    town.step(number, "rework", "dispatcher", reason="须固定")
    town.step(number, "receive", "water")
    town.wait(minutes=40)
    town.step(number, "finish", "water", result="已固定", photos=("after",))
    town.step(number, "send_check", "acceptor", inspector="inspector2")
    town.step(number, "check_passed", "inspector2", photos=("check",))
    town.step(number, "review_case", "shift_leader", opinion="前后一致")
    case = town.step(number, "close", "shift_leader", closing_condition=True)
    assert (case.dispatches, case.returns, case.reworks) == (2, 1, 1)
    assert case.verified == "found"

    # The worker tells intake, intake owes the caller an answer, the operator gives it once.
    town.deliver()
    acceptor = town.actor("acceptor")
    owed = reports.notices_owed(acceptor, topic="closed").get()
    assert owed.report.reporter.phone == PHONE
    with pytest.raises(intake.NoSuchNotice):
        intake.settle(
            owed.pk, medium="phone", note="已告知", actor=elsewhere(acceptor), now=town.now
        )
    intake.settle(owed.pk, medium="phone", note="已告知", actor=acceptor, now=town.now)
    with pytest.raises(intake.AlreadySettled):
        intake.settle(owed.pk, medium="sms", actor=acceptor, now=town.now)


@pytest.mark.requirement("C02", "O10")
def test_the_handling_side_never_learns_who_called(town: Town) -> None:
    receipt = town.report("hotline12345", reporter_name="王女士", reporter_phone=PHONE)
    town.step(receipt.case, "send_verify", "acceptor", inspector="inspector")
    town.step(receipt.case, "verified", "inspector", photos=("verify",))
    town.carry(receipt.case, "handling")
    seen = reports.report(town.actor("water"), receipt.number)
    assert reports.reporter_of(town.actor("water"), seen) is None
    assert reports.reporter_of(town.actor("acceptor"), seen).name == "王女士"
    facts = list(Case.objects.get(number=receipt.case).events.values_list("facts", flat=True))
    assert PHONE not in str(facts) and "王女士" not in str(facts)


@pytest.mark.requirement("D06", "D09")
def test_what_nobody_finds_is_rejected_with_a_reason_and_the_caller_is_told(town: Town) -> None:
    receipt = town.report("hotline12319", reporter_phone=PHONE)
    town.step(receipt.case, "send_verify", "acceptor", inspector="inspector")
    town.step(receipt.case, "not_found", "inspector", reason="现场无此井盖")
    with pytest.raises(cases.Refused, match="did not find"):
        town.step(receipt.case, "accept", "acceptor")
    case = town.step(receipt.case, "reject", "acceptor", reason_code="not_found", reason="未发现")
    assert (case.status, case.reason_code) == ("rejected", "not_found")
    assert "case.reject" in town.deliver()
    told = reports.notices_of(Report.objects.get(case=case))
    assert [one.topic for one in told] == ["rejected"]


@pytest.mark.requirement("C07")
def test_a_leaders_instruction_runs_on_its_own_clock_and_ends_with_a_paper(town: Town) -> None:
    receipt = town.report("leader", by="shift_leader", text="请立即处理井盖破损")
    clock = Case.objects.get(number=receipt.case).timers.get()
    assert (clock.due_at - town.now).total_seconds() == 5 * 60
    ordinary = Case.objects.get(number=town.report("hotline12319").case).timers.get()
    assert (ordinary.due_at - town.now).total_seconds() == 15 * 60
    case = town.carry(receipt.case, "checked")
    with pytest.raises(cases.Refused, match="the written report"):
        town.step(receipt.case, "close", "shift_leader", closing_condition=True)
    with pytest.raises(cases.Refused, match="attach the report"):
        town.step(receipt.case, "attach_report", "acceptor")
    town.step(receipt.case, "attach_report", "acceptor", photos=("paper",))
    with pytest.raises(cases.Refused, match="no written report is owed"):
        town.step(receipt.case, "attach_report", "acceptor", photos=("paper",))
    case = town.carry(receipt.case, "closed")
    assert case.attachments.filter(stage="paper").count() == 1
    town.deliver()
    supervisor = town.actor("supervisor")
    owed = reports.notices_owed(supervisor, topic="closed").get(report__case=case)
    with pytest.raises(Exception, match="paper"):
        intake.settle(owed.pk, medium="letter", actor=supervisor, now=town.now)
    done = intake.settle(
        owed.pk, medium="letter", paper_sha256=town.stored(), actor=supervisor, now=town.now
    )
    assert done.written and done.paper is not None
