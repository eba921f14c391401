"""Yellow and red cards follow from dated rules, fall with their grounds and cost points."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from cityloop.discipline import operations as discipline
from cityloop.discipline import queries
from cityloop.discipline.models import Card, CardPoints, CardRule
from cityloop.kernel import clock
from cityloop.kernel.errors import Invalid, NotAllowed, NotFound, Refused
from cityloop.notify.models import Message
from cityloop.people.models import Organisation
from tests.cards import accuse, approve, judge, proposed, second_leader, water_points
from tests.town import Town

pytestmark = pytest.mark.slow


@pytest.mark.requirement("I03")
def test_a_card_is_proposed_approved_answered_and_costs_points(town: Town) -> None:
    card = proposed(town)
    (ground,) = card.grounds.all()
    assert (card.rule.trigger, ground.key[:6]) == ("fraud", "fraud:")
    assert discipline.propose_cards(now=town.now) == 0, "a ground counts once"
    with pytest.raises(NotFound):
        queries.card_seen(town.actor("water"), card.pk)
    with pytest.raises(NotAllowed, match=r"discipline\.decide"):
        approve(town, card, by="supervisor")
    card = approve(town, card)
    assert (card.state, card.year, card.serial) == ("issued", 2026, 1)
    assert card.rectify_by == timezone.localdate(town.now) + timedelta(days=7)
    assert water_points(town) == Decimal(-3)
    town.deliver()
    told = Message.objects.get(topic="card_issued")
    assert told.member == town.members["water"] and told.path == f"/discipline/cards/{card.pk}/"
    # Who decided works in English, who is told reads Chinese: each message is in one language.
    for topic in ("card_issued", "fraud_found", "fraud_decided"):
        text = Message.objects.get(topic=topic, member=town.members["water"]).text
        assert not [word for word in ("card", "faked", "upheld", "photo") if word in text], text

    def answer(text: str) -> Card:
        return discipline.answer_card(
            card_id=card.pk, text=text, actor=town.actor("water"), now=town.now
        )

    answer("已批评教育")
    discipline.send_answer_back(
        card_id=card.pk, reason="没有整改措施", actor=town.actor("leader"), now=town.now
    )
    town.wait(days=2)
    answer("已更换井盖，并逐件自查")
    with pytest.raises(Refused, match="not possible now"):
        answer("再答")
    done = discipline.accept_answer(
        card_id=card.pk, reason="整改到位", actor=town.actor("leader"), now=town.now
    )
    assert done.state == "rectified" and water_points(town) == Decimal(-3)
    assert [one.step for one in done.notes.order_by("pk")] == [
        "approval", "answer", "sent_back", "answer", "acceptance"
    ]  # fmt: skip


@pytest.mark.requirement("I03")
def test_a_refused_or_withdrawn_card_says_why_and_costs_nothing(town: Town) -> None:
    card = proposed(town)
    with pytest.raises(Invalid, match="fill this in"):
        discipline.refuse_card(
            card_id=card.pk, reason="。", actor=town.actor("leader"), now=town.now
        )
    discipline.refuse_card(
        card_id=card.pk, reason="情节轻微", actor=town.actor("leader"), now=town.now
    )
    assert discipline.propose_cards(now=town.now) == 0
    assert water_points(town) is None
    issued = approve(town, proposed(town))
    withdrawn = discipline.withdraw_card(
        card_id=issued.pk, reason="申诉成立", actor=town.actor("leader"), now=town.now
    )
    assert withdrawn.state == "withdrawn" and water_points(town) == 0
    assert CardPoints.objects.count() == 2, "what was taken and given back both stay"
    with pytest.raises(DatabaseError), transaction.atomic():
        CardPoints.objects.update(points=0)


@pytest.mark.requirement("I03")
def test_yellow_cards_approved_in_any_order_make_one_red(town: Town) -> None:
    older, newer = proposed(town), proposed(town)
    approve(town, newer)
    town.wait(minutes=5)
    approve(town, older)
    assert Card.objects.get(colour="red").follows == older, "the one that was given last"


@pytest.mark.requirement("I03")
def test_a_second_yellow_or_no_answer_in_time_becomes_a_proposed_red(town: Town) -> None:
    first, second = approve(town, proposed(town)), approve(town, proposed(town))
    red = Card.objects.get(colour="red")
    assert (red.follows, red.state, red.unit) == (second, "proposed", town.units["WATER"])
    discipline.refuse_card(
        card_id=red.pk, reason="一并处理", actor=town.actor("leader"), now=town.now
    )
    town.wait(days=8)
    discipline.propose_cards(now=town.now)
    late = Card.objects.get(colour="red", state="proposed")
    assert late.follows == first, "nobody answered in seven days"
    assert discipline.propose_cards(now=town.now) == 0
    red = approve(town, late)
    assert red.serial == 1 and water_points(town) == Decimal(-3 - 3 - 8)
    with pytest.raises(Refused, match="red card that follows it"):
        discipline.withdraw_card(
            card_id=first.pk, reason="x", actor=town.actor("leader"), now=town.now
        )


@pytest.mark.requirement("I03")
def test_orders_answered_late_and_ignored_add_up_to_a_card(town: Town) -> None:
    numbers = [town.case("handling").number for _ in range(3)]
    for number in numbers:
        town.step(number, "urge", "leader", reason="请尽快处置")
    town.wait(days=2)
    discipline.propose_cards(now=town.now)
    card = Card.objects.get()
    assert card.rule.trigger == "late_orders" and card.grounds.count() == 3
    assert {one.case.number for one in card.grounds.all() if one.case} == set(numbers)
    town.wait(days=3)
    for number in numbers[1:]:
        town.step(number, "reply", "water", opinion="已安排")
    discipline.propose_cards(now=town.now)
    ignored = Card.objects.get(rule__trigger="ignored_order")
    assert [one.case.number for one in ignored.grounds.all() if one.case] == numbers[:1]


@pytest.mark.requirement("I03")
def test_rules_have_days_and_a_card_keeps_the_rule_of_its_day(town: Town) -> None:
    def set_rule(by: str = "leader", days_ahead: int = 1, **given: Any) -> CardRule:
        facts: dict[str, Any] = {
            "trigger": "fraud", "threshold": 1, "days": 30, "points": Decimal(5),
            "red_points": Decimal(10), "rectify_days": 3, "repeat_days": 365,
            "source_document": "城管〔2026〕7号",
        }  # fmt: skip
        return discipline.set_rule(
            discipline.Terms(**{**facts, **given}),
            valid_from=timezone.localdate(town.now) + timedelta(days=days_ahead),
            actor=town.actor(by), now=town.now,
        )  # fmt: skip

    with pytest.raises(NotAllowed, match=r"discipline\.rules"):
        set_rule(by="supervisor")
    for wrong, words in (
        ({"threshold": 0}, "a number from 1"), ({"red_points": Decimal(1)}, "costs at least"),
        ({"trigger": "mood"}, "one of"), ({"source_document": "—"}, "fill this in"),
        ({"days_ahead": -1}, "lies in the past"),
    ):  # fmt: skip
        with pytest.raises(Invalid, match=words):
            set_rule(**wrong)
    new = set_rule()
    with pytest.raises(Invalid, match="name a later day"):
        set_rule()
    old = approve(town, proposed(town))
    town.wait(days=1)
    later = approve(town, proposed(town))
    assert old.rule != new and later.rule == new
    assert water_points(town) == Decimal(-3 - 5)
    in_force = queries.rules_on(timezone.localdate(town.now))
    assert [one.pk for one in in_force if one.trigger == "fraud"] == [new.pk]


@pytest.mark.requirement("I03")
def test_after_a_red_card_the_count_begins_anew(town: Town) -> None:
    approve(town, proposed(town))
    second = approve(town, proposed(town))
    red = approve(town, Card.objects.get(colour="red"))
    assert red.follows == second
    approve(town, proposed(town))
    assert Card.objects.filter(colour="red").count() == 1, "the third alone is no pair"
    fourth = approve(town, proposed(town))
    assert Card.objects.filter(colour="red").latest("pk").follows == fourth


@pytest.mark.requirement("I03")
def test_a_unit_on_trial_gets_no_card(town: Town) -> None:
    Organisation.objects.filter(pk=town.units["WATER"].pk).update(trial=True)
    judge(town, accuse(town, town.case("handled")))
    assert not Card.objects.exists()


def late_rule(town: Town, *, threshold: int) -> None:
    """From tomorrow on so many late cases bring a card; it is tomorrow."""
    terms = discipline.Terms(
        trigger="late_cases", threshold=threshold, days=30, points=Decimal(2),
        red_points=Decimal(5), rectify_days=5, repeat_days=90, source_document="考核办法",
    )  # fmt: skip
    tomorrow = timezone.localdate(town.now) + timedelta(days=1)
    discipline.set_rule(terms, valid_from=tomorrow, actor=town.actor("leader"), now=town.now)
    town.wait(days=1)


def late_cases(town: Town, n: int) -> list[str]:
    """Cases that WATER handled too late, closed."""
    numbers = [town.case("handling").number for _ in range(n)]
    town.wait(days=2)
    town.sweep()
    for number in numbers:
        town.carry(number, "closed")
    return numbers


def excuse(town: Town, number: str) -> None:
    """WATER's appeal against its lateness is granted."""
    town.step(number, "ask_appeal", "water", reason_code="system", reason="系统停机")
    town.step(number, "support_appeal", "dispatcher", opinion="属实")
    town.step(number, "approve_appeal", "acceptor")
    while town.deliver():
        pass


