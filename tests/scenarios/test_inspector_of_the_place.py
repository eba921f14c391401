"""Who looks walks there: nobody picks a judge from elsewhere without saying why."""

from __future__ import annotations

import pytest

from cityloop.cases import operations as cases
from cityloop.cases.models import Case, CaseEvent
from cityloop.people import operations as people
from tests.browser import Browse
from tests.town import SYSTEM, Town

pytestmark = pytest.mark.requirement("D06", "F04")


def walks(town: Town, name: str, *areas: str) -> None:
    people.assign_patrol(
        member=town.members[name], area_codes=areas, actor=SYSTEM, now=town.now,
    )  # fmt: skip


def streets(town: Town, number: str) -> tuple[str, str]:
    """The street of the case, and another one of the town."""
    here = Case.objects.get(number=number).area_code[:9]
    everywhere = {town.grid(n).code[:9] for n in range(0, 900, 7)}
    return here, min(everywhere - {here})


@pytest.mark.parametrize("action", ["send_verify", "send_check"])
def test_somebody_from_elsewhere_goes_with_a_reason_that_stays(
    town: Town, browse: Browse, action: str
) -> None:
    number = town.case("reported" if action == "send_verify" else "handled").number
    here, there = streets(town, number)
    walks(town, "inspector", here)
    walks(town, "inspector2", there)
    with pytest.raises(cases.Refused, match="inspector2"):
        town.step(number, action, "acceptor", inspector="inspector2")
    town.step(number, action, "acceptor", inspector="inspector2", opinion="同事休假")
    line = CaseEvent.objects.filter(case__number=number).latest("version")
    assert line.facts["elsewhere"] is True
    assert (
        "Somebody goes who does not walk there"
        in browse("leader").get(f"/cases/{number}/").content.decode()
    )


def test_who_walks_there_needs_no_reason(town: Town) -> None:
    number = town.case("handled").number
    here, there = streets(town, number)
    walks(town, "inspector", here, there)
    walks(town, "inspector2", Case.objects.get(number=number).area_code)
    town.step(number, "send_check", "acceptor", inspector="inspector")
    line = CaseEvent.objects.filter(case__number=number).latest("version")
    assert "elsewhere" not in line.facts


def test_where_nobody_walks_anybody_may_go(town: Town) -> None:
    number = town.case("handled").number
    _here, there = streets(town, number)
    for name in ("inspector", "inspector2"):
        walks(town, name, there)
    town.step(number, "send_check", "acceptor", inspector="inspector")
    line = CaseEvent.objects.filter(case__number=number).latest("version")
    assert "elsewhere" not in line.facts
