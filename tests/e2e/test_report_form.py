"""The report form in the street: a bad network, a position, photos of two kinds, back and again."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from cityloop.cases.models import Attachment, Case
from cityloop.intake.models import Report
from tests.e2e import world as worlds
from tests.e2e.conftest import PHONE, Axe, Visit, sign_in
from tests.e2e.test_site import photo

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db]

OFFLINE = ("ERR_INTERNET_DISCONNECTED", "Failed to fetch")
REFUSED = ("422 (Unprocessable",)
PLACES: list[tuple[float, float]] = []


@pytest.fixture
def place(site) -> tuple[float, float]:
    """A point of the city that no test before has used."""
    if not PLACES:
        grids = worlds.UnitGrid.objects.filter(district_code=worlds.DISTRICT).order_by("-code")
        points = [grid.geom.point_on_surface for grid in grids[300:20_000:491]]
        PLACES.extend((one.x, one.y) for one in points)
    return PLACES.pop()


def form_of(visit: Visit, who: str = "inspector", *, script: bool = True, **how: Any) -> Page:
    """The empty form on a phone, its map drawn; tiles asked for later are empty."""
    page = visit.as_(who, "/intake/new/", size=PHONE, script=script, **how)
    if script:
        page.locator("[data-map][data-ready]").wait_for(state="attached")
        page.route("**/tiles/**", lambda route: route.fulfill(status=204))
    return page


def fill(page: Page, text: str, place: tuple[float, float] | None, **photos: Any) -> None:
    """Text, place and photos by the name of their input."""
    page.locator("#report-text").fill(text)
    if place:
        page.locator("#report-x").fill(f"{place[0]:.6f}")
        page.locator("#report-y").fill(f"{place[1]:.6f}")
    for name, files in photos.items():
        page.locator(f"input[name={name}]").set_input_files(files)


def press(page: Page) -> None:
    """The form's main button."""
    page.locator(".report-actions .button-primary").click()


def jpeg(name: str) -> dict[str, Any]:
    """A photo of its own: the camera's noise is never the same."""
    return {**photo(), "name": name}


def albums(text: str) -> dict[str, bool]:
    """File name -> from the album, of the one report with this text."""
    report = Report.objects.get(text=text)
    rows = Attachment.objects.filter(case_id=report.case_id)
    return dict(rows.values_list("filename", "from_album"))


def items(page: Page) -> Any:
    """What is kept on the device, as the page lists it."""
    return page.locator(".outbox-item")


@pytest.mark.requirement("C01")
def test_without_a_network_a_report_is_kept_and_sent_once_with_its_photo(visit, place) -> None:
    visit.expected = OFFLINE
    page, text = form_of(visit), "断网时登记的井盖破损"
    fill(page, text, place, photos_camera=[jpeg("near.jpg")])
    page.context.set_offline(True)
    expect(page.locator("[data-say=offline]")).to_contain_text("有网络后自动发送")
    press(page)
    expect(page.locator("[data-say=kept]")).to_contain_text("上报已保存在本机，有网络后自动发送")
    expect(items(page)).to_have_count(1)
    expect(items(page)).to_contain_text("等待网络")
    expect(page.locator("#report-text")).to_have_value("")
    expect(page.locator(".way-file")).to_have_count(0)
    assert not Report.objects.filter(text=text).exists()
    page.context.set_offline(False)
    expect(items(page).locator("[data-state=taken]")).to_be_visible()
    report = Report.objects.get(text=text)
    expect(items(page).locator("[data-taken]")).to_contain_text(report.case.number)
    assert albums(text) == {"near.jpg": False}
    assert report.occurred_at is not None  # when it was seen, not when it arrived
    items(page).get_by_role("button", name="知道了").click()
    expect(items(page)).to_have_count(0)


