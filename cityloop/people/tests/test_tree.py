"""The organisation tree."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cityloop.geo.tests.world import import_town
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Invalid, NotAllowed, NotFound, Refused
from cityloop.people import operations, queries
from cityloop.people.models import Organisation, PeopleChange
from cityloop.people.operations.organisations import Cycle
from cityloop.people.tests.world import NOW, World

pytestmark = [pytest.mark.requirement("A24")]


def _path(world: World, *codes: str) -> str:
    return "/" + "".join(f"{world.units[code].pk}/" for code in codes)


def test_path_runs_from_the_root(world: World) -> None:
    assert world.units["GAS-W"].path == _path(world, "CITY", "GAS", "GAS-W")
    assert queries.ancestors(world.units["GAS-W"].pk) == [
        world.units[code].pk for code in ("CITY", "GAS", "GAS-W")
    ]


def test_a_subtree_moves_with_all_below_it(world: World) -> None:
    moved = operations.move_organisation(
        organisation_id=world.units["GAS"].pk, parent_id=world.units["DA"].pk,
        actor=world.root, now=NOW, reason="划转",
    )  # fmt: skip
    below = Organisation.objects.get(code="GAS-W")
    assert moved.path == _path(world, "CITY", "DA", "GAS")
    assert below.path == _path(world, "CITY", "DA", "GAS", "GAS-W")
    assert below.pk in queries.descendants(world.units["DA"].pk)
    change = PeopleChange.objects.latest("id")
    assert (change.action, change.reason) == ("move", "划转")
    assert change.before["parent_id"] == world.units["CITY"].pk
    assert change.after["path"] == moved.path


@pytest.mark.parametrize("below", ["CITY", "GAS", "GAS-W"])
def test_a_circle_is_refused_by_the_operation_and_by_the_database(world: World, below: str) -> None:
    top, target = world.units["CITY"], world.units[below]
    with pytest.raises(Cycle):
        operations.move_organisation(
            organisation_id=top.pk, parent_id=target.pk, actor=world.root, now=NOW
        )
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE people_organisation SET parent_id = %s WHERE id = %s", [target.pk, top.pk]
        )


def test_the_path_cannot_be_written_by_hand(world: World) -> None:
    Organisation.objects.filter(code="GAS-W").update(path="/999/")
    assert Organisation.objects.get(code="GAS-W").path == _path(world, "CITY", "GAS", "GAS-W")


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(moves=st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=12))
@pytest.mark.django_db
def test_after_any_moves_paths_are_what_the_parents_say(moves: list[tuple[int, int]]) -> None:
    with transaction.atomic():
        units: list[Organisation] = []
        for number in range(8):
            parent = units[number // 2] if number else None
            units.append(
                Organisation.objects.create(
                    code=f"H{number}",
                    name_zh="x",
                    kind="department",
                    parent=parent,
                    valid_from=NOW.date(),
                )
            )
        for what, where in moves:
            try:
                operations.move_organisation(
                    organisation_id=units[what].pk, parent_id=units[where].pk,
                    actor=Actor.system(), now=NOW,
                )  # fmt: skip
            except Cycle:
                continue
        for unit in Organisation.objects.filter(code__startswith="H").select_related("parent"):
            above = unit.parent.path if unit.parent else "/"
            assert unit.path == f"{above}{unit.pk}/"
        transaction.set_rollback(True)


def test_code_kind_and_region_are_checked(world: World) -> None:
    facts = {"actor": world.root, "now": NOW, "parent": world.units["CITY"]}
    for bad in (
        {"code": "GAS", "name_zh": "重复", "kind": "utility"},
        {"code": "", "name_zh": "空", "kind": "utility"},
        {"code": "N1", "name_zh": "", "kind": "utility"},
        {"code": "N1", "name_zh": "名", "kind": "club"},
        {"code": "N1", "name_zh": "名", "kind": "utility", "region_code": "33x"},
    ):
        with pytest.raises(Invalid):
            operations.create_organisation(**facts, **bad)
    assert not Organisation.objects.filter(code="N1").exists()


def test_long_spelling_of_a_region_is_kept_short(world: World) -> None:
    assert Organisation.objects.get(code="GAS").region_code == "3301"


def test_a_region_is_one_where_the_city_has_ground(world: World, tmp_path) -> None:
    import_town(tmp_path)  # the district 330199
    facts = {"kind": "department", "actor": world.root, "now": NOW}
    made = operations.create_organisation(code="T1", name_zh="x", region_code="330199001", **facts)
    assert made.region_code == "330199001"
    with pytest.raises(Invalid, match="there is no region 339999"):
        operations.create_organisation(code="T2", name_zh="x", region_code="339999", **facts)
    change = {"organisation_id": made.pk, "actor": world.root, "now": NOW}
    with pytest.raises(Invalid, match="there is no region 339999"):
        operations.change_organisation(region_code="339999", **change)
    # What stands already may stay: the name of a body of another time changes all the same.
    old = world.units["DA"]
    operations.change_organisation(
        organisation_id=old.pk, name_zh="y", region_code="330102", actor=world.root, now=NOW
    )
    assert Organisation.objects.get(pk=old.pk).name_zh == "y"


def test_closing_is_refused_while_things_hang_on_it_and_each_is_named(world: World) -> None:
    world.holder("GAS", "unit_desk")
    world.line("GAS")
    with pytest.raises(Refused) as caught:
        operations.close_organisation(
            organisation_id=world.units["GAS"].pk, actor=world.root, now=NOW
        )
    assert len(caught.value.reasons) == 4
    closed = operations.close_organisation(
        organisation_id=world.units["GAS-W"].pk, actor=world.root, now=NOW
    )
    assert not closed.active
    assert closed.valid_to == NOW.date()


@pytest.mark.requirement("L16", "O10")
def test_a_district_administrator_stays_in_the_district(world: World) -> None:
    admin = world.actor("DA-PLAT", "administrator")
    made = operations.create_organisation(
        code="DA-NEW", name_zh="新单位", kind="department", parent=world.units["DA"], actor=admin,
        now=NOW, region_code="330102",
    )  # fmt: skip
    assert made.pk in set(queries.organisations_visible(admin).values_list("id", flat=True))
    assert not queries.organisations_visible(admin).filter(code="DB").exists()
    with pytest.raises(NotFound):
        queries.organisation_seen(admin, world.units["DB"].pk)
    for unit, facts in (
        ("DB", {"kind": "department", "region_code": "330106"}),
        ("DA", {"kind": "city_platform", "region_code": "330102"}),
        ("DA", {"kind": "district_platform", "region_code": "330106"}),
    ):
        with pytest.raises(NotAllowed):
            operations.create_organisation(
                code="X", name_zh="x", parent=world.units[unit], actor=admin, now=NOW, **facts
            )
    with pytest.raises(NotAllowed):
        operations.move_organisation(
            organisation_id=made.pk, parent_id=world.units["DB"].pk, actor=admin, now=NOW
        )
    with pytest.raises(NotAllowed):
        operations.change_organisation(
            organisation_id=world.units["DA-S1"].pk, actor=admin, now=NOW, region_code="330106001"
        )


def test_only_managers_change_the_tree(world: World) -> None:
    with pytest.raises(NotAllowed):
        operations.create_organisation(
            code="N", name_zh="n", kind="department", parent=world.units["CITY"],
            actor=world.actor("PLAT", "acceptor"), now=NOW,
        )  # fmt: skip


def test_the_tree_is_found_by_chinese_words(world: World) -> None:
    operations.change_organisation(
        organisation_id=world.units["GAS"].pk, actor=world.root, now=NOW, name_zh="燃气集团"
    )
    found = queries.organisation_tree(world.root, words="燃气")
    assert [unit.code for unit in found] == ["GAS"]
    walked = [unit.code for unit in queries.organisation_tree(world.root)]
    assert walked.index("GAS") + 1 == walked.index("GAS-W")
