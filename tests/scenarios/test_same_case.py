"""Two reports of one problem that were opened apart: one case goes on, both callers hear of it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from cityloop.cases.models import Case, CaseEvent
from cityloop.intake.models import Report, ReporterNotice
from cityloop.kernel.errors import Invalid, Refused
from tests.town import Town

CALLER = {"channel": "hotline12345", "reporter_name": "李四", "reporter_phone": "13900000002"}


def _two(town: Town) -> tuple[Case, Case]:
    """The same class and place, told in other words: opened apart."""
    first = town.report(text="路边垃圾成堆无人清运")
    other = town.report(text="小区门口气味难闻请派人来看", **CALLER)
    assert first.case != other.case
    return Case.objects.get(number=first.case), Case.objects.get(number=other.case)


def _filed(town: Town, case: Case) -> Case:
    """What citizens tell is seen on site first."""
    if case.channel != "inspector":
        town.step(case.number, "send_verify", "acceptor", inspector="inspector")
        town.step(case.number, "verified", "inspector", photos=("verify",))
    return town.carry(case.number, "filed")


def _ended(town: Town, case: Case, **given: object) -> Case:
    inputs = {"reason_code": "duplicate", "reason": "与另案相同"} | given
    return town.step(case.number, "reject", "acceptor", **inputs)


@pytest.mark.requirement("D07", "C29")
def test_the_reports_of_the_one_join_the_other_and_are_answered_with_it(town: Town) -> None:
    first, other = _two(town)
    ended = _ended(town, other, same_as=first.number)
    assert ended.status == "rejected"
    assert CaseEvent.objects.get(case=other, action="reject").facts["same_as"] == first.number
    town.deliver()
    first.refresh_from_db()
    moved = Report.objects.get(case=first, ordinal=2)
    told = Report.objects.get(case=other)
    assert first.reports == 2 and moved.text == told.text and moved.reporter == told.reporter
    assert moved.checks == [{"code": "moved_from", "report": f"{other.number}-1"}]
    owed = ReporterNotice.objects.filter(report__reporter=told.reporter)
    assert [(one.topic, one.report_id) for one in owed] == [("joined", moved.pk)]
    town.deliver()  # again changes nothing
    assert Report.objects.filter(case=first).count() == 2

    town.carry(first.number, "filed")
    town.deliver()
    heard = ReporterNotice.objects.filter(report=moved).values_list("topic", flat=True)
    assert set(heard) == {"joined", "filed"}


@pytest.mark.requirement("D07")
def test_what_is_no_open_case_takes_no_reports(town: Town) -> None:
    first, other = _two(town)
    with pytest.raises(Invalid, match="no case"):
        _ended(town, other, same_as="209901010000001")
    with pytest.raises(Refused, match="not an open one"):
        _ended(town, other, same_as=other.number)
    with pytest.raises(Refused, match="reported before"):
        _ended(town, other, same_as=first.number, reason_code="too_vague")
    _ended(town, first)
    with pytest.raises(Refused, match="not an open one"):
        _ended(town, other, same_as=first.number)
    assert Report.objects.count() == 2


@pytest.mark.requirement("D07")
def test_where_the_other_ends_meanwhile_the_caller_hears_of_the_own_end(town: Town) -> None:
    first, other = _two(town)
    _ended(town, other, same_as=first.number)
    _ended(town, first, reason_code="too_vague")  # before the worker comes to it
    town.deliver()
    assert Report.objects.filter(case=first).count() == 1
    owed = ReporterNotice.objects.filter(report__case=other).values_list("topic", flat=True)
    assert list(owed) == ["rejected"]


@pytest.mark.requirement("D07")
def test_a_filed_case_that_is_voided_as_the_same_leaves_its_reports_to_the_other(
    town: Town,
) -> None:
    """Two filed cases of one problem: whoever approves need not repeat what the request named."""
    first, other = (_filed(town, one) for one in _two(town))
    ask = {"reason_code": "duplicate", "reason": "与另案相同"}
    with pytest.raises(Refused, match="not an open one"):
        town.step(other.number, "request_void", "dispatcher", **ask, same_as=other.number)
    town.step(other.number, "request_void", "dispatcher", **ask, same_as=first.number)
    ended = town.step(other.number, "approve_void", "shift_leader", **ask)
    assert ended.status == "voided"
    assert CaseEvent.objects.get(case=other, action="approve_void").facts["same_as"] == first.number
    town.deliver()
    moved = Report.objects.get(case=first, ordinal=2)
    assert moved.checks == [{"code": "moved_from", "report": f"{other.number}-1"}]
    assert not ReporterNotice.objects.filter(report__case=other, topic="voided").exists()
    assert ReporterNotice.objects.get(report=moved).topic == "joined"


@pytest.mark.requirement("D07")
def test_an_approval_names_another_case_or_none(town: Town) -> None:
    """What the request named ended without being handled: nobody would have the problem."""
    first, other = _two(town)
    third = Case.objects.get(number=town.report(text="围墙倒塌").case)
    ask = {"reason_code": "duplicate", "reason": "与另案相同"}
    for case, said in ((first, {"same_as": third.number}), (other, {})):
        _filed(town, case)
        town.step(case.number, "request_void", "dispatcher", **ask, **said)
    town.step(third.number, "reject", "acceptor", reason_code="too_vague", reason="无法核实")
    with pytest.raises(Refused, match="which the request named, is open no more"):
        town.step(first.number, "approve_void", "shift_leader", **ask)
    town.step(first.number, "approve_void", "shift_leader", **ask, same_as=other.number)
    town.deliver()
    assert CaseEvent.objects.get(case=first, action="approve_void").facts["same_as"] == other.number
    assert Report.objects.filter(case=other).count() == 2
    town.step(other.number, "approve_void", "shift_leader", reason_code="below_condition",
              reason="已消失")  # fmt: skip
    assert "same_as" not in CaseEvent.objects.get(case=other, action="approve_void").facts


@pytest.mark.requirement("D07")
def test_two_voids_that_name_each_other_do_not_both_end(town: Town) -> None:
    first, other = (_filed(town, one) for one in _two(town))
    ask = {"reason_code": "duplicate", "reason": "与另案相同"}
    town.step(first.number, "request_void", "dispatcher", **ask, same_as=other.number)
    town.step(other.number, "request_void", "dispatcher", **ask, same_as=first.number)
    assert town.step(first.number, "approve_void", "shift_leader", **ask).status == "voided"
    with pytest.raises(Refused, match="which the request named, is open no more"):
        town.step(other.number, "approve_void", "shift_leader", **ask)
    other = town.step(other.number, "refuse_void", "shift_leader", reason="另案已并入本案")
    assert other.status == "filed"
    town.deliver()
    assert Report.objects.filter(case=other).count() == 2


@pytest.mark.requirement("D07")
def test_a_duplicate_of_what_was_handled_meanwhile_is_voided(town: Town) -> None:
    first, other = (_filed(town, one) for one in _two(town))
    ask = {"reason_code": "duplicate", "reason": "与另案相同"}
    town.step(other.number, "request_void", "dispatcher", **ask, same_as=first.number)
    assert town.carry(first.number, "closed").status == "closed"
    assert town.step(other.number, "approve_void", "shift_leader", **ask).status == "voided"
    assert "same_as" not in CaseEvent.objects.get(case=other, action="approve_void").facts


@pytest.mark.requirement("D07")
def test_who_joined_a_case_that_joins_a_third_before_the_worker_comes(town: Town) -> None:
    first, other = _two(town)
    third = Case.objects.get(number=town.report(text="围墙外成堆的垃圾").case)
    _ended(town, other, same_as=first.number)
    _ended(town, first, same_as=third.number)
    town.deliver()
    assert Report.objects.filter(case=third).count() == 3
    assert not ReporterNotice.objects.filter(topic="rejected").exists()


@pytest.mark.slow
@pytest.mark.requirement("D07", "O02")
def test_two_cases_are_not_ended_as_the_same_as_each_other_at_one_moment(committed: Town) -> None:
    """The second reads what the first became, and is refused."""
    town = committed
    first, other = _two(town)

    def end() -> object:
        try:
            return _ended(town, other, same_as=first.number)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            _ended(town, first, same_as=other.number)
            ending = pool.submit(end)
            with pytest.raises(TimeoutError):  # it waits for what becomes of the first
                ending.result(timeout=2)
        with pytest.raises(Refused, match="不是您可见的在办案件"):  # a thread in its own language
            ending.result(timeout=60)
    assert Case.objects.get(number=other.number).status == "reported"