@pytest.mark.requirement("F15", "H04")
def test_a_card_falls_with_the_lateness_that_was_excused(town: Town, monkeypatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: town.now)
    late_rule(town, threshold=1)
    (number,) = late_cases(town, 1)
    discipline.propose_cards(now=town.now)
    card = approve(town, Card.objects.latest("pk"))
    assert card.state == "issued" and water_points(town) == -2
    excuse(town, number)
    card.refresh_from_db()
    assert card.state == "withdrawn" and water_points(town) == 0
    assert card.notes.latest("pk").step == "fall" and Card.objects.count() == 1


@pytest.mark.requirement("F15", "H04", "I03")
def test_a_card_falls_when_appeals_granted_one_by_one_leave_too_few_grounds(
    town: Town, monkeypatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: town.now)
    late_rule(town, threshold=2)
    first, second, third = late_cases(town, 3)
    discipline.propose_cards(now=town.now)
    card = approve(town, Card.objects.get())
    assert card.grounds.count() == 3
    excuse(town, first)
    card.refresh_from_db()
    assert card.state == "issued", "two lateness still hold, and two are needed"
    excuse(town, second)
    card.refresh_from_db()
    assert card.state == "withdrawn" and water_points(town) == 0

    # The one that holds counts again, together with the next one.
    assert discipline.propose_cards(now=town.now) == 0
    (fourth,) = late_cases(town, 1)
    discipline.propose_cards(now=town.now)
    again = Card.objects.exclude(pk=card.pk).get()
    assert again.state == "proposed"
    assert {one.case.number for one in again.grounds.all() if one.case} == {third, fourth}

    # What people refuse on its merits was judged with all its grounds: they stay used.
    discipline.refuse_card(
        card_id=again.pk, reason="情节轻微", actor=town.actor("leader"), now=town.now
    )
    late_cases(town, 1)
    assert discipline.propose_cards(now=town.now) == 0
    excuse(town, third)
    again.refresh_from_db()
    assert again.notes.latest("pk").step == "refusal"
    assert discipline.propose_cards(now=town.now) == 0


