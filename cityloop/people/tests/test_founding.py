"""The first account of a city."""

from __future__ import annotations

from typing import Any

import pytest

from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Invalid, NotAllowed
from cityloop.people import operations, queries
from cityloop.people.models import Member, Organisation, PeopleChange
from cityloop.people.operations.members import WeakPassword
from cityloop.people.scope import sees_all
from cityloop.people.tests.world import NOW, PASSWORD, World

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("L16")]
SYSTEM = Actor.system("first-administrator")


def found(**other: Any) -> operations.Founded:
    facts: dict[str, Any] = {
        "organisation_code": "PLAT", "organisation_name": "市平台", "region_code": "330100",
        "username": "zhang", "name": "张三", "password": PASSWORD, "actor": SYSTEM, "now": NOW,
    }  # fmt: skip
    return operations.create_first_administrator(**{**facts, **other})


def test_the_first_administrator_manages_the_whole_city() -> None:
    made = found()
    actor = queries.actor_for(made.member.pk, NOW)
    assert sees_all(actor) and actor.may("people.manage")
    assert made.member.initial_password
    assert queries.city_administrators(NOW) == [made.member]
    assert {one.actor for one in PeopleChange.objects.all()} == {SYSTEM.post}
    operations.create_organisation(
        code="N", name_zh="新", kind="department", actor=actor, now=NOW, region_code="330100"
    )


def test_a_second_one_is_refused_and_says_who_there_is() -> None:
    found()
    with pytest.raises(operations.AdministratorThere, match=r"张三 \(zhang\)"):
        found(username="li")
    assert not Member.objects.filter(username="li").exists()


def test_who_cannot_sign_in_or_sees_one_district_is_no_hindrance(world: World) -> None:
    world.holder("DA-PLAT", "administrator", password=PASSWORD)
    world.holder("PLAT", "administrator")  # a machine's account, without a password
    closed = world.holder("PLAT", "administrator", password=PASSWORD)
    operations.close_member(member_id=closed.pk, actor=world.root, now=NOW)
    made = found(organisation_name="", region_code="")
    assert made.organisation == world.units["PLAT"]
    assert sees_all(queries.actor_for(made.member.pk, NOW))
    operations.close_member(member_id=made.member.pk, actor=world.root, now=NOW)
    assert found(organisation_name="", region_code="", username="li").post.code.endswith("-2")


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"organisation_code": "GAS", "organisation_name": ""}, "not a city's platform"),
        ({"organisation_name": "别名"}, "stands already as PLAT in 3301"),
        ({"region_code": "330200"}, "stands already as PLAT in 3301"),
        ({"organisation_code": "NEW", "region_code": ""}, "needs the code of its region"),
        ({"organisation_code": "NEW", "organisation_name": ""}, "name_zh"),
        ({"organisation_code": "NEW", "region_code": "33x"}, "33x"),
        ({"organisation_name": "", "username": "a b"}, "without spaces"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_stays(
    world: World, given: dict[str, str], why: str
) -> None:
    Organisation.objects.filter(code="PLAT").update(name_zh="PLAT")
    with pytest.raises(Invalid, match=why):
        found(**given)
    assert not Member.objects.exists()
    assert not Organisation.objects.filter(code="NEW").exists()


def test_the_password_is_a_good_one_and_only_the_system_may_do_it(world: World) -> None:
    Organisation.objects.filter(code="PLAT").update(name_zh="市平台")
    with pytest.raises(WeakPassword):
        found(password="12345678901")
    with pytest.raises(NotAllowed):
        found(actor=world.actor("DA-PLAT", "administrator"))
