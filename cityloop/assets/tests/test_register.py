"""Single components: code, class and place agree; history; nearest; scope; tiles."""

from __future__ import annotations

import math

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cityloop.assets import operations, queries
from cityloop.assets.models import Component, ComponentChange
from cityloop.assets.operations.register import BadComponent
from cityloop.assets.tests.world import NOW, World, at
from cityloop.geo import queries as geo
from cityloop.kernel.errors import NotAllowed, NotFound, Refused

pytestmark = [pytest.mark.requirement("A02", "B08")]


def _register(world: World, number: int = 1, column: float = 0.5, **facts) -> Component:
    minor = facts.pop("minor", "01")
    district = "330102" if column < 5 else "330106"
    lon, lat = at(column)
    return operations.register_component(
        code=f"{district}01{minor}{number:06}", lon=lon, lat=lat, actor=world.root, now=NOW,
        problem_class=world.classes[minor], **facts,
    )  # fmt: skip


def test_code_class_and_place_must_agree(world: World) -> None:
    row = _register(world, owner_id=world.units["WATER"].pk)
    assert (row.name, row.district_code, row.grid_code) == (
        "上水井盖", "330102", "330102001001001",
    )  # fmt: skip
    lon, lat = at(0.5)
    facts = {"lon": lon, "lat": lat, "actor": world.root, "now": NOW}
    good = world.classes["01"]
    for code, problem_class, place in (
        ("330102010100000", good, {}),
        ("33010201O1000001", good, {}),
        ("3301020102000001", good, {}),
        ("3301060101000001", good, {}),
        ("3301020101000002", good, {"lon": 121.0}),
    ):
        with pytest.raises(BadComponent):
            operations.register_component(
                code=code, problem_class=problem_class, **{**facts, **place}
            )
    with pytest.raises(Refused):
        _register(world)
    with pytest.raises(BadComponent):
        _register(world, 3, owner_id=10**9)
    with pytest.raises(BadComponent):
        _register(world, 3, colour="red")
    assert Component.objects.count() == 1


def test_a_maintainer_takes_no_recorded_owners_place_and_nothing_is_handed_over_twice(
    world: World,
) -> None:
    row = _register(world, owner_id=world.units["WATER"].pk)
    owner, maintainer = world.units["ROADS"], world.units["WATER"]
    paper = {"on": NOW.date(), "source_document": "移交单", "actor": world.root, "now": NOW}
    operations.hand_over(code=row.code, organisation_id=owner.pk, stage="owner", **paper)
    operations.hand_over(code=row.code, organisation_id=maintainer.pk, **paper)
    row.refresh_from_db()
    assert (row.owner_id, row.maintainer_id) == (owner.pk, maintainer.pk)
    assert row.changed_on == NOW.date()
    with pytest.raises(Refused, match="recorded already"):
        operations.hand_over(code=row.code, organisation_id=maintainer.pk, **paper)