@pytest.mark.requirement("I03")
def test_what_is_left_of_a_fallen_card_brings_the_next_at_once(town: Town, monkeypatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: town.now)
    late_rule(town, threshold=2)
    first, second = late_cases(town, 2)
    discipline.propose_cards(now=town.now)
    card = Card.objects.get()
    (third,) = late_cases(town, 1)
    assert discipline.propose_cards(now=town.now) == 0, "one alone is too few"
    excuse(town, first)
    card.refresh_from_db()
    assert card.state == "refused"
    following = Card.objects.exclude(pk=card.pk).get()
    assert {one.case.number for one in following.grounds.all() if one.case} == {second, third}


def overturn(town: Town, card: Card) -> None:
    """The unit's appeal against the fraud that the card was given for is granted."""
    (ground,) = card.grounds.all()
    finding = ground.finding_id
    discipline.appeal(
        finding_id=finding, text="照片有原件", actor=town.actor("water"), now=town.now
    )
    discipline.decide_appeal(
        finding_id=finding, verdict="dismissed", reason="原件属实", actor=town.actor("leader2"),
        now=town.now,
    )  # fmt: skip


@pytest.mark.requirement("F15", "I03")
@pytest.mark.parametrize("issued", [True, False], ids=["issued", "proposed"])
@pytest.mark.parametrize("way", ["appeal", "withdrawal"])
def test_the_red_card_of_a_pair_falls_with_the_first_of_the_two(
    town: Town, way: str, issued: bool
) -> None:
    second_leader(town)
    first = approve(town, proposed(town))
    town.wait(minutes=5)
    second = approve(town, proposed(town))
    red = Card.objects.get(colour="red")
    assert red.follows == second
    if issued:
        approve(town, red)
    if way == "appeal":
        overturn(town, first)
    else:
        discipline.withdraw_card(
            card_id=first.pk, reason="误发", actor=town.actor("leader"), now=town.now
        )
    for card in (first, second, red):
        card.refresh_from_db()
    assert (first.state, second.state) == ("withdrawn", "issued")
    assert red.state == ("withdrawn" if issued else "refused")
    assert red.notes.latest("pk").step == "fall"
    assert water_points(town) == -3, "the second yellow card alone"
    assert discipline.propose_cards(now=town.now) == 0


