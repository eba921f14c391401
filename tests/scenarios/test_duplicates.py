"""The same hole, reported by three: one case, everybody attached, everybody told."""

from __future__ import annotations

import pytest
from django.utils import translation

from cityloop.cases import queries as cases
from cityloop.cases.models import Case
from cityloop.desks import history
from cityloop.intake import operations as intake
from cityloop.intake import queries as reports
from cityloop.intake.models import Report
from tests.town import Town


@pytest.mark.requirement("D07", "C02", "O02")
def test_a_duplicate_joins_and_all_reporters_are_told_at_the_end(town: Town) -> None:
    point = town.grid(5).geom.point_on_surface
    first = town.report(
        x=point.x, y=point.y, text="井盖破损", photos=[intake.PhotoIn(town.stored())]
    )
    town.wait(minutes=30)
    second = town.report(
        "hotline12319", x=point.x + 0.00005, y=point.y, text="路面井盖破损",
        reporter_phone="13900000001",
    )  # fmt: skip
    town.wait(hours=3)
    third = town.report(
        "web", x=point.x, y=point.y + 0.00005, text="井盖破损了", reporter_phone="13900000002"
    )
    assert first.case == second.case == third.case
    assert [one.joined for one in (first, second, third)] == [False, True, True]
    case = Case.objects.get(number=first.case)
    assert (case.reports, case.version) == (3, 3)
    assert [one.channel for one in reports.reports_of(town.actor("acceptor"), case.number)] == [
        "inspector", "hotline12319", "web"]  # fmt: skip

    town.carry(case.number, "closed")
    town.deliver()
    told = Report.objects.filter(notices__topic="closed").order_by("ordinal")
    assert [one.reporter.phone for one in told if one.reporter] == ["13900000001", "13900000002"]


@pytest.mark.requirement("D07")
def test_what_is_near_but_other_or_old_or_closed_opens_a_case_of_its_own(town: Town) -> None:
    point = town.grid(5).geom.point_on_surface
    at = {"x": point.x, "y": point.y}
    first = town.report("hotline12319", text="井盖破损", **at)
    other = town.report("hotline12319", class_code="E0110", text="暴露垃圾", **at)
    far = town.report("hotline12319", text="井盖破损", x=point.x + 0.002, y=point.y)
    town.wait(hours=25)
    later = town.report("hotline12319", text="井盖破损", **at)
    numbers = [one.case for one in (first, other, far, later)]
    assert len(set(numbers)) == 4
    town.step(later.case, "reject", "acceptor", reason_code="duplicate", reason="重复")
    again = town.report("hotline12319", text="井盖破损", **at)
    assert again.case not in numbers


@pytest.mark.requirement("D07", "O02")
def test_the_same_message_sent_twice_is_one_report(town: Town) -> None:
    point = town.grid(9).geom.point_on_surface
    given = {"x": point.x, "y": point.y, "source_key": "P-2026-17", "text": "井盖破损"}
    first = town.report("platform", by="exchange", **given)
    again = town.report("platform", by="exchange", **given)
    assert (again.number, again.repeated) == (first.number, True)
    assert Report.objects.filter(case__number=first.case).count() == 1
    with pytest.raises(intake.KeyReused):
        town.report("platform", by="exchange", **{**given, "text": "另一件事"})


@pytest.mark.requirement("D07", "F08")
def test_the_same_picture_at_another_place_is_noticed(town: Town) -> None:
    photo = intake.PhotoIn(town.stored())
    first = town.report(photos=[photo])
    second = town.report(photos=[photo])
    assert second.case != first.case
    remarks = Case.objects.get(number=second.case).attachments.get().remarks
    assert remarks[0]["code"] == "same_picture" and remarks[0]["cases"] == [first.case]
    # A unit that may see neither learns no number of a case that is not its own.
    stranger, told = town.actor("green"), [dict(one) for one in remarks]
    cases.only_seen(stranger, told)
    assert (told[0]["cases"], told[0]["hidden"]) == ([], 1)
    with translation.override("zh-hans"):
        assert "管辖范围外 1 件" in history.remark_words(told)[0]


@pytest.mark.requirement("A30", "O01")
def test_a_report_from_nowhere_is_kept_and_flagged(town: Town) -> None:
    receipt = town.report("hotline12319", x=119.0, y=29.0)
    assert [one["code"] for one in receipt.checks]
    case = Case.objects.get(number=receipt.case)
    assert (case.grid_code, case.status) == ("", "reported")
    with pytest.raises(intake.OutsideCity):
        town.report("sensor", by="exchange", x=119.0, y=29.0)
