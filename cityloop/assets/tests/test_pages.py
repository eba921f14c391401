"""The register in the browser and over the API."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from cityloop.assets.tests.test_register import _register
from cityloop.assets.tests.world import NOW, World, at
from cityloop.kernel import clock
from cityloop.people import operations as people
from cityloop.people import queries as people_queries
from cityloop.people.models import Member, Organisation

pytestmark = [pytest.mark.requirement("A02", "B08")]
BACKEND = "django.contrib.auth.backends.ModelBackend"


def _member(world: World, role: str, kind: str = "city_platform", region: str = "3301") -> Member:
    people.seed_roles(now=NOW)
    people_queries.forget_actors()
    code = f"{kind}-{region}"
    unit = Organisation.objects.filter(code=code).first() or people.create_organisation(
        code=code, name_zh=code, kind=kind, actor=world.root, now=NOW, region_code=region
    )
    member = people.create_member(
        username=f"{role}-{code}", name=role, organisation=unit, actor=world.root, now=NOW
    )
    post = people.create_post(
        code=f"{role}-{code}", organisation=unit, name_zh=role, roles=[role], actor=world.root,
        now=NOW,
    )  # fmt: skip
    people.hold_post(member=member, post=post, actor=world.root, now=NOW)
    return member


@pytest.fixture
def admin(world: World, client: Client) -> Client:
    """The city's administrator."""
    client.force_login(_member(world, "administrator"), backend=BACKEND)
    return client


def test_english_pages_name_classes_in_english(world: World, admin: Client) -> None:
    plain = _register(world, 1, minor="37")
    own = _register(world, 2, 0.02, minor="37", name="滨江一号灯")
    english = {"headers": {"Accept-Language": "en"}}
    page = admin.get(reverse("components"), **english).content.decode()
    one = admin.get(reverse("component", args=[plain.code]), **english).content.decode()
    for html in (page, one):
        assert "Street lamp" in html
        assert plain.name not in html
    assert own.name in page
    chinese = admin.get(reverse("components"), headers={"Accept-Language": "zh-hans"})
    assert plain.name in chinese.content.decode()


def test_list_page_and_component_page(world: World, admin: Client) -> None:
    lamp = _register(world, 1, minor="37", note="滨江路口", owner_id=world.units["LIGHT"].pk)
    for number in range(2, 62):
        _register(world, number, 0.01 * number)
    first = admin.get(reverse("components"))
    assert first.status_code == 200
    page = admin.get(reverse("components"), {"q": "滨江", "state": "intact"}).content.decode()
    assert lamp.code in page
    assert "330102010100" not in page
    one = admin.get(reverse("component", args=[lamp.code])).content.decode()
    assert "亮灯中心" in one
    assert admin.get(reverse("component", args=["1" * 16])).status_code == 404
    assert "after=" in first.content.decode()


def test_state_and_owner_forms(world: World, admin: Client) -> None:
    row = _register(world)
    here = reverse("component-state", args=[row.code])
    assert admin.post(here, {"state": "damaged", "reason": ""}).status_code == 400
    assert admin.post(here, {"state": "damaged", "reason": "撞坏"}).status_code == 302
    owner = {"owner": world.units["ROADS"].pk, "reason": "移交"}
    admin.post(reverse("component-owner", args=[row.code]), owner)
    row.refresh_from_db()
    assert (row.state, row.owner) == ("damaged", world.units["ROADS"])
    page = admin.get(reverse("component", args=[row.code])).content.decode()
    assert "市政所" in page
    assert "撞坏" in page


@pytest.mark.requirement("O10")
def test_pages_keep_the_scope(world: World, client: Client) -> None:
    here, there = _register(world, 1), _register(world, 2, 6.5)
    client.force_login(_member(world, "leader", "district_platform", "330102"), backend=BACKEND)
    page = client.get(reverse("components")).content.decode()
    assert here.code in page
    assert there.code not in page
    assert client.get(reverse("component", args=[there.code])).status_code == 404
    assert client.get(reverse("office-import", args=["components"])).status_code == 403
    state = {"state": "lost", "reason": "x"}
    assert client.post(reverse("component-state", args=[here.code]), state).status_code in (
        400,
        403,
    )
    assert Client().get(reverse("components")).status_code == 302


def _api(world: World, role: str = "administrator") -> dict[str, str]:
    member = _member(world, role)
    _token, raw = people.issue_token(member=member, name="test", actor=world.root, now=clock.now())
    return {"Authorization": f"Bearer {raw}"}


def test_api(world: World, client: Client) -> None:
    row = _register(world, 1, owner_id=world.units["WATER"].pk)
    _register(world, 2, 2.5)
    headers = _api(world)
    lon, lat = at(0.5)
    listed = client.get("/api/v1/components?size=1", headers=headers).json()
    assert [one["code"] for one in listed["items"]] == [row.code]
    more = client.get(f"/api/v1/components?size=1&cursor={listed['next']}", headers=headers).json()
    assert more["next"] is None
    box = client.get(
        f"/api/v1/components?bbox={lon - 1e-4},{lat - 1e-4},{lon + 1e-4},{lat + 1e-4}",
        headers=headers,
    )
    assert len(box.json()["items"]) == 1
    near = client.get(f"/api/v1/components/nearest?lon={lon}&lat={lat}", headers=headers).json()
    assert near[0]["component"]["owner"]["name_zh"] == "水务集团"
    assert near[0]["metres"] < 0.01
    body = {"state": "damaged", "reason": "撞坏"}
    url = f"/api/v1/components/{row.code}/state"
    done = client.post(url, body, "application/json", headers=headers)
    assert done.json()["state"] == "damaged"
    history = client.get(f"/api/v1/components/{row.code}/history", headers=headers).json()
    assert history[0]["fields"]["state"] == ["intact", "damaged"]
    owner = {"reason": "移交", "owner_id": world.units["ROADS"].pk}
    done = client.post(
        f"/api/v1/components/{row.code}/owner", owner, "application/json", headers=headers
    )
    assert done.json()["owner"]["code"] == "ROADS"


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("/components?bbox=1,2,3", 422),
        ("/components?bbox=9,9,1,1", 422),
        ("/components?cursor=x", 422),
        ("/components?area=abc", 422),
        ("/components/nearest?lon=500&lat=1", 422),
        ("/components/nearest?lon=nan&lat=1", 422),
        ("/components/0000", 404),
    ],
)
def test_api_says_what_is_wrong(world: World, client: Client, url: str, status: int) -> None:
    answer = client.get(f"/api/v1{url}", headers=_api(world))
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.requirement("O10")
def test_api_wants_a_good_token_and_a_permission(world: World, client: Client) -> None:
    row = _register(world)
    assert client.get("/api/v1/components").status_code in (401, 403)
    bad = {"Authorization": "Bearer nonsense"}
    assert client.get("/api/v1/components", headers=bad).status_code == 401
    body = {"state": "damaged", "reason": "x"}
    answer = client.post(
        f"/api/v1/components/{row.code}/state", body, "application/json",
        headers=_api(world, "leader"),
    )  # fmt: skip
    assert answer.status_code == 403


def test_a_filter_that_cannot_be_is_named_not_swallowed(world: World, admin: Client) -> None:
    row = _register(world, 1)
    english = {"headers": {"Accept-Language": "en"}}
    wrong = admin.get(reverse("components") + f"?class_id=abc&q={row.code}", **english)
    assert "Left out, because the value cannot be: Class" in wrong.content.decode()
    assert row.code in wrong.content.decode()
    assert "Left out" not in admin.get(reverse("components"), **english).content.decode()
