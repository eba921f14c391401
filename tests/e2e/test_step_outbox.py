"""The steps of a case in the street: a network that goes, a case that changes, a shared phone."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import translation
from playwright.sync_api import Locator, Page, Route, expect

from cityloop.cases.models import Case, CaseEvent
from cityloop.kernel import clock
from tests.e2e import world as worlds
from tests.e2e.conftest import PHONE, Axe, Site, Visit
from tests.e2e.test_report_form import OFFLINE, enter, items, jpeg, leave

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db]

REFUSED = ("409 (Conflict", "422 (Unprocessable")
STEPS = "**/cases/*/steps/**"


@pytest.fixture(scope="module")
def waiting(site: Site, module_database) -> list[Case]:
    """Cases that a unit handles, one for each test."""
    with module_database.unblock(), translation.override("zh-hans"):
        now = clock.now()
        stories = worlds.Stories(site.city, now)
        made = [stories.carry("handling", start=now - timedelta(hours=1)) for _ in range(16)]
        checked = stories.carry("checking", start=now - timedelta(hours=2))
        connection.close()
    site.city.cases["to_check"] = checked
    return made


@pytest.fixture
def case(waiting: list[Case]) -> Case:
    """One of them that no test before has used."""
    return waiting.pop()


def address(case: Case) -> str:
    """The page of the case."""
    return f"/cases/{case.number}/"


def opened(visit: Visit, who: str, case: Case, **how: Any) -> Page:
    """The page of the case on a phone, its map drawn; tiles asked for later are empty."""
    page = visit.as_(who, address(case), size=PHONE, **how)
    page.locator("[data-map][data-ready]").wait_for(state="attached")
    page.route("**/tiles/**", lambda route: route.fulfill(status=204))
    return page


def form_of(page: Page, action: str = "hand_in") -> Locator:
    """The open form of a step."""
    form = page.locator(f"form[action$='/steps/{action}/']")
    expect(form).to_have_count(1)
    if not form.is_visible():
        page.locator("#steps details", has=form).locator("summary").click()
    return form


def fill(form: Locator, text: str, *names: str) -> None:
    """What was done, and photos of the camera."""
    form.locator("textarea[name=result]").fill(text)
    if names:
        form.locator("input[name=photos_camera]").set_input_files([jpeg(one) for one in names])
        expect(form.locator(".way-file img")).to_have_count(len(names))


def press(form: Locator) -> None:
    """The form's button."""
    form.locator(".form-actions .button").click()


def lines(case: Case, action: str = "hand_in") -> list[CaseEvent]:
    """What the history says of this step."""
    return list(CaseEvent.objects.filter(case=case, action=action))


def returned(visit: Visit, case: Case) -> None:
    """The unit returns the case meanwhile, at its desk."""
    page = visit.as_("unit", address(case))
    form = form_of(page, "return")
    form.locator("select[name=reason_code]").select_option("not_ours")
    form.locator("textarea[name=reason]").fill("此处由区交通局养护。")
    press(form)
    expect(page.locator("#notices")).to_contain_text("已完成")


def keep(page: Page, text: str, *names: str, action: str = "hand_in") -> None:
    """Fill the step in and press, without a network."""
    page.context.set_offline(True)
    fill(form_of(page, action), text, *names)
    press(form_of(page, action))
    expect(items(page)).to_have_count(1)


@pytest.mark.requirement("F01", "F02", "C01")
def test_a_worker_finishes_without_a_network_and_it_is_sent_once(visit, case) -> None:
    visit.expected = OFFLINE
    page = opened(visit, "worker", case)
    page.context.set_offline(True)
    expect(page.locator("[data-say=offline]")).to_contain_text("有网络后自动发送")
    keep(page, "井盖已更换", "after.jpg")
    expect(page.locator("[data-say=kept]")).to_contain_text("此步骤已保存在本机")
    expect(items(page)).to_contain_text("等待网络")
    expect(items(page)).to_contain_text("井盖已更换")
    expect(items(page).locator("img")).to_have_js_property("complete", True)
    assert lines(case) == []
    page.context.set_offline(False)
    expect(items(page).locator("[data-state=taken]")).to_be_visible()
    (line,) = lines(case)
    assert line.facts["result"] == "井盖已更换"
    assert "kept_at" in line.facts
    paper = case.attachments.get(stage="after")
    assert (paper.filename, paper.from_album) == ("after.jpg", False)
    expect(page.locator("#case .timeline")).to_contain_text("保存在设备上")  # it follows by itself
    items(page).get_by_role("button", name="知道了").click()
    expect(items(page)).to_have_count(0)


