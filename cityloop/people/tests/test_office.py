"""Sign-in, own account and the back office through the browser's eyes."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cityloop.kernel import clock
from cityloop.kernel.errors import Invalid, NotAllowed
from cityloop.people import operations, queries
from cityloop.people.models import Holding, Member, Organisation, Post, Responsibility, Token
from cityloop.people.operations.members import WeakPassword
from cityloop.people.tests.world import NOW, PASSWORD, World

pytestmark = [pytest.mark.requirement("L16")]


@pytest.fixture
def admin(world: World, client: Client) -> Client:
    """A browser in which the city's administrator is signed in."""
    member = world.holder("PLAT", "administrator", password=PASSWORD, username="root")
    client.force_login(member, backend="django.contrib.auth.backends.ModelBackend")
    return client


def _sign_in(client: Client, username: str, password: str, **extra):
    return client.post(reverse("sign-in"), {"username": username, "password": password, **extra})


@pytest.mark.requirement("O10")
def test_sign_in_with_argon2_and_out_again(world: World, client: Client) -> None:
    member = world.holder("PLAT", "acceptor", password=PASSWORD, username="wang")
    assert member.password.startswith("argon2")
    answer = _sign_in(client, "wang", PASSWORD, next="/office/")
    assert (answer.status_code, answer["Location"]) == (302, "/office/")
    assert client.get(reverse("account")).status_code == 200
    assert client.get(reverse("sign-out")).status_code == 405
    left = client.post(reverse("sign-out"))
    assert left.status_code == 302
    assert left["Clear-Site-Data"] == '"cache"'  # photos leave with the person
    assert client.get(reverse("account")).status_code == 302


@pytest.mark.requirement("O10")
def test_sign_in_leads_nowhere_else(world: World, client: Client) -> None:
    world.holder("PLAT", "acceptor", password=PASSWORD, username="wang")
    answer = _sign_in(client, "wang", PASSWORD, next="https://evil.example/")
    assert answer["Location"] == "/"


@pytest.mark.requirement("O10")
def test_a_wrong_name_and_a_wrong_password_get_the_same_answer(
    world: World, client: Client
) -> None:
    world.holder("PLAT", "acceptor", password=PASSWORD, username="wang")
    closed = world.member("PLAT", password=PASSWORD, username="gone")
    operations.close_member(member_id=closed.pk, actor=world.root, now=NOW)

    def page(username: str, password: str) -> tuple[int, str]:
        answer = _sign_in(Client(REMOTE_ADDR="10.0.0.9"), username, password)
        body = re.sub(r'value="[^"]*"|"X-CSRFToken": "[^"]*"', "", answer.content.decode())
        return answer.status_code, body

    wrong = page("wang", "x" * 12)
    assert wrong[0] == 400
    assert wrong == page("nobody", "x" * 12) == page("gone", PASSWORD)


@pytest.mark.requirement("O10")
def test_too_many_tries_close_sign_in_with_a_clear_page(world: World, client: Client) -> None:
    world.holder("PLAT", "acceptor", password=PASSWORD, username="wang")
    codes = [_sign_in(client, "wang", f"wrong-{n}").status_code for n in range(7)]
    assert codes[:5] == [400] * 5
    assert codes[-1] == 429
    answer = _sign_in(client, "wang", PASSWORD)
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) == 900
    assert client.get(reverse("account")).status_code == 302


@pytest.mark.requirement("O10")
def test_a_first_password_is_changed_before_the_session_begins(
    world: World, client: Client
) -> None:
    member = world.holder("PLAT", "acceptor", password=PASSWORD, username="wang")
    operations.reset_password(
        member_id=member.pk, password="Fresh-Start-77", actor=world.root, now=NOW
    )
    answer = _sign_in(client, "wang", "Fresh-Start-77", next="/account/")
    assert answer["Location"] == reverse("new-password")
    assert client.get("/account/").status_code == 302
    short = {"password": "short", "again": "short"}
    assert client.post(reverse("new-password"), short).status_code == 400
    same = {"password": "Fresh-Start-77", "again": "Fresh-Start-77"}
    assert client.post(reverse("new-password"), same).status_code == 400
    good = {"password": "Willow-Canal-31", "again": "Willow-Canal-31"}
    answer = client.post(reverse("new-password"), good)
    assert answer["Location"] == "/account/"
    assert client.get("/account/").status_code == 200
    assert client.get(reverse("new-password")).status_code == 302


