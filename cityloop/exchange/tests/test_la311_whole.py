"""The whole file of Los Angeles: every batch is committed, as the command does it."""

from __future__ import annotations

import pytest

from cityloop.cases.models import Case
from cityloop.exchange.tests import made


@pytest.mark.slow
@pytest.mark.requirement("O13", "O06")
@pytest.mark.timeout(900)
@pytest.mark.usefixtures("own_database")
def test_all_requests(shared):
    report = made.take(made.real(shared, "la311"), "la311")
    assert report.imported == 39_997
    assert [one.key for one in report.rejected] == ["1-1262163791", "1-1261084161"]
    assert Case.objects.filter(status="voided").count() == 1173
    assert Case.objects.filter(status="handling").count() == 55
    assert Case.objects.filter(closing_kind="forced").count() == 30
    made.check_invariants()
