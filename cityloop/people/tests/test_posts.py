"""Posts, secondment, the two sides, roles."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from cityloop.kernel.errors import Invalid, NotAllowed, Refused
from cityloop.people import operations, queries
from cityloop.people.models import Holding, PeopleChange, Post, Role
from cityloop.people.operations import BothSides
from cityloop.people.tests.world import NOW, TODAY, World

pytestmark = [pytest.mark.requirement("L16")]


@pytest.mark.requirement("A24")
def test_a_secondment_needs_an_end_and_ends_by_itself(world: World) -> None:
    member, post = world.holder("GAS", "unit_desk"), world.post("PLAT", "evaluator")
    with pytest.raises(Invalid):
        operations.hold_post(member=member, post=post, actor=world.root, now=NOW, kind="secondment")
    operations.second_member(
        member=member, post=post, valid_to=TODAY + timedelta(days=30), actor=world.root, now=NOW,
        source_document="杭委组〔2026〕3号",
    )  # fmt: skip
    during = queries.actor_for(member.pk, NOW + timedelta(days=29))
    after = queries.actor_for(member.pk, NOW + timedelta(days=30))
    assert during.roles == {"unit_desk", "evaluator"}
    assert after.roles == {"unit_desk"}
    assert during.organisation_id == world.units["GAS"].pk


def test_the_database_refuses_a_secondment_without_end(world: World) -> None:
    member, post = world.member("GAS"), world.post("GAS", "worker")
    with pytest.raises(IntegrityError), transaction.atomic():
        Holding.objects.create(member=member, post=post, kind="secondment", valid_from=TODAY)


@pytest.mark.requirement("O10")
def test_who_judges_does_not_handle(world: World) -> None:
    member = world.holder("PLAT", "acceptor")
    with pytest.raises(BothSides) as caught:
        operations.hold_post(
            member=member, post=world.post("PLAT", "dispatcher"), actor=world.root, now=NOW
        )
    assert member.name in caught.value.reasons[0]
    with pytest.raises(BothSides):
        world.post("PLAT", "shift_leader", "unit_desk")
    assert queries.actor_for(member.pk, NOW).roles == {"acceptor"}


@pytest.mark.requirement("O10")
def test_the_sides_are_kept_apart_in_the_future_too(world: World) -> None:
    member = world.member("PLAT")
    dispatcher = world.post("PLAT", "dispatcher")
    operations.hold_post(
        member=member, post=dispatcher, actor=world.root, now=NOW, valid_from=date(2026, 6, 1)
    )
    acceptor = world.post("PLAT", "acceptor")
    with pytest.raises(BothSides):
        operations.hold_post(member=member, post=acceptor, actor=world.root, now=NOW)
    operations.hold_post(
        member=member, post=acceptor, actor=world.root, now=NOW, valid_to=date(2026, 6, 1)
    )
    with pytest.raises(BothSides):
        operations.change_post(
            post_id=acceptor.pk, roles=["dispatcher", "acceptor"], actor=world.root, now=NOW
        )


@pytest.mark.requirement("O10")
def test_a_post_cannot_change_sides_under_its_holder(world: World) -> None:
    member = world.holder("PLAT", "acceptor")
    other = world.post("PLAT", "leader")
    operations.hold_post(member=member, post=other, actor=world.root, now=NOW)
    with pytest.raises(BothSides):
        operations.change_post(post_id=other.pk, roles=["worker"], actor=world.root, now=NOW)
    assert list(other.roles.values_list("code", flat=True)) == ["leader"]


@pytest.mark.requirement("O10")
def test_a_small_centre_may_merge_posts_and_the_actor_says_so(world: World) -> None:
    operations.set_merge_posts(
        allowed=True, actor=world.root, now=NOW, source_document="县编办〔2026〕1号"
    )
    member = world.holder("PLAT", "acceptor", "dispatcher")
    assert queries.actor_for(member.pk, NOW).merged
    with pytest.raises(BothSides) as caught:
        operations.set_merge_posts(allowed=False, actor=world.root, now=NOW, source_document="x")
    assert member.name in caught.value.reasons[0]
    holding = member.holdings.get()
    operations.end_holding(holding_id=holding.pk, actor=world.root, now=NOW)
    operations.change_post(post_id=holding.post_id, active=False, actor=world.root, now=NOW)
    operations.set_merge_posts(allowed=False, actor=world.root, now=NOW, source_document="x")
    assert not queries.merge_posts_allowed()


@pytest.mark.requirement("O10", "A22")
def test_merged_posts_never_let_a_unit_s_own_people_judge(world: World) -> None:
    operations.set_merge_posts(allowed=True, actor=world.root, now=NOW, source_document="一厅合并")
    for roles in (("acceptor", "unit_desk"), ("inspector", "worker")):
        with pytest.raises(BothSides):
            world.holder("PLAT", *roles)
    clerk = world.holder("GAS", "unit_desk")
    leads = world.post("PLAT", "shift_leader")
    with pytest.raises(BothSides, match="who judges does not handle"):
        operations.hold_post(member=clerk, post=leads, actor=world.root, now=NOW)
    judge = world.holder("PLAT", "acceptor")
    with pytest.raises(BothSides):
        operations.hold_post(
            member=judge, post=world.post("GAS", "worker"), actor=world.root, now=NOW
        )


def test_a_post_is_held_once_at_a_time(world: World) -> None:
    member = world.holder("GAS", "worker")
    post = member.holdings.get().post
    with pytest.raises(Refused):
        operations.hold_post(member=member, post=post, actor=world.root, now=NOW)
    operations.end_holding(holding_id=member.holdings.get().pk, actor=world.root, now=NOW)
    operations.hold_post(member=member, post=post, actor=world.root, now=NOW)
    assert member.holdings.count() == 2


@pytest.mark.requirement("O10")
def test_a_holding_cancelled_before_it_began_stands_in_nobody_s_way(world: World) -> None:
    """The same post from today on; one of the other side; other roles; posts kept apart again."""
    member = world.member("PLAT")
    dispatcher, leader = world.post("PLAT", "dispatcher"), world.post("PLAT", "leader")
    root = {"actor": world.root, "now": NOW}
    later = TODAY + timedelta(days=90)
    for post in (dispatcher, leader):
        planned = operations.hold_post(member=member, post=post, valid_from=later, **root)
        ended = operations.end_holding(holding_id=planned.pk, **root)
        assert ended.valid_from == ended.valid_to == later
    operations.hold_post(member=member, post=leader, **root)
    operations.hold_post(member=member, post=world.post("PLAT", "acceptor"), **root)
    operations.change_post(post_id=dispatcher.pk, roles=["dispatcher", "unit_desk"], **root)
    operations.set_merge_posts(allowed=False, source_document="x", **root)
    assert queries.actor_for(member.pk, NOW).roles == {"acceptor", "leader"}
    with pytest.raises(Refused, match="already"):
        operations.hold_post(member=member, post=leader, valid_from=later, **root)


def test_labels_and_permissions_of_roles_are_the_city_s(world: World) -> None:
    operations.change_role(
        code="inspector", label_zh="网格员", permissions=["cases.view", "map.view"],
        actor=world.root, now=NOW,
    )  # fmt: skip
    role = Role.objects.get(code="inspector")
    assert (role.label_zh, role.permissions) == ("网格员", ["cases.view", "map.view"])
    assert operations.seed_roles(now=NOW) == 0
    assert Role.objects.get(code="inspector").label_zh == "网格员"
    actor = world.actor("COLL", "inspector")
    assert actor.permissions == {"cases.view", "map.view"}


def test_a_new_permission_reaches_roles_that_exist_and_one_taken_away_never_comes_back(
    world: World,
) -> None:
    """A database of an earlier version, whose city took two permissions away."""
    old = [one for one in Role.objects.get(code="leader").permissions if one != "works.claim"]
    Role.objects.filter(code="leader").update(permissions=old, offered=old)
    kept = sorted(set(old) - {"cases.export", "people.view"})
    operations.change_role(code="leader", permissions=kept, actor=world.root, now=NOW)
    assert operations.seed_roles(now=NOW) == 1
    role = Role.objects.get(code="leader")
    assert role.permissions == sorted([*kept, "works.claim"])
    assert {"cases.export", "people.view", "works.claim"} <= set(role.offered)
    line = PeopleChange.objects.get(subject="role", action="offer")
    assert set(line.after["permissions"]) - set(line.before["permissions"]) == {"works.claim"}
    operations.change_role(code="leader", permissions=kept, actor=world.root, now=NOW)
    assert operations.seed_roles(now=NOW) == 0
    assert Role.objects.get(code="leader").permissions == kept


def test_nobody_locks_everybody_out(world: World) -> None:
    for code, permissions in (("administrator", ["cases.view"]), ("system", ["cases.view"])):
        with pytest.raises(Refused):
            operations.change_role(code=code, permissions=permissions, actor=world.root, now=NOW)
    with pytest.raises(NotAllowed):
        operations.change_role(
            code="worker", label_zh="x", actor=world.actor("DA-PLAT", "administrator"), now=NOW
        )


def test_no_person_holds_the_system_s_role(world: World) -> None:
    with pytest.raises(Invalid):
        world.post("PLAT", "system")
    with pytest.raises(Invalid):
        world.post("PLAT", "wizard")
    with pytest.raises(Invalid):
        world.post("PLAT")


@pytest.mark.requirement("O10")
def test_a_district_administrator_gives_no_wider_view_than_their_own(world: World) -> None:
    admin = world.actor("DA-PLAT", "administrator")
    unit_admin = world.actor("GAS", "administrator")
    facts = {"code": "Q", "name_zh": "岗", "now": NOW}
    with pytest.raises(NotAllowed):
        operations.create_post(
            organisation=world.units["DB-PLAT"], roles=["leader"], actor=admin, **facts
        )
    with pytest.raises(NotAllowed):
        operations.create_post(
            organisation=world.units["GAS"], roles=["inspector"], region_codes=["330102"],
            actor=unit_admin, **facts,
        )  # fmt: skip
    with pytest.raises(NotAllowed):
        operations.hold_post(
            member=world.member("GAS"), post=world.post("PLAT", "leader"), actor=admin, now=NOW
        )


def test_every_change_is_recorded_with_before_and_after(world: World) -> None:
    admin = world.holder("PLAT", "administrator")
    actor = queries.actor_for(admin.pk, NOW)
    operations.change_organisation(
        organisation_id=world.units["GAS"].pk, actor=actor, now=NOW, phone="0571-1", reason="新号码"
    )
    line = queries.changes_of("organisation", str(world.units["GAS"].pk)).first()
    assert line is not None
    assert (line.member_id, line.actor) == (admin.pk, actor.post)
    assert (line.before, line.after) == ({"phone": ""}, {"phone": "0571-1"})
    with pytest.raises(IntegrityError), transaction.atomic():
        PeopleChange.objects.filter(pk=line.pk).update(actor="nobody")
    with pytest.raises(IntegrityError), transaction.atomic():
        PeopleChange.objects.filter(pk=line.pk).delete()


def test_a_post_of_both_sides_ends_before_the_sides_are_kept_apart_again(world: World) -> None:
    decide = {"actor": world.root, "now": NOW, "source_document": "x"}
    operations.set_merge_posts(allowed=True, **decide)
    post = operations.create_post(
        code="small", organisation=world.units["PLAT"], name_zh="综合岗",
        roles=["shift_leader", "dispatcher"], actor=world.root, now=NOW,
    )  # fmt: skip
    with pytest.raises(BothSides, match=r"综合岗 \(small\) has roles of both sides"):
        operations.set_merge_posts(allowed=False, **decide)
    operations.change_post(post_id=post.pk, active=False, actor=world.root, now=NOW)
    operations.set_merge_posts(allowed=False, **decide)
    with pytest.raises(BothSides):
        operations.change_post(post_id=post.pk, active=True, actor=world.root, now=NOW)
    Post.objects.filter(pk=post.pk).update(active=True)  # as one made before is
    member = world.member("GAS")
    with pytest.raises(BothSides):
        operations.hold_post(member=member, post=post, actor=world.root, now=NOW)
