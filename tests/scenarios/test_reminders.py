"""Small matters below a case: the unit is told, nothing is filed, nobody is scored."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cityloop.cases import granting
from cityloop.cases import operations as cases
from cityloop.cases import queries as case_queries
from cityloop.cases.models import Case, Timer
from cityloop.intake.models import ReporterNotice
from cityloop.notify.models import Message
from cityloop.oversight import queries
from tests.town import EVENT, Town


def _told(town: Town) -> list[str]:
    town.deliver()
    rows = Message.objects.filter(topic="reminded").order_by("pk")
    return [row.member.username for row in rows if row.member]


@pytest.mark.requirement("B10")
def test_an_inspector_reminds_and_the_responsible_unit_is_told(town: Town) -> None:
    receipt = town.report(kind="remind", class_code=EVENT, text="店铺外摆，提示规范")
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
        "hotline12319", text="门口有一只纸箱", class_code=EVENT, reporter_phone="13800000001"
    ).case
    with pytest.raises(cases.Refused, match="settle_by_reminder is for: acceptor"):
        town.step(number, "settle_by_reminder", "dispatcher", opinion="x")
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


@pytest.mark.requirement("B10")
def test_reminders_are_counted_by_unit_class_and_period(town: Town) -> None:
    start = town.now
    for code in (EVENT, EVENT, "E0110"):
        town.report(kind="remind", class_code=code, text=f"提示{code}{town.reports}")
    town.wait(days=40)
    town.report(kind="remind", class_code=EVENT, text="下个月的提示")
    town.case("closed")

    leader, month = town.actor("leader"), timedelta(days=30)
    found = queries.counts(leader, since=start, until=start + month)
    told = [(one.unit.code, one.problem_class.short_code, one.count) for one in found]  # type: ignore[union-attr]
    assert told == [("ROADS", "E0101", 2), ("ROADS", "E0110", 1)]
    later = queries.counts(leader, since=start + month, until=town.now + month)
    assert [one.count for one in later] == [1]
    chosen = town.chosen("E0110")
    (one,) = queries.reminders(leader, since=start, until=town.now + month, class_id=chosen.pk)
    assert one.problem_class == chosen
    assert queries.counts(town.actor("water"), since=start, until=town.now + month) == []
