"""What an actor sees: posts to scopes, and one rule said three ways."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cityloop.kernel.actor import Actor
from cityloop.people import operations, queries
from cityloop.people.models import Organisation, PatrolArea
from cityloop.people.scope import in_scope, narrowed, scope_q, scope_sql, scopes_of, united
from cityloop.people.tests.world import NOW, TODAY, World

pytestmark = [pytest.mark.requirement("O10", "A24")]
CODES = ("", "330102", "330102001", "330102001001", "330106", "330106001", "3301", "33")
ids = st.none() | st.frozensets(st.integers(1, 6), max_size=4)
prefixes = st.none() | st.lists(st.sampled_from(CODES[1:]), max_size=3).map(tuple)
scopes = st.lists(st.tuples(ids, prefixes), max_size=3).map(united)
rows = st.lists(
    st.tuples(st.none() | st.integers(1, 6), st.none() | st.integers(1, 6), st.sampled_from(CODES)),
    min_size=1,
    max_size=12,
)  # fmt: skip


@pytest.mark.slow
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(scopes=scopes, rows=rows)
@pytest.mark.django_db
def test_the_three_ways_say_the_same(scopes: tuple, rows: list) -> None:
    """On a table with two organisation columns, NULLs among them."""
    actor = replace(Actor(None, "x", "x"), scopes=scopes)
    with transaction.atomic(), connection.cursor() as cursor:
        units = [
            Organisation.objects.create(
                code=f"O{n}", name_zh="x", kind="department", valid_from=TODAY
            ).pk
            for n in range(6)
        ]
        real = replace(
            actor,
            scopes=tuple(
                (None if ids is None else frozenset(units[i - 1] for i in ids), codes)
                for ids, codes in scopes
            ),
        )
        things = []
        for number, (first, _second, code) in enumerate(rows):
            things.append(
                Organisation.objects.create(
                    code=f"T{number}",
                    name_zh="x",
                    kind="department",
                    region_code=code,
                    parent_id=units[first - 1] if first else None,
                    valid_from=TODAY,
                )
            )
        seconds = {
            things[n].pk: units[row[1] - 1] if row[1] else None for n, row in enumerate(rows)
        }
        # Two columns: parent_id, and parent_id of a child row made for the second organisation.
        by_q = set(
            Organisation.objects.filter(
                scope_q(real, organisation_field=("parent_id",), region_field="region_code"),
                code__startswith="T",
            ).values_list("pk", flat=True)
        )
        condition, values = scope_sql(
            real, "o", organisation_column="parent_id", region_column="region_code"
        )
        cursor.execute(
            f"SELECT id FROM people_organisation o WHERE code LIKE 'T%%' AND {condition}", values
        )
        by_sql = {row[0] for row in cursor.fetchall()}
        by_hand = {
            thing.pk
            for thing in things
            if in_scope(real, organisation_ids=[thing.parent_id], region_code=thing.region_code)
        }
        assert by_q == by_sql == by_hand
        both = _two_columns(cursor, real, things, seconds)
        assert both == {
            thing.pk
            for thing in things
            if in_scope(
                real,
                organisation_ids=[thing.parent_id, seconds[thing.pk]],
                region_code=thing.region_code,
            )
        }
        transaction.set_rollback(True)


def _two_columns(cursor, actor: Actor, things: list, seconds: dict) -> set[int]:
    cursor.execute(
        "CREATE TEMP TABLE IF NOT EXISTS pairs (id bigint, one bigint, two bigint, code text)"
    )
    cursor.execute("TRUNCATE pairs")
    cursor.executemany(
        "INSERT INTO pairs VALUES (%s, %s, %s, %s)",
        [(t.pk, t.parent_id, seconds[t.pk], t.region_code) for t in things],
    )
    condition, values = scope_sql(
        actor, "p", organisation_column=("one", "two"), region_column="code"
    )
    cursor.execute(f"SELECT id FROM pairs p WHERE {condition}", values)
    return {row[0] for row in cursor.fetchall()}


@settings(max_examples=200)
@given(codes=prefixes, by=prefixes, place=st.sampled_from(CODES[1:]))
def test_narrowing_sees_what_both_see(codes, by, place: str) -> None:
    def sees(limit: tuple[str, ...] | None) -> bool:
        return limit is None or place.startswith(limit)

    assert sees(narrowed(codes, by)) == (sees(codes) and sees(by))


def test_nobody_without_a_post_sees_anything(world: World) -> None:
    actor = queries.actor_for(world.member("GAS").pk, NOW)
    assert not actor.roles
    assert not actor.permissions
    assert not queries.organisations_visible(actor).exists()


@pytest.mark.parametrize(
    ("unit", "role", "expected"),
    [
        ("PLAT", "acceptor", (None, None)),
        ("PLAT", "administrator", (None, None)),
        ("DA-PLAT", "dispatcher", (None, ("330102",))),
        ("DA-PLAT", "district_platform", (None, ("330102",))),
        ("DA-S1", "leader", (None, ("330102001",))),
    ],
)
def test_posts_of_platforms_see_their_ground(
    world: World, unit: str, role: str, expected: tuple
) -> None:
    actor = world.actor(unit, role)
    assert scopes_of(actor) == (expected,)


@pytest.mark.parametrize("role", ["unit_desk", "worker", "leader", "evaluator", "administrator"])
def test_posts_of_units_see_their_unit_and_what_lies_below(world: World, role: str) -> None:
    below = frozenset({world.units["GAS"].pk, world.units["GAS-W"].pk})
    actor = world.actor("GAS", role)
    assert (actor.organisation_ids, actor.region_codes) == (below, None)


def test_a_post_may_be_limited_to_regions(world: World) -> None:
    assert world.actor("PLAT", "acceptor", regions=["330106"]).region_codes == ("330106",)
    assert world.actor("DA-PLAT", "dispatcher", regions=["330102001", "330106"]).region_codes == (
        "330102001",
    )
    limited = world.actor("GAS", "unit_desk", regions=["330102"])
    assert limited.organisation_ids == {world.units["GAS"].pk, world.units["GAS-W"].pk}
    assert limited.region_codes == ("330102",)


@pytest.mark.requirement("A33")
def test_an_inspector_sees_the_ground_they_walk_and_the_manager_the_company_s(world: World) -> None:
    inspector = world.holder("COLL", "inspector")
    operations.assign_patrol(
        member=inspector, area_codes=["330102001001", "330102001002"], actor=world.root, now=NOW
    )
    operations.assign_patrol(
        member=inspector, area_codes=["330102001001", "330102001001007"], actor=world.root,
        now=NOW + timedelta(days=1),
    )  # fmt: skip
    assert queries.actor_for(inspector.pk, NOW).region_codes == ("330102001001", "330102001002")
    tomorrow = NOW + timedelta(days=1)
    assert queries.actor_for(inspector.pk, tomorrow).region_codes == ("330102001001",)
    manager = world.actor("COLL", "company_manager")
    assert set(scopes_of(manager)) == {
        (frozenset({world.units["COLL"].pk}), None),
        (None, ("330102001001", "330102001002")),
    }
    assert queries.inspector_of("330102001001009", TODAY) == inspector.pk
    assert queries.inspector_of("330102001003001", TODAY) is None
    assert PatrolArea.objects.filter(member=inspector).count() == 4


def test_the_union_of_posts_gives_no_more_than_each(world: World) -> None:
    """A unit's desk that also works for a district: own unit anywhere, and the district."""
    member = world.holder("GAS", "unit_desk")
    operations.hold_post(
        member=member, post=world.post("DA-PLAT", "district_platform"), actor=world.root, now=NOW
    )
    actor = queries.actor_for(member.pk, NOW)
    gas, power = world.units["GAS"].pk, world.units["POWER"].pk
    assert (actor.organisation_ids, actor.region_codes) == (None, None)
    assert in_scope(actor, organisation_ids=[gas], region_code="330106001")
    assert in_scope(actor, organisation_ids=[power], region_code="330102001")
    assert not in_scope(actor, organisation_ids=[power], region_code="330106001")


