"""A unit grid is split, merged, retired: who answers for the ground, what keeps its code."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.gis.geos import LineString
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from cityloop.assets import queries as register
from cityloop.assets.models import Component
from cityloop.cases.models import Case
from cityloop.geo import operations as geo
from cityloop.geo import queries as places
from cityloop.geo.models import Address, GridChange, Region, ResponsibilityGrid, UnitGrid
from cityloop.geo.operations.grid_plans import ChangeBegun, ChangePlanned
from cityloop.geo.operations.grids import read_shape
from cityloop.kernel.errors import Invalid, Refused
from cityloop.people import operations as people
from cityloop.people import queries as people_queries
from cityloop.people.queries import inspector_of
from tests.browser import Browse
from tests.town import DISTRICT, EVENT, SINCE, SYSTEM, Town

pytestmark = pytest.mark.requirement("A01", "A38")


def today(town: Town) -> date:
    return timezone.localdate(town.now)


def cut(grid: UnitGrid) -> list[tuple[float, float]]:
    """A slanted line through the middle."""
    west, south, east, north = grid.geom.extent
    middle = (south + north) / 2
    return [(west - 0.001, middle - 0.0001), (east + 0.001, middle + 0.0001)]


def split(town: Town, grid: UnitGrid, on: date) -> GridChange:
    return geo.split_grid(code=grid.code, line=cut(grid), on=on, actor=SYSTEM, now=town.now)


def beside(grid: UnitGrid) -> UnitGrid:
    """A neighbour with a border in common."""
    near = UnitGrid.objects.filter(
        community_code=grid.community_code, geom__touches=grid.geom, valid_to=None
    ).order_by("code")
    return next(
        one for one in near
        if isinstance(one.geom.intersection(grid.geom), LineString)
        or one.geom.intersection(grid.geom).length > 1e-5
    )  # fmt: skip


def claim(town: Town, grid: UnitGrid, since: date = SINCE) -> None:
    """GREEN stands for the territory in this grid."""
    people.set_territory(
        organisation=town.units["GREEN"], name="自管区", source_document="x", actor=SYSTEM,
        now=town.now, outline=str(grid.geom.buffer(0.00001).geojson), valid_from=since,
    )  # fmt: skip


def answers(town: Town, grid_code: str, on: date | None = None) -> str:
    """Who answers for an event there."""
    edition, _slash, _code = town.chosen(EVENT).code.rpartition("/")
    found = people_queries.responsible_for(
        kind="event", edition_code=edition, major_code=EVENT[1:3], minor_code=EVENT[3:],
        district_code=grid_code[:6], street_code=grid_code[:9], community_code=grid_code[:12],
        grid_code=grid_code, on=on or today(town),
    )  # fmt: skip
    assert found is not None
    return next(code for code, one in town.units.items() if one.pk == found.lead_id)


def test_after_a_split_the_same_bodies_answer_and_codes_follow(town: Town, browse: Browse) -> None:
    """The grid of a component, under a company's area, is parted today."""
    old = town.grid(0)
    cover = Component.objects.get(grid_code=old.code)
    facts = (cover.owner, cover.state, cover.changed_on, cover.point.coords)
    claim(town, old)
    people.set_responsible_person(
        member=town.members["green"], region_code=old.code, actor=SYSTEM, now=town.now,
        valid_from=SINCE,
    )  # fmt: skip
    people.assign_patrol(
        member=town.members["inspector2"], area_codes=[old.code], actor=SYSTEM, now=town.now
    )
    neighbour = beside(old)
    share = geo.add_responsibility_grid(
        code="R1", name="一号", grid_codes=[old.code, neighbour.code], actor=SYSTEM, now=town.now
    )
    point = old.geom.point_on_surface
    case = town.report(class_code=EVENT, x=point.x, y=point.y).case
    door = Address.objects.create(
        kind="poi", name="门", full_name="门", point=point, grid=old, source="t"
    )
    assert answers(town, old.code) == "GREEN"
    file = browse("inspector2").get(f"/api/v1/cases/{case}").json()
    assert file["responsibility_grid"] == share.code

    change = split(town, old, today(town))
    assert (change.state, change.retired, len(change.made)) == ("begun", [old.code], 2)
    assert {answers(town, code) for code in change.made} == {"GREEN"}
    assert answers(town, old.code) == "GREEN", "a case reported there asks with the old code"
    here = people_queries.matrix_on(today(town))
    assert {one.region for one in here.persons} == {old.code, *change.made}
    assert {inspector_of(code, today(town)) for code in change.made} == {
        town.members["inspector2"].pk
    }
    seen = people_queries.actor_for(town.members["inspector2"].pk, town.now)
    assert seen.region_codes is not None
    assert old.code[:6] in seen.region_codes
    living = set(share.unit_grids.filter(valid_to=None).values_list("code", flat=True))
    assert living == {neighbour.code, *change.made}

    # Component and address lie in one of the new grids; the change is a line of its history.
    cover.refresh_from_db()
    door.refresh_from_db()
    assert door.grid is not None
    assert {cover.grid_code, door.grid.code} <= set(change.made)
    assert UnitGrid.objects.get(code=cover.grid_code).geom.covers(cover.point)
    assert (cover.owner, cover.state, cover.changed_on, cover.point.coords) == facts
    assert Case.objects.get(number=case).grid_code == old.code, "as it was reported"
    manager = browse("administrator")
    told = manager.get(f"/api/v1/components/{cover.code}/history").json()[0]
    assert told["fields"] == {"grid_code": [old.code, cover.grid_code]}
    assert f"unit grids changed on {today(town)}" in told["reason"]
    assert ">2<" in manager.get("/office/territories/").content.decode(), "two grids of today"

    # A second split goes on from the first; who ends the area ends it for all of them.
    half = UnitGrid.objects.get(code=change.made[0])
    again = split(town, half, today(town))
    assert {answers(town, code) for code in (*again.made, change.made[1])} == {"GREEN"}
    with pytest.raises(Refused, match="lies there already"):
        claim(town, UnitGrid.objects.get(code=again.made[0]), since=today(town))
    town.wait(days=1)
    people.end_territory(
        territory_id=people_queries.territories(SYSTEM).get().pk, actor=SYSTEM, now=town.now
    )
    assert {answers(town, code) for code in (*again.made, change.made[1])} == {"ROADS"}


