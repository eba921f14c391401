"""A dispute is decided by one road: with its document, its file and the line of the matrix."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from cityloop.cases import operations as cases
from cityloop.cases.models import Case
from cityloop.coordination import operations as coordination
from cityloop.coordination.models import Dispute
from cityloop.kernel.errors import Invalid
from cityloop.people import operations as people
from cityloop.people.models import Responsibility
from tests.browser import Browse
from tests.scenarios.test_coordination import frozen, sent_round
from tests.town import DISTRICT, SINCE, SYSTEM, Town

pytestmark = pytest.mark.slow

DECIDED: dict[str, Any] = {"unit": "ROADS", "document": "纪要9号", "reason": "道路负责"}


def decide(town: Town, dispute: Dispute, unit: str, **more: Any) -> Dispute:
    """A supervisor decides for a unit."""
    decision = coordination.Decision(
        **{"unit": town.units[unit], "reason": "会商一致", "document": "纪要9号", **more}
    )
    return coordination.decide_dispute(
        dispute_id=dispute.pk, decision=decision, actor=town.actor("supervisor"), now=town.now
    )


@pytest.mark.requirement("E05", "E13")
@pytest.mark.parametrize("fixed", [False, True])
def test_the_case_page_leads_to_the_record(town: Town, browse: Browse, fixed: bool) -> None:
    """Neither the page of the case nor its steps over the API decide past the record."""
    dispute, action = frozen(town), "name_liable" if fixed else "decide"
    number = dispute.case.number
    if fixed:
        town.step(number, "fixed_meanwhile", "dispatcher", result="已清运", photos=("after",))
        town.deliver()
    supervisor, version = browse("supervisor"), Case.objects.get(number=number).version
    body = {"action": action, "version": version,
            "inputs": {**DECIDED, "unit": town.units["ROADS"].pk}}  # fmt: skip
    told = supervisor.post(f"/api/v1/cases/{number}/steps", body, content_type="application/json")
    assert (told.status_code, told.json()["code"]) == (409, "decided-on-the-record")
    form = {**DECIDED, "unit": town.units["ROADS"].pk, "version": version}
    told = supervisor.post(f"/cases/{number}/steps/{action}/", form)
    assert told.status_code == 409 and "on the record of the dispute" in told.content.decode()
    page = supervisor.get(f"/cases/{number}/").content.decode()
    assert f"/steps/{action}/" not in page and f"/disputes/?case={number}" in page

    road = f"/disputes/{dispute.pk}/decide/"
    form = {"unit": town.units["ROADS"].pk, "reason": "道路负责", "document": "纪要9号",
            "reach": "district"}  # fmt: skip
    assert supervisor.post(road, form).status_code == 302
    dispute.refresh_from_db()
    assert dispute.document == "纪要9号"
    assert dispute.line is not None and dispute.line.valid_from == timezone.localdate(town.now)
    before = (dispute.document, dispute.line_id, dispute.last_version)
    town.deliver()
    dispute.refresh_from_db()
    assert (dispute.document, dispute.line_id, dispute.last_version) == before, "told again"


@pytest.mark.requirement("E05", "E13")
def test_a_decision_that_a_step_told_keeps_its_document(town: Town) -> None:
    dispute = frozen(town)
    town.step(dispute.case.number, "decide", "supervisor", **DECIDED)
    town.deliver()
    dispute.refresh_from_db()
    assert (dispute.open, dispute.document) == (False, "纪要9号")


@pytest.mark.requirement("E13")
def test_who_assisted_by_the_line_of_before_assists_by_the_decision(town: Town) -> None:
    """The district's line has GREEN beside ROADS; so has the street's, which is ended."""
    dispute = frozen(town)
    chosen, street = dispute.case.problem_class, dispute.case.area_code[:9]
    assert chosen is not None
    people.set_responsibility(
        kind=chosen.kind, major_code=chosen.major_code, minor_code=chosen.minor_code,
        region_code=street, lead=town.units["WATER"], source_document="清单", valid_from=SINCE,
        assists=[(town.units["STREET1"], "supervise")], actor=SYSTEM, now=town.now,
    )  # fmt: skip
    line = decide(town, dispute, "ROADS", reach="district").line
    assert line is not None and line.assists == [
        {"organisation": town.units["GREEN"].pk, "role": "assist"}]  # fmt: skip
    ended = Responsibility.objects.get(region_code=street, valid_to=None)
    assert (ended.lead_id, ended.assists) == (town.units["ROADS"].pk, [
        {"organisation": town.units["STREET1"].pk, "role": "supervise"}])  # fmt: skip


@pytest.mark.requirement("E13", "E16")
def test_a_decision_may_name_who_assists_and_a_third_unit_brings_nobody(town: Town) -> None:
    dispute, water = frozen(town), town.units["WATER"]
    with pytest.raises(Invalid, match="within a year"):
        decide(town, dispute, "ROADS", reach="district",
               valid_from=timezone.localdate(town.now) + timedelta(days=367))  # fmt: skip
    line = decide(town, dispute, "ROADS", reach="street", assists=[water], subtask="供水配合").line
    assert line is not None and line.assists == [{"organisation": water.pk, "role": "assist"}]
    case = Case.objects.get(pk=dispute.case_id)
    assert [one["organisation"] for one in case.assisting] == [water.pk]
    line = decide(town, frozen(town), "WATER", reach="district").line
    assert line is not None and (line.assists, line.region_code) == ([], DISTRICT)


@pytest.mark.requirement("E16")
def test_nobody_assists_where_nothing_is_handled_any_more(town: Town) -> None:
    dispute = frozen(town)
    town.step(
        dispute.case.number, "fixed_meanwhile", "dispatcher", result="已清运", photos=("after",)
    )
    with pytest.raises(Invalid, match="nobody assists"):
        decide(town, dispute, "ROADS", assists=[town.units["WATER"]], subtask="配合")


@pytest.mark.requirement("E04", "E07")
def test_no_party_is_ordered_and_paid_for_what_it_gave_back(town: Town, browse: Browse) -> None:
    """Neither a party nor a body of its house: before the case is frozen, then, and afterwards."""
    depot = people.create_organisation(
        code="DEPOT", name_zh="DEPOT单位", kind="company", parent=town.units["ROADS"],
        region_code=DISTRICT, valid_from=SINCE, actor=SYSTEM, now=town.now,
    )  # fmt: skip
    number = sent_round(town)

    def refused(*units: Any) -> None:
        for unit in units:
            with pytest.raises(cases.Refused, match="party to the dispute"):
                town.step(number, "substitute", "supervisor", unit=unit, reason="先行清运")

    refused("ROADS", depot.code)
    town.step(number, "freeze", "dispatcher", opinion="两家推诿")
    refused("ROADS", "GREEN", depot.code)
    page = browse("supervisor").get(f"/cases/{number}/").content.decode()
    form = page[page.index("/steps/substitute/") :]
    form = form[: form.index("</form>")]
    assert "While that is disputed leave it empty" in form
    assert "ROADS单位" not in form[form.index('name="liable"') : form.index('name="reason"')]
    town.step(number, "substitute", "supervisor", unit="WATER", reason="先行清运")
    refused("ROADS", "GREEN")
    town.deliver()
    decide(town, Dispute.objects.get(), "ROADS")
    # Decided: the unit whose duty it is not may be ordered.
    case = town.step(number, "substitute", "supervisor", unit="GREEN", reason="先行清运")
    assert (case.lead_id, case.liable_id) == (town.units["GREEN"].pk, town.units["ROADS"].pk)
