"""Who reported is told, and is forgotten when the time has come."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cityloop.cases.models import Case
from cityloop.intake import jobs, operations, queries
from cityloop.intake.models import Report, Reporter, ReporterNotice
from cityloop.intake.operations.answers import LONGEST_OPEN, AlreadySettled
from cityloop.kernel import clock
from cityloop.kernel.errors import Invalid, NotAllowed
from cityloop.kernel.jobs import handlers


@pytest.fixture
def two_callers(city):
    """A case with two callers and an inspector, rejected by the acceptor."""
    first = city.receive("hotline12345", reporter_name="甲", reporter_phone="13800000001")
    city.receive("hotline12319", reporter_name="乙", reporter_phone="13800000002")
    city.receive()
    case = city.step(first.case, "reject", "acceptor", reason_code="too_vague", reason="找不到")
    return city, case


@pytest.mark.requirement("D09", "D07")
def test_everybody_who_reported_is_told_of_the_rejection_once(two_callers):
    city, case = two_callers
    assert "cityloop.intake.jobs.tell_reject" in handlers("case.reject")
    jobs.tell_reject(number=case.number, version=case.version)
    jobs.tell_reject(number=case.number, version=case.version)  # a job may come twice
    told = ReporterNotice.objects.filter(topic="rejected")
    assert sorted(n.report.ordinal for n in told) == [1, 2]
    assert operations.owe_all(
        number=case.number, version=case.version, topic="rejected", now=city.now
    ) == 0  # fmt: skip


@pytest.mark.requirement("D09")
def test_each_end_of_a_case_has_a_job_that_tells(city):
    for action in ("reject", "approve_void", "close", "force_close", "reopen"):
        assert f"cityloop.intake.jobs.tell_{action}" in handlers(f"case.{action}")
    receipt = city.receive("web", reporter_phone="13800000001")
    for version, (tell, topic) in enumerate((
        (jobs.tell_close, "closed"), (jobs.tell_force_close, "closed"),
        (jobs.tell_approve_void, "voided"), (jobs.tell_reopen, "reopened"),
    ), 5):  # fmt: skip
        tell(number=receipt.case, version=version)
        assert ReporterNotice.objects.get(version=version).topic == topic


def test_who_wants_no_answer_gets_none(city):
    receipt = city.receive("web", reporter_phone="13800000001", answer_wanted=False)
    jobs.tell_close(number=receipt.case, version=2)
    assert not ReporterNotice.objects.exists()


@pytest.mark.requirement("C07")
def test_a_leader_gets_a_written_answer_proven_by_its_paper(city):
    receipt = city.receive("leader")
    jobs.tell_close(number=receipt.case, version=5)
    notice = ReporterNotice.objects.get()
    assert notice.written
    acceptor = city.actors["acceptor"]
    with pytest.raises(Invalid):
        operations.settle(notice.pk, medium="letter", actor=acceptor, now=city.now)
    paper = city.photo().sha256
    done = operations.settle(
        notice.pk, medium="letter", paper_sha256=paper, actor=acceptor, now=clock.now()
    )
    assert (done.state, done.settled_by) == ("told", acceptor.post)


def test_an_answer_is_given_once_by_those_who_may(two_callers):
    city, case = two_callers
    jobs.tell_reject(number=case.number, version=case.version)
    acceptor, notice = city.actors["acceptor"], ReporterNotice.objects.filter(topic="rejected")[0]
    with pytest.raises(NotAllowed):
        operations.settle(notice.pk, medium="phone", actor=city.actors["dispatcher"], now=city.now)
    with pytest.raises(Invalid):
        operations.settle(notice.pk, medium="pigeon", actor=acceptor, now=city.now)
    operations.settle(notice.pk, medium="phone", note="接通", actor=acceptor, now=city.now)
    with pytest.raises(AlreadySettled):
        operations.settle(notice.pk, medium="phone", note="已告知", actor=acceptor, now=city.now)
    with pytest.raises(operations.NoSuchNotice):
        operations.settle(0, medium="phone", note="已告知", actor=acceptor, now=city.now)
    owed = queries.notices_owed(acceptor, topic="rejected")
    assert [n.pk for n in owed] == [n.pk for n in ReporterNotice.objects.filter(
        topic="rejected").exclude(pk=notice.pk)]  # fmt: skip


@pytest.mark.requirement("O10")
def test_people_are_forgotten_after_the_retention_and_the_report_stays(two_callers):
    city, case = two_callers
    jobs.tell_reject(number=case.number, version=case.version)
    city.wait(days=729)
    assert operations.forget_reporters(now=city.now) == 0
    city.wait(days=2)
    assert operations.forget_reporters(now=city.now) == 2
    assert set(Reporter.objects.values_list("name", "phone")) == {("", "")}
    assert Report.objects.count() == 3 and Case.objects.get().reports == 3
    assert set(ReporterNotice.objects.values_list("state", flat=True)) == {"dropped"}
    report = Report.objects.get(ordinal=1)
    assert queries.reporter_of(city.actors["acceptor"], report) is None
    assert operations.forget_reporters(now=city.now) == 0


@pytest.mark.requirement("O10")
def test_while_a_case_is_open_its_reporter_can_be_told_but_not_for_ever(city):
    city.receive("web", reporter_phone="13800000001")
    city.wait(days=366)
    assert operations.forget_reporters(now=city.now) == 0
    city.now += LONGEST_OPEN + timedelta(days=1)
    assert operations.forget_reporters(now=city.now) == 1


@pytest.mark.requirement("O10")
def test_only_those_who_may_know_see_who_reported(two_callers):
    city, case = two_callers
    report = Report.objects.get(ordinal=1)
    assert queries.reporter_of(city.actors["acceptor"], report).name == "甲"
    assert queries.reporter_of(city.actors["dispatcher"], report) is None
    assert queries.reporter_of(city.actors["inspector"], report) is None
    with pytest.raises(NotAllowed):
        queries.earlier_reports(city.actors["dispatcher"], "13800000001")
    found = queries.earlier_reports(city.actors["acceptor"], "13800000001")
    assert [one.case.number for one in found] == [case.number]


@pytest.mark.requirement("D09")
def test_a_clock_that_was_put_back_makes_no_answer_earlier_than_it_was_owed(two_callers):
    city, case = two_callers
    jobs.tell_reject(number=case.number, version=case.version)
    notice = ReporterNotice.objects.first()
    city.now = notice.owed_at - timedelta(hours=2)
    done = operations.settle(
        notice.pk, medium="phone", note="接通", actor=city.actors["acceptor"], now=city.now
    )
    assert (done.state, done.settled_at) == ("told", notice.owed_at)
