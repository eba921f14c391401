"""What the city holds, no district takes back: its settings, its decisions, its supervision."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from cityloop.cases import operations as cases
from cityloop.coordination import operations as coordination
from cityloop.coordination.models import Dispute
from cityloop.discipline import operations as discipline
from cityloop.discipline.models import CardRule
from cityloop.intake import operations as intake
from cityloop.kernel.errors import NotAllowed, Refused
from cityloop.notify import operations as notify
from cityloop.people import operations as change_people
from cityloop.people import queries as people
from cityloop.petitions import operations as petitions
from cityloop.standards import operations as standards
from tests.browser import Browse
from tests.cards import approve, proposed
from tests.scenarios.test_coordination import frozen, sent_round
from tests.scenarios.test_modes import mode, staff
from tests.town import DISTRICT, SYSTEM, Town, forget

pytestmark = pytest.mark.slow

CITY_ONLY = "only the city's administrators"


def district(town: Town) -> None:
    """The district's own administrator, supervisor and leader."""
    for role in ("administrator", "supervisor", "leader"):
        staff(town, f"district_{role}", "DIST", role)


def settings(town: Town, by: str) -> dict[str, Callable[[], Any]]:
    """What somebody tries to set for the whole city, by name."""
    common: dict[str, Any] = {"actor": town.actor(by), "now": town.now}
    period = standards.NewProtection(
        "延长", date(2026, 3, 3), date(2026, 3, 4), factor=Decimal(10), limits=[], duty=""
    )
    return {
        "period": lambda: standards.add_protection(period, why="x y z", **common),
        "day": lambda: standards.set_special_day(
            date(2026, 12, 2), kind="holiday", why="x y z", **common
        ),
        "year": lambda: standards.confirm_year(2027, why="x y z", **common),
        "channel": lambda: intake.set_channel("media", {"verify": False}, reason="x", **common),
        "wording": lambda: notify.set_wording("filed", language="en", text="{number}", **common),
        "contact": lambda: petitions.publish_contact([], rules_zh="x", rules_en="x", **common),
        "flow": lambda: cases.publish_flow(code="own", parameters={}, **common),
        "edition": lambda: standards.put_up([("a.csv", b"x")], **common),
    }


@pytest.mark.requirement("A15", "A16", "H10")
def test_a_district_sets_nothing_for_the_whole_city(town: Town, browse: Browse) -> None:
    district(town)
    refused = settings(town, "district_administrator")
    for name, attempt in refused.items():
        with pytest.raises(NotAllowed, match=CITY_ONLY):
            pytest.fail(f"{name}: {attempt()}")
    own = settings(town, "administrator")
    assert own["day"]() and own["wording"]() and own["channel"]()
    # Nor do the pages offer what would be refused.
    at_district, at_city = browse("district_administrator"), browse("administrator")
    for path, offered in (("/protection/", "/protection/new/"), ("/office/members/", "editions")):
        assert offered in at_city.get(path).content.decode(), path
        assert offered not in at_district.get(path).content.decode(), path
    assert at_district.get("/office/editions/").status_code == 403


@pytest.mark.requirement("A15", "I03")
def test_a_district_leader_leaves_the_rules_of_cards_alone(town: Town) -> None:
    district(town)
    rule = CardRule.objects.filter(trigger="fraud", valid_to=None).get()
    names = discipline.Terms.__dataclass_fields__
    terms = discipline.Terms(**{name: getattr(rule, name) for name in names})
    day = town.now.date() + timedelta(days=1)
    with pytest.raises(NotAllowed, match=CITY_ONLY):
        discipline.set_rule(
            terms, valid_from=day, actor=town.actor("district_leader"), now=town.now
        )


def decide(town: Town, row: Dispute, by: str) -> Dispute:
    decision = coordination.Decision(
        unit=town.units["GREEN"], reason="由园林清运", document="纪要〔2026〕3号"
    )
    return coordination.decide_dispute(
        dispute_id=row.pk, decision=decision, actor=town.actor(by), now=town.now
    )


@pytest.mark.requirement("E05", "E18")
def test_what_was_passed_up_is_decided_above(town: Town) -> None:
    district(town)
    row = frozen(town)
    for level, by in (
        ("centre", "district_supervisor"), ("city", "district_leader"),
        ("commission", "district_leader"),
    ):  # fmt: skip
        row.refresh_from_db()
        raised = coordination.raise_dispute(
            dispute_id=row.pk, level=row.level, reason="未达成一致", actor=town.actor("supervisor"),
            now=town.now,
        )  # fmt: skip
        assert raised.level == level
        with pytest.raises(Refused, match="somebody of the city"):
            decide(town, row, by)
    assert decide(town, row, "leader").liable == town.units["GREEN"]


