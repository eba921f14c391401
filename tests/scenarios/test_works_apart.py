"""Whoever earns or owes the money of an order keeps off it, and a debtor is named as what it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from cityloop.kernel.errors import Invalid, NotAllowed
from cityloop.works import operations as works
from cityloop.works.models import Claim, ClaimNote, Order, Payment
from tests.browser import Browse
from tests.town import Town
from tests.works import Story, lend

pytestmark = pytest.mark.slow
THEIRS = "earns or owes this money"


@pytest.fixture
def story(town: Town) -> Story:
    return Story(town)


def disputed(story: Story) -> Order:
    """WATER and ROADS have given it back; GREEN is ordered while nobody knows whose duty it is."""
    town = story.town
    number = town.report(class_code="E0110", text="大树倒伏").case
    town.step(number, "accept", "acceptor")
    town.step(number, "file", "shift_leader", filing_rule=town.rule("E0110").pk)
    for unit in ("WATER", "ROADS"):
        town.step(number, "dispatch", "dispatcher", unit=unit, reason="x")
        town.step(number, "return", unit.lower(), reason_code="not_ours", reason="x")
    town.step(number, "freeze", "dispatcher", opinion="两家推诿")
    town.deliver()
    case = town.step(number, "substitute", "supervisor", unit="GREEN", reason="先行处置")
    town.deliver()
    order = Order.objects.get(case=case)
    assert (order.liable, len(case.returned_by)) == (None, 2)
    return order


@pytest.mark.requirement("E08", "I12")
@pytest.mark.parametrize("words", [
    "WATER单位", " WATER单位 ", "water单位", "WATER 单位", "WATER\u3000单\u200b位", "ＷＡＴＥＲ",
    "WATER", "water", "wa ter", "Water Works Ltd", "WATERWORKS  LTD",
])  # fmt: skip
def test_an_organisation_is_not_claimed_from_in_words(story: Story, words: str) -> None:
    town, order = story.town, story.priced()
    town.units["WATER"].name_en = "Water Works Ltd"
    town.units["WATER"].save()
    story.invoice(order, 1600)
    with pytest.raises(Invalid, match="is an organisation here: name the organisation itself"):
        story.claim(order, 100, party=words)
    with pytest.raises(Invalid, match="name the organisation itself"):  # nor behind another's back
        story.claim(order, 100, party=words, liable_id=town.units["ROADS"].pk)
    with pytest.raises(Invalid, match="is not liable for this work"):
        story.claim(order, 100, liable_id=town.units["WATER"].pk)
    assert not Claim.objects.exists()


@pytest.mark.requirement("E08", "I12")
def test_words_name_the_liable_unit_itself_or_nobody_of_the_tree(story: Story) -> None:
    town, order = story.town, story.priced()
    story.invoice(order, 1600)
    roads = town.units["ROADS"]
    with pytest.raises(Invalid, match="name the organisation itself"):
        story.claim(order, 100, party="roads单位")
    assert story.claim(order, 100, party="roads单位", liable_id=roads.pk).liable == roads
    assert story.claim(order, 100, party="WATER单位门口的王某").liable is None


Act = Callable[[int, dict[str, Any]], Any]


def _acts(town: Town) -> dict[str, Act]:
    """Everything that is done to a claim."""
    day = timezone.localdate(town.now)
    return {
        "notice": lambda pk, by: works.send_notice(
            claim_id=pk, notice_on=day, due_on=day, sha256=town.stored(), **by),
        "payment": lambda pk, by: works.record_payment(
            claim_id=pk, amount=1, paid_on=day, reference="回单1号", **by),
        "remark": lambda pk, by: works.note_claim(claim_id=pk, kind="remark", text="x", **by),
        "reminded": lambda pk, by: works.note_claim(claim_id=pk, kind="reminded", text="x", **by),
        "refused": lambda pk, by: works.note_claim(claim_id=pk, kind="refused", text="x", **by),
        "write off": lambda pk, by: works.write_off(claim_id=pk, text="x", **by),
    }  # fmt: skip


@pytest.mark.requirement("E08", "O10")
@pytest.mark.parametrize("home", ["GREEN", "ROADS"])
@pytest.mark.parametrize("in_words", [True, False])
def test_who_earns_and_who_owes_keep_off_the_claim_alike(
    story: Story, browse: Browse, home: str, in_words: bool
) -> None:
    town, order = story.town, story.priced()
    story.invoice(order, 1600)
    claim = story.claim(order, 100, **({} if in_words else {"liable_id": town.units["ROADS"].pk}))
    lend(town, "own", home, "leader", "supervisor")
    own = {"actor": town.actor("own"), "now": town.now}
    for act in _acts(town).values():
        with pytest.raises(NotAllowed, match=THEIRS):
            act(claim.pk, own)
    claim.refresh_from_db()
    assert claim.notice_on is None
    assert not Payment.objects.exists() and not ClaimNote.objects.exists()

    # The pages offer none of it to them, and all of it to a leader of another house.
    for at in (f"/works/claims/{claim.pk}/", f"/works/orders/{order.number}/"):
        answer = browse("own").get(at)
        assert answer.status_code == 200
        assert not [name for name in _offered(answer) if name != "form"]
    assert _offered(browse("leader").get(f"/works/claims/{claim.pk}/")) == {
        "notice_form", "payment_form", "note_form", "off_form"
    }  # fmt: skip
    for act in _acts(town).values():
        act(claim.pk, {"actor": town.actor("leader"), "now": town.now})


def _offered(answer: Any) -> set[str]:
    """The forms that a page of an order or a claim shows."""
    names = ("price", "invoice", "cancel", "claim", "notice", "payment", "note", "off")
    return {f"{name}_form" for name in names if answer.context.get(f"{name}_form")}


@pytest.mark.requirement("E05", "E08", "O10")
def test_a_party_of_a_dispute_keeps_off_the_money_until_it_is_decided(
    story: Story, browse: Browse
) -> None:
    town, order = story.town, disputed(story)
    for home in ("WATER", "ROADS"):
        lend(town, f"of_{home}", home, "supervisor", "leader")
    there = f"/works/orders/{order.number}/"
    for party in ("of_WATER", "of_ROADS"):
        with pytest.raises(NotAllowed, match=THEIRS):
            story.price_order(order, by=party)
        with pytest.raises(NotAllowed, match=THEIRS):
            works.cancel_order(
                number=order.number, reason="x", actor=town.actor(party), now=town.now
            )
        assert not _offered(browse(party).get(there))
    order = story.price_order(order)
    story.close(order)
    order.refresh_from_db()
    with pytest.raises(NotAllowed, match=THEIRS):
        story.invoice(order, 1600, by="of_WATER")
    story.invoice(order, 1600)
    asked = {"order_number": order.number, "amount": 100, "party": "翠苑物业公司"}
    for party in ("of_WATER", "of_ROADS"):
        with pytest.raises(NotAllowed, match=THEIRS):
            works.open_claim(**asked, actor=town.actor(party), now=town.now)
    claim = works.open_claim(**asked, actor=town.actor("supervisor"), now=town.now)
    with pytest.raises(NotAllowed, match=THEIRS):
        _acts(town)["write off"](claim.pk, {"actor": town.actor("of_WATER"), "now": town.now})

    # Decided: WATER is free to act, ROADS owes.
    town.step(order.case.number, "name_liable", "supervisor", unit="ROADS", document="纪要6号",
              reason="道路范围内")  # fmt: skip
    town.deliver()
    assert "claim_form" in _offered(browse("of_WATER").get(there))
    assert not _offered(browse("of_ROADS").get(there))
    works.open_claim(**asked, actor=town.actor("of_WATER"), now=town.now)
    with pytest.raises(NotAllowed, match=THEIRS):
        works.open_claim(**asked, actor=town.actor("of_ROADS"), now=town.now)


@pytest.mark.requirement("E08")
def test_the_pages_offer_only_what_is_taken(story: Story, browse: Browse) -> None:
    town, order = story.town, story.priced()
    there, office = f"/works/orders/{order.number}/", browse("supervisor")
    assert _offered(office.get(there)) == {"price_form", "cancel_form"}  # no invoice before the end
    story.close(order)
    assert _offered(office.get(there)) == {"invoice_form"}  # who priced it does not correct it
    assert _offered(browse("leader").get(there)) == {"price_form", "invoice_form"}
    story.invoice(order, 1600)
    form = office.get(there).context["claim_form"]
    assert list(form.fields["liable"].queryset) == [town.units["ROADS"]]
    claim = story.claim(order, 600)
    assert office.get(there).context["claim_form"].initial["amount"] == 1000
    story.claim(order, 1000)
    assert not _offered(office.get(there))  # nothing is left to claim

    at = f"/works/claims/{claim.pk}/"
    kinds = [one[0] for one in office.get(at).context["note_form"].fields["kind"].choices]
    assert kinds == ["remark"]
    story.notice(claim)
    kinds = [one[0] for one in office.get(at).context["note_form"].fields["kind"].choices]
    assert kinds == ["remark", "reminded", "refused"]


@pytest.mark.requirement("E08", "I12")
def test_the_page_says_why_words_are_refused(story: Story, browse: Browse) -> None:
    order = story.priced()
    story.invoice(order, 1600)
    typed = {"party": "water 单位", "amount": "100", "liable": ""}
    answer = browse("supervisor").post(f"/works/orders/{order.number}/claim/", typed)
    assert answer.status_code == 400
    page = answer.content.decode()
    assert "name the organisation itself" in page and 'value="water 单位"' in page
