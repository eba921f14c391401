"""Whose unit grids and regions a post lists: its own ground, by one rule for desks of any body."""

from __future__ import annotations

import pytest

from cityloop.geo.models import Region
from cityloop.people.queries import actor_for, forget_actors
from tests.browser import Browse
from tests.scenarios.test_posts import body, staff
from tests.town import DISTRICT, SINCE, Town

GRIDS, REGIONS = "/api/v1/geo/grids", "/api/v1/geo/regions"


@pytest.mark.requirement("O10", "A24")
@pytest.mark.parametrize(
    ("unit", "roles", "lists"),
    [
        ("PLAT", ("acceptor",), True),
        ("DIST", ("district_platform",), True),
        ("ROADS", ("unit_desk",), True),  # a department of the district
        ("STREET1", ("unit_desk",), True),
        ("WATER", ("unit_desk",), True),  # its pipes lie anywhere in the city
        ("OTHER", ("district_platform",), False),
        ("OTHER_ROADS", ("unit_desk",), False),
        ("STREET2", ("unit_desk",), False),
        ("STREET2", ("unit_desk", "leader"), False),
    ],
)
def test_a_desk_lists_the_ground_of_its_body(
    town: Town, browse: Browse, unit: str, roles: tuple[str, ...], lists: bool
) -> None:
    body(town, "STREET2", "street", "DIST", f"{DISTRICT}002")
    here = Region.objects.get(code=DISTRICT)
    Region.objects.create(
        code="330105", level="district", name="邻区", geom=here.geom,
        label_point=here.label_point, valid_from=SINCE,
    )  # fmt: skip
    body(town, "OTHER", "district_platform", "CITY", "330105")
    body(town, "OTHER_ROADS", "department", "OTHER", "330105")
    staff(town, "desk", unit, *roles)
    grid, client = town.grid(), browse("desk")
    answer = client.get(GRIDS, {"community": grid.community_code})
    assert answer.status_code == 200, answer.content
    assert bool(answer.json()["items"]) is lists
    found = client.get(REGIONS, {"level": "street", "parent": DISTRICT}).json()["items"]
    assert (grid.street_code in [one["code"] for one in found]) is lists
    # Where a place lies is no secret: everybody who may see the map is told.
    middle = grid.geom.point_on_surface
    told = client.get("/api/v1/geo/locate", {"x": middle.x, "y": middle.y})
    assert told.json()["grid_code"] == grid.code


@pytest.mark.requirement("O10")
def test_two_posts_list_the_ground_of_both(town: Town, browse: Browse) -> None:
    body(town, "STREET2", "street", "DIST", f"{DISTRICT}002")
    staff(town, "desk", "STREET2", "unit_desk")
    staff(town, "second", "STREET1", "unit_desk")
    member = town.members["second"]
    assert actor_for(member.pk, town.now).ground == (f"{DISTRICT}001",)
    post = town.members["desk"].holdings.get().post
    member.holdings.create(post=post, valid_from=post.holdings.get().valid_from, kind="regular")
    forget_actors()
    assert actor_for(member.pk, town.now).ground == (f"{DISTRICT}001", f"{DISTRICT}002")