def test_a_merge_goes_by_the_largest_part_and_says_what_differs(town: Town) -> None:
    first = town.grid(30)
    second = beside(first)
    large, small = sorted((first, second), key=lambda grid: grid.area_m2, reverse=True)
    claim(town, small)
    for name, grid in (("R1", large), ("R2", small)):
        geo.add_responsibility_grid(
            code=name, name=name, grid_codes=[grid.code], actor=SYSTEM, now=town.now
        )
    change = geo.merge_grids(
        grid_codes=[first.code, second.code], on=today(town), actor=SYSTEM, now=town.now
    )
    (made,) = change.made
    assert change.heir == large.code
    assert answers(town, made) == answers(town, large.code) == "ROADS"
    assert [one.code for one in ResponsibilityGrid.objects.filter(unit_grids__code=made)] == ["R1"]
    assert change.said == (
        f"responsibility grid R2 loses ground to that of {large.code}",
        f"what was {small.code} lay in 自管区 and lies in no company area, as {large.code} does",
    )

    # Where all of them had the same body, nothing is lost and nothing is said.
    third = beside(UnitGrid.objects.get(code=made))
    people.set_responsibility(
        kind="event", lead=town.units["GREEN"], region_code=made, valid_from=today(town),
        source_document="x", actor=SYSTEM, now=town.now,
    )  # fmt: skip
    assert answers(town, made) == "GREEN"
    again = geo.merge_grids(
        grid_codes=[made, third.code], on=today(town), actor=SYSTEM, now=town.now
    )
    assert again.said == ()
    assert answers(town, again.made[0]) == "GREEN"


def test_a_planned_change_changes_nothing_before_its_day(town: Town) -> None:
    """Retired on a day to come: the ground, the door and the component are as they were."""
    old = town.grid(0)
    cover = Component.objects.get(grid_code=old.code)
    door = Address.objects.create(
        kind="poi", name="门", full_name="门", point=old.geom.point_on_surface, grid=old, source="t"
    )
    later = today(town) + timedelta(days=3)
    geo.retire_grid(
        code=old.code, on=later, leaves_city=True, actor=SYSTEM, now=town.now
    )  # fmt: skip
    town.wait(days=2)
    assert geo.begin_grid_changes(now=town.now) == 0
    for row in (cover, door):
        row.refresh_from_db()
    assert (cover.grid_code, door.grid) == (old.code, old)
    town.wait(days=1)
    assert geo.begin_grid_changes(now=town.now) == 1
    for row in (cover, door):
        row.refresh_from_db()
    assert (cover.grid_code, cover.area_code, door.grid) == ("", old.community_code, None)
    assert geo.begin_grid_changes(now=town.now) == 0, "once"