@pytest.mark.requirement("F01", "F02")
def test_a_case_that_was_returned_meanwhile_is_not_forced_and_nothing_is_lost(visit, case) -> None:
    visit.expected = (*OFFLINE, *REFUSED)
    page = opened(visit, "worker", case)
    keep(page, "井盖已更换", "after.jpg")
    returned(visit, case)
    page.context.set_offline(False)
    expect(items(page).locator("[data-state=refused]")).to_be_visible()
    expect(items(page).locator(".outbox-told")).to_contain_text("回退")
    expect(items(page)).to_contain_text("井盖已更换")
    expect(items(page).locator("img")).to_have_count(1)
    expect(items(page).get_by_role("button", name="立即发送")).to_be_hidden()
    assert lines(case) == []
    items(page).get_by_role("button", name="继续填写").click()
    expect(page.locator("[data-say=gone]")).to_be_visible()  # no step of theirs any more
    expect(items(page)).to_contain_text("井盖已更换")
    expect(items(page).locator("img")).to_have_count(1)
    items(page).get_by_role("button", name="丢弃").click()
    items(page).locator("[data-act=drop]").click()
    expect(items(page)).to_have_count(0)
    page.reload()
    expect(items(page)).to_have_count(0)
    assert lines(case) == []


@pytest.mark.requirement("F02")
def test_a_step_that_is_still_possible_is_sent_again_from_the_present_page(visit, case) -> None:
    visit.expected = (*OFFLINE, *REFUSED)
    page = opened(visit, "worker", case)
    keep(page, "井盖已更换", "a.jpg", "b.jpg")
    desk = visit.as_("unit", address(case))  # the version moves on, the step stays possible
    form = form_of(desk, "assign")
    form.locator("select[name=worker]").select_option(label="郑工")
    press(form)
    expect(desk.locator("#notices")).to_contain_text("已完成")
    page.context.set_offline(False)
    expect(items(page).locator("[data-state=refused]")).to_be_visible()
    items(page).get_by_role("button", name="继续填写").click()
    expect(page.locator("[data-say=refused]")).to_contain_text("已放回表单")
    form = form_of(page)
    expect(form.locator("textarea[name=result]")).to_have_value("井盖已更换")
    expect(form.locator(".way-file img")).to_have_count(2)
    assert lines(case) == []
    press(form)
    expect(page.locator("#notices")).to_contain_text("已完成")
    expect(items(page)).to_have_count(0)
    assert len(lines(case)) == 1
    assert case.attachments.filter(stage="after").count() == 2


@pytest.mark.requirement("F01")
def test_pressed_twice_it_is_done_once(visit, case) -> None:
    page = opened(visit, "worker", case)
    form = form_of(page)
    fill(form, "井盖已更换", "after.jpg")
    form.locator(".form-actions .button").dblclick()
    expect(page.locator("#notices")).to_contain_text("已完成")
    expect(items(page)).to_have_count(0)
    assert len(lines(case)) == 1


@pytest.mark.requirement("F01")
def test_while_one_step_waits_no_second_is_taken_on(visit, case) -> None:
    visit.expected = OFFLINE
    page = opened(visit, "worker", case)
    keep(page, "井盖已更换", "after.jpg")
    form = form_of(page)
    fill(form, "又一次", "other.jpg")
    press(form)
    expect(page.locator("[data-say=waits]")).to_be_visible()
    page.wait_for_timeout(800)  # what is unfinished is kept a moment later
    page.context.set_offline(False)
    expect(items(page).locator("[data-state=taken]")).to_be_visible()
    (line,) = lines(case)
    assert line.facts["result"] == "井盖已更换"


@pytest.mark.requirement("F01", "F02")
def test_an_answer_that_is_lost_on_the_way_doubles_nothing(visit, case) -> None:
    visit.expected = ("ERR_FAILED",)
    page = opened(visit, "worker", case)

    def swallow(route: Route) -> None:
        route.fetch()  # the server has it
        route.abort()

    page.route(STEPS, swallow)
    fill(form_of(page), "井盖已更换", "after.jpg")
    press(form_of(page))
    expect(items(page)).to_contain_text("等待网络")
    assert len(lines(case)) == 1
    page.unroute(STEPS)
    items(page).get_by_role("button", name="立即发送").click()
    expect(items(page).locator("[data-state=taken]")).to_be_visible()
    assert len(lines(case)) == 1


@pytest.mark.requirement("F01", "F02")
@pytest.mark.parametrize("where", ["case", "start", "report"])
def test_what_was_kept_is_sent_when_a_page_is_opened_again(visit, case, where) -> None:
    visit.expected = OFFLINE
    who, action = ("inspector2", "check_passed") if where == "report" else ("worker", "hand_in")
    case = visit.site.city.cases["to_check"] if where == "report" else case
    page = opened(visit, who, case)
    context = page.context
    context.set_offline(True)
    form = form_of(page, action)
    form.locator("input[name=photos_camera]").set_input_files([jpeg("after.jpg")])
    form.locator("textarea").fill("现场已恢复")
    press(form)
    expect(items(page)).to_contain_text("等待网络")
    page.close()
    context.set_offline(False)
    again = context.new_page()
    again.goto({"case": address(case), "start": "/", "report": "/intake/new/"}[where])
    expect(items(again).locator("[data-state=taken]")).to_be_visible()
    expect(items(again)).to_contain_text(case.number)
    assert len(lines(case, action)) == 1