@pytest.mark.requirement("L16")
def test_who_sees_everything_sees_it_also_with_another_condition(world: World) -> None:
    """The condition of no limit must not vanish when it is or-ed."""
    outside = world.member("GAS")
    found = queries.members(world.actor("PLAT", "administrator"), on=TODAY)
    assert found.filter(pk=outside.pk).exists()


def test_an_actor_is_one_statement(world: World, django_assert_num_queries) -> None:
    member = world.holder("GAS", "unit_desk")
    for _ in range(3):
        operations.hold_post(
            member=member, post=world.post("POWER", "unit_desk"), actor=world.root, now=NOW
        )
    with django_assert_num_queries(1):
        actor = queries.actor_for(member.pk, NOW)
    assert actor.post.startswith("GAS单位·岗位")
    assert actor.post.endswith(member.name)
    assert actor.may("cases.view")
    assert not actor.may("people.manage")


def test_a_closed_post_or_unit_gives_nothing(world: World) -> None:
    member = world.holder("GAS-W", "worker")
    post = member.holdings.get().post
    operations.change_post(post_id=post.pk, actor=world.root, now=NOW, active=False)
    assert not queries.actor_for(member.pk, NOW).roles


def test_holdings_hold_on_their_days_only(world: World) -> None:
    member = world.member("GAS")
    operations.hold_post(
        member=member, post=world.post("GAS", "worker"), actor=world.root, now=NOW,
        valid_from=date(2026, 3, 3), valid_to=date(2026, 3, 5),
    )  # fmt: skip
    held = {
        day: bool(queries.actor_for(member.pk, NOW + timedelta(days=day)).roles) for day in range(5)
    }
    assert held == {0: False, 1: True, 2: True, 3: False, 4: False}