@pytest.mark.requirement("O10")
@pytest.mark.parametrize("by", ["the owner", "the administrator"])
def test_a_first_sign_in_left_open_ends_with_the_password(
    world: World, client: Client, by: str
) -> None:
    """Who saw the first password, too, cannot replace the owner's later on."""
    member = world.holder("PLAT", "acceptor", password=PASSWORD, username="wang")
    first = {"member_id": member.pk, "password": "Fresh-Start-77"}
    operations.reset_password(**first, actor=world.root, now=NOW)
    _sign_in(client, "wang", "Fresh-Start-77")
    if by == "the owner":
        owner = Client()
        _sign_in(owner, "wang", "Fresh-Start-77")
        chosen = {"password": "Willow-Canal-31", "again": "Willow-Canal-31"}
        assert owner.post(reverse("new-password"), chosen).status_code == 302
    else:
        operations.reset_password(**first, actor=world.root, now=NOW)  # the same one, set anew
    other = {"password": "Other-Canal-32", "again": "Other-Canal-32"}
    answer = client.post(reverse("new-password"), other)
    assert (answer.status_code, answer["Location"]) == (302, reverse("sign-in"))
    assert client.get("/account/").status_code == 302
    member.refresh_from_db()
    assert not member.check_password("Other-Canal-32")
    if by == "the owner":
        assert owner.get("/account/").status_code == 200


def test_the_own_account_page(world: World, client: Client) -> None:
    member = world.holder("PLAT", "acceptor", password=PASSWORD, username="wang")
    _sign_in(client, "wang", PASSWORD)
    wrong = {"current": "no", "password": "Willow-Canal-31", "again": "Willow-Canal-31"}
    assert client.post("/account/", wrong).status_code == 400
    assert client.post("/account/", {**wrong, "current": PASSWORD}).status_code == 302
    assert client.get("/account/").status_code == 200
    member.refresh_from_db()
    assert member.check_password("Willow-Canal-31")
    client.post(reverse("account-language"), {"language": "en"})
    assert "My account" in client.get("/account/").content.decode()
    assert Member.objects.get(pk=member.pk).language == "en"


@pytest.mark.parametrize(
    "password", ["short", "1234567890123", "password123", "wang-wang-wang", ""]
)
@pytest.mark.requirement("O10")
def test_weak_passwords_are_refused(world: World, password: str) -> None:
    member = world.member("PLAT", username="wang-wang")
    with pytest.raises(WeakPassword):
        operations.reset_password(member_id=member.pk, password=password, actor=world.root, now=NOW)


