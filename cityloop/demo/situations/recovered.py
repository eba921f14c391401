"""Substitute works further on: priced, done, invoiced; claims paid, paid in part, refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone

from cityloop.cases.models import Case
from cityloop.demo.situations.scene import Scene
from cityloop.people.models import Organisation
from cityloop.works import operations as works
from cityloop.works.models import BudgetLine, Claim, PriceItem

TEXT = "大树倒伏在小区道路，权属单位未处置。"
CREW = 3  # hours of a crew in every order


@dataclass(frozen=True, slots=True)
class Lists:
    """Who is called to substitute works, at which price, out of which line."""

    unit: Organisation
    item: PriceItem
    budget: BudgetLine


def make(scene: Scene) -> list[str]:
    """An order of each state, and a claim of each standing."""
    scene.begin(days=60)
    lists = _lists(scene)
    stages = [_priced, _done, _invoiced, _claimed, _paid, _partly, _refused]
    numbers = []
    for days, stage in zip(range(40, 40 + len(stages)), stages, strict=True):
        scene.begin(days=days)
        numbers.append(stage(scene, lists))
    return numbers


def _lists(scene: Scene) -> Lists:
    manager, day = scene.actor("administrator"), timezone.localdate(scene.now)
    desks = {one.organisation_id for one in scene.town.posts["unit_desk"]}
    unit = next(row for pk, row in scene.town.units.items()
                if row.kind == "contractor" and pk in desks)  # fmt: skip
    held = works.designate(
        organisation_id=unit.pk, skills="树木清障、抢险", phone="0571-00000110",
        source_document="代整治单位名录〔2026〕1号", valid_from=day, actor=manager, now=scene.now,
    )  # fmt: skip
    item = works.set_price(
        designation_id=held.pk, code="Q01", name="抢险班组", measure="小时", price="260.00",
        valid_from=day, actor=manager, now=scene.now,
    )  # fmt: skip
    budget = works.set_budget(
        year=day.year, code="DZZ", name="代整治专项", amount=20_000, area_code="330102",
        actor=manager, now=scene.now,
    )  # fmt: skip
    return Lists(unit, item, budget)


def _ordered(scene: Scene, lists: Lists) -> tuple[Case, str]:
    """The case with the designated unit, and the number of its order, priced."""
    case = scene.case("dispatched", district="330102", text=TEXT)
    scene.wait(hours=1)
    case = scene.step(case, "substitute", "supervisor", unit=lists.unit,
                      reason="权属单位不作为，先行清障。")  # fmt: skip
    works.follow_case(number=case.number, now=scene.now)
    order = f"W{case.number}-{case.version}"
    works.price_order(
        number=order, budget_line_id=lists.budget.pk, actor=scene.actor("supervisor"),
        lines=[works.OrderLine(price_item_id=lists.item.pk, quantity=CREW)], now=scene.now,
    )  # fmt: skip
    return case, order


def _closed(scene: Scene, lists: Lists) -> tuple[Case, str]:
    case, order = _ordered(scene, lists)
    case = scene.carry(case, "closed")
    works.follow_case(number=case.number, now=scene.now)
    return case, order


def _billed(scene: Scene, lists: Lists) -> tuple[Case, str]:
    case, order = _closed(scene, lists)
    scene.wait(days=2)
    works.record_invoice(
        number=order, invoice_number=f"F{case.number[-6:]}", amount="780.00",
        issued_on=timezone.localdate(scene.now), sha256=scene.document(f"发票{order}").sha256,
        actor=scene.actor("supervisor"), now=scene.now,
    )  # fmt: skip
    return case, order


def _claim(scene: Scene, lists: Lists) -> tuple[Case, Claim]:
    case, order = _billed(scene, lists)
    actor, today = scene.actor("supervisor"), timezone.localdate(scene.now)
    claim = works.open_claim(order_number=order, amount="780.00", liable_id=case.liable_id,
                             actor=actor, now=scene.now)  # fmt: skip
    works.send_notice(
        claim_id=claim.pk, notice_on=today, due_on=today + timedelta(days=15),
        sha256=scene.document(f"追偿通知{order}").sha256, actor=actor, now=scene.now,
    )  # fmt: skip
    scene.wait(days=10)
    return case, claim


def _pay(scene: Scene, claim: Claim, amount: str) -> None:
    works.record_payment(
        claim_id=claim.pk, amount=amount, paid_on=timezone.localdate(scene.now),
        reference="银行回单0317号", actor=scene.actor("supervisor"), now=scene.now,
    )  # fmt: skip


def _shown(scene: Scene, case: Case, address: str, zh: str, en: str) -> str:
    scene.show(address, zh, en, "supervisor")
    return case.number


def _priced(scene: Scene, lists: Lists) -> str:
    case, order = _ordered(scene, lists)
    return _shown(scene, case, f"/works/orders/{order}/", "代整治工单，已按价目表计价",
                  "An order of substitute works, priced by the list")  # fmt: skip


def _done(scene: Scene, lists: Lists) -> str:
    case, order = _closed(scene, lists)
    return _shown(scene, case, f"/works/orders/{order}/", "代整治工单，已完成并核查通过",
                  "An order of substitute works, done and checked")  # fmt: skip


def _invoiced(scene: Scene, lists: Lists) -> str:
    case, order = _billed(scene, lists)
    return _shown(scene, case, f"/works/orders/{order}/", "代整治工单，已登记发票",
                  "An order of substitute works with its invoice")  # fmt: skip


def _claimed(scene: Scene, lists: Lists) -> str:
    case, claim = _claim(scene, lists)
    return _claim_shown(scene, case, claim, "追偿：已发通知，尚未付款", "A claim, notice sent")


def _paid(scene: Scene, lists: Lists) -> str:
    case, claim = _claim(scene, lists)
    _pay(scene, claim, "780.00")
    return _claim_shown(scene, case, claim, "追偿：已付清", "A claim, paid")


def _partly(scene: Scene, lists: Lists) -> str:
    case, claim = _claim(scene, lists)
    _pay(scene, claim, "300.00")
    return _claim_shown(scene, case, claim, "追偿：部分付款，余额账龄可查",
                        "A claim, paid in part, the rest growing old")  # fmt: skip


def _refused(scene: Scene, lists: Lists) -> str:
    case, claim = _claim(scene, lists)
    works.note_claim(claim_id=claim.pk, kind="refused", text="称树木归业委会所有，拒绝支付。",
                     actor=scene.actor("supervisor"), now=scene.now)  # fmt: skip
    return _claim_shown(scene, case, claim, "追偿：责任方拒付", "A claim, refused")


def _claim_shown(scene: Scene, case: Case, claim: Any, zh: str, en: str) -> str:
    return _shown(scene, case, f"/works/claims/{claim.pk}/", zh, en)
