"""Substitute works in the town: a designated unit with prices, a budget, orders and claims."""

from __future__ import annotations

from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from cityloop.cases.models import Case
from cityloop.people import operations as people
from cityloop.works import operations as works
from cityloop.works import queries
from cityloop.works.models import Claim, Order, Payment
from tests.town import DISTRICT, SINCE, SYSTEM, Town

TREE = "E0110"


def lend(town: Town, name: str, home: str, *roles: str) -> None:
    """Somebody of a unit, lent to the centre."""
    member = people.create_member(
        username=name, name=name, organisation=town.units[home], actor=SYSTEM, now=town.now
    )
    post = people.create_post(
        code=f"P-{name}", organisation=town.units["PLAT"], name_zh=name, roles=roles, actor=SYSTEM,
        now=town.now,
    )  # fmt: skip
    people.hold_post(
        member=member, post=post, kind="secondment", valid_from=SINCE, valid_to=date(2026, 12, 31),
        actor=SYSTEM, now=town.now,
    )  # fmt: skip
    town.members[name] = member


class Story:
    """The town with a designated unit, its prices and a budget of 10 000 yuan."""

    def __init__(self, town: Town, *, money: int = 10_000) -> None:
        self.town, self.receipts = town, 0
        manager = town.actor("administrator")
        self.held = works.designate(
            organisation_id=town.units["GREEN"].pk, skills="树木修剪、清障", phone="0571-110",
            on_call=(time(20), time(8)), source_document="试验区〔2026〕7号",
            valid_from=date(2026, 1, 1), actor=manager, now=town.now,
        )  # fmt: skip
        self.clear = self.price("T01", "倒树清运", "棵", "800.00")
        self.crew = self.price("T02", "抢险班组", "小时", "150.50")
        self.budget = works.set_budget(
            year=2026, code="DZZ", name="代整治专项", amount=money, area_code=DISTRICT,
            actor=manager, now=town.now,
        )  # fmt: skip

    def price(self, code: str, name: str, measure: str, price: str, **more: Any) -> Any:
        values = {"valid_from": date(2026, 1, 1), **more}
        return works.set_price(
            designation_id=self.held.pk, code=code, name=name, measure=measure, price=price,
            actor=self.town.actor("administrator"), now=self.town.now, **values,
        )  # fmt: skip

    def ordered(self, *, by: str = "supervisor", returned_by: str = "", **more: Any) -> Order:
        """A tree lies across a private road; ROADS was told and does nothing; GREEN is ordered."""
        town = self.town
        number = town.report(class_code=TREE, text="大树倒伏在小区内部道路").case
        town.step(number, "accept", "acceptor")
        town.step(number, "file", "shift_leader", filing_rule=town.rule(TREE).pk)
        if returned_by:
            town.step(number, "dispatch", "dispatcher", unit=returned_by)
            town.step(number, "return", returned_by.lower(), reason_code="not_ours", reason="x")
        town.step(number, "dispatch", "dispatcher", unit="ROADS", reason="归道路")
        town.wait(hours=3)
        given = {"unit": "GREEN", "reason": "权属单位不作为，先行清障", **more}
        case = town.step(number, "substitute", by, **given)
        town.deliver()
        return Order.objects.get(case=case, version=case.version)

    def priced(self, *, by: str = "supervisor", reason: str = "", trees: Any = 2) -> Order:
        return self.price_order(self.ordered(), by=by, reason=reason, trees=trees)

    def price_order(
        self, order: Order, *, by: str = "supervisor", reason: str = "", trees: Any = 2
    ) -> Order:
        lines = [works.OrderLine(price_item_id=self.clear.pk, quantity=trees)]
        return works.price_order(
            number=order.number, lines=lines, budget_line_id=self.budget.pk, reason=reason,
            actor=self.town.actor(by), now=self.town.now,
        )  # fmt: skip

    def close(self, order: Order) -> Case:
        """GREEN fixes it, it is checked and closed."""
        town, number = self.town, order.case.number
        town.step(number, "receive", "green")
        town.step(number, "finish", "green", result="倒树已清运", photos=("after",))
        town.step(number, "send_check", "acceptor", inspector="inspector2")
        town.step(number, "check_passed", "inspector2", photos=("check",))
        case = town.step(number, "close", "shift_leader", closing_condition=True)
        town.deliver()
        return case

    def invoice(self, order: Order, amount: Any, *, by: str = "supervisor", **more: Any) -> Any:
        order.refresh_from_db()
        if order.state == "priced":  # the invoice follows the work and its check
            self.close(order)
        values = {"invoice_number": f"F{order.pk}", "reason": "", **more}
        return works.record_invoice(
            number=order.number, amount=amount, issued_on=timezone.localdate(self.town.now),
            sha256=self.town.stored(), actor=self.town.actor(by), now=self.town.now, **values,
        )  # fmt: skip

    def claim(self, order: Order, amount: Any, **party: Any) -> Claim:
        return works.open_claim(
            order_number=order.number, amount=amount, actor=self.town.actor("supervisor"),
            now=self.town.now, **(party or {"party": "翠苑物业公司"}),
        )  # fmt: skip

    def notice(self, claim: Claim) -> Claim:
        day = timezone.localdate(self.town.now)
        return works.send_notice(
            claim_id=claim.pk, notice_on=day, due_on=day + timedelta(days=30),
            sha256=self.town.stored(), actor=self.town.actor("supervisor"), now=self.town.now,
        )  # fmt: skip

    def pay(self, claim: Claim, amount: Any) -> Payment:
        """Under a receipt of its own; taken back under the first one of the claim."""
        self.receipts += 1
        reference = f"银行回单{self.receipts:04d}号"
        if Decimal(str(amount)) < 0 and (first := claim.payments.order_by("pk").first()):
            reference = first.reference
        return works.record_payment(
            claim_id=claim.pk, amount=amount, paid_on=timezone.localdate(self.town.now),
            reference=reference, actor=self.town.actor("supervisor"),
            now=self.town.now,
        )  # fmt: skip

    def note(self, claim: Claim, kind: str, text: str) -> None:
        works.note_claim(
            claim_id=claim.pk, kind=kind, text=text, actor=self.town.actor("supervisor"),
            now=self.town.now,
        )  # fmt: skip

    def standing(self, claim: Claim) -> str:
        return str(queries.claim_seen(self.town.actor("supervisor"), claim.pk).standing)

    def left(self) -> Decimal:
        found: Decimal = queries.budget_seen(self.town.actor("supervisor"), self.budget.pk).left
        return found