@pytest.mark.requirement("C01")
def test_a_photo_that_is_gone_from_the_device_keeps_no_other_report_back(
    visit, place, tmp_path: Path
) -> None:
    """A private window keeps files by their place: once deleted there, they cannot be sent."""
    visit.expected = OFFLINE
    page, gone = form_of(visit), tmp_path / "gone.jpg"
    gone.write_bytes(jpeg("gone.jpg")["buffer"])
    page.context.set_offline(True)
    lost, there = "照片已删的井盖破损", "照片仍在的井盖破损"
    for text, chosen in ((lost, str(gone)), (there, jpeg("near.jpg"))):
        fill(page, text, place, photos_camera=chosen)
        press(page)
        expect(page.locator("#report-text")).to_have_value("")
    expect(items(page)).to_have_count(2)
    gone.unlink()
    page.context.set_offline(False)
    expect(items(page).locator("[data-state=taken]")).to_have_count(2)  # a badge each, one shown
    expect(items(page).locator("[data-state=taken]:visible")).to_have_count(1)
    expect(items(page).locator("[data-state=unreadable]:visible")).to_contain_text("重新选择")
    assert Report.objects.filter(text=there).count() == 1
    assert not Report.objects.filter(text=lost).exists()


@pytest.mark.requirement("C01")
def test_an_answer_that_is_lost_on_the_way_doubles_nothing(visit, place) -> None:
    visit.expected = ("ERR_FAILED",)
    page, text = form_of(visit), "答复丢失的井盖破损"
    fill(page, text, place, photos_camera=[jpeg("near.jpg")])

    def swallow(route: Route) -> None:
        if route.request.method != "POST":
            route.continue_()
            return
        route.fetch()  # the server has it
        route.abort()

    page.route("**/intake/new/", swallow)
    press(page)
    expect(items(page)).to_contain_text("等待网络")
    assert Report.objects.filter(text=text).count() == 1
    page.unroute("**/intake/new/")
    items(page).get_by_role("button", name="立即发送").click()
    expect(items(page).locator("[data-taken]")).to_contain_text(re.compile(r"\d{15}"))
    assert Report.objects.filter(text=text).count() == 1


@pytest.mark.requirement("C01")
def test_what_was_kept_is_sent_when_the_page_is_opened_again(visit, place) -> None:
    visit.expected = OFFLINE
    page, text = form_of(visit), "关页后发送的井盖破损"
    fill(page, text, place, photos_camera=[jpeg("near.jpg")])
    page.context.set_offline(True)
    press(page)
    expect(items(page)).to_contain_text("等待网络")
    context = page.context
    page.close()
    context.set_offline(False)
    again = context.new_page()
    again.goto("/intake/new/")
    expect(items(again).locator("[data-state=taken]")).to_be_visible()
    assert albums(text) == {"near.jpg": False}


@pytest.mark.requirement("C01")
def test_a_refused_one_stays_with_its_reasons_and_is_corrected(visit, place) -> None:
    visit.expected = (*OFFLINE, *REFUSED)
    page, text = form_of(visit), "没有位置的井盖破损"
    fill(page, text, None, photos_camera=[jpeg("near.jpg")])
    page.context.set_offline(True)
    press(page)
    expect(items(page)).to_have_count(1)
    fill(page, "有位置的另一件", (place[0] + 0.002, place[1]))
    press(page)
    expect(items(page)).to_have_count(2)
    page.context.set_offline(False)
    expect(items(page).locator("[data-state=taken]:visible")).to_have_count(1)
    items(page).get_by_role("button", name="知道了").click()  # the next one does not wait for it
    expect(items(page)).to_have_count(1)
    expect(items(page).locator("[data-state=refused]")).to_be_visible()
    expect(items(page).locator("li")).to_have_text("必填：“经度、纬度”")
    items(page).get_by_role("button", name="继续填写").click()
    expect(items(page)).to_have_count(0)
    expect(page.locator("#report-text")).to_have_value(text)
    expect(page.locator(".way-file img")).to_have_count(1)
    expect(page.locator("#report-x-error")).to_contain_text("必填")
    fill(page, text, place)
    press(page)
    expect(page.locator("h1")).to_have_text(re.compile("已生成案件|已并入现有案件"))
    assert albums(text) == {"near.jpg": False}


@pytest.mark.requirement("C01")
def test_one_is_discarded_after_a_question(visit, axe: Axe) -> None:
    visit.expected = OFFLINE
    page = form_of(visit, language="en", scheme="dark")
    page.context.set_offline(True)
    fill(page, "to be discarded", None, photos_camera=[jpeg("near.jpg")])
    page.evaluate("scrollTo(0, 0)")  # nothing half under the bar of the page
    assert axe(page) == []
    press(page)
    expect(page.locator("[data-say=kept]")).to_contain_text("will be sent when there is a network")
    items(page).get_by_role("button", name="Discard").click()
    expect(items(page)).to_contain_text("nothing brings it back")
    assert axe(page) == []
    items(page).get_by_role("button", name="Keep it").click()
    expect(items(page)).to_have_count(1)
    items(page).get_by_role("button", name="Discard").click()
    items(page).locator("[data-act=drop]").click()
    expect(items(page)).to_have_count(0)


