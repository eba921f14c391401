"""The pages of duty as a unit's desk, a worker, shift leaders and an administrator use them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from cityloop.cases.models import Case
from cityloop.duty.models import Absence, Call, Handover, Shift, Succession, Turn
from cityloop.people import operations as people
from tests.browser import Browse
from tests.duty import DAY, dispatched, on_duty, person, shift, work
from tests.town import SYSTEM, Town, forget

pytestmark = pytest.mark.slow


def _page(answer: Any, status: int = 200) -> str:
    text: str = answer.content.decode()
    assert answer.status_code == status, text[:2000]
    return text


def _csv(text: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("roster.csv", text.encode(), "text/csv")


@pytest.mark.requirement("E15")
def test_the_desk_of_a_unit_keeps_its_roster_on_a_page(town: Town, browse: Browse) -> None:
    li, water = person(town, "li"), town.units["WATER"]
    desk, here = browse("water"), f"?unit={water.pk}"
    assert "keeps no roster" in _page(desk.get("/duty/"))
    day = {"name": "白班", "post": "抢修", "starts": "08:00", "ends": "20:00"}
    assert desk.post(f"/duty/shifts/{here}", day).status_code == 302
    # What is wrong stands at its form, and what was typed stays.
    assert "a shift of this name" in _page(desk.post(f"/duty/shifts/{here}", day), 400)
    row = Shift.objects.get()
    turn = {"shift": row.pk, "member": li.pk, "weekdays": "1-5,9", "rank": 1,
            "first_on": "2026-03-01", "last_on": ""}  # fmt: skip
    page = _page(desk.post(f"/duty/turns/{here}", turn), 400)
    assert "weekdays as 1-5 or 6,7" in page and 'value="1-5,9"' in page
    assert desk.post(f"/duty/turns/{here}", {**turn, "weekdays": "1-5"}).status_code == 302
    page = _page(desk.get("/duty/"))
    assert "On duty now" in page and "白班 08:00–20:00 抢修" in page and "1-5" in page
    away = {"member": li.pk, "kind": "ill", "first_on": "2026-03-02", "last_on": "2026-03-01",
            "deputy": ""}  # fmt: skip
    assert "ends before it begins" in _page(desk.post(f"/duty/absences/{here}", away), 400)
    assert desk.post(
        f"/duty/absences/{here}", {**away, "last_on": "2026-03-03"}
    ).status_code == 302  # fmt: skip
    assert "Nobody is on duty now" in _page(desk.get("/duty/"))
    chinese = _page(browse("water", "zh-hans").get("/duty/"))
    assert "目前无人值班" in chinese and "病假" in chinese and "值班安排" in chinese

    # Others read it; another unit's desk changes nothing; the file tells each bad row.
    assert "Put on duty" not in _page(browse("dispatcher").get(f"/duty/{here}"))
    assert browse("roads").post(f"/duty/turns/{here}", turn).status_code in (403, 404)
    assert browse("stranger").get("/duty/").status_code == 403
    assert desk.get("/duty/?unit=999999").status_code == 404
    assert desk.get("/duty/?unit=x").status_code == 404
    head = "unit_code,shift,starts,ends,username,weekdays,first_on\n"
    sent = {"file": _csv(f"{head}WATER,夜班,20:00,08:00,nobody,1-7,2026-03-01\n")}
    assert "unknown: nobody" in _page(desk.post(f"/duty/import/{here}", sent), 400)
    assert "columns are missing" in _page(
        desk.post(f"/duty/import/{here}", {"file": _csv("a,b\n")}), 400
    )
    assert "This field is required" in _page(desk.post(f"/duty/import/{here}", {}), 400)
    sent = {"file": _csv(f"{head}WATER,夜班,20:00,08:00,li,1-7,2026-03-01\n")}
    answer = desk.post(f"/duty/import/{here}", sent, follow=True)
    assert "1 row is new" in _page(answer) and Turn.objects.count() == 2

    absence, turn_row = Absence.objects.get(), Turn.objects.order_by("pk")[0]
    for address in (f"absences/{absence.pk}", f"turns/{turn_row.pk}", f"shifts/{row.pk}"):
        assert desk.post(f"/duty/{address}/end/").status_code == 302
    assert "ended before" in _page(desk.post(f"/duty/turns/{turn_row.pk}/end/", follow=True))
    assert desk.post("/duty/turns/999999/end/").status_code == 404
    assert browse("roads").post(f"/duty/turns/{turn_row.pk}/end/").status_code == 403
    assert not Turn.objects.filter(shift=row, ended_at=None).exists()


@pytest.mark.requirement("C34")
def test_the_week_with_its_gaps_on_a_page(town: Town, browse: Browse) -> None:
    person(town, "li")
    on_duty(town, shift(town, "白班", DAY), "li", weekdays=(1, 2, 3, 4, 5))
    town.case("dispatched")
    town.wait(minutes=5)
    desk = browse("water")
    page = _page(desk.get("/duty/coverage/"))
    assert "Friday 20:00" in page and "Sunday 24:00" in page  # Friday night to Monday morning
    assert page.count('class="num uncovered"') == 168 - 60
    assert "weekend" in page and "night" in page
    address = f"/duty/coverage/?unit={town.units['WATER'].pk}&week=2026-03-11"
    assert "2026-03-09" in _page(desk.get(address))
    assert "Hour by hour" in _page(desk.get("/duty/coverage/?week=someday"))
    assert "空档" in _page(browse("leader", "zh-hans").get(address))


@pytest.mark.requirement("E14", "E15")
def test_opening_the_dispatch_is_the_read_receipt(town: Town, browse: Browse) -> None:
    person(town, "li")
    on_duty(town, shift(town, "白班", DAY), "li")
    case = dispatched(town)
    address = f"/cases/{case.number}/dispatch/"
    # Others may look; only who was called is written down.
    assert "not opened yet" in _page(browse("dispatcher").get(address))
    worker = browse("li")
    assert worker.head(address).status_code == 200
    assert Call.objects.get().opened_at is None
    town.wait(minutes=2)
    page = _page(worker.get(address))
    assert "photo" in page and 'data-map="case"' in page and "To be done by" in page
    assert "li 03-02 09:05" in page
    assert (Call.objects.get().opened_at, Call.objects.get().state) == (town.now, "opened")
    town.wait(minutes=2)
    assert worker.get(address).status_code == 200
    work(town)
    lines = list(Case.objects.get(pk=case.pk).events.order_by("version"))
    assert [one.action for one in lines][-2:] == ["call_duty", "open_dispatch"]
    page = _page(browse("dispatcher").get(f"/cases/{case.number}/"))
    assert "Called as: on duty now" in page and "The dispatch was opened" in page
    assert "白班 08:00–20:00 抢修" in page
    page = _page(browse("supervisor").get("/duty/calls/"))
    assert case.number in page and "opened" in page
    assert "已查看" in _page(browse("supervisor", "zh-hans").get("/duty/calls/"))
    assert browse("roads").get(address).status_code == 404
    assert "派遣单" in _page(browse("li", "zh-hans").get(address))


@pytest.mark.requirement("A28")
def test_the_shift_is_handed_over_on_a_page(town: Town, browse: Browse) -> None:
    person(town, "night_leader", "PLAT", "shift_leader")
    number = town.case("handling").number
    leader, coming = browse("shift_leader"), browse("night_leader")
    page = _page(leader.get("/duty/handovers/"))
    assert "Open in the hall now" in page and "With the units (1)" in page
    assert "at most 60 characters" in _page(
        leader.post("/duty/handovers/", {"shift": "x" * 61, "remark": "晚间有雨"}), 400
    )
    sent = {"shift": "白班", "remark": "晚间有雨", "pile_unit": "请盯泵站"}
    answer = leader.post("/duty/handovers/", sent)
    row = Handover.objects.get()
    assert answer["Location"] == f"/duty/handovers/{row.pk}/"
    page = _page(leader.get(answer["Location"]))
    assert number in page and "请盯泵站" in page and "no other that was open" in page
    assert row.digest in page and "Accept and sign" not in page
    # Nobody accepts: it warns, and the next shift cannot end.
    town.wait(minutes=31)
    assert "Nobody has accepted the handover" in _page(coming.get("/duty/handovers/"))
    assert "has not been accepted yet" in _page(coming.post("/duty/handovers/", sent), 400)
    assert "another person accepts" in _page(
        leader.post(f"/duty/handovers/{row.pk}/accept/", {"answer": ""}), 409
    )
    assert "Accept and sign" in _page(coming.get(f"/duty/handovers/{row.pk}/"))
    answer = coming.post(f"/duty/handovers/{row.pk}/accept/", {"answer": "已接"})
    assert answer.status_code == 302
    page = _page(browse("shift_leader", "zh-hans").get(f"/duty/handovers/{row.pk}/"))
    assert "接班人" in page and "已接" in page and "案件历史中当时没有其他未结案件" in page
    assert "night_leader" in page
    assert browse("supervisor").post("/duty/handovers/", sent).status_code == 403
    own = browse("acceptor").post("/duty/handovers/", sent)  # a seat of its own, 交班
    assert "acceptance seat" in _page(browse("acceptor").get(own["Location"]))
    # Another hall, and a unit that has no hall, see none of it; who oversees the city does.
    for name in ("district", "water"):
        assert browse(name).get(f"/duty/handovers/{row.pk}/").status_code == 404, name
        assert row.digest[:12] not in _page(browse(name).get("/duty/handovers/")), name
    assert browse("supervisor").get(f"/duty/handovers/{row.pk}/").status_code == 200


@pytest.mark.requirement("A28")
def test_a_secondment_ends_on_a_page(town: Town, browse: Browse) -> None:
    guest = people.create_member(
        username="guest", name="guest", organisation=town.units["WATER"], actor=SYSTEM,
        now=town.now,
    )  # fmt: skip
    town.members["guest"] = guest
    post = town.members["water_worker"].holdings.get().post
    holding = people.second_member(
        member=guest, post=post, valid_to=date(2026, 3, 10), actor=SYSTEM, now=town.now
    )
    forget()
    number = town.case("handling").number
    town.step(number, "assign", "water", worker="guest")
    admin = browse("administrator")
    page = _page(admin.get("/duty/secondments/"))
    assert "guest" in page and "no successor" in page
    address = f"/duty/secondments/{holding.pk}"
    assert number in _page(admin.get(f"{address}/successor/"))
    assert "Select a valid choice" in _page(admin.post(f"{address}/successor/", {
        "successor": town.members["roads"].pk}), 400)  # fmt: skip
    worker = town.members["water_worker"].pk
    assert admin.post(f"{address}/successor/", {"successor": worker}).status_code == 302
    assert "ends soon" in _page(admin.get("/duty/secondments/"))
    town.wait(days=1)
    assert "This field is required" in _page(admin.post(f"{address}/end/", {"reason": ""}), 400)
    assert admin.post(f"{address}/end/", {"successor": "", "reason": "召回"}).status_code == 302
    assert Succession.objects.get().moved == [number]
    assert Case.objects.get(number=number).worker_id == worker
    assert "已移交" in _page(browse("administrator", "zh-hans").get("/duty/secondments/"))
    assert browse("dispatcher").get(f"{address}/end/").status_code == 403
    assert admin.get("/duty/secondments/999999/end/").status_code == 404
    page = _page(browse("dispatcher").get(f"/cases/{number}/"))
    assert "Leaves the post: guest" in page and "Successor: water_worker" in page