def test_a_split_of_a_later_day_hands_over_on_that_day(town: Town) -> None:
    """What is decided about the old grid in between holds for the new ones, too."""
    old, later = town.grid(0), today(town) + timedelta(days=3)
    change = split(town, old, later)
    assert change.state == "planned"
    town.wait(days=1)
    claim(town, old)
    assert answers(town, old.code) == "GREEN"
    assert {answers(town, code, on=later) for code in change.made} == {"GREEN"}
    cover = Component.objects.get(grid_code=old.code)
    town.wait(days=2)
    geo.begin_grid_changes(now=town.now)
    cover.refresh_from_db()
    place = places.locate(cover.point.x, cover.point.y, on=today(town))
    assert place is not None
    assert cover.grid_code == place.grid_code in change.made


def test_a_planned_change_is_moved_and_cancelled_with_a_reason(town: Town, browse: Browse) -> None:
    old = town.grid(3)
    middle = old.geom.point_on_surface
    manager, at = browse("administrator"), "/api/v1/geo/grid-changes"
    far = today(town) + timedelta(days=3000)

    def post(path: str, **body: Any) -> Any:
        return manager.post(path, body, content_type="application/json")

    made = post(f"/api/v1/geo/grids/{old.code}/split", on=far.isoformat(), line=cut(old))
    assert made.status_code == 200, made.content
    number, codes = made.json()["change"], made.json()["made"]
    clash = post(f"/api/v1/geo/grids/{old.code}/retire", on=str(today(town)))
    assert (clash.status_code, clash.json()["code"]) == (409, "change-planned")
    hole = post(f"/api/v1/geo/grids/{town.grid(55).code}/retire", on=str(today(town)))
    assert (hole.status_code, hole.json()["code"]) == (409, "leaves-gap")
    assert "would lie in no unit grid" in hole.json()["detail"]
    assert f"change {number}" in clash.json()["detail"]

    soon = today(town) + timedelta(days=5)
    assert post(f"{at}/{number}/move", on=str(soon), reason=" ").status_code == 422
    assert post(f"{at}/{number}/move", on="2020-01-01", reason="x").status_code == 422
    moved = post(f"{at}/{number}/move", on=str(soon), reason="年份写错").json()
    assert (moved["state"], moved["day"], moved["made"]) == ("planned", str(soon), codes)
    assert moved["moved_from"] == number
    before = places.locate(middle.x, middle.y, on=soon - timedelta(days=1))
    after = places.locate(middle.x, middle.y, on=soon)
    assert before is not None
    assert after is not None
    assert (before.grid_code, after.grid_code in codes) == (old.code, True)
    assert places.check_coverage(old.community_code, on=soon).seamless

    # A plan that builds on it holds it fast until it is taken back itself.
    half = UnitGrid.objects.get(code=codes[0])
    upon = split(town, half, soon + timedelta(days=2))
    with pytest.raises(ChangePlanned, match=f"change {upon.pk}"):
        geo.cancel_grid_change(change_id=moved["id"], reason="x", actor=SYSTEM, now=town.now)
    geo.cancel_grid_change(change_id=upon.pk, reason="改期", actor=SYSTEM, now=town.now)

    undone = post(f"{at}/{moved['id']}/cancel", reason="不再拆分").json()
    assert (undone["state"], undone["cancel_reason"]) == ("cancelled", "不再拆分")
    still = places.locate(middle.x, middle.y, on=far)
    assert still is not None
    assert still.grid_code == old.code
    assert places.check_coverage(old.community_code, on=far).seamless
    assert places.check_coverage(old.community_code, on=soon).seamless
    assert geo.begin_grid_changes(now=town.now + timedelta(days=4000)) == 0

    listed = {one["id"]: one for one in manager.get(at).json()["items"]}
    assert listed[number]["moved_to"] == moved["id"]
    assert listed[number]["cancel_reason"] == "年份写错"
    assert manager.get(f"{at}?state=planned").json()["items"] == []
    # The codes it had made are used up; the old grid can be changed anew.
    fresh = split(town, UnitGrid.objects.get(code=old.code), today(town))
    assert not set(fresh.made) & set(codes)
    again = post(f"{at}/{fresh.pk}/cancel", reason="x")
    assert (again.status_code, again.json()["code"]) == (409, "change-begun")
    assert post(f"{at}/{number}/cancel", reason="x").status_code == 409
    assert post(f"{at}/999999/cancel", reason="x").status_code == 404


