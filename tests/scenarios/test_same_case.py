"""Two reports of one problem that were opened apart: one case goes on, both callers hear of it."""

from __future__ import annotations

import pytest

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
