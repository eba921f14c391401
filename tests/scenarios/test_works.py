"""Nobody acts: a designated unit fixes the problem, and who was liable owes the money."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, time, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cityloop.cases import operations as cases
from cityloop.cases import queries as case_queries
from cityloop.cases.models import Case, Timer
from cityloop.kernel.errors import Invalid, NotAllowed, NotFound, Refused
from cityloop.works import operations as works
from cityloop.works import queries
from cityloop.works.models import Exceedance, Order, Payment, WorksRecord
from tests.town import Town
from tests.works import Story, lend

pytestmark = pytest.mark.slow


@pytest.fixture
def story(town: Town) -> Story:
    return Story(town)


@pytest.mark.requirement("E07", "E08", "E10", "I12")
def test_a_fallen_tree_is_fixed_first_and_paid_later(story: Story) -> None:
    town = story.town
    order = story.ordered()
    case = Case.objects.get(pk=order.case_id)

    # GREEN has the case with a clock of its own; ROADS stays liable, sees it, and is not counted
    # as one more dispatch.
    assert (case.status, case.lead, case.liable) == (
        "dispatched", town.units["GREEN"], town.units["ROADS"],
    )  # fmt: skip
    assert (case.substituted, case.dispatches) == (True, 1)
    assert case_queries.get(town.actor("roads"), case.number) == case
    clock = Timer.objects.get(case=case, kind="handling", state="running")
    assert clock.started_at == town.now
    assert [t.organisation.code for t in case.tasks.filter(closed_at=None)] == ["GREEN"]
    assert (order.unit, order.liable, order.state) == (case.lead, case.liable, "opened")
    assert order.number == f"W{case.number}-{case.version}"

    # Priced at the list, out of the budget line; the case closes as fixed.
    order = story.price_order(order)
    assert (order.total, story.left()) == (Decimal(1600), Decimal(8400))
    assert story.close(order).closing_kind == "normal"
    order.refresh_from_db()
    assert (order.state, order.case.liable) == ("done", town.units["ROADS"])
    works_left, _claims = queries.open_items(town.actor("supervisor"), town.now)
    assert (works_left.count, works_left.late) == (1, 1), "the next shift finds it, its case closed"

    # The invoice is lower; the claim is for what it cost; the owner pays a part, then refuses.
    story.invoice(order, "1500.50")
    assert story.left() == Decimal("8499.50")
    claim = story.claim(order, "1500.50")
    assert story.standing(claim) == "open"
    story.notice(claim)
    assert story.standing(claim) == "noticed"
    assert [one.count for one in queries.open_items(town.actor("supervisor"), town.now)] == [0, 1]
    town.wait(days=20)
    story.pay(claim, 500)
    assert story.standing(claim) == "partial"
    town.wait(days=20)
    story.note(claim, "reminded", "电话催缴")
    story.note(claim, "refused", "物业称树木归业委会所有")
    assert story.standing(claim) == "refused"

    # What is unrecovered, and how old it is.
    reader = town.actor("evaluator")
    (owed,) = queries.ageing(reader, on=timezone.localdate(town.now))
    assert (owed.party, owed.paid, owed.unrecovered) == (
        "翠苑物业公司", Decimal(500), Decimal("1000.50"),
    )  # fmt: skip
    assert owed.by_age == (0, Decimal("1000.50"), 0, 0)
    (later,) = queries.ageing(reader, on=timezone.localdate(town.now + timedelta(days=200)))
    assert later.by_age == (0, 0, 0, Decimal("1000.50"))

    # A leader gives the rest up; nothing is forgotten.
    with pytest.raises(NotAllowed, match="only a leader"):
        works.write_off(claim_id=claim.pk, text="x", actor=town.actor("supervisor"), now=town.now)
    works.write_off(
        claim_id=claim.pk, text="诉讼成本高于金额", actor=town.actor("leader"), now=town.now
    )
    assert not any(one.count for one in queries.open_items(town.actor("supervisor"), town.now))
    (owed,) = queries.ageing(reader, on=timezone.localdate(town.now))
    assert (owed.unrecovered, owed.written_off) == (0, Decimal("1000.50"))
    with pytest.raises(Refused, match="written off"):
        story.pay(claim, 1)


@pytest.mark.requirement("E07", "I12")
def test_who_is_liable_may_be_named_and_is_not_who_fixes(story: Story) -> None:
    with pytest.raises(cases.Refused, match="another unit"):
        story.ordered(unit="ROADS")
    town = story.town
    with pytest.raises(cases.Refused, match="WATER单位 neither had this case"):
        story.ordered(liable="WATER")
    order = story.ordered(liable="WATER", returned_by="WATER")
    case = order.case
    assert case.liable == order.liable == town.units["WATER"]
    assert case_queries.get(town.actor("water"), case.number) == case
    with pytest.raises(cases.Refused, match="Order substitute works is for: Supervisor"):
        town.step(case.number, "substitute", "dispatcher", unit="ROADS", reason="x")

    # GREEN cannot; WATER stays liable when ROADS is ordered instead, and the first order ends.
    town.step(case.number, "substitute", "supervisor", unit="ROADS", reason="园林无吊车")
    town.deliver()
    case.refresh_from_db()
    assert (case.lead, case.liable) == (town.units["ROADS"], town.units["WATER"])
    states = Order.objects.filter(case=case).order_by("version").values_list("unit__code", "state")
    assert list(states) == [("GREEN", "cancelled"), ("ROADS", "opened")]


@pytest.mark.requirement("E07", "O10")
@pytest.mark.parametrize("home", ["ROADS", "GREEN"])
def test_nobody_orders_works_that_relieve_or_pay_the_unit_they_come_from(
    story: Story, home: str
) -> None:
    town = story.town
    lend(town, "lent", home, "supervisor")
    with pytest.raises(cases.Refused, match="your own unit is relieved"):
        story.ordered(by="lent")
    order = story.ordered()
    with pytest.raises(NotAllowed, match="earns or owes this money"):
        story.price_order(order, by="lent")
    story.price_order(order)
    with pytest.raises(NotAllowed, match="earns or owes this money"):
        works.cancel_order(number=order.number, reason="x", actor=town.actor("lent"), now=town.now)
    story.close(order)
    order.refresh_from_db()
    with pytest.raises(NotAllowed, match="earns or owes this money"):
        story.invoice(order, 1600, by="lent")
    story.invoice(order, 1600)
    with pytest.raises(NotAllowed, match="earns or owes this money"):
        works.open_claim(
            order_number=order.number, amount=1, party="x", actor=town.actor("lent"), now=town.now
        )


@pytest.mark.requirement("E08", "O10")
def test_a_payment_has_a_document_and_is_recorded_by_others_than_who_pays(story: Story) -> None:
    town, order = story.town, story.priced()
    lend(town, "debtor", "ROADS", "supervisor")
    story.invoice(order, 1600)
    claim = story.claim(order, 1600, liable_id=town.units["ROADS"].pk)
    for by, words, refusal, why in (
        ("debtor", "回单0317号", NotAllowed, "earns or owes this money"),
        ("supervisor", "对方称已转账", Invalid, "the number of the document"),
    ):
        with pytest.raises(refusal, match=why):
            works.record_payment(
                claim_id=claim.pk, amount=1600, paid_on=timezone.localdate(town.now),
                reference=words, actor=town.actor(by), now=town.now,
            )  # fmt: skip
    with pytest.raises(NotAllowed, match="earns or owes this money"):
        works.note_claim(
            claim_id=claim.pk, kind="reminded", text="x", actor=town.actor("debtor"), now=town.now
        )
    story.pay(claim, 1600)
    assert story.standing(claim) == "paid"


@pytest.mark.requirement("E08", "I12")
def test_only_the_unit_that_is_liable_owes_and_others_in_words(story: Story) -> None:
    town, order = story.town, story.priced()
    story.invoice(order, 1600)
    with pytest.raises(Invalid, match="WATER单位 is not liable for this work, but ROADS单位"):
        story.claim(order, 100, liable_id=town.units["WATER"].pk)
    assert story.claim(order, 100, liable_id=town.units["ROADS"].pk).liable == town.units["ROADS"]
    assert story.claim(order, 100, party="翠苑物业公司").liable is None


@pytest.mark.requirement("E09")
def test_prices_of_done_work_are_corrected_by_another_with_a_reason(story: Story) -> None:
    town, order = story.town, story.priced()
    lend(town, "second", "PLAT", "supervisor")
    story.close(order)
    with pytest.raises(Invalid, match="reason: fill this in"):
        story.price_order(order, trees=3, by="second")
    with pytest.raises(NotAllowed, match="another person than who priced it"):
        story.price_order(order, trees=3, reason="漏计一棵")
    order = story.price_order(order, trees=3, by="second", reason="漏计一棵")
    assert (order.state, order.total, order.committed) == ("done", 2400, 2400)
    kept = WorksRecord.objects.filter(subject="order", subject_id=order.pk)
    assert list(kept.order_by("pk").values_list("action", "reason")) == [
        ("opened", ""), ("priced", ""), ("done", ""), ("corrected", "漏计一棵")
    ]  # fmt: skip


@pytest.mark.requirement("E07")
def test_an_order_follows_its_case_whatever_the_messages_do(story: Story) -> None:
    town = story.town
    order = story.priced()
    assert story.left() == 8400
    for _ in range(3):  # told again: nothing new
        works.follow_case(number=order.case.number, now=town.now)
    assert Order.objects.count() == 1

    # The unit gives the case back: the order ends and its money is free.
    town.step(order.case.number, "return", "green", reason_code="not_ours", reason="无法进入")
    town.deliver()
    order.refresh_from_db()
    assert (order.state, order.cancel_reason, story.left()) == ("cancelled", "无法进入", 10_000)
    with pytest.raises(Refused, match="invoiced or cancelled"):
        story.price_order(order)

    # The dispatcher sends it to ROADS as usual: the substitution is over.
    case = town.step(
        order.case.number, "dispatch", "dispatcher", unit="ROADS", reason="权属单位自行处置"
    )
    assert (case.substituted, case.liable) == (False, None)

    # Both messages of another case come late: the order is cancelled from the start.
    late = story.town.case("filed").number
    town.step(late, "substitute", "supervisor", unit="GREEN", reason="先行处置")
    town.step(late, "return", "green", reason_code="not_ours", reason="无人")
    town.deliver()
    assert Order.objects.get(case__number=late).state == "cancelled"


@pytest.mark.requirement("E07", "E08")
def test_an_order_is_not_done_by_what_others_did(story: Story) -> None:
    town, order = story.town, story.priced()
    number = order.case.number
    town.step(number, "receive", "green")
    town.step(number, "finish", "green", result="已清运", photos=("after",))
    town.step(number, "send_back", "shift_leader", stage="dispatch",
              reason_code="false_proof", reason="照片不实")  # fmt: skip
    town.step(number, "dispatch", "dispatcher", unit="ROADS", reason="权属单位自行处置")
    town.step(number, "receive", "roads")
    town.step(number, "finish", "roads", result="已清运", photos=("after",))
    town.carry(number, "closed")
    town.deliver()
    order.refresh_from_db()
    assert (order.state, order.committed) == ("cancelled", 0)


@pytest.mark.requirement("E07", "E08")
@pytest.mark.parametrize(("finished", "state"), [(True, "done"), (False, "cancelled")])
def test_a_case_closed_by_force_costs_what_was_finished_before(
    story: Story, finished: bool, state: str
) -> None:
    town, order = story.town, story.priced()
    number, price = order.case.number, order.committed
    town.step(number, "receive", "green")
    if finished:
        town.step(number, "finish", "green", result="已清运", photos=("after",))
    town.step(number, "force_close", "shift_leader", reason_code="no_longer_needed", reason="x")
    town.deliver()
    order.refresh_from_db()
    assert (order.state, order.committed) == (state, price if finished else 0)


@pytest.mark.requirement("E09")
def test_the_price_is_that_of_the_day_of_the_order(story: Story) -> None:
    town = story.town
    order = story.ordered()
    town.wait(days=2)
    dearer = story.price("T01", "倒树清运", "棵", "990", valid_from=timezone.localdate(town.now))
    lines = [
        works.OrderLine(price_item_id=story.clear.pk, quantity="1"),
        works.OrderLine(
            name="吊车台班", measure="台班", price="1200", quantity="0.5", reason="清单外"
        ),
    ]
    say = {"budget_line_id": story.budget.pk, "actor": town.actor("supervisor"), "now": town.now}
    late = [works.OrderLine(price_item_id=dearer.pk, quantity=1)]
    bare = [works.OrderLine(name="吊车", measure="台班", price="1200", quantity="1")]
    with pytest.raises(Invalid, match="no price of this unit on the day"):
        works.price_order(number=order.number, lines=late, **say)
    with pytest.raises(Invalid, match=r"lines\.0\.reason: fill this in"):
        works.price_order(number=order.number, lines=bare, **say)
    order = works.price_order(number=order.number, lines=lines, **say)
    assert order.total == 800 + 600
    assert sorted(order.items.values_list("price", flat=True)) == [800, 1200]

    # The unit leaves the list; what was ordered stays, new orders find no price.
    works.end_designation(
        designation_id=story.held.pk, ends_on=timezone.localdate(town.now), reason="合同到期",
        actor=town.actor("administrator"), now=town.now,
    )  # fmt: skip
    order.refresh_from_db()
    assert order.total == 1400
    assert queries.designation_of(town.units["GREEN"].pk, on=timezone.localdate(town.now)) is None
    assert story.held.on_call(time(23)) and story.held.on_call(time(3))
    assert not story.held.on_call(time(12))


@pytest.mark.requirement("E07")
def test_a_budget_is_never_exceeded_silently(story: Story) -> None:
    town = story.town
    story.priced(trees=12)  # 9600 of 10000
    order = story.ordered()
    with pytest.raises(Refused, match=r"has 400\.00 left, 800\.00 are needed: a leader may decide"):
        story.price_order(order, trees=1)
    with pytest.raises(Invalid, match="reason: fill this in"):
        story.price_order(order, trees=1, by="leader")
    order.refresh_from_db()
    assert (order.state, order.committed, Exceedance.objects.count()) == ("opened", 0, 0)

    order = story.price_order(order, trees=1, by="leader", reason="台风应急")
    record = Exceedance.objects.get()
    assert (record.over, record.reason, story.left()) == (400, "台风应急", -400)

    # An invoice above the order says why; beyond the line a leader decides again.
    with pytest.raises(Invalid, match=r"above the order \(800.00\): say why"):
        story.invoice(order, 900)
    with pytest.raises(Refused, match="a leader may decide"):
        story.invoice(order, 900, reason="加班清运")
    story.invoice(order, 900, reason="加班清运", by="leader")
    assert story.left() == -500
    assert Exceedance.objects.count() == 2

    # A budget that is committed is not taken away.
    manager = town.actor("administrator")
    same = {"year": 2026, "code": "DZZ", "name": "代整治专项", "actor": manager, "now": town.now}
    with pytest.raises(Refused, match="committed already"):
        works.set_budget(amount=9000, reason="调减", **same)
    with pytest.raises(Invalid, match="say why"):
        works.set_budget(amount=20_000, **same)
    with pytest.raises(Invalid, match="no region 999901"):
        works.set_budget(amount=1, **same | {"code": "NEW", "area_code": "999901"})
    with pytest.raises(Invalid, match="area of a line is fixed"):
        works.set_budget(amount=20_000, reason="换区", **same | {"area_code": "330198"})
    works.set_budget(amount=20_000, reason="追加", **same)
    assert story.left() == 9500
    assert WorksRecord.objects.filter(subject="budgetline", reason="追加").exists()


@pytest.mark.requirement("E08")
def test_an_order_takes_money_of_its_own_year_only(story: Story) -> None:
    town = story.town
    manager = town.actor("administrator")
    order = story.ordered()
    for year in (2024, 2027):
        line = works.set_budget(
            year=year, code="DZZ", name="另一年度", amount=10_000, actor=manager, now=town.now
        )
        with pytest.raises(Invalid, match="for another year"):
            works.price_order(
                number=order.number, budget_line_id=line.pk, actor=town.actor("supervisor"),
                lines=[works.OrderLine(price_item_id=story.clear.pk, quantity=1)], now=town.now,
            )  # fmt: skip
    assert story.price_order(order).budget_line == story.budget


@pytest.mark.requirement("E08")
def test_a_price_typed_wrong_is_replaced_from_the_same_day(story: Story) -> None:
    today = timezone.localdate(story.town.now)
    with pytest.raises(Invalid, match="at most a year ahead"):
        story.price("Z01", "清运", "车", "100", valid_from=date(2099, 1, 1))
    wrong = story.price("Z01", "清运", "车", "10000", valid_from=today)
    right = story.price("Z01", "清运", "车", "100", valid_from=today)
    wrong.refresh_from_db()
    assert wrong.valid_to == wrong.valid_from == today and right.valid_to is None
    assert [one.price for one in queries.prices(on=today) if one.code == "Z01"] == [100]
    with pytest.raises(Invalid, match="a later price is set already"):
        story.price("Z01", "清运", "车", "90", valid_from=today - timedelta(days=1))


@pytest.mark.requirement("E08")
def test_claims_of_an_order_are_never_more_than_it_cost(story: Story) -> None:
    town = story.town
    order = story.priced()
    with pytest.raises(Refused, match="record the invoice first"):
        story.claim(order, 100)
    story.invoice(order, 1600)
    again = story.priced(trees=1)
    with pytest.raises(Invalid, match="recorded already"):
        story.invoice(again, 800, invoice_number=f"F{order.pk}")
    first = story.claim(order, 1000, liable_id=town.units["ROADS"].pk)
    assert first.party == town.units["ROADS"].name_zh
    with pytest.raises(Invalid, match=r"600\.00 are not claimed yet"):
        story.claim(order, "600.01")
    second = story.claim(order, 600, party="张三")

    # ROADS sees what it owes, not what others owe; GREEN sees nothing of it.
    assert [c.pk for c in queries.claims(town.actor("roads"))] == [first.pk]
    assert not queries.claims(town.actor("green"))
    with pytest.raises(NotFound):
        queries.claim_seen(town.actor("roads"), second.pk)
    for stranger in ("roads", "evaluator", "administrator"):
        with pytest.raises(NotAllowed):
            works.note_claim(
                claim_id=first.pk, kind="remark", text="x", actor=town.actor(stranger),
                now=town.now,
            )  # fmt: skip

    # Too much is refused, a slip is taken back by a line of its own, nothing can be altered.
    with pytest.raises(Refused, match="given notice"):
        story.note(first, "refused", "不认")
    story.notice(first)
    story.pay(first, 700)
    with pytest.raises(Invalid, match=r"300\.00 are left to pay"):
        story.pay(first, "300.01")
    story.pay(first, -200)
    with pytest.raises(Invalid):
        story.pay(first, -501)
    assert queries.claim_seen(town.actor("leader"), first.pk).left == 500
    for change in (Payment.objects.all().delete, lambda: Payment.objects.update(amount=1)):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            change()
    story.pay(first, 500)
    assert story.standing(first) == "paid"


AMOUNTS = st.decimals(min_value=-300, max_value=900, places=2)


@pytest.mark.slow
@pytest.mark.requirement("E08")
def test_payments_never_exceed_a_claim(story: Story) -> None:
    order = story.priced()
    story.invoice(order, 1600)

    @settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(AMOUNTS, max_size=6))
    def pay(amounts: list[Decimal]) -> None:
        with transaction.atomic():
            claim = story.claim(order, 800)
            for amount in amounts:
                with suppress(Invalid):
                    story.pay(claim, amount)
                seen = queries.claim_seen(story.town.actor("supervisor"), claim.pk)
                assert 0 <= seen.paid <= claim.amount
                assert seen.left == claim.amount - seen.paid
            transaction.set_rollback(True)

    pay()


@pytest.mark.slow
@pytest.mark.requirement("E07")
def test_what_is_left_is_never_negative_without_a_record(story: Story) -> None:
    orders = [story.ordered() for _ in range(3)]

    @settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(st.tuples(
        st.integers(0, 2), st.integers(1, 12), st.sampled_from(["supervisor", "leader"]),
        st.sampled_from(["", "应急"]), st.booleans(),
    ), max_size=6))  # fmt: skip
    def order_and_invoice(acts: list[tuple[int, int, str, str, bool]]) -> None:
        with transaction.atomic():
            for n, trees, by, reason, invoiced in acts:
                with suppress(Invalid, NotAllowed, Refused), transaction.atomic():
                    if invoiced:
                        story.invoice(orders[n], trees * 900, by=by, reason=reason)
                    else:
                        story.price_order(orders[n], trees=trees, by=by, reason=reason)
                seen = queries.budget_seen(story.town.actor("leader"), story.budget.pk)
                taken = sum(o.committed for o in Order.objects.filter(budget_line=story.budget))
                assert (seen.committed, seen.left) == (taken, seen.amount - taken)
                assert seen.left >= 0 or seen.exceeded >= -seen.left
            transaction.set_rollback(True)

    order_and_invoice()
