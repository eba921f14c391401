"""The pages of substitute works as a supervisor, a leader, an administrator and a unit use them."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from cityloop.demo.papers import paper
from cityloop.works.models import BudgetLine, Claim, Designation, Order
from tests.browser import Browse
from tests.town import Town
from tests.works import Story

pytestmark = pytest.mark.slow


def _page(answer: Any, status: int = 200) -> str:
    text: str = answer.content.decode()
    assert answer.status_code == status, text[:2000]
    return text


def _pdf() -> SimpleUploadedFile:
    return SimpleUploadedFile("paper.pdf", paper("one"), "application/pdf")


@pytest.mark.slow
@pytest.mark.requirement("E07", "E08", "E10")
def test_from_the_case_to_the_money(town: Town, browse: Browse) -> None:
    story = Story(town, money=1000)
    number = town.report(class_code="E0110", text="大树倒伏").case
    town.step(number, "accept", "acceptor")
    town.step(number, "file", "shift_leader", filing_rule=town.rule("E0110").pk)
    town.step(number, "dispatch", "dispatcher", unit="ROADS")
    supervisor, leader = browse("supervisor"), browse("leader")

    # The button is on the page of the case; afterwards the page says who should have acted.
    page = _page(supervisor.get(f"/cases/{number}/"))
    assert "Order substitute works" in page and "Unit that should have acted" in page
    sent = {"version": "4", "unit": town.units["GREEN"].pk, "reason": "先行清障", "liable": ""}
    assert supervisor.post(f"/cases/{number}/steps/substitute/", sent).status_code == 303
    assert "ROADS单位" in _page(supervisor.get(f"/cases/{number}/"))
    town.deliver()
    order = Order.objects.get()
    there = f"/works/orders/{order.number}/"
    assert order.number in _page(supervisor.get("/works/"))

    # Nothing chosen: the page says what is missing and keeps what was typed.
    typed = {"name_1": "吊车", "measure_1": "台班", "cost_1": "1200", "quantity_1": "1",
             "budget_line": story.budget.pk}  # fmt: skip
    page = _page(supervisor.post(f"{there}price/", typed), 400)
    assert "fill this in" in page and 'id="price-why_1-error"' in page
    assert 'value="吊车"' in page and 'value="1200"' in page
    page = _page(supervisor.post(f"{there}price/", {"budget_line": story.budget.pk}), 400)
    assert "one line at least" in page

    # Beyond the budget: a sentence for the supervisor; a leader goes on, with a reason.
    trees = {f"price_{story.clear.pk}": "2", "budget_line": story.budget.pk}
    page = _page(supervisor.post(f"{there}price/", trees), 400)
    assert "a leader may decide" in page and 'value="2"' in page
    assert leader.post(f"{there}price/", {**trees, "reason": "台风应急"}).status_code == 302
    page = _page(leader.get(there))
    assert "台风应急" in page and "1600.00" in page
    story.close(order)

    # Invoice, claim, notice, payment, refusal, write-off: a form each.
    bill = {"invoice_number": "F1", "amount": "1500", "issued_on": "2026-03-02", "file": _pdf()}
    assert supervisor.post(f"{there}invoice/", bill).status_code == 302
    owed = {"party": "翠苑物业公司", "amount": "1500"}
    assert "fill this in" in _page(supervisor.post(f"{there}claim/", {"amount": "1"}), 400)
    assert supervisor.post(f"{there}claim/", owed).status_code == 302
    claim = Claim.objects.get()
    at = f"/works/claims/{claim.pk}/"
    served = {"notice_on": "2026-03-02", "due_on": "2026-04-01", "file": _pdf()}
    assert supervisor.post(f"{at}notice/", served).status_code == 302
    came = {"amount": "500", "paid_on": "2026-03-02", "reference": "回单7"}
    assert supervisor.post(f"{at}payment/", came).status_code == 302
    page = _page(supervisor.post(f"{at}payment/", {**came, "amount": "1001"}), 400)
    assert "1000.00 are left to pay" in page
    refusal = {"kind": "refused", "text": "不认"}
    assert supervisor.post(f"{at}note/", refusal).status_code == 302
    assert "Write off" not in _page(supervisor.get(at))
    assert supervisor.post(f"{at}write-off/", {"text": "x"}).status_code == 400
    ledger = _page(browse("evaluator").get("/works/claims/"))
    assert "翠苑物业公司" in ledger and "1000.00" in ledger
    assert leader.post(f"{at}write-off/", {"text": "无可执行财产"}).status_code == 302
    assert "无可执行财产" in _page(leader.get(at))

    # The notice opens for who sees the claim; the designated unit sees its order, not the debt.
    paper = f"/works/papers/{Claim.objects.get().notice_file.sha256}"
    assert supervisor.get(paper)["Content-Disposition"] == "attachment"
    green = browse("green")
    page = _page(green.get(there))
    assert "翠苑物业公司" not in page and "Price the order" not in page
    assert green.get(at).status_code == 404
    assert browse("water").get(there).status_code == 404


@pytest.mark.requirement("E09")
def test_lists_are_kept_on_their_pages(town: Town, browse: Browse) -> None:
    office, reader = browse("administrator"), browse("supervisor")
    unit = {"organisation": town.units["GREEN"].pk, "skills": "清障", "valid_from": "2026-01-01",
            "source_document": "试验〔2026〕1号", "on_call_from": "20:00",
            "on_call_to": "08:00"}  # fmt: skip
    assert office.post("/works/units/", unit).status_code == 302
    assert "stands on the list already" in _page(office.post("/works/units/", unit), 400)
    held = Designation.objects.get()
    page = _page(reader.get("/works/units/"))  # nine in the morning
    assert "清障" in page and "not on call" in page and "Designate a unit" not in page
    price = {"code": "T01", "name": "倒树清运", "measure": "棵", "price": "800",
             "valid_from": "2026-01-01"}  # fmt: skip
    assert office.post(f"/works/units/{held.pk}/price/", price).status_code == 302
    assert "later price" in _page(office.post(f"/works/units/{held.pk}/price/", price), 400)
    assert reader.post(f"/works/units/{held.pk}/price/", price).status_code == 403
    budget = {"year": "2026", "code": "DZZ", "name": "代整治", "amount": "1000"}
    assert office.post("/works/budgets/", budget).status_code == 302
    page = _page(office.post("/works/budgets/", {**budget, "amount": "2000"}), 400)
    assert "say why the budget changes" in page and 'value="2000"' in page
    assert BudgetLine.objects.get().amount == 1000
    assert "代整治" in _page(browse("supervisor", "zh-hans").get("/works/budgets/"))
    assert reader.post("/works/units/", unit).status_code == 403
    assert reader.post("/works/budgets/", budget).status_code == 403
