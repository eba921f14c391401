"""Whose ground, whose component: company areas, builders and who takes over, nobody known."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone, translation

from cityloop.assets import operations as assets
from cityloop.assets import queries as asset_queries
from cityloop.assets.models import Component, Ownership
from cityloop.cases import queries
from cityloop.cases.models import Case
from cityloop.desks import proposal
from cityloop.desks.queries import Names
from cityloop.kernel.errors import Invalid, NotAllowed, Refused
from cityloop.people import operations as people
from cityloop.people.models import Organisation, Responsibility
from cityloop.people.reasons import words_of
from tests.browser import Browse
from tests.scenarios.test_posts import body, page, staff
from tests.town import COMPONENT, DISTRICT, EVENT, SINCE, SYSTEM, Town


def filed(town: Town, code: str, **given: Any) -> Case:
    """A case that waits for dispatch, with its proposal."""
    number = town.report(class_code=code, text=f"第{town.reports}处问题", **given).case
    town.step(number, "accept", "acceptor")
    return town.step(number, "file", "shift_leader", filing_rule=town.rule(code).pk)


def at(town: Town, n: int) -> dict[str, float]:
    """The middle of the n-th unit grid."""
    point = town.grid(n).geom.point_on_surface
    return {"x": point.x, "y": point.y}


def outline(town: Town, *grids: int) -> str:
    """A little more than these grids, as GeoJSON."""
    found = town.grid(grids[0]).geom
    for n in grids[1:]:
        found = found.union(town.grid(n).geom)
    return str(found.buffer(0.00001).geojson)


@pytest.mark.requirement("A38")
def test_a_large_company_is_the_territory_of_its_own_area(town: Town, browse: Browse) -> None:
    """巨化集团: inside its fence the company answers for what the street or a department would."""
    body(town, "JUHUA", "state_firm", "CITY", "")
    staff(town, "juhua", "JUHUA", "unit_desk")
    manager, here = browse("administrator"), "/office/territories/"
    form = {
        "organisation": str(town.units["JUHUA"].pk), "name": "巨化集团自管区",
        "outline": outline(town, 20, 21), "valid_from": "2026-03-02",
        "source_document": "衢政〔2026〕4号",
    }  # fmt: skip
    wrong = page(manager.post(f"{here}new/", {**form, "outline": "a fence"}), 400)
    assert "a polygon as GeoJSON" in wrong
    assert "巨化集团自管区" in wrong, "what was typed stays"
    answer = manager.post(f"{here}new/", form)
    assert answer.status_code == 302, answer.content.decode()[:3000]
    assert "巨化集团自管区" in page(manager.get(here))

    # The proposal follows the area, and says why; outside the fence nothing changes.
    inside, outside = filed(town, EVENT, **at(town, 20)), filed(town, EVENT, **at(town, 60))
    assert inside.proposal["unit"] == town.units["JUHUA"].pk
    assert outside.proposal["unit"] == town.units["ROADS"].pk
    assert "in its own area 巨化集团自管区" in words_of(inside.proposal["why"][0])
    case = town.step(inside.number, "dispatch", "dispatcher", unit="JUHUA")
    assert queries.get(town.actor("juhua"), case.number).lead == town.units["JUHUA"]
    # A pipe that belongs to the water company stays the water company's, inside the fence too.
    people.set_responsibility(
        kind="component", lead=town.units["GREEN"], owner=town.units["WATER"],
        region_code=DISTRICT, valid_from=SINCE, source_document="x", actor=SYSTEM, now=town.now,
    )  # fmt: skip
    spot = town.grid(21).geom.point_on_surface
    cover = _register(town, 77, spot.x, spot.y, owner="WATER")
    owned = filed(town, COMPONENT, **at(town, 21), component_code=cover.code)
    assert owned.proposal["unit"] == town.units["GREEN"].pk

    # Two bodies do not stand on the same ground; an area that ended gives it back.
    with pytest.raises(Refused, match="lies there already"):
        _claim(town, "GREEN", outline(town, 21, 22))
    with pytest.raises(Invalid, match="does not handle cases"):
        _claim(town, "PLAT", outline(town, 30))
    with pytest.raises(Invalid, match="no unit grid"):
        _claim(town, "GREEN", json.dumps({"type": "Polygon", "coordinates":
               [[[10, 10], [10.1, 10], [10.1, 10.1], [10, 10]]]}))  # fmt: skip
    with pytest.raises(NotAllowed):
        _claim(town, "GREEN", outline(town, 30), by="acceptor")
    town.wait(days=1)
    row = people.end_territory(
        territory_id=_only(town), actor=SYSTEM, now=town.now, reason="移交属地"
    )
    assert row.valid_to == timezone.localdate(town.now)
    assert filed(town, EVENT, **at(town, 20)).proposal["unit"] == town.units["ROADS"].pk


@pytest.mark.requirement("A38")
def test_an_area_that_has_not_begun_is_taken_back_and_gives_its_ground_free(town: Town) -> None:
    today = timezone.localdate(town.now)
    _claim(town, "GREEN", outline(town, 30), start=today + timedelta(days=30))
    with pytest.raises(Refused, match="lies there already"):
        _claim(town, "ROADS", outline(town, 30))
    people.end_territory(territory_id=_only(town), actor=SYSTEM, now=town.now, reason="画错")
    _claim(town, "ROADS", outline(town, 30))
    # One that began today holds for its day.
    row = people.end_territory(territory_id=_only(town), actor=SYSTEM, now=town.now)
    assert row.valid_to == today + timedelta(days=1)


def _claim(town: Town, unit: str, drawn: str, *, by: str = "", start: date | None = None) -> None:
    people.set_territory(
        organisation=town.units[unit], name="另一片", outline=drawn, source_document="x",
        actor=town.actor(by) if by else SYSTEM, now=town.now, valid_from=start,
    )  # fmt: skip


def _only(town: Town) -> int:
    from cityloop.people.models import Territory

    return Territory.objects.get().pk


def _register(town: Town, n: int, lon: float, lat: float, *, owner: str = "") -> Component:
    return assets.register_component(
        code=f"{DISTRICT}{COMPONENT[1:]}{n:06d}", lon=lon, lat=lat, problem_class=town.chosen(),
        owner_id=town.units[owner].pk if owner else None, original_on=SINCE, actor=SYSTEM,
        now=town.now,
    )  # fmt: skip


@pytest.mark.requirement("B11", "B12")
def test_the_builder_answers_until_the_hand_over_and_the_maintainer_from_then_on(
    town: Town, browse: Browse
) -> None:
    """建管衔接: a report of the day before the hand-over is the builder's, whenever it is filed."""
    body(town, "BUILDER", "contractor", "CITY")
    for owner in ("BUILDER", "WATER"):
        people.set_responsibility(
            kind="component", lead=town.units[owner], owner=town.units[owner],
            region_code=DISTRICT, valid_from=SINCE, source_document="x", actor=SYSTEM,
            now=town.now,
        )  # fmt: skip
    cover = _register(town, 78, *at(town, 30).values(), owner="BUILDER")
    early = town.report(class_code=COMPONENT, component_code=cover.code, **at(town, 30)).case
    town.step(early, "accept", "acceptor")

    # The next day the water company takes it over, by the page of the component.
    town.wait(days=1)
    manager = browse("administrator")
    form = {"organisation": str(town.units["WATER"].pk), "stage": "maintainer",
            "on": "2026-03-03", "source_document": "接管书〔2026〕9号"}  # fmt: skip
    there = f"/components/{cover.code}/hand-over/"
    assert "this day has not come yet" in page(
        manager.post(there, {**form, "on": "2026-03-09"}), 400
    )
    assert manager.post(there, form).status_code == 302
    words = page(manager.get(f"/components/{cover.code}/"))
    assert "builder, before the hand-over" in words
    assert "接管书〔2026〕9号" in words
    cover.refresh_from_db()
    assert (cover.owner, cover.maintainer) == (town.units["WATER"], town.units["WATER"])
    told = manager.get(f"/api/v1/components/{cover.code}/owners").json()
    assert [(one["stage"], one["valid_from"]) for one in told] == [
        ("maintainer", "2026-03-03"), ("builder", "2026-01-01"),
    ]  # fmt: skip

    # Each case is judged by its own day, and its explanation says so.
    old = town.step(early, "file", "shift_leader", filing_rule=town.rule().pk)
    town.wait(days=2)
    new = filed(town, COMPONENT, **at(town, 30), component_code=cover.code)
    assert old.proposal["unit"] == town.units["BUILDER"].pk
    assert new.proposal["unit"] == town.units["WATER"].pk
    assert "On 2026-03-02, the day of the report, BUILDER单位 answered" in _why(old)
    assert "taken over for maintenance since 2026-03-03" in _why(new)

    # Nothing recorded is lost, changed or overtaken; a change in the register is dated as well.
    with pytest.raises(Refused, match="2026-03-03 is recorded already"):
        assets.hand_over(
            code=cover.code, organisation_id=town.units["GREEN"].pk, on=date(2026, 2, 1),
            source_document="x", actor=SYSTEM, now=town.now,
        )  # fmt: skip
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Ownership.objects.filter(component=cover).update(stage="owner")
    assets.change_owner(
        code=cover.code, owner_id=town.units["GREEN"].pk, reason="权属变更", actor=SYSTEM,
        now=town.now,
    )  # fmt: skip
    today = timezone.localdate(town.now)
    assert asset_queries.owner_on(cover.pk, today).owner_id == town.units["GREEN"].pk
    before = asset_queries.owner_on(cover.pk, today - timedelta(days=1))
    assert before.owner_id == town.units["WATER"].pk


