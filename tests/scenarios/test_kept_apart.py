"""One person on both sides: never while the city keeps them apart, and named where it is so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse

from cityloop.cases import audit
from cityloop.cases import queries as cases
from cityloop.cli.check import sides_apart
from cityloop.kernel.clock import local_day
from cityloop.kernel.errors import Problem, Refused
from cityloop.people import operations as people
from cityloop.people.models import Member, PeopleSetting, Post
from tests.at_once import meanwhile
from tests.browser import Browse
from tests.scenarios.test_coordination import frozen
from tests.town import SINCE, STRANGER, SYSTEM, Town, forget

pytestmark = [pytest.mark.slow, pytest.mark.requirement("D05", "A04")]


def merged(town: Town, allowed: bool) -> None:
    people.set_merge_posts(
        allowed=allowed, actor=SYSTEM, now=town.now, source_document="编办〔2026〕1号"
    )


def other_post(town: Town) -> dict[str, Any]:
    """A dispatcher's post for the shift leader."""
    post = Post.objects.filter(roles__code="dispatcher").earliest("pk")
    return {"member": town.members["shift_leader"], "post": post, "actor": SYSTEM, "now": town.now}


def refused_after(first: Callable[[], object], second: Callable[[], object]) -> None:
    """The second waits for the first, and is then refused."""
    assert isinstance(meanwhile(first, second).exception(), Problem)


def test_keeping_sides_apart_and_giving_the_other_post_at_one_moment(committed: Town) -> None:
    town = committed
    merged(town, True)
    given = other_post(town)
    refused_after(lambda: merged(town, False), lambda: people.hold_post(**given))
    assert sides_apart()["well"]


def test_two_administrators_who_close_each_other_leave_one(committed: Town) -> None:
    town = committed
    post = Post.objects.filter(roles__code="administrator").earliest("pk")
    people.hold_post(member=town.members["leader"], post=post, actor=SYSTEM, now=town.now)
    forget()
    one, other = town.members["administrator"], town.members["leader"]

    def close(by: str, whom: Any) -> Any:
        actor = town.actor(by)
        return lambda: people.close_member(member_id=whom.pk, actor=actor, now=town.now)

    refused_after(close("administrator", other), close("leader", one))
    assert set(Member.objects.filter(pk__in=[one.pk, other.pk], active=True)) == {one}


def test_no_post_is_given_in_a_body_that_is_being_closed(committed: Town) -> None:
    town = committed
    body = people.create_organisation(
        code="NEW", name_zh="新单位", kind="department", parent=town.units["CITY"],
        valid_from=SINCE, actor=SYSTEM, now=town.now,
    )  # fmt: skip
    post = people.create_post(
        code="NEW-desk", organisation=body, name_zh="内勤", roles=["unit_desk"], actor=SYSTEM,
        now=town.now,
    )  # fmt: skip
    close = {"organisation_id": body.pk, "actor": SYSTEM, "now": town.now}
    given = {"member": town.members[STRANGER], "post": post, "actor": SYSTEM, "now": town.now}
    refused_after(lambda: people.close_organisation(**close), lambda: people.hold_post(**given))
    with pytest.raises(Refused, match="新单位 is closed"):
        people.create_organisation(
            code="BELOW", name_zh="下属", kind="department", parent=body, valid_from=SINCE,
            actor=SYSTEM, now=town.now,
        )  # fmt: skip


def test_who_holds_both_sides_though_they_are_kept_apart_is_named(town: Town) -> None:
    merged(town, True)
    people.hold_post(**other_post(town))
    flow, today = cases.current_flow().parameters, local_day(town.now)
    assert audit.sides(flow, on=today).members == ()
    PeopleSetting.objects.filter(name="merge_posts").update(value=False)
    found = audit.sides(flow, on=today)
    assert not found.clean and found.members == ("shift_leader",)
    assert "shift_leader holds posts of both sides" in found.lines()


def test_the_page_of_a_dispute_says_who_decides_at_its_level(town: Town, browse: Browse) -> None:
    dispute = frozen(town)
    page = reverse("dispute", args=[dispute.pk])
    form = reverse("dispute-decide", args=[dispute.pk])
    assert form in browse("supervisor").get(page).content.decode()
    type(dispute).objects.filter(pk=dispute.pk).update(level="city")
    told = browse("supervisor").get(page).content.decode()
    assert form not in told and "a leader enters the decision" in told
    assert form in browse("leader").get(page).content.decode()
    raised = reverse("dispute-raise", args=[dispute.pk])
    assert raised in told
    type(dispute).objects.filter(pk=dispute.pk).update(level="commission")
    assert raised not in browse("supervisor").get(page).content.decode()
