"""Money has possible days: an invoice follows its order, notice and payment follow the claim."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from cityloop.kernel.errors import Invalid
from cityloop.works import operations as works
from cityloop.works import queries
from cityloop.works.models import Claim, Payment
from tests.town import Town
from tests.works import Story

pytestmark = pytest.mark.slow


@pytest.fixture
def story(town: Town) -> Story:
    return Story(town)


def _claimed(story: Story) -> Claim:
    order = story.priced()
    story.invoice(order, 1600)
    story.town.wait(days=2)
    return story.claim(order, 1600)


def _pay(story: Story, claim: Claim, amount: int, reference: str, on: date) -> Payment:
    return works.record_payment(
        claim_id=claim.pk, amount=amount, paid_on=on, reference=reference,
        actor=story.town.actor("supervisor"), now=story.town.now,
    )  # fmt: skip


@pytest.mark.requirement("E07")
def test_no_invoice_is_older_than_its_order(story: Story) -> None:
    town = story.town
    order = story.priced()
    story.close(order)
    town.wait(days=3)
    ordered = timezone.localdate(order.opened_at)
    asked: dict[str, Any] = {
        "number": order.number,
        "invoice_number": "F1",
        "amount": 1600,
        "sha256": town.stored(),
        "actor": town.actor("supervisor"),
        "now": town.now,
    }
    for day in (date(2019, 5, 1), ordered - timedelta(days=1)):
        with pytest.raises(Invalid, match="an invoice follows its order") as told:
            works.record_invoice(issued_on=day, **asked)
        assert list(told.value.fields) == ["issued_on"]
    works.record_invoice(issued_on=ordered, **asked)


@pytest.mark.requirement("E08")
def test_notice_and_payment_follow_the_claim(story: Story) -> None:
    """A notice of years ago would put a new claim among the oldest at once."""
    claim, town = _claimed(story), story.town
    opened, reader = claim.opened_on, town.actor("leader")
    asked: dict[str, Any] = {
        "claim_id": claim.pk,
        "due_on": opened,
        "sha256": town.stored(),
        "actor": town.actor("supervisor"),
        "now": town.now,
    }
    for day in (date(2020, 1, 1), opened - timedelta(days=1)):
        with pytest.raises(Invalid, match="notice follows the claim"):
            works.send_notice(notice_on=day, **asked)
        with pytest.raises(Invalid, match="a payment follows the claim"):
            _pay(story, claim, 100, "回单1号", day)
    works.send_notice(notice_on=opened, **asked)
    (owed,) = queries.ageing(reader, on=opened)
    assert list(owed.by_age) == [1600, 0, 0, 0]
    assert _pay(story, claim, 100, "回单1号", opened).paid_on == opened


@pytest.mark.requirement("E08")
def test_a_document_proves_one_payment_of_a_claim(story: Story) -> None:
    claim = _claimed(story)
    day = claim.opened_on
    _pay(story, claim, 100, "回单A1号", day)
    for again in ("回单A1号", " 回单Ａ1 号", "回单a1号"):
        with pytest.raises(Invalid, match="is recorded already"):
            _pay(story, claim, 100, again, day)
    for amount, document in ((-1, "回单B7号"), (-101, "回单A1号")):
        with pytest.raises(Invalid, match=r"no more is taken back|are paid"):
            _pay(story, claim, amount, document, day)  # it never paid so much
    # An entry that was a slip is taken back under its document, and made anew.
    _pay(story, claim, -100, "回单A1号", day)
    _pay(story, claim, 90, "回单A1号", day)
    _pay(story, claim, 10, "回单A2号", day)
    seen = queries.claim_seen(story.town.actor("leader"), claim.pk)
    assert (seen.paid, seen.left) == (100, 1500)


@pytest.mark.requirement("E07")
def test_what_is_not_taken_any_more_is_not_beyond_the_budget(town: Town) -> None:
    """A leader lets an order go beyond its line; lowered or cancelled it takes nothing beyond."""
    story = Story(town, money=1000)
    order, leader = story.priced(by="leader", reason="抢险"), town.actor("leader")

    def beyond() -> tuple[int, int]:
        seen = queries.budget_seen(leader, story.budget.pk)
        return int(seen.left), int(seen.exceeded)

    assert beyond() == (-600, 600)
    story.price_order(order, trees=1)
    assert beyond() == (200, 0)
    works.cancel_order(number=order.number, reason="x", actor=leader, now=town.now)
    assert beyond() == (1000, 0)
