"""One person on both sides: never while the city keeps them apart, and named where it is so."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, transaction
from django.urls import reverse

from cityloop.cases import audit
from cityloop.cases import queries as cases
from cityloop.cli.check import sides_apart
from cityloop.kernel.clock import local_day
from cityloop.people import operations as people
from cityloop.people.models import PeopleSetting, Post
from cityloop.people.operations.posts import BothSides
from tests.browser import Browse
from tests.scenarios.test_coordination import frozen
from tests.town import SYSTEM, Town

pytestmark = [pytest.mark.slow, pytest.mark.requirement("D05", "A04")]


def merged(town: Town, allowed: bool) -> None:
    people.set_merge_posts(
        allowed=allowed, actor=SYSTEM, now=town.now, source_document="编办〔2026〕1号"
    )


def other_post(town: Town) -> dict[str, Any]:
    """A dispatcher's post for the shift leader."""
    post = Post.objects.filter(roles__code="dispatcher").earliest("pk")
    return {"member": town.members["shift_leader"], "post": post, "actor": SYSTEM, "now": town.now}


def test_keeping_sides_apart_and_giving_the_other_post_at_one_moment(committed: Town) -> None:
    town = committed
    merged(town, True)
    given = other_post(town)

    def give() -> None:
        try:
            people.hold_post(**given)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            merged(town, False)
            giving = pool.submit(give)
            with pytest.raises(TimeoutError):  # it waits for what the city decides
                giving.result(timeout=2)
        with pytest.raises(BothSides):
            giving.result(timeout=60)
    assert sides_apart()["well"]


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
