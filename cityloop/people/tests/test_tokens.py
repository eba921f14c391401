"""Keys of machine clients, the API of people, accounts."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from cityloop.kernel import clock
from cityloop.kernel.errors import Invalid, NotAllowed, NotFound, Refused
from cityloop.people import identity, operations, queries
from cityloop.people.models import Member, Token
from cityloop.people.roles import BRINGS
from cityloop.people.tests.world import NOW, PASSWORD, World

pytestmark = [pytest.mark.requirement("O10")]


def _token(world: World, *roles: str, unit: str = "PLAT") -> tuple[Token, str]:
    member = world.holder(unit, *(roles or ("exchange",)))
    return operations.issue_token(member=member, name="网关", actor=world.root, now=clock.now())


def test_only_a_digest_is_kept(world: World) -> None:
    token, raw = _token(world)
    assert raw.startswith("cl_")
    assert raw not in str(Token.objects.filter(pk=token.pk).values())
    assert token.digest not in str(list(queries.changes_of("token").values()))
    actor = queries.actor_for_token(raw, clock.now())
    assert actor is not None
    assert actor.roles == {"exchange"}


def test_the_second_question_costs_no_query(world: World, django_assert_num_queries) -> None:
    _row, raw = _token(world)
    now = clock.now()
    with django_assert_num_queries(2):
        queries.actor_for_token(raw, now)
    with django_assert_num_queries(0):
        for _ in range(50):
            assert queries.actor_for_token(raw, now) is not None


def test_unknown_expired_revoked_and_closed_are_nobody(world: World) -> None:
    row, raw = _token(world)
    now = clock.now()
    assert queries.actor_for_token("cl_" + "x" * 43, now) is None
    assert queries.actor_for_token(raw, now) is not None
    assert queries.actor_for_token(raw, row.expires_at) is None
    operations.revoke_token(token_id=row.pk, actor=world.root, now=now)
    assert queries.actor_for_token(raw, now) is None
    other, raw = _token(world)
    assert queries.actor_for_token(raw, now) is not None
    operations.close_member(member_id=other.member_id, actor=world.root, now=now)
    assert queries.actor_for_token(raw, now) is None


def test_a_withdrawn_post_counts_at_once_in_this_process(world: World) -> None:
    row, raw = _token(world)
    now = clock.now()
    actor = queries.actor_for_token(raw, now)
    assert actor is not None and actor.may("intake.receive")
    holding = row.member.holdings.get()
    operations.end_holding(holding_id=holding.pk, actor=world.root, now=now, ends_on=NOW.date())
    actor = queries.actor_for_token(raw, now)
    assert actor is not None and not actor.permissions


def test_what_a_token_needs(world: World) -> None:
    member = world.member("GAS")
    facts = {"member": member, "actor": world.root, "now": NOW}
    for bad in (
        {"name": " "},
        {"name": "x", "expires_at": NOW},
        {"name": "x", "expires_at": NOW + timedelta(days=800)},
    ):
        with pytest.raises(Invalid):
            operations.issue_token(**facts, **bad)
    with pytest.raises(NotAllowed):
        operations.issue_token(
            member=member, name="x", actor=world.actor("DA-PLAT", "administrator"), now=NOW
        )
    with pytest.raises(NotFound):
        operations.revoke_token(token_id=0, actor=world.root, now=NOW)


def test_use_is_noted_now_and_then(world: World, client: Client) -> None:
    row, raw = _token(world, "administrator")
    identity._noted.clear()
    for _ in range(3):
        answer = client.get("/api/v1/members", headers={"Authorization": f"Bearer {raw}"})
        assert answer.status_code == 200
    row.refresh_from_db()
    first = row.last_used_at
    assert first is not None
    for header in ("Bearer wrong", "Basic abc", "Bearer", raw):
        answer = client.get("/api/v1/members", headers={"Authorization": header})
        assert answer.status_code == 401
        assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.requirement("L16")
def test_api_of_organisations_and_members(world: World, client: Client) -> None:
    _row, raw = _token(world, "leader", unit="DA-PLAT")
    headers = {"Authorization": f"Bearer {raw}"}
    world.holder("DA-ROADS", "worker", phone="13900000000")
    found = client.get("/api/v1/organisations?size=200", headers=headers).json()
    codes = {one["code"] for one in found["items"]}
    assert {"DA", "DA-ROADS", "COLL"} <= codes
    assert not codes & {"DB", "GAS", "CITY"}
    page = client.get("/api/v1/organisations?size=2", headers=headers).json()
    assert len(page["items"]) == 2
    people = client.get("/api/v1/members?size=200", headers=headers)
    assert "13900000000" not in people.content.decode()
    assert any(one["posts"] for one in people.json()["items"])
    _row, raw = _token(world, "worker")
    answer = client.get("/api/v1/members", headers={"Authorization": f"Bearer {raw}"})
    assert answer.status_code == 403


@pytest.mark.requirement("E13", "B12", "B13")
def test_api_says_who_is_responsible_and_why(world: World, client: Client) -> None:
    _row, raw = _token(world, "dispatcher")
    headers = {"Authorization": f"Bearer {raw}"}
    world.line("GAS", assists=[("DA", "supervise")], major_code="01", minor_code="05")
    query = "kind=event&edition_code=E&major_code=01&minor_code=05&district_code=330102"
    found = client.get(f"/api/v1/responsibility?{query}", headers=headers).json()
    assert found["lead_id"] == world.units["GAS"].pk
    assert found["assists"] == [{"organisation": world.units["DA"].pk, "role": "supervise"}]
    assert found["explanation"]
    nobody = client.get(f"/api/v1/responsibility?{query.replace('05', '06')}", headers=headers)
    assert (nobody.status_code, nobody.json()["code"]) == (404, "no-unit")
    for bad in ("kind=thing", "kind=event", f"{query}&owner_id=0", f"{query}&grid_code=x"):
        assert client.get(f"/api/v1/responsibility?{bad}", headers=headers).status_code == 422
    gaps = client.get("/api/v1/responsibility/gaps?edition_code=NONE", headers=headers)
    assert gaps.status_code == 404, "an edition nobody has is not one without gaps"


@pytest.mark.requirement("L16")
def test_an_account_closes_with_all_that_hangs_on_it(world: World) -> None:
    row, _raw = _token(world)
    operations.close_member(member_id=row.member_id, actor=world.root, now=clock.now())
    row.refresh_from_db()
    assert row.revoked_at is not None
    with pytest.raises(NotFound):
        queries.actor_for(row.member_id, NOW)
    admin = world.holder("PLAT", "administrator")
    with pytest.raises(Refused):
        operations.close_member(member_id=admin.pk, actor=queries.actor_for(admin.pk, NOW), now=NOW)


@pytest.mark.requirement("L16")
def test_members_are_changed_and_checked(world: World) -> None:
    member = world.member("GAS", password=PASSWORD)
    operations.change_member(
        member_id=member.pk, actor=world.root, now=NOW, phone="0571-1", reason="新号"
    )
    assert Member.objects.get(pk=member.pk).phone == "0571-1"
    for bad in ({"email": "no"}, {"language": "fr"}, {"name": ""}, {"username": "x"}):
        with pytest.raises(Invalid):
            operations.change_member(member_id=member.pk, actor=world.root, now=NOW, **bad)
    district = world.actor("DA-PLAT", "administrator")
    inside = world.member("DA-ROADS")
    with pytest.raises(NotAllowed):
        operations.change_member(
            member_id=inside.pk, actor=district, now=NOW,
            organisation_id=world.units["PLAT"].pk,
        )  # fmt: skip
    assert member.password not in str(list(queries.changes_of("member").values()))


def test_a_token_for_one_channel_says_so(world: World) -> None:
    member = world.holder("PLAT", "exchange")
    _row, raw = operations.issue_token(
        member=member, name="网关", channel_code="sensor", actor=world.root, now=clock.now()
    )
    actor = queries.actor_for_token(raw, clock.now())
    assert actor is not None and actor.channel == "sensor"


@pytest.mark.requirement("L16")
def test_a_key_of_a_channel_takes_no_steps_and_learns_of_no_reporter(world: World) -> None:
    """Whatever the post of its account may: it brings reports, and reads."""
    member = world.holder("PLAT", "acceptor")
    keys = {}
    for channel in ("", "hotline12319"):
        _row, raw = operations.issue_token(
            member=member, name="热线", channel_code=channel, actor=world.root, now=clock.now()
        )
        keys[channel] = queries.actor_for_token(raw, clock.now())
    whole, bound = keys[""], keys["hotline12319"]
    assert whole is not None and bound is not None
    assert {"cases.step", "intake.reporter", "intake.receive"} <= whole.permissions
    assert bound.may("intake.receive") and bound.may("cases.view")
    refused = {one for one in whole.permissions if not bound.may(one)}
    assert {"cases.step", "intake.reporter", "cases.export"} <= refused
    assert all(one.endswith(".view") or one in BRINGS for one in bound.permissions)


def test_a_key_for_a_channel_that_is_not_there_is_refused(world: World) -> None:
    member = world.holder("PLAT", "exchange")
    for wrong in ("nonsense", "SENSOR "):
        with pytest.raises(Invalid) as caught:
            operations.issue_token(
                member=member, name="网关", channel_code=wrong, actor=world.root, now=clock.now()
            )
        assert "channel_code" in caught.value.fields
    assert not Token.objects.exists()


@pytest.mark.requirement("L16")
def test_who_writes_is_asked_for_anew(world: World, client: Client) -> None:
    """A post that ended in another process a moment ago: it may still be read with, not written."""
    now = clock.now()
    member = world.holder("PLAT", "acceptor")
    seen = queries.actor_seen_lately(member.pk, now)
    assert seen is not None and seen.may("cases.step")
    member.holdings.all().delete()  # as another process does it: this one was told nothing
    assert queries.actor_seen_lately(member.pk, now) is seen

    class Sent:
        user = member

        def __init__(self, method: str) -> None:
            self.META = {"REQUEST_METHOD": method}

    reading = identity.actor_of_request(Sent("GET"))
    assert reading is not None and reading.may("cases.step")
    writing = identity.actor_of_request(Sent("POST"))
    assert writing is not None and not writing.may("cases.step")