def enter(context: BrowserContext, who: str) -> Page:
    """Sign in, in a browser that others used before."""
    page = context.new_page()
    sign_in(page, who)
    page.wait_for_url("**/")
    page.goto("/intake/new/")
    return page


def leave(page: Page) -> None:
    """Press the button that ends the session."""
    if not page.locator("#account-menu").is_visible():
        page.locator("[popovertarget=account-menu]").click()
    page.locator("#account-menu form button").click()


@pytest.mark.requirement("C01", "O10")
def test_who_signs_out_is_warned_and_the_next_person_neither_sees_nor_sends_it(
    visit, place
) -> None:
    visit.expected = OFFLINE
    text = "属于李巡的井盖破损"
    context = visit.as_("", "/sign-in/", size=PHONE).context
    page = enter(context, "inspector")
    page.context.set_offline(True)
    fill(page, text, place)
    press(page)
    expect(items(page)).to_have_count(1)
    page.route("**/intake/new/", lambda route: route.abort())  # the network is bad, not gone
    page.context.set_offline(False)
    leave(page)
    expect(page.locator("#account-menu [role=alert]")).to_contain_text("本机尚有未发送的内容： 1")
    leave(page)
    expect(page).to_have_url(re.compile("/sign-in/"))
    other = enter(context, "inspector2")
    expect(items(other)).to_have_count(0)
    assert not Report.objects.filter(text=text).exists()
    leave(other)
    expect(other).to_have_url(re.compile("/sign-in/"))
    page = enter(context, "inspector")
    expect(items(page).locator("[data-state=taken]")).to_be_visible()
    assert Report.objects.get(text=text).member.username == "inspector"


@pytest.mark.requirement("C01")
def test_who_was_signed_out_meanwhile_loses_nothing(visit, place) -> None:
    visit.expected = ("401 (Unauthorized)", "403 (Forbidden)")
    page, text = form_of(visit), "会话过期时的井盖破损"
    fill(page, text, place)
    page.wait_for_timeout(1000)  # what stands beside the form is looked up
    page.context.clear_cookies(name="sessionid")
    press(page)
    expect(items(page)).to_contain_text("等待重新登录")
    page.close()


@pytest.mark.requirement("C01")
def test_an_unfinished_report_is_there_again_after_the_browser_dropped_the_page(
    visit, place
) -> None:
    page, text = form_of(visit), "拍照时页面被关闭的井盖破损"
    fill(page, text, place, photos_camera=[jpeg("near.jpg")])
    page.locator("#report-class_words").fill("jg")
    page.locator("#class-choices input[type=radio]").first.check()
    chosen = page.locator("[name=class_code]:checked").get_attribute("value")
    page.wait_for_timeout(1200)  # kept a moment after the last change
    page.reload()
    expect(page.locator("[data-say=restored]")).to_be_visible()
    expect(page.locator("#report-text")).to_have_value(text)
    expect(page.locator("#report-x")).to_have_value(f"{place[0]:.6f}")
    expect(page.locator(".way-file img")).to_have_count(1)
    expect(page.locator("[name=class_code]:checked")).to_have_attribute("value", chosen or "")
    second = page.context.new_page()
    second.goto("/intake/new/")
    expect(items(second)).to_contain_text("未完成")
    press(page)
    expect(page.locator("h1")).to_have_text(re.compile("已生成案件|已并入现有案件"))
    assert albums(text) == {"near.jpg": False}


@pytest.mark.requirement("C01")
def test_a_class_chosen_while_an_answer_is_on_its_way_stays_chosen(visit, place) -> None:
    page, on_their_way = form_of(visit), []
    fill(page, "井盖破损，边上有坑", place)
    page.locator("#report-class_words").fill("jg")
    card = page.locator("#class-choices input[type=radio]").first
    card.wait_for(state="attached")
    page.wait_for_timeout(600)
    page.route("**/intake/beside/**", lambda route: on_their_way.append(route))  # noqa: PLW0108
    page.locator("#report-class_words").fill("垃圾箱")
    page.wait_for_timeout(600)
    card.check()
    chosen = page.locator("[name=class_code]:checked").get_attribute("value")
    on_their_way.pop(0).continue_()
    expect(page.locator("#class-choices")).to_contain_text("垃圾箱")
    expect(page.locator("[name=class_code]:checked")).to_have_count(1)
    expect(page.locator("[name=class_code]:checked")).to_have_attribute("value", chosen or "")
    page.unroute("**/intake/beside/**")


