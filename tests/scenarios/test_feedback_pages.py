"""The pages of feedback: from any page to the form, to one's own list, to the back office."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from cityloop.demo.papers import paper
from cityloop.feedback.models import Entry, Support
from cityloop.kernel import palette, release
from cityloop.notify.models import Message
from tests.browser import Browse
from tests.scenarios.test_feedback import answer, say
from tests.town import STRANGER, Town

pytestmark = [pytest.mark.slow, pytest.mark.requirement("O14")]
SAID = {"kind": "fault", "text": "点了打印没有反应", "page": "/cases/7/", "title": "案件 7"}


def page(answer: Any, status: int = 200) -> str:
    text: str = answer.content.decode()
    assert answer.status_code == status, text[:2000]
    return text


def sent(browser: Client, **given: Any) -> Any:
    return browser.post("/feedback/new/", {**SAID, **given})


@pytest.mark.parametrize("name", ["acceptor", "water_worker", "leader", STRANGER])
def test_every_page_of_everybody_leads_to_the_form(browse: Browse, name: str) -> None:
    at = browse(name)
    for path in ("/account/", "/messages/", "/feedback/"):
        menu = page(at.get(path)).partition('id="account-menu"')[2].partition("</div>\n</div>")[0]
        assert 'href="/feedback/new/"' in menu and "Say what hinders you" in menu
    page(at.get("/feedback/new/"))
    assert page(browse(name, "zh-hans").get("/account/")).count("提反馈意见") == 1


def test_the_palette_leads_to_the_form_in_either_language(town: Town) -> None:
    for words in ("hinders", "反馈"):
        found = dict(palette.found(town.actor("water"), words, now=town.now))
        assert "/feedback/new/" in [hit.path for hit in found["Pages"]]


def test_the_form_knows_where_its_reader_comes_from(browse: Browse) -> None:
    at = browse("acceptor")
    given = page(at.get("/feedback/new/", {"page": "/cases/7/", "title": "Case 7"}))
    assert 'value="/cases/7/"' in given and 'value="Case 7"' in given
    assert "<dd>English</dd>" in given and release.version() in given
    came = {"Referer": "http://testserver/cases/?q=13900000000"}
    told = page(at.get("/feedback/new/", headers=came))
    assert 'value="/cases/"' in told and "13900000000" not in told
    assert 'name="title" value="Cases"' in told, "as the menu calls it"
    foreign = {"Referer": "http://elsewhere.example/cases/"}
    assert "none: it is about no page" in page(at.get("/feedback/new/", headers=foreign))


def test_what_is_said_stands_in_the_own_list_with_its_answer(town: Town, browse: Browse) -> None:
    at = browse("acceptor")
    there = sent(at)["Location"]
    again = sent(at)["Location"]
    row = Entry.objects.get()
    assert there == again == f"/feedback/{row.pk}/"
    assert (row.page, row.title, row.language) == ("/cases/7/", "案件 7", "en")
    own = page(at.get(there))
    assert "点了打印没有反应" in own and 'href="/cases/7/"' in own and "None yet" in own
    answer(town, row, "done", "请升级浏览器")
    assert "请升级浏览器" in page(at.get(there)) and "请升级浏览器" in page(at.get("/feedback/"))
    assert "已解决" in page(browse("acceptor", "zh-hans").get("/feedback/"))
    colleague = browse("shift_leader")
    page(colleague.get(there), 404)
    assert "点了打印没有反应" not in page(colleague.get("/feedback/"))
    town.deliver()
    told = Message.objects.get(topic="feedback_answered")
    read = at.post(f"/messages/{told.pk}/read/")
    assert read["Location"] == there


def test_what_was_typed_stays_where_something_is_wrong(browse: Browse) -> None:
    at = browse("acceptor")
    wrong = page(sent(at, text="。"), 422)
    assert "fill this in" in wrong and 'value="/cases/7/"' in wrong
    pdf = SimpleUploadedFile("a.pdf", paper("报告"), "application/pdf")
    text = SimpleUploadedFile("a.png", b"no picture", "image/png")
    empty = SimpleUploadedFile("b.png", b"", "image/png")
    for file in (pdf, text, empty):
        refused = page(sent(at, picture=file), 422)
        assert "点了打印没有反应" in refused and "picture-error" in refused
    page(at.post("/feedback/new/", {**SAID, "kind": "praise"}), 422)
    assert not Entry.objects.exists()


def test_a_screenshot_is_seen_by_its_sender_and_the_administrators(
    town: Town, browse: Browse
) -> None:
    picture = town.picture()
    there = sent(browse("acceptor"), picture=SimpleUploadedFile("s.jpg", picture))["Location"]
    address = f"{there}picture/"
    assert f'src="{address}"' in page(browse("acceptor").get(there))
    for name in ("acceptor", "administrator"):
        seen = browse(name).get(address)
        assert b"".join(seen.streaming_content) == picture
        assert seen["Content-Type"] == "image/jpeg"
    page(browse("shift_leader").get(address), 404)
    without = say(town)
    page(browse("acceptor").get(f"/feedback/{without.pk}/picture/"), 404)


def test_the_office_answers_what_it_finds(town: Town, browse: Browse) -> None:
    fault, wish = say(town, text="打印不出"), say(town, "inspector", kind="wish", text="记住列宽")
    office = browse("administrator")
    front = page(office.get("/"))
    assert re.search(r"Feedback to answer</span>\s*<span class=\"stat-value\">2<", front), front
    assert "Feedback to answer" not in page(browse("acceptor").get("/"))
    listed = page(office.get("/office/feedback/"))
    assert "打印不出" in listed and "记住列宽" in listed
    narrow = page(office.get("/office/feedback/", {"kind": "wish"}))
    assert "打印不出" not in narrow and "记住列宽" in narrow
    there = f"/office/feedback/{fault.pk}/"
    one = page(office.get(there))
    assert "PLAT单位" in one and 'href="/cases/1/"' in one
    kept = page(office.post(f"{there}answer/", {"state": "declined", "text": ""}), 422)
    assert "fill this in" in kept
    done = office.post(f"{there}answer/", {"state": "done", "text": "已换驱动"}, follow=True)
    assert "已换驱动" in page(done)
    fault.refresh_from_db()
    assert fault.state == "done"
    for name in ("acceptor", "leader"):
        page(browse(name).get("/office/feedback/"), 403)
        page(browse(name).post(f"{there}answer/", {"state": "open", "text": "x1"}), 403)
    assert wish.state == "open"


def test_the_office_joins_what_is_the_same_and_takes_it_apart(town: Town, browse: Browse) -> None:
    first, second = say(town, text="打印不出"), say(town, "inspector", text="不能打印")
    office, there = browse("administrator"), f"/office/feedback/{second.pk}/"
    assert "打印不出" in page(office.get(there)), "it came from the same page"
    refused = page(office.post(f"{there}same/", {"other": second.pk}), 409)
    assert "not the same as itself" in refused
    assert "there is no such feedback" in page(office.post(f"{there}same/", {"other": 10**9}), 422)
    joined = page(office.post(f"{there}same/", {"other": first.pk}, follow=True))
    assert "Take them apart" in joined and "打印不出" in joined
    answer(town, first, "planned", "下个版本")
    heard = page(browse("inspector").get(f"/feedback/{second.pk}/"))
    assert "下个版本" in heard and "打印不出" not in heard, "the answer, not the colleague's words"
    assert "不能打印" in page(office.get(f"/office/feedback/{first.pk}/"))
    apart = page(office.post(f"{there}apart/", follow=True))
    assert "Take them apart" not in apart


def test_a_wish_is_shown_without_its_writer_and_supported(town: Town, browse: Browse) -> None:
    wish = say(town, "inspector", kind="wish", text="张三说要记住列宽", title="案件列表")
    office = browse("administrator")
    there = f"/office/feedback/{wish.pk}/"
    office.post(f"{there}publish/", {"words": "列表记住列宽"})
    answer(town, wish, "planned", "下季度")
    reader = browse("water")
    shown = page(reader.get("/feedback/wishes/"))
    assert "列表记住列宽" in shown and "下季度" in shown
    assert "张三" not in shown and "inspector" not in shown.partition("<main")[2]
    for _ in range(2):
        landed = reader.post(f"/feedback/{wish.pk}/support/")
        assert landed["Location"] == f"/feedback/wishes/#wish-{wish.pk}"
    assert Support.objects.count() == 1
    assert "you too" in page(reader.get("/feedback/wishes/"))
    mine = browse("inspector")
    assert "your own" in page(mine.get("/feedback/wishes/"))
    assert "1 colleague wishes the same" in page(mine.get(f"/feedback/{wish.pk}/"))
    page(mine.post(f"/feedback/{wish.pk}/support/"), 409)
    office.post(f"{there}withdraw/")
    assert "No wish is shown yet" in page(reader.get("/feedback/wishes/"))


def test_the_list_is_taken_away_as_it_is_narrowed(town: Town, browse: Browse) -> None:
    fault = say(town, text="=HYPERLINK(1)", page="/map/")
    say(town, "inspector", kind="wish", text="记住列宽")
    answer(town, fault, "done", "已改")
    office = browse("administrator")
    whole = office.get("/office/feedback/export/")
    assert whole["Content-Type"].startswith("text/csv")
    assert len(list(csv.reader(io.StringIO(whole.content.decode("utf-8-sig"))))) == 3
    narrow = office.get("/office/feedback/export/", {"page": "/map/"})
    (head, row) = csv.reader(io.StringIO(narrow.content.decode("utf-8-sig")))
    told = dict(zip(head, row, strict=True))
    assert told["What was said"] == "'=HYPERLINK(1)", "no formula for a spreadsheet"
    assert (told["Page"], told["Last answer"], told["Kind"]) == ("/map/", "已改", "fault")
    page(browse("leader").get("/office/feedback/export/"), 403)


def test_the_interface_for_machines_says_it_once_and_answers(town: Town, browse: Browse) -> None:
    at, office = browse("acceptor"), browse("administrator")
    body = {**SAID, "picture": ""}
    first = at.post("/api/v1/feedback", body, content_type="application/json").json()
    again = at.post("/api/v1/feedback", body, content_type="application/json").json()
    assert first["id"] == again["id"] and first["state"] == "open"
    stolen = {**body, "text": "看看这张图", "picture": town.stored()}
    refused = at.post("/api/v1/feedback", stolen, content_type="application/json")
    assert refused.status_code == 422, "a picture that somebody else has handed in"
    said = {"state": "done", "text": "已改"}
    told = office.post(
        f"/api/v1/feedback/{first['id']}/answer", said, content_type="application/json"
    )
    assert told.json()["answers"][0]["text"] == "已改"
    (own,) = at.get("/api/v1/feedback").json()["items"]
    assert own["state"] == "done"
    managed = office.get("/api/v1/feedback/managed", {"state": "done"}).json()["items"]
    assert [one["member"] for one in managed] == ["acceptor"]
    assert browse("inspector").get(f"/api/v1/feedback/{first['id']}").status_code == 404
    assert browse("inspector").get("/api/v1/feedback/managed").status_code == 403


def test_writing_is_limited_where_the_city_limits_it(browse: Browse, settings: Any) -> None:
    at, settings.RATE_LIMITS = browse("acceptor"), True
    for n in range(20):
        assert sent(at, text=f"第{n}条").status_code == 302
    assert "try again in an hour" in page(sent(at, text="又一条"), 429)
