"""The register on its pages, and permits on the page of a case: who sees what."""

from __future__ import annotations

from typing import Any

import pytest

from cityloop.permits.models import Permit
from tests.browser import Browse
from tests.scenarios.test_permits import HOLDER, allow, file_one, middle
from tests.town import Town

pytestmark = pytest.mark.slow


def page(answer: Any, status: int = 200) -> str:
    """The page's text."""
    text: str = answer.content.decode()
    assert answer.status_code == status, text[:2000]
    return text


@pytest.mark.requirement("E12", "E02")
def test_the_page_of_a_case_shows_permits_to_those_who_may_see_them(
    town: Town, browse: Browse
) -> None:
    row = allow(town)
    case = file_one(town, metres_east=35)
    there = f"/cases/{case.number}/"
    html = page(browse("dispatcher").get(there))
    assert "Permits here" in html and f"/permits/{row.pk}/" in html and HOLDER in html
    assert "Who approves, supervises: GREEN单位 goes before ROADS单位" in html
    assert f"Permit {row.number} is held by {HOLDER}." in html
    assert "40 % sure" in html
    chinese = page(browse("dispatcher", "zh-hans").get(there))
    assert "此处的许可" in chinese and "谁审批谁监管" in chinese and "占道挖掘" in chinese
    # The evaluator sees that there is a permit, not who holds it; an inspector sees none.
    html = page(browse("evaluator").get(there))
    assert row.number in html and HOLDER not in html
    html = page(browse("inspector").get(there))
    assert "Permits here" not in html and HOLDER not in html
    # How good permits are as a rule is counted beside the lines.
    assert "Excavation and road occupation" in page(browse("supervisor").get("/rules/"))


@pytest.mark.requirement("L08")
def test_a_permit_is_recorded_found_changed_and_revoked_on_its_pages(
    town: Town, browse: Browse
) -> None:
    green, (lon, lat) = browse("green"), middle(town)
    given = {
        "kind": "stall", "number": "摊2026-5", "issuer": town.units["GREEN"].pk, "holder": "王五",
        "lon": lon, "lat": lat, "radius_m": 30, "address": "人民路夜市", "valid_from": "2026-02-01",
        "valid_until": "2026-12-31", "conditions": "18时至22时",
    }  # fmt: skip
    html = page(green.post("/permits/new/", {**given, "valid_until": "2026-01-01"}), 400)
    assert "it ends before it begins" in html and "摊2026-5" in html
    assert green.post("/permits/new/", given).status_code == 302
    row = Permit.objects.get()
    there = f"/permits/{row.pk}/"
    assert "摊2026-5" in page(green.get("/permits/?q=夜市"))
    assert "No permit is here" in page(green.get("/permits/?kind=muck"))
    assert page(browse("roads").get(there), 404)
    change = {name: value for name, value in given.items() if name != "issuer"}
    assert "required" in page(green.post(f"{there}change/", change), 400)
    change |= {"reason": "换人", "holder": "赵六"}
    assert green.post(f"{there}change/", change).status_code == 302
    html = page(green.get(there))
    assert "王五 → 赵六" in html and "Another place" not in html
    hidden = page(browse("evaluator").get(there))
    assert "王五" not in hidden and "赵六" not in hidden and "摊2026-5" in hidden
    assert green.post(f"{there}revoke/", {"reason": "扰民"}).status_code == 302
    html = page(browse("leader", "zh-hans").get(there))
    assert "已撤销" in html and "扰民" in html
    assert page(green.post(f"{there}revoke/", {"reason": "再次"}), 400)