def test_state_and_owner_leave_a_history_that_nobody_changes(world: World) -> None:
    row = _register(world, owner_id=world.units["WATER"].pk)
    operations.change_state(
        code=row.code, state="damaged", actor=world.root, now=NOW, reason="巡查发现"
    )
    operations.change_owner(
        code=row.code, owner_id=world.units["ROADS"].pk, actor=world.root, now=NOW, reason="移交"
    )
    operations.change_owner(
        code=row.code, owner_id=world.units["ROADS"].pk, actor=world.root, now=NOW, reason="又"
    )
    operations.move_component(
        code=row.code, lon=at(2.5)[0], lat=at(2.5)[1], actor=world.root, now=NOW, reason="复测"
    )
    lines = list(queries.changes_of(row))
    assert [line.reason for line in lines] == ["复测", "移交", "巡查发现", "registered"]
    assert lines[1].fields["owner_id"] == [world.units["WATER"].pk, world.units["ROADS"].pk]
    assert lines[2].fields["state"] == ["intact", "damaged"]
    assert lines[0].fields["grid_code"] == ["330102001001001", "330102001001003"]
    for change in (
        lambda: ComponentChange.objects.filter(pk=lines[0].pk).update(reason="x"),
        lambda: ComponentChange.objects.filter(pk=lines[0].pk).delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


def test_a_change_needs_a_reason_and_sense(world: World) -> None:
    row = _register(world)
    facts = {"code": row.code, "actor": world.root, "now": NOW}
    with pytest.raises(BadComponent):
        operations.change_state(state="damaged", reason="。", **facts)
    with pytest.raises(BadComponent):
        operations.change_state(state="melted", reason="x", **facts)
    with pytest.raises(BadComponent):
        operations.change_component(
            code=row.code, actor=world.root, now=NOW, reason="x", grid_code="1"
        )
    with pytest.raises(BadComponent):
        operations.move_component(lon=at(6.5)[0], lat=at(6.5)[1], reason="x", **facts)
    with pytest.raises(NotFound):
        operations.change_state(**{**facts, "code": "0" * 16}, state="damaged", reason="x")
    assert queries.changes_of(row).count() == 1


@pytest.mark.requirement("O10")
def test_scope_by_area_and_by_each_of_the_three_units(world: World) -> None:
    here = _register(world, 1, owner_id=world.units["WATER"].pk)
    there = _register(world, 2, 6.5, maintainer_id=world.units["WATER"].pk)
    other = _register(world, 3, competent_id=world.units["LIGHT"].pk)
    assert set(queries.visible(world.district("330102"))) == {here, other}
    assert set(queries.visible(world.desk("WATER"))) == {here, there}
    assert set(queries.visible(world.desk("LIGHT"))) == {other}
    for actor, seen in ((world.district("330102"), {here, other}), (world.desk("LIGHT"), {other})):
        around = queries.nearest(actor, *at(1.5), within_m=2000, limit=50)
        assert {one.component for one in around} == seen
    with pytest.raises(NotFound):
        queries.component_seen(world.desk("LIGHT"), here.code)
    with pytest.raises(NotAllowed):
        operations.change_state(
            code=here.code, state="lost", actor=world.desk("LIGHT"), now=NOW, reason="x"
        )


def test_the_register_is_found_by_words_code_class_and_box(world: World) -> None:
    cover, lamp = _register(world, 1), _register(world, 2, 1.5, minor="37", note="滨江路口")
    assert list(queries.components(world.root, queries.Filters(words="路灯"))) == [lamp]
    assert list(queries.components(world.root, queries.Filters(words="滨江"))) == [lamp]
    assert list(queries.components(world.root, queries.Filters(words=cover.code[:12]))) == [cover]
    by_class = queries.Filters(class_id=world.classes["37"].pk)
    assert list(queries.components(world.root, by_class)) == [lamp]
    box = (*at(0), *at(1, 1))
    assert list(queries.components(world.root, queries.Filters(box=box))) == [cover]


def _metres(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Great circle on the sphere that PostGIS uses."""
    lon1, lat1, lon2, lat2 = map(math.radians, (*a, *b))
    half = math.sin((lat2 - lat1) / 2) ** 2
    half += math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * 6_371_008.77 * math.asin(math.sqrt(half))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    column=st.floats(0.01, 9.99),
    row=st.floats(0.01, 0.99),
    within=st.floats(1, 500),
    limit=st.integers(1, 30),
)
def test_nearest_is_what_a_ruler_says(
    world: World, column: float, row: float, within: float, limit: int
) -> None:
    if not Component.objects.exists():
        for number in range(40):
            _register(world, number + 1, (number * 0.237) % 9.9 + 0.05)
    here = at(column, row)
    found = queries.nearest(world.root, *here, within_m=within, limit=limit)
    truth = sorted(
        (_metres(here, (one.point.x, one.point.y)), one.pk) for one in Component.objects.all()
    )
    inside = [metres for metres, _pk in truth if metres <= within - 0.01]
    assert [near.metres for near in found][: len(inside)] == pytest.approx(inside[:limit], abs=0.01)
    assert all(near.metres <= within for near in found)


def test_nearest_of_a_class(world: World) -> None:
    _register(world, 1)
    lamp = _register(world, 2, 0.7, minor="37")
    found = queries.nearest(world.root, *at(0.5), class_id=world.classes["37"].pk)
    assert [near.component for near in found] == [lamp]
    assert queries.nearest(world.root, *at(0.5), major_code="02") == []


def test_the_tile_layer_shows_what_the_actor_sees(world: World) -> None:
    _register(world, 1)
    _register(world, 2, 6.5)
    lon, lat = at(5)
    z = 17
    x = int((lon + 180) / 360 * 2**z)
    y = int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * 2**z)

    def seen(actor) -> int:
        tiles = [
            geo.tile("components", z, x + dx, y + dy, actor, on=NOW.date())
            for dx in range(-3, 4)
            for dy in (-1, 0, 1)
        ]
        return sum(one.count(b"330102") + one.count(b"330106") for one in tiles)

    assert seen(world.root) == 2
    assert seen(world.district("330102")) == 1
    assert (
        seen(
            world.desk("LIGHT").__class__(
                None, "x", "x", permissions=frozenset({"components.view"})
            )
        )
        == 0
    )