@pytest.mark.requirement("F15", "I03")
def test_a_red_card_stands_while_another_yellow_one_makes_the_pair(town: Town) -> None:
    second_leader(town)
    first = approve(town, proposed(town))
    second = approve(town, proposed(town))
    discipline.refuse_card(
        card_id=Card.objects.get(colour="red").pk, reason="一并处理", actor=town.actor("leader"),
        now=town.now,
    )  # fmt: skip
    approve(town, proposed(town))
    red = approve(town, Card.objects.get(colour="red", state="proposed"))
    overturn(town, second)
    red.refresh_from_db()
    assert red.state == "issued", "the first and the third are two within the time"
    overturn(town, first)
    red.refresh_from_db()
    assert red.state == "withdrawn" and water_points(town) == -3


@pytest.mark.requirement("F15", "I03")
def test_a_red_card_for_what_was_not_put_right_stands_without_the_first(town: Town) -> None:
    second_leader(town)
    first = approve(town, proposed(town))
    approve(town, proposed(town))
    red = approve(town, Card.objects.get(colour="red"))
    discipline.answer_card(card_id=first.pk, text="已整改", actor=town.actor("water"), now=town.now)
    town.wait(days=8)
    discipline.withdraw_card(
        card_id=first.pk, reason="误发", actor=town.actor("leader"), now=town.now
    )
    red.refresh_from_db()
    assert red.state == "issued", "nobody answered to the second in seven days"


@pytest.mark.requirement("F15", "I03")
def test_no_yellow_card_is_counted_for_two_red_ones_after_another_fell(town: Town) -> None:
    second_leader(town)
    first = approve(town, proposed(town))
    for _ in range(3):
        town.wait(minutes=5)
        last = approve(town, proposed(town))
    assert Card.objects.filter(colour="red").count() == 2
    overturn(town, first)
    (standing,) = Card.objects.filter(colour="red", state="proposed")
    assert standing.follows == last
    assert discipline.propose_cards(now=town.now) == 0
    assert Card.objects.filter(colour="red").count() == 2