PAGES = (
    "office-organisations", "office-members", "office-posts", "office-roles", "office-lines",
    "office-gaps", "office-changes", "office-organisation-new", "office-member-new",
    "office-post-new", "office-line-new", "office-merge",
)  # fmt: skip


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.requirement("O10")
def test_pages_are_for_managers_only(world: World, client: Client, name: str) -> None:
    assert client.get(reverse(name))["Location"].startswith("/sign-in/?next=/office/")
    acceptor = world.holder("PLAT", "acceptor")
    client.force_login(acceptor, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(reverse(name)).status_code == 403
    manager = world.holder("PLAT", "administrator")
    client.force_login(manager, backend="django.contrib.auth.backends.ModelBackend")
    for language in ("zh-hans", "en"):
        answer = client.get(reverse(name), headers={"accept-language": language})
        assert answer.status_code == 200
        assert b"<h1>" in answer.content


def test_an_organisation_from_new_to_closed(world: World, admin: Client) -> None:
    bad = {"code": "GAS", "name_zh": "重复", "kind": "utility", "parent": world.units["CITY"].pk}
    answer = admin.post(reverse("office-organisation-new"), bad)
    assert answer.status_code == 400
    good = {**bad, "code": "NEW", "name_zh": "新单位", "region_code": "330102"}
    answer = admin.post(reverse("office-organisation-new"), good)
    row = Organisation.objects.get(code="NEW")
    here = reverse("office-organisation", args=[row.pk])
    assert answer["Location"] == here
    admin.post(here, {"name_zh": "改名", "kind": "utility", "reason": "更名"})
    admin.post(reverse("office-organisation-move", args=[row.pk]), {"parent": world.units["DA"].pk})
    row.refresh_from_db()
    assert (row.name_zh, row.parent_id) == ("改名", world.units["DA"].pk)
    circle = reverse("office-organisation-move", args=[world.units["DA"].pk])
    assert admin.post(circle, {"parent": row.pk}).status_code == 400
    admin.post(reverse("office-organisation-close", args=[row.pk]), {"reason": "撤销"})
    row.refresh_from_db()
    assert not row.active
    assert "更名" in admin.get(here).content.decode()
    close_city = reverse("office-organisation-close", args=[world.units["CITY"].pk])
    assert admin.post(close_city).status_code == 409


def test_a_member_gets_posts_ground_and_a_key(world: World, admin: Client) -> None:
    post, coll = world.post("COLL", "inspector"), world.units["COLL"].pk
    facts = {"username": "li", "name": "李", "organisation": coll, "password": PASSWORD}
    admin.post(reverse("office-member-new"), facts)
    member = Member.objects.get(username="li")
    assert member.initial_password
    assert admin.post(reverse("office-member-new"), facts).status_code == 400
    hold = reverse("office-member-hold", args=[member.pk])
    assert admin.post(hold, {"post": post.pk, "lent": "on"}).status_code == 400
    assert admin.post(hold, {"post": post.pk}).status_code == 302
    admin.post(
        reverse("office-member-patrol", args=[member.pk]), {"areas": "330102001001，330102002"}
    )
    actor = queries.actor_for(member.pk, clock.now())
    assert actor.region_codes == ("330102001001", "330102002")
    token = {"name": "手持机", "days": "30"}
    page = admin.post(reverse("office-member-token", args=[member.pk]), token).content.decode()
    raw = re.search(r"cl_[\w-]{40,}", page)
    assert raw is not None
    assert raw[0] not in admin.get(reverse("office-member", args=[member.pk])).content.decode()
    assert queries.actor_for_token(raw[0], clock.now()) is not None
    admin.post(reverse("office-token-revoke", args=[Token.objects.get().pk]))
    assert queries.actor_for_token(raw[0], clock.now()) is None
    admin.post(reverse("office-holding-end", args=[Holding.objects.get(member=member).pk]))
    admin.post(reverse("office-member-close", args=[member.pk]), {"reason": "离职"})
    member.refresh_from_db()
    assert not member.active


@pytest.mark.requirement("A33")
def test_a_member_answers_for_a_class_in_an_area(world: World, admin: Client) -> None:
    member = world.member("DA-S1")
    answer = {"region_code": "330102001", "class_kind": "event", "major_code": "01"}
    here = reverse("office-member-answer", args=[member.pk])
    assert admin.post(here, {**answer, "region_code": "33x"}).status_code == 400
    assert admin.post(here, answer).status_code == 302
    person = member.answers_for.get()
    assert (person.region_code, person.major_code, person.minor_code) == ("330102001", "01", "*")
    admin.post(reverse("office-answer-end", args=[person.pk]))
    person.refresh_from_db()
    assert person.valid_to is not None


def test_posts_roles_and_lines_are_edited(world: World, admin: Client) -> None:
    facts = {
        "code": "X1", "organisation": world.units["GAS"].pk, "name_zh": "岗", "roles": ["worker"],
    }  # fmt: skip
    assert admin.post(reverse("office-post-new"), facts).status_code == 302
    post = Post.objects.get(code="X1")
    change = {"name_zh": "新岗", "roles": ["unit_desk"], "regions": "330102", "active": "on"}
    assert admin.post(reverse("office-post", args=[post.pk]), change).status_code == 302
    post.refresh_from_db()
    assert (post.name_zh, post.region_codes) == ("新岗", ["330102"])
    both = {**change, "roles": ["unit_desk", "acceptor"]}
    assert admin.post(reverse("office-post", args=[post.pk]), both).status_code == 400
    role = {"label_zh": "网格员", "label_en": "Grid worker", "permissions": ["cases.view"]}
    assert admin.post(reverse("office-role", args=["inspector"]), role).status_code == 302
    assert "网格员" in admin.get(reverse("office-roles")).content.decode()
    line = {
        "kind": "event", "edition_code": "*", "major_code": "01", "minor_code": "*",
        "region_code": "330102", "lead": world.units["GAS"].pk, "lead_role": "rectify",
        "assists": "supervise:DA\nassist:POWER", "source_document": "文",
    }  # fmt: skip
    assert admin.post(reverse("office-line-new"), line).status_code == 302
    row = Responsibility.objects.get()
    page = reverse("office-line", args=[row.pk])
    assert "supervise:DA" in admin.get(page).content.decode()
    assert admin.post(page, {**line, "assists": "cook:DA"}).status_code == 400
    assert admin.post(page, {**line, "assists": "assist:NONE"}).status_code == 400
    assert admin.post(
        page, {**line, "lead": world.units["POWER"].pk, "assists": ""}
    ).status_code == (302)
    assert Responsibility.objects.count() == 2
    last = Responsibility.objects.latest("id")
    admin.post(reverse("office-line-end", args=[last.pk]))
    last.refresh_from_db()
    assert last.valid_to is not None
    assert "cl_" not in admin.get(reverse("office-changes")).content.decode()


def test_the_decision_to_merge_posts(world: World, admin: Client) -> None:
    admin.post(reverse("office-merge"), {"allowed": "on", "source_document": "县编办1号"})
    assert queries.merge_posts_allowed()


@pytest.mark.requirement("O10")
def test_a_district_administrator_in_the_office(world: World, client: Client) -> None:
    member = world.holder("DA-PLAT", "administrator")
    client.force_login(member, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(reverse("office-organisations")).content.decode()
    assert "DA-ROADS" in page
    assert "DB-S1" not in page
    other = reverse("office-organisation", args=[world.units["DB"].pk])
    assert client.get(other).status_code == 404
    outside = world.member("DB-S1")
    assert client.get(reverse("office-member", args=[outside.pk])).status_code == 404
    role = {"label_zh": "x", "label_en": "x"}
    assert client.post(reverse("office-role", args=["worker"]), role).status_code == 400


@pytest.mark.requirement("O10")
def test_a_password_reset_cannot_reach_a_city_post(world: World) -> None:
    member = world.holder("DA-S1", "leader", password=PASSWORD)
    operations.second_member(
        member=member, post=world.post("PLAT", "leader"), actor=world.root, now=NOW,
        valid_to=NOW.date() + timedelta(days=90),
    )  # fmt: skip
    admin = world.actor("DA-PLAT", "administrator")
    with pytest.raises(NotAllowed):
        operations.reset_password(
            member_id=member.pk, password="Stolen-Post-99", actor=admin, now=NOW
        )


@pytest.mark.slow
def test_pages_cost_the_same_for_few_and_many(world: World, admin: Client) -> None:
    def cost(name: str) -> int:
        with CaptureQueriesContext(connection) as caught:
            assert admin.get(reverse(name)).status_code == 200
        return len(caught)

    names = ("office-organisations", "office-members", "office-posts", "office-lines")

    def add(number: int) -> None:
        world.holder("GAS", "worker")
        world.line("GAS", major_code="01", minor_code=f"{number:02}", assists=[("POWER", "assist")])
        cost("office-roles")  # the actor is remembered again

    add(0)
    before = {name: cost(name) for name in names}
    for number in range(1, 30):
        add(number)
    assert {name: cost(name) for name in names} == before


def test_usernames_are_unique_without_regard_to_case(world: World) -> None:
    world.member("GAS", username="Chen")
    for username in ("chen", "two words", "", "x" * 61):
        with pytest.raises(Invalid):
            world.member("GAS", username=username)


@pytest.mark.requirement("B12")
def test_the_order_of_precedence_is_shown_and_set(
    world: World, admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    here, new = reverse("office-precedence"), reverse("office-precedence-new")
    html = admin.get(here).content.decode()
    assert html.count("通行顺序") == 2 and html.count("现行") == 2
    given = {"kind": "component", "first": "territory", "valid_from": "2026-03-02",
             "source_document": "城管委〔2026〕3号"}  # fmt: skip
    refused = admin.post(new, {**given, "valid_from": "2026-03-01"})
    assert "过往不作更改" in refused.content.decode()
    assert admin.post(new, given).status_code == 302
    html = admin.get(here).content.decode()
    assert "城管委〔2026〕3号" in html
    assert html.count("现行") == 2 and html.count("已结束") == 1