@pytest.mark.requirement("F02")
def test_an_unfinished_step_is_there_again_after_the_browser_dropped_the_page(visit, case) -> None:
    page = opened(visit, "worker", case)
    fill(form_of(page), "拍照时页面被关闭", "after.jpg")
    page.wait_for_timeout(1200)
    page.reload()
    expect(page.locator("[data-say=restored]")).to_be_visible()
    form = form_of(page)
    expect(form.locator("textarea[name=result]")).to_have_value("拍照时页面被关闭")
    expect(form.locator(".way-file img")).to_have_count(1)
    press(form)
    expect(page.locator("#notices")).to_contain_text("已完成")
    expect(items(page)).to_have_count(0)
    assert len(lines(case)) == 1


@pytest.mark.requirement("F02")
def test_a_refused_press_keeps_text_and_photos_in_the_form(visit, case) -> None:
    visit.expected = REFUSED
    page = opened(visit, "unit", case)
    form = form_of(page, "ask_extension")
    form.locator("select[name=reason_code]").select_option("weather")
    form.locator("textarea[name=reason]").fill("连日大雨")
    form.locator("input[name=photos]").set_input_files([jpeg("rain.jpg")])
    form.evaluate("(one) => one.noValidate = true")
    press(form)
    expect(page.locator("[data-say=refused]")).to_be_visible()
    expect(page.locator("#ask_extension-extra-error")).to_be_visible()
    form = form_of(page, "ask_extension")
    expect(form.locator("textarea[name=reason]")).to_have_value("连日大雨")
    expect(form.locator(".way-file img")).to_have_count(1)
    assert lines(case, "ask_extension") == []


@pytest.mark.requirement("F02", "O10")
def test_the_next_account_on_this_phone_neither_sees_nor_sends_it(visit, case) -> None:
    visit.expected = (*OFFLINE, "ERR_FAILED")
    context = visit.as_("", "/sign-in/", size=PHONE).context
    page = enter(context, "worker")
    page.goto(address(case))
    page.locator("[data-map][data-ready]").wait_for(state="attached")
    keep(page, "井盖已更换", "after.jpg")
    page.route(STEPS, lambda route: route.abort())  # the network is bad, not gone
    page.context.set_offline(False)
    leave(page)
    expect(page.locator("#account-menu [role=alert]")).to_contain_text("本机尚有未发送的内容： 1")
    leave(page)
    expect(page).to_have_url(re.compile("/sign-in/"))
    page.unroute(STEPS)
    other = enter(context, "unit")
    for path in ("/", address(case)):
        other.goto(path)
        expect(items(other)).to_have_count(0)
        other.wait_for_timeout(500)
    assert lines(case) == []
    leave(other)
    expect(other).to_have_url(re.compile("/sign-in/"))
    page = enter(context, "worker")
    page.goto("/")
    expect(items(page).locator("[data-state=taken]")).to_be_visible()
    assert lines(case)[0].member.username == "worker"


@pytest.mark.requirement("F02")
def test_who_was_signed_out_meanwhile_loses_nothing(visit, case) -> None:
    visit.expected = ("401 (Unauthorized)", "403 (Forbidden)")
    page = opened(visit, "worker", case)
    fill(form_of(page), "会话过期时已更换", "after.jpg")
    page.context.clear_cookies(name="sessionid")
    press(form_of(page))
    expect(items(page)).to_contain_text("等待重新登录")
    expect(items(page).get_by_role("link", name="登录")).to_be_visible()
    expect(items(page)).to_contain_text("会话过期时已更换")
    assert lines(case) == []
    page.close()


@pytest.mark.requirement("F02")
def test_a_browser_that_keeps_nothing_says_so_and_still_sends_once(visit, case) -> None:
    visit.expected = OFFLINE
    page = opened(visit, "worker", case)
    page.add_init_script("Object.defineProperty(window, 'indexedDB', { value: undefined })")
    page.reload()
    page.locator("[data-map][data-ready]").wait_for(state="attached")
    page.context.set_offline(True)
    fill(form_of(page), "无法保存内容", "after.jpg")
    press(form_of(page))
    expect(page.locator("[data-say=unkept]")).to_contain_text("本机无法保存内容")
    expect(form_of(page).locator("textarea[name=result]")).to_have_value("无法保存内容")
    page.context.set_offline(False)
    press(form_of(page))
    expect(page.locator("#notices")).to_contain_text("已完成")
    assert len(lines(case)) == 1


@pytest.mark.requirement("F02")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_is_kept_reads_well(visit, case, axe: Axe, scheme) -> None:
    visit.expected = (*OFFLINE, *REFUSED)
    page = opened(visit, "worker", case, language="en", scheme=scheme)
    page.context.set_offline(True)
    page.evaluate("document.querySelector('details[name=step]').open = true")
    fill(form_of(page), "cover replaced", "after.jpg")
    press(form_of(page))
    expect(page.locator("[data-say=kept]")).to_contain_text("The time at which it arrives counts")
    assert axe(page) == []
    returned(visit, case)
    page.context.set_offline(False)
    expect(items(page).locator("[data-state=refused]")).to_be_visible()
    assert axe(page) == []