@pytest.mark.requirement("C01")
def test_back_and_submit_once_more_gives_the_first_result(visit, place) -> None:
    page, text = form_of(visit), "返回后再次提交的井盖破损"
    fill(page, text, place, photos_camera=[jpeg("near.jpg")])
    page.locator(".report-actions .button-primary").dblclick()
    page.wait_for_url("**/intake/reports/**")
    first = page.url
    page.go_back()
    expect(page.locator("[data-say=done]")).to_contain_text("此件已登记")
    press(page)
    page.wait_for_url("**/intake/reports/**")
    assert page.url == first
    page.go_back()
    expect(page.locator("[data-say=done]")).to_be_visible()
    page.get_by_role("button", name="菜单").click()
    page.locator("#side-menu").get_by_role("link", name="上报登记").click()
    expect(page.locator("[data-position] button")).to_be_visible()  # the scripts have begun
    page.wait_for_timeout(700)
    expect(page.locator("[data-say=done]")).to_be_hidden()  # a new report begins
    assert Report.objects.filter(case=Report.objects.get(text=text).case).count() == 1


@pytest.mark.requirement("C01")
def test_a_changed_report_after_going_back_is_one_of_its_own(visit, place) -> None:
    page, text = form_of(visit), "返回后修改的井盖破损"
    fill(page, text, place)
    press(page)
    page.wait_for_url("**/intake/reports/**")
    first = page.url
    page.go_back()
    expect(page.locator("[data-say=done]")).to_be_visible()
    fill(page, f"{text}，另有护栏倒伏", place)
    expect(page.locator("[data-say=done]")).to_be_hidden()
    press(page)
    page.wait_for_url("**/intake/reports/**")
    assert page.url != first


@pytest.mark.requirement("C01")
def test_a_browser_that_keeps_nothing_says_so_and_still_sends_once(visit, place) -> None:
    visit.expected = OFFLINE
    page, text = form_of(visit), "无法保存内容的浏览器"
    page.add_init_script("Object.defineProperty(window, 'indexedDB', { value: undefined })")
    page.reload()
    page.locator("[data-map][data-ready]").wait_for(state="attached")
    fill(page, text, place)
    page.context.set_offline(True)
    press(page)
    expect(page.locator("[data-say=unkept]")).to_contain_text("本机无法保存内容")
    expect(page.locator("#report-text")).to_have_value(text)
    page.context.set_offline(False)
    press(page)
    page.wait_for_url("**/intake/reports/**")
    first = page.url
    page.go_back()
    expect(page.locator("#report-text")).to_have_value(text)
    press(page)
    page.wait_for_url("**/intake/reports/**")
    assert page.url == first
    assert Report.objects.filter(text=text).count() == 1


@pytest.mark.requirement("C01")
def test_a_position_that_is_refused_says_why_and_what_else_to_do(visit) -> None:
    page = form_of(visit)
    page.locator("[data-position] button").click()
    expect(page.locator("[data-position]")).to_contain_text("未获定位权限")
    expect(page.locator("#report-x")).to_have_value("")


@pytest.mark.requirement("C01", "A04")
def test_a_position_that_is_granted_fills_in_the_point_and_moves_the_marker(visit, place) -> None:
    page, text = form_of(visit), "定位上报的井盖破损"
    page.context.grant_permissions(["geolocation"], origin=visit.site.url)
    where = {"longitude": place[0], "latitude": place[1], "accuracy": 7.6}
    page.context.set_geolocation(where)
    page.locator("#report-system").select_option("gcj02")
    page.locator("[data-position] button").click()
    expect(page.locator("[data-say=found]")).to_contain_text("精度约 8 m")
    expect(page.locator("#report-x")).to_have_value(f"{place[0]:.6f}")
    expect(page.locator("#report-system")).to_have_value("wgs84")
    expect(page.locator(".maplibregl-marker")).to_be_visible()
    expect(page.locator("#beside")).to_contain_text("单元网格")
    page.context.set_geolocation({**where, "accuracy": 120})
    page.locator("[data-position] button").click()
    expect(page.locator("[data-say=rough]")).to_contain_text("120 m")
    page.locator("#report-text").fill(text)
    press(page)
    page.wait_for_url("**/intake/reports/**")
    expect(page.locator("main")).to_contain_text("设备定位精度较低，误差约 120 米")
    report = Report.objects.get(text=text)
    assert (report.raw_x, report.raw_system) == (round(place[0], 6), "wgs84")