def test_the_record_of_changes_is_never_rewritten(town: Town) -> None:
    old = town.grid(3)
    change = geo.retire_grid(
        code=old.code, on=today(town), leaves_city=True, actor=SYSTEM, now=town.now
    )
    for act in (lambda: GridChange.objects.update(reason="y"), GridChange.objects.all().delete):
        with pytest.raises(DatabaseError, match="never rewritten"), transaction.atomic():
            act()
    with pytest.raises(ChangeBegun):
        geo.move_grid_change(
            change_id=change.pk, on=today(town) + timedelta(days=1), reason="x", actor=SYSTEM,
            now=town.now,
        )  # fmt: skip
    with pytest.raises(DatabaseError, match="no second life"), transaction.atomic():
        UnitGrid.objects.filter(code=old.code).update(valid_to=None)
    later = geo.retire_grid(
        code=town.grid(9).code,
        on=today(town) + timedelta(days=1),
        leaves_city=True,
        actor=SYSTEM,
        now=town.now,
    )
    with pytest.raises(Invalid, match="reason"):
        geo.cancel_grid_change(change_id=later.pk, reason="", actor=SYSTEM, now=town.now)


def test_grids_made_anew_take_up_what_lay_in_none(town: Town) -> None:
    """A community is cut again: all its grids are retired, then the district gets new ones."""
    for code in UnitGrid.objects.values_list("code", flat=True):
        geo.retire_grid(
            code=code, on=today(town), leaves_city=True, actor=SYSTEM, now=town.now
        )  # fmt: skip
    assert set(Component.objects.values_list("grid_code", flat=True)) == {""}
    district = people_queries.actor_for(town.members["district"].pk, town.now)
    assert register.visible(district).count() == Component.objects.count(), "seen by its area"
    geo.generate_grids(districts=[DISTRICT], cell_m=200, actor=SYSTEM, now=town.now)
    for cover in Component.objects.all():
        assert UnitGrid.objects.get(code=cover.grid_code).geom.covers(cover.point)


def test_no_grid_comes_back_over_ground_that_another_got(town: Town) -> None:
    """A retirement whose ground an outline gave out is neither moved nor taken back."""
    grid = town.grid(0)
    on, later = today(town) + timedelta(days=20), today(town) + timedelta(days=22)
    geo.retire_grid(code=grid.code, on=on, leaves_city=True, actor=SYSTEM, now=town.now)
    change = GridChange.objects.get()
    home = Region.objects.get(code=grid.community_code)
    drawn = {"code": home.code, "shape": read_shape(home.geom), "actor": SYSTEM, "now": town.now}
    (made,) = geo.set_outline(**drawn, on=later, make_grids=True).made
    why = f"unit grid {grid.code} would lie over {made} from"
    for act in (
        lambda: geo.move_grid_change(
            change_id=change.pk, on=later + timedelta(days=2), reason="推迟", actor=SYSTEM,
            now=town.now,
        ),
        lambda: geo.cancel_grid_change(
            change_id=change.pk, reason="不停用", actor=SYSTEM, now=town.now
        ),
    ):  # fmt: skip
        with pytest.raises(ChangePlanned, match=why):
            act()
    change.refresh_from_db()
    assert change.cancelled_at is None


def test_an_outline_makes_no_grids_over_those_that_begin_later(town: Town) -> None:
    home = Region.objects.get(code=town.grid(0).community_code)
    begin = today(town) + timedelta(days=20)
    with connection.cursor() as cursor:  # as if they had come in a file for that day
        cursor.execute("ALTER TABLE geo_unitgrid DISABLE TRIGGER USER")
    UnitGrid.objects.filter(district_code=DISTRICT).update(valid_from=begin)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE geo_unitgrid ENABLE TRIGGER USER")
    with pytest.raises(Refused, match=r"would lie over \d+ from"):
        geo.set_outline(
            code=home.code, shape=read_shape(home.geom), on=today(town) + timedelta(days=1),
            make_grids=True, actor=SYSTEM, now=town.now,
        )  # fmt: skip
    with pytest.raises(Refused, match=f"has unit grids already, the first of {begin}"):
        geo.generate_grids(districts=[DISTRICT], actor=SYSTEM, now=town.now)
