"""The demo city's people and components: for every role, unit and grid, the same every time."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from django.contrib.auth.hashers import check_password
from django.db import transaction

from cityloop.assets import demo
from cityloop.assets.models import Component, ComponentChange
from cityloop.assets.tests.world import DISTRICTS, NOW, make_district
from cityloop.kernel.actor import HANDLING, JUDGING, ROLES, Actor
from cityloop.people import demo as people_demo
from cityloop.people import queries as people
from cityloop.people.models import Member, Organisation
from cityloop.standards import operations as standards

DATA = Path(__file__).resolve().parents[3] / "data" / "standards"
PASSWORD = "Demo-City-2026"
TODAY = NOW.date()
pytestmark = [pytest.mark.slow, pytest.mark.requirement("A24", "A33", "E13")]


@pytest.fixture
def accounts(db) -> list[people_demo.Account]:
    """People of a city of two districts, one street and community each."""
    for district, (first, last) in DISTRICTS.items():
        make_district(district, first, last)
    editions = [DATA / name for name in ("GBT30428.2-2013", "330100-2026")]
    standards.load_editions(editions, actor=Actor.system(), now=NOW, publish=True)
    return people_demo.build(region_codes=list(DISTRICTS), password=PASSWORD, now=NOW, inspectors=6)


def test_every_role_is_filled_and_every_unit_can_act(accounts: list) -> None:
    roles = Counter(one.role for one in accounts)
    assert roles.keys() == set(ROLES) - {"system"}
    assert {one.role for one in accounts if one.shown} == roles.keys()
    assert Organisation.objects.count() > 60
    desks = {one.organisation_id for one in accounts if one.role == "unit_desk"}
    workers = {one.organisation_id for one in accounts if one.role == "worker"}
    leads = set(Organisation.objects.filter(leads__isnull=False).values_list("id", flat=True))
    assert leads <= desks & workers
    assert Organisation.objects.filter(kind="street").count() == 2


def test_actors_are_what_their_roles_say(accounts: list) -> None:
    for one in accounts:
        if one.shown:
            actor = people.actor_for(one.member_id, NOW)
            assert actor.roles == {one.role}
            assert not (actor.roles & JUDGING and actor.roles & HANDLING)
    inspectors = [one for one in accounts if one.role == "inspector"]
    assert all(one.areas for one in inspectors)
    assert people.inspector_of("330102001001001", TODAY) in {i.member_id for i in inspectors}
    first = Member.objects.get(username="hz-acceptor-1")
    assert check_password(PASSWORD, first.password)
    assert not first.initial_password


def test_most_classes_of_both_districts_have_a_unit(accounts: list) -> None:
    gaps = people.coverage_gaps("330100-2026", TODAY)
    assert not [gap for gap in gaps if not gap.owner_only]
    found = people.responsible_for(
        kind="event", edition_code="GBT30428.2-2013", major_code="01", minor_code="10",
        district_code="330102", street_code="330102001", on=TODAY,
    )  # fmt: skip
    assert found is not None
    assert found.unambiguous
    assert found.person_id is not None


@pytest.mark.requirement("A02", "B08")
def test_components_stand_where_their_codes_say_and_have_owners(accounts: list) -> None:
    report = demo.build(count=400, now=NOW)
    assert report.imported == 400
    rows = list(Component.objects.select_related("problem_class", "owner"))
    for row in rows:
        chosen = row.problem_class
        assert row.code[6:10] == chosen.major_code + chosen.minor_code
        assert row.grid_code.startswith(row.code[:6])
        assert row.owner is not None
    assert len({row.owner_id for row in rows}) > 5
    assert ComponentChange.objects.count() == 400
    again = demo.build(count=400, now=NOW)
    assert again.imported == 0
    assert again.notes


def test_the_same_seed_gives_the_same_city(accounts: list) -> None:
    def city(seed: int) -> list:
        with transaction.atomic():
            demo.build(count=50, now=NOW, seed=seed)
            rows = Component.objects.order_by("code")
            found = list(rows.values_list("code", "point", "owner_id", "original_on"))
            transaction.set_rollback(True)
        return found

    assert city(7) == city(7) != city(8)