@pytest.mark.requirement("E05", "E18")
def test_the_district_decides_at_its_own_level(town: Town) -> None:
    district(town)
    assert decide(town, frozen(town), "district_supervisor").liable == town.units["GREEN"]


@pytest.mark.requirement("A08", "A09")
def test_where_the_city_supervises_no_district_grants_time_or_reopens(town: Town) -> None:
    district(town)
    staff(town, "district_dispatcher", "DIST", "dispatcher")
    mode("hz-core")
    number = town.case("handling").number
    until = (town.now + timedelta(days=9)).date().isoformat()
    asked = {"until": until, "reason_code": "season", "reason": "雨季"}
    town.step(number, "ask_suspension", "water", **asked)
    with pytest.raises(cases.Refused, match="another level supervises"):
        town.step(number, "approve_suspension", "district_supervisor")
    town.step(number, "approve_suspension", "supervisor")
    with pytest.raises(cases.Refused, match="another level supervises"):
        town.step(number, "resume_early", "district_supervisor", reason="x")
    town.step(number, "resume_early", "supervisor", reason="条件已具备")
    town.step(number, "ask_deferral", "water", **asked)
    town.step(number, "support_deferral", "dispatcher", opinion="x")
    with pytest.raises(cases.Refused, match="another level supervises"):
        town.step(number, "approve_deferral", "district_leader")
    assert town.step(number, "approve_deferral", "leader").status == "deferred"
    closed = town.case("closed").number
    with pytest.raises(cases.Refused, match="another level supervises"):
        town.step(closed, "reopen", "district_supervisor", reason="x")
    assert town.step(closed, "reopen", "supervisor", reason="未整改").status == "filed"


@pytest.mark.requirement("A14")
def test_the_city_stands_above_its_districts(town: Town) -> None:
    district(town)
    city, below = town.actor("supervisor"), town.actor("district_supervisor")
    assert (people.level_of(city), people.level_of(below)) == ("city", "district")
    assert people.level_of(town.actor("district_leader")) == "district"
    assert people.stands_at(city, ["district"]) and people.stands_at(below, ["district"])
    assert people.stands_at(city, ["city"]) and not people.stands_at(below, ["city"])
    assert people.stands_at(below, ["street"]) and not people.stands_at(city, [])


@pytest.mark.requirement("I03", "A22")
def test_a_card_of_the_city_is_not_withdrawn_below(town: Town) -> None:
    district(town)
    unit, common = town.units["WATER"], {"actor": SYSTEM, "now": town.now}
    change_people.move_organisation(
        organisation_id=unit.pk, parent_id=town.units["DIST"].pk, reason="划转", **common
    )
    change_people.change_organisation(organisation_id=unit.pk, region_code=DISTRICT, **common)
    forget()
    card = approve(town, proposed(town))
    taken: dict[str, Any] = {"card_id": card.pk, "reason": "x", "now": town.now}
    with pytest.raises(NotAllowed, match="at a higher level"):
        discipline.withdraw_card(**taken, actor=town.actor("district_leader"))
    assert discipline.withdraw_card(**taken, actor=town.actor("leader")).state == "withdrawn"
    mode("hz-core")  # the city supervises: districts judge none of their units
    other = proposed(town)
    with pytest.raises(NotAllowed, match="another level supervises"):
        discipline.refuse_card(
            card_id=other.pk, reason="x", actor=town.actor("district_leader"), now=town.now
        )


@pytest.mark.requirement("E04", "E07")
def test_no_circle_by_way_of_substitute_works(town: Town) -> None:
    """ROADS and GREEN gave it back, WATER has it by order: it does not come to ROADS as paid work,
    nor is GREEN billed for it, before somebody has decided."""
    number = sent_round(town)
    town.step(number, "dispatch_by_order", "supervisor", unit="WATER", reason="先行处置")
    given = {"reason": "逾期未处置", "unit": "ROADS"}
    with pytest.raises(cases.Refused, match="party to the dispute"):
        town.step(number, "substitute", "supervisor", **given)
    with pytest.raises(cases.Refused, match="the decision names it"):
        town.step(number, "substitute", "supervisor", reason="x", unit="DIST", liable="GREEN")