@pytest.mark.requirement("C01")
def test_a_point_chosen_by_hand_is_not_said_to_be_measured(visit, place) -> None:
    page, text = form_of(visit), "手工选点的井盖破损"
    page.context.grant_permissions(["geolocation"], origin=visit.site.url)
    page.context.set_geolocation({"longitude": place[0], "latitude": place[1], "accuracy": 300})
    page.locator("[data-position] button").click()
    expect(page.locator("[data-say=rough]")).to_be_visible()
    fill(page, text, (place[0], place[1] + 0.0003))
    page.locator("#report-y").blur()
    expect(page.locator("[data-say=rough]")).to_be_hidden()
    press(page)
    page.wait_for_url("**/intake/reports/**")
    codes = [one["code"] for one in Report.objects.get(text=text).checks]
    assert "rough_position" not in codes


@pytest.mark.requirement("F08", "C01")
def test_a_photo_from_the_album_is_flagged_and_one_of_the_camera_is_not(
    visit, place, tmp_path: Path
) -> None:
    page, text = form_of(visit), "两种来源照片的井盖破损"
    camera = page.locator("input[name=photos_camera]")
    assert camera.get_attribute("capture") == "environment"
    assert camera.get_attribute("accept") == "image/*"
    picked = tmp_path / "picked.jpg"  # by the camera's way, but it is an old file
    picked.write_bytes(jpeg("x")["buffer"])
    os.utime(picked, (1_700_000_000, 1_700_000_000))
    fill(page, text, place, photos_camera=[jpeg("near.jpg")])
    fill(page, text, place, photos_camera=[jpeg("far.jpg")], photos=[jpeg("old.jpg")])
    camera.set_input_files(str(picked))
    expect(page.locator(".way-file img")).to_have_count(4)
    expect(page.locator(".way-file [data-album]:visible")).to_have_count(2)
    press(page)
    page.wait_for_url("**/intake/reports/**")
    assert albums(text) == {
        "near.jpg": False, "far.jpg": False, "old.jpg": True, "picked.jpg": True,
    }  # fmt: skip
    expect(page.locator("main")).to_contain_text("照片来自相册")


@pytest.mark.requirement("F08", "F02")
@pytest.mark.parametrize(("name", "flagged"), [("photos", True), ("photos_camera", False)])
def test_photos_of_the_finished_work_say_whether_they_are_from_the_album(
    visit, name, flagged
) -> None:
    status = "handling" if flagged else "ordered"
    page = visit.as_("unit", visit.site.case(status), size=PHONE)
    form = page.locator("form[action$='/steps/finish/']")
    if not form.is_visible():
        page.locator("#steps summary", has_text="处置完成").click()
    form.locator("textarea[name=result]").fill("已清理")
    form.locator(f"input[name={name}]").set_input_files([jpeg("done.jpg")])
    form.get_by_role("button", name="处置完成").click()
    expect(page.locator("#notices")).to_contain_text("已完成")
    case = Case.objects.get(pk=visit.site.city.cases[status].pk)
    assert case.attachments.get(stage="after").from_album is flagged


@pytest.mark.requirement("C01", "C02")
@pytest.mark.parametrize("script", [True, False])
def test_an_empty_form_is_told_the_labels_of_its_fields(visit, script) -> None:
    visit.expected = REFUSED
    page = form_of(visit, script=script)
    press(page)
    expect(page.locator("#report-text-error")).to_have_text("必填：“问题描述”或“类别”")
    expect(page.locator("#report-x-error")).to_have_text("必填：“经度、纬度”")
    page = form_of(visit, "acceptor", language="en", script=script)
    press(page)
    expect(page.locator("#report-text-error")).to_have_text("needed: “What is the matter?”")
    expect(page.locator("#report-x-error")).to_have_text(
        "needed: “Longitude, latitude” or “Address”"
    )
