"""What becomes of a report: opened, joined, flagged, refused; never lost, never doubled."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cityloop.cases.models import Case
from cityloop.intake import operations
from cityloop.intake.models import Report


def codes(receipt: operations.Receipt) -> list[str]:
    """Codes of the findings."""
    return [one["code"] for one in receipt.checks]


@pytest.mark.requirement("C01", "D01")
def test_an_inspectors_report_opens_a_case_with_place_class_and_clock(city):
    photo = city.photo()
    receipt = city.receive(photos=(photo,))
    case = Case.objects.get(number=receipt.case)
    assert (receipt.status, receipt.joined, receipt.checks) == ("reported", False, [])
    assert case.grid_code == "330106001001013" and case.area_code == "330106001001"
    assert case.problem_class == city.classes["C0101"] and case.level == 2
    assert case.timers.get().due_at == city.now + timedelta(minutes=15)
    assert case.attachments.get().file.sha256 == photo.sha256
    report = Report.objects.get()
    assert report.case == case and receipt.number == f"{case.number}-1"
