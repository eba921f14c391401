"""The pages of orders, reminders and lists as leaders, supervisors and units use them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from cityloop.oversight.models import NamedList, Sending
from tests.browser import Browse
from tests.town import Town

pytestmark = pytest.mark.slow


def _page(answer: Any, status: int = 200) -> str:
    text: str = answer.content.decode()
    assert answer.status_code == status, text[:2000]
    return text


@pytest.mark.requirement("I01")
def test_an_order_from_the_button_to_the_figures(town: Town, browse: Browse) -> None:
    case = town.case("handling")
    leader, water = browse("leader"), browse("water")
    page = _page(leader.get(f"/cases/{case.number}/"))
    assert "Give a supervision order" in page and 'type="datetime-local"' in page
    at = f"/cases/{case.number}/steps"
    sent = {"version": case.version, "reason": "市民关注", "answer_by": "not a day"}
    page = _page(leader.post(f"{at}/urge/", sent), 422)
    assert "YYYY-MM-DDTHH:MM" in page and "市民关注" in page
    wanted = timezone.localtime(town.now + timedelta(hours=3))
    sent["answer_by"] = f"{wanted:%Y-%m-%dT%H:%M}"
    assert leader.post(f"{at}/urge/", sent).status_code == 303

    # The clock and the words stand on the case; the unit answers there.
    page = _page(water.get(f"/cases/{case.number}/"))
    assert "answer to a supervision order" in page and "The answer is wanted by" in page
    assert "Answer the order" in page and "Accept the answer" not in page
    page = _page(water.get("/oversight/?side=ours&state=open"))
    assert case.number in page and "市民关注" in page and "waits for the answer" in page
    sent = {"version": case.version + 1, "opinion": "今日完成"}
    assert water.post(f"{at}/reply/", sent).status_code == 303

    assert "Answers to my orders" in _page(leader.get("/"))
    assert case.number in _page(leader.get("/cases/?box=answered"))
    assert case.number in _page(leader.get("/oversight/?side=given&state=replied"))
    assert leader.post(
        f"{at}/accept_reply/", {"version": case.version + 2, "opinion": ""}
    ).status_code == 303  # fmt: skip
    page = _page(browse("evaluator").get("/oversight/units/"))
    assert "WATER单位" in page and "100 %" in page
    page = _page(browse("evaluator").get("/oversight/units/?since=2026-03-09&until=2026-03-01"))
    assert "The days stand in order" in page
    assert "督办统计" in _page(browse("evaluator", "zh-hans").get("/oversight/units/"))


@pytest.mark.requirement("B10")
def test_reminders_are_counted_and_listed(town: Town, browse: Browse) -> None:
    number = town.report(kind="remind", class_code="E0102", text="店铺外摆").case
    other = town.report(kind="remind", class_code="E0110", text="纸箱").case
    evaluator = browse("evaluator")
    page = _page(evaluator.get("/oversight/reminders/"))
    assert "2 reminders" in page and "ROADS单位" in page and number in page
    chosen = town.chosen("E0102").pk
    page = _page(evaluator.get(f"/oversight/reminders/?class={chosen}"))
    assert number in page and other not in page
    assert "提示" in _page(browse("roads", "zh-hans").get("/oversight/reminders/?unit=x"))
    page = _page(browse("roads").get(f"/cases/{number}/"))
    assert "reminder" in page


@pytest.mark.requirement("C32")
def test_a_list_from_the_suggestion_to_the_end(town: Town, browse: Browse) -> None:
    point = town.grid(3).geom.point_on_surface
    for n in range(2):
        town.report(class_code="E0110", x=point.x, y=point.y, text=f"垃圾成堆，第{n}次")
        town.wait(days=2)
    supervisor, leader = browse("supervisor"), browse("leader")
    made = {"title": "三月卫生死角", "kind": "dead_corners", "note": ""}
    page = _page(supervisor.post("/oversight/lists/", {**made, "title": " "}), 400)
    assert "This field is required" in page
    assert supervisor.post("/oversight/lists/", made).status_code == 302
    row = NamedList.objects.get()
    there = f"/oversight/lists/{row.pk}/"
    page = _page(supervisor.get(there))
    assert "Suggested places" in page and town.grid(3).code in page

    days = {"since": "2026-03-01", "until": "2026-03-10", "grid_code": town.grid(3).code}
    assert supervisor.post(f"{there}place/", days).status_code == 302
    number = town.case("handling").number
    page = _page(supervisor.post(f"{there}cases/", {"numbers": f"{number} 42"}), 400)
    assert "there is no case 42" in page and f"{number} 42" in page
    assert (
        supervisor.post(f"{there}cases/", {"numbers": number, "remark": "=1+1"}).status_code == 302
    )
    page = _page(supervisor.get(there))
    assert "3 cases: 0 closed, 3 open" in page
    dropped = row.entries.exclude(case__number=number).first()
    assert dropped is not None
    assert supervisor.post(f"{there}drop/{dropped.case.number}/").status_code == 302

    # To nobody, to a day that has passed, then to the leader.
    send = {"note": "请部署", "due_on": "2026-03-20"}
    assert "either a unit or a person" in _page(supervisor.post(f"{there}send/", send), 400)
    past = {**send, "member": town.members["leader"].pk, "due_on": "2026-01-01"}
    page = _page(supervisor.post(f"{there}send/", past), 400)
    assert "lies in the past" in page and "请部署" in page
    good = {**send, "member": town.members["leader"].pk}
    assert supervisor.post(f"{there}send/", good).status_code == 302
    town.deliver()
    inbox = _page(leader.get("/messages/"))
    assert "三月卫生死角" in inbox and "Read, to its page" in inbox
    page = _page(leader.get(there))
    assert "Answer the list" in page and "请部署" in page
    sent = Sending.objects.get()
    assert leader.post(f"{there}answer/{sent.pk}/", {"text": "已部署"}).status_code == 302
    assert "已部署" in _page(supervisor.get(there))
    assert _page(browse("acceptor").get("/oversight/lists/")).count("三月卫生死角") == 1

    # On paper and as a file that no spreadsheet computes.
    assert "已部署" in _page(supervisor.get(f"{there}print/"))
    answer = supervisor.get(f"/oversight/lists/{row.pk}.csv")
    text = answer.content.decode("utf-8-sig")
    assert number in text and "'=1+1" in text and answer["Content-Type"].startswith("text/csv")
    assert supervisor.post(f"{there}end/", {"result": "已整治"}).status_code == 302
    page = _page(browse("supervisor", "zh-hans").get(there))
    assert "已办结" in page and "添加案件" not in page
