"""No fresh clock of a stage makes a case green that is late as a whole."""

from __future__ import annotations

import pytest

from cityloop.cases import queries, views
from cityloop.cases.models import Case, Timer
from tests.town import Town


def _listed(town: Town, case: Case) -> bool:
    found = queries.search(town.actor("supervisor"), queries.Filters(overdue=True), now=town.now)
    return found.filter(pk=case.pk).exists()


@pytest.mark.requirement("H01", "H07")
def test_a_late_case_stays_red_through_its_check(town: Town) -> None:
    case = town.case("handling")
    whole = Timer.objects.get(case=case, kind="whole")
    town.wait(days=(whole.due_at - town.now).days + 2)
    town.sweep()
    town.carry(case.number, "handled")
    case = Case.objects.get(pk=case.pk)
    assert case.due_at == whole.due_at and _listed(town, case)
    case = town.carry(case.number, "checking")
    check = Timer.objects.get(case=case, kind="check", state="running")
    assert check.due_at > town.now  # the checker is in time, the case is not
    assert case.due_at == whole.due_at and _listed(town, case)
    assert views.light(case, now=town.now) in ("red", "purple")


@pytest.mark.requirement("H01")
def test_in_time_as_a_whole_the_stage_is_what_counts(town: Town) -> None:
    case = town.case("checking")
    check = Timer.objects.get(case=case, kind="check", state="running")
    assert case.due_at == check.due_at and not _listed(town, case)
