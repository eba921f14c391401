"""The operator's day: the call pops up, the history is there, the answer is read out once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from cityloop.hotline import operations, queries
from cityloop.hotline.models import Call, Seat, Told
from cityloop.intake import operations as intake
from cityloop.intake import queries as reports
from cityloop.intake.models import Report, Reporter
from cityloop.kernel import errors
from cityloop.people import operations as people
from tests.browser import Browse
from tests.scenarios.test_books_stay import hands
from tests.town import SYSTEM, Town

PHONE = "13757112290"


def _event(town: Town, event: str, outer_id: str = "C-1", **more: Any) -> Call:
    given = {"extension": "8001", "caller": PHONE, **more}
    told = operations.CallEvent(outer_id, event, **given)
    return operations.note_call(told, actor=town.actor("exchange"), now=town.now)


def _seat(town: Town, name: str = "acceptor") -> None:
    operations.sign_on("8001", actor=town.actor(name), now=town.now)


@pytest.mark.requirement("C03")
def test_a_call_pops_up_at_its_extension_and_becomes_a_report(town: Town, browse: Browse) -> None:
    operator, other = browse("acceptor"), browse("shift_leader")
    assert operator.post("/hotline/seat/", {"extension": "8001"}).status_code == 302
    before = queries.latest_change()
    call = _event(town, "ringing")
    assert queries.latest_change() != before  # what the live stream tells the pages
    assert PHONE in operator.get("/hotline/ringing/").content.decode()
    assert PHONE not in other.get("/hotline/ringing/").content.decode()
    town.wait(minutes=1)
    _event(town, "answered")

    form = operator.get(f"/intake/new/?call={call.pk}")
    assert f'value="{PHONE}"' in form.content.decode()
    point = town.grid(5).geom.point_on_surface
    sent = {
        "repeat_key": "k" * 32, "call": call.pk, "channel": "hotline12319", "kind": "report",
        "reporter_phone": PHONE, "answer_wanted": "on", "text": "路灯不亮，影响出行",
        "x": point.x, "y": point.y, "system": "wgs84",
    }  # fmt: skip
    assert operator.post("/intake/new/", sent).status_code == 303
    town.wait(minutes=4)
    _event(town, "ended", recording="https://calls.example/1.mp3")
    call.refresh_from_db()
    assert (call.state, call.member) == ("ended", town.members["acceptor"])
    assert call.report is not None
    number = call.report.case.number
    assert "calls.example/1.mp3" in operator.get(f"/cases/{number}/").content.decode()
    hidden = browse("dispatcher").get(f"/cases/{number}/").content.decode()
    assert "calls.example" not in hidden
    assert operator.get("/hotline/ringing/").content.decode().strip() == ""


@pytest.mark.requirement("C03")
def test_a_caller_who_asks_again_hears_how_it_stands_and_it_is_recorded(town: Town) -> None:
    number = town.report("hotline12319", reporter_phone=PHONE, class_code="C0101").case
    town.step(number, "send_verify", "acceptor", inspector="inspector")
    town.step(number, "not_found", "inspector", reason="现场无此井盖")
    town.step(number, "reject", "acceptor", reason_code="not_found", reason="现场未发现")
    town.deliver()
    _seat(town)
    call, actor = _event(town, "answered"), town.actor("acceptor")
    file = queries.call_file(actor, call.pk, now=town.now)
    (earlier,) = file.earlier
    assert earlier.report.case.number == number and "现场未发现" in earlier.text
    told = operations.tell(call.pk, number, actor=actor, now=town.now)
    again = operations.tell(call.pk, number, actor=actor, now=town.now)
    assert told == again and Told.objects.count() == 1
    report = Report.objects.get(case__number=number)
    assert {(one.state, one.medium) for one in report.notices.all()} == {("told", "phone")}
    stranger = town.report("hotline12319", reporter_phone="13800000000").case
    with pytest.raises(operations.NotTheirs, match="reported no case"):
        operations.tell(call.pk, stranger, actor=actor, now=town.now)


@pytest.mark.requirement("C03")
def test_open_cases_near_the_place_that_the_caller_names(town: Town, browse: Browse) -> None:
    _seat(town)
    call, actor = _event(town, "answered"), town.actor("acceptor")
    assert queries.call_file(actor, call.pk, now=town.now).nearby == []
    file = queries.call_file(actor, call.pk, address="人民路 桥头街", now=town.now)
    assert file.place is not None
    near = town.report(x=file.place.lon, y=file.place.lat).case
    found = queries.call_file(actor, call.pk, address="人民路 桥头街", now=town.now).nearby
    assert [one.number for one in found] == [near]
    for language in ("en", "zh-hans"):
        page = browse("acceptor", language).get(
            f"/hotline/calls/{call.pk}/", {"address": "人民路 桥头街"}
        )
        assert page.status_code == 200 and near in page.content.decode()


@pytest.mark.requirement("C03")
def test_events_come_twice_and_in_any_order(town: Town) -> None:
    _seat(town)
    end = town.now + timedelta(seconds=90)
    town.wait(minutes=2)
    _event(town, "ended", at=end, recording="https://calls.example/2.mp3")
    first = Call.objects.get()
    assert first.state == "missed"
    call = _event(town, "answered", at=end - timedelta(seconds=60))
    _event(town, "ringing", at=end - timedelta(seconds=80))
    once = _event(town, "ended", at=end)
    assert (once.pk, once.state, once.ended_at) == (call.pk, "ended", end)
    assert Call.objects.count() == Reporter.objects.exclude(phone="").count() == 1
    with pytest.raises(operations.SameCall, match="another number"):
        _event(town, "ended", caller="13900000000")
    with pytest.raises(operations.SameCall, match="another recording"):
        _event(town, "ended", recording="https://calls.example/3.mp3")
    _event(town, "ended", recording="https://calls.example/2.mp3")
    hands("UPDATE hotline_call SET recording = 'https://calls.example/3.mp3'")


@pytest.mark.requirement("C03")
@pytest.mark.parametrize(
    ("order", "state"),
    [
        (("ended", "ringing"), "missed"),
        (("answered", "ringing"), "answered"),
        (("answered", "ended", "ringing"), "ended"),
        (("ended", "answered", "ringing"), "ended"),
        (("ended", "ringing", "answered"), "ended"),
    ],
)
def test_what_is_told_late_is_kept_and_moves_nothing_back(
    town: Town, browse: Browse, order: tuple[str, ...], state: str
) -> None:
    _seat(town)
    exchange = town.members["exchange"]
    _row, key = people.issue_token(member=exchange, name="calls", actor=SYSTEM, now=town.now)
    switch = Client(headers={"Authorization": f"Bearer {key}"})
    rang = town.now
    ats = {"ringing": rang, "answered": rang + timedelta(seconds=10),
           "ended": rang + timedelta(seconds=50)}  # fmt: skip
    town.wait(minutes=1)
    for event in order:
        sent = {"id": "C-1", "event": event, "extension": "8001", "at": ats[event].isoformat()}
        if event == "ringing":  # the switch may have rung elsewhere first, and it alone knows who
            sent |= {"extension": "8002", "caller": PHONE}
        told = switch.post("/api/v1/hotline/calls", sent, "application/json").json()
        kept = Call.objects.get()
        assert told["state"] == kept.state and told["extension"] == kept.extension == "8001"
        for name in ("ringing_at", "answered_at", "ended_at"):
            answered = told[name] and datetime.fromisoformat(told[name])
            assert answered == getattr(kept, name), "what is answered is what is kept"
    assert (kept.state, kept.ringing_at, kept.came_at) == (state, rang, rang)
    assert kept.caller is not None and kept.caller.phone == PHONE
    assert all(getattr(kept, f"{event}_at") == ats[event] for event in order)
    shown = browse("acceptor").get("/hotline/ringing/").content.decode()
    assert shown.count("/hotline/calls/") == (1 if state == "answered" else 0)


@pytest.mark.requirement("C03")
def test_a_late_event_without_a_time_was_no_later_than_what_followed_it(town: Town) -> None:
    end = town.now
    _event(town, "ended", at=end)
    town.wait(minutes=2)
    _event(town, "ringing")
    _event(town, "answered")
    kept = Call.objects.get()
    assert (kept.ringing_at, kept.answered_at, kept.ended_at) == (end, end, end)


@pytest.mark.requirement("C03")
def test_a_bad_event_is_refused_with_a_sentence_a_field(town: Town) -> None:
    with pytest.raises(errors.Invalid) as found:
        _event(town, "hung", caller="call me", extension="", recording="javascript:x",
               at=town.now + timedelta(hours=1))  # fmt: skip
    assert set(found.value.fields) == {"event", "caller", "extension", "recording", "at"}
    event = operations.CallEvent("C-9", "ringing", "8001")
    with pytest.raises(errors.NotAllowed):
        operations.note_call(event, actor=town.actor("acceptor"), now=town.now)
    assert not Call.objects.exists()


@pytest.mark.requirement("G01")
@pytest.mark.parametrize("caller", ["", "anonymous", "Unknown", "未知", "匿名号码"])
def test_a_number_that_is_not_shown_is_no_number(town: Town, caller: str) -> None:
    call = _event(town, "ringing", caller=caller)
    assert (call.state, call.caller) == ("ringing", None)
    with pytest.raises(errors.Invalid, match="not a telephone number"):
        _event(town, "ringing", "C-2", caller="nobody")


@pytest.mark.requirement("C03")
def test_who_sits_down_takes_the_extension_over(town: Town) -> None:
    _seat(town, "shift_leader")
    _seat(town, "acceptor")
    assert [seat.member for seat in Seat.objects.all()] == [town.members["acceptor"]]
    assert _event(town, "ringing").member == town.members["acceptor"]
    operations.sign_off(actor=town.actor("acceptor"))
    assert not Seat.objects.exists()
    with pytest.raises(errors.Invalid, match="1 to 20"):
        operations.sign_on("8 0 0 1", actor=town.actor("acceptor"), now=town.now)
    with pytest.raises(errors.NotAllowed):
        _seat(town, "dispatcher")


@pytest.mark.requirement("C03")
def test_the_number_of_a_caller_is_forgotten_in_time(town: Town) -> None:
    _seat(town)
    call = _event(town, "ended")
    town.wait(days=731)
    intake.forget_reporters(now=town.now)
    file = queries.call_file(town.actor("acceptor"), call.pk, now=town.now)
    assert (file.number, file.earlier) == ("", [])
    assert queries.masked(PHONE) == "137****2290"


@pytest.mark.requirement("C08")
def test_what_the_media_say_is_seen_by_an_inspector_before_it_is_filed(
    town: Town, browse: Browse
) -> None:
    with pytest.raises(intake.BadReport, match=r"source.*link"):
        town.report("media", text="桥头街井盖破损")
    with pytest.raises(intake.BadReport, match="begins with http"):
        town.report("media", source="晚报", link="javascript:alert(1)")
    receipt = town.report("media", text="桥头街井盖破损", source="晚报",
                          link="https://news.example/1")  # fmt: skip
    with pytest.raises(Exception, match="verif"):
        town.step(receipt.case, "accept", "acceptor")
    town.step(receipt.case, "send_verify", "acceptor", inspector="inspector")
    town.step(receipt.case, "verified", "inspector", photos=("verify",))
    town.step(receipt.case, "accept", "acceptor")
    town.report("media", source="晚间新闻", photos=[intake.PhotoIn(town.stored())])  # the clip
    (report,) = reports.reports_of(town.actor("acceptor"), receipt.case)
    assert (report.source, report.link) == ("晚报", "https://news.example/1")
    page = browse("acceptor").get(f"/cases/{receipt.case}/").content.decode()
    assert "晚报" in page and 'href="https://news.example/1"' in page