def _why(case: Case) -> str:
    units = {one.pk: one for one in Organisation.objects.defer("search")}
    names = Names(units=units, members={}, classes={}, rules={})
    found = proposal.explained(case, names, SYSTEM, on=timezone.localdate(case.filed_at))
    assert found is not None
    return " ".join(found.sentences)


@pytest.mark.requirement("B11")
def test_a_component_without_a_known_owner_is_the_territorys(town: Town) -> None:
    """属地管理: no line but those for certain owners, and nobody knows the owner."""
    line = Responsibility.objects.get(class_kind="component")
    people.end_responsibility(line_id=line.pk, actor=SYSTEM, now=town.now)
    people.set_responsibility(
        kind="component", lead=town.units["WATER"], owner=town.units["WATER"],
        region_code=DISTRICT, valid_from=SINCE, source_document="x", actor=SYSTEM, now=town.now,
    )  # fmt: skip
    n = next(n for n in range(400) if town.grid(n).code.startswith(f"{DISTRICT}001"))
    lost = _register(town, 79, *at(town, n).values())
    case = filed(town, COMPONENT, **at(town, n), component_code=lost.code)
    assert case.proposal["unit"] == town.units["STREET1"].pk
    assert case.proposal["why"][0] == {"code": "owner_unknown"}
    with translation.override("zh-hans"):  # the reader's language, not the one of who filed it
        assert "部件权属不明：由属地负责。" in _why(case)
    assert "The owner of the component is not known: the territory answers for it." in _why(case)
    assert not case.proposal["unambiguous"], "a person looks at it"
    # Once somebody is found to own it, the next case is theirs.
    assets.change_owner(
        code=lost.code, owner_id=town.units["WATER"].pk, reason="查明权属", actor=SYSTEM,
        now=town.now,
    )  # fmt: skip
    town.wait(days=2)
    again = filed(town, COMPONENT, **at(town, n), component_code=lost.code)
    assert again.proposal["unit"] == town.units["WATER"].pk
