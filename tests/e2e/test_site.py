"""The pages in a real browser: work gets done, by mouse, keyboard and without JavaScript."""

from __future__ import annotations

import http.client
import io
import json
import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.e2e.conftest import DESK, PHONE, Axe, Site, Visit, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db]

# Cases at their stages and pages with much on them: every address once is in test_every_page.py.
PAGES = (
    ("dispatcher", "/"),
    ("dispatcher", "/cases/"),
    ("dispatcher", "{filed}"),
    ("leader", "{checked}"),
    ("unit", "{handling}"),
    ("leader", "{closed}"),
    ("leader", "{closed}print/"),
    ("leader", "{dispatched}clocks/handling/"),
    ("acceptor", "/intake/new/"),
    ("acceptor", "/map/"),
    ("supervisor", "{substituted}"),
    ("supervisor", "{order}"),
    ("supervisor", "{claim}"),
    ("admin", "{designated}"),
    ("supervisor", "{ordered}"),
    ("supervisor", "/wall/?every=600"),
    ("supervisor", "{list}"),
    ("supervisor", "/discipline/samples/?state="),
    ("supervisor", "{sample}"),
    ("acceptor", "{judged}"),
    ("unit", "{list}print/"),
    ("dispatcher", "{permitted}"),
    ("admin", "{permit}"),
    ("acceptor", "{typical}"),
    ("supervisor", "/duty/coverage/?unit={roster}"),
    ("leader", "{handover}"),
    ("admin", "{secondment}"),
    ("worker", "{sheet}"),
    ("acceptor", "{petition}"),
    ("admin", "/office/editions/difference/?old=CJT214-2007&new=GBT30428.2-2013"),
    ("admin", "{upload}"),
    ("admin", "/office/edition/330100-2026/"),
    ("admin", "/office/edition/330100-2026/?show=rules"),
    ("admin", "/no-such-page/"),
)
FACES = (("zh-hans", DESK, "light"), ("en", PHONE, "dark"))


def address(visit: Visit, path: str) -> str:
    """The path with the cases and pages that it names."""
    pages = visit.site.city.pages
    return re.sub(
        r"\{(\w+)\}", lambda found: pages.get(found[1]) or visit.site.case(found[1]), path
    )


def photo() -> dict[str, object]:
    """A real JPEG as a browser uploads it."""
    out = io.BytesIO()
    Image.effect_noise((640, 480), 80).convert("RGB").save(out, "JPEG")
    return {"name": "after.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


@pytest.mark.parametrize(("language", "size", "scheme"), FACES)
def test_pages_with_much_on_them_are_accessible_and_fit(
    visit: Visit, axe: Axe, language, size, scheme
) -> None:
    visit.expected = ("404 (Not Found)",)
    findings = []
    for who in dict.fromkeys(who for who, _path in PAGES):
        page = visit.as_(who, "/sign-in/", language=language, size=size, scheme=scheme)
        for path in (path for one, path in PAGES if one == who):
            page.goto(address(visit, path))
            findings += axe(page)
            wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            findings += [f"{page.url} is {wide} px too wide"] if wide > 0 else []
        page.context.close()
    assert not findings, "\n".join(findings)


@pytest.mark.parametrize(("language", "width"), [("en", 1280), ("en", 1440), ("zh-hans", 360)])
def test_lists_and_forms_fit(visit: Visit, language, width) -> None:
    for who, path in (
        ("dispatcher", "/cases/"),
        ("leader", "{closed}"),
        ("acceptor", "/intake/new/"),
    ):
        page = visit.as_(who, address(visit, path), language=language, size=(width, 800))
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path
        page.context.close()


def test_sign_in_wrong_then_right_then_out(visit: Visit) -> None:
    visit.expected = ("status of 4",)
    page = visit.as_()
    expect(page).to_have_url(re.compile("/sign-in/"))
    sign_in(page, "acceptor", "wrong-password-1")
    expect(page.locator("main")).to_contain_text(re.compile("密码|不正确|错误"))
    sign_in(page, "acceptor")
    expect(page.locator("h1")).to_contain_text("王芳")
    page.get_by_role("button", name="我的账号").click()
    page.get_by_role("button", name="退出登录").click()
    expect(page).to_have_url(re.compile("/sign-in/"))


def test_a_case_is_accepted_from_the_list(visit: Visit) -> None:
    page = visit.as_("acceptor", "/")
    page.get_by_role("link", name=re.compile("待受理")).first.click()
    page.locator("a.row-link").first.click()
    steps = page.locator("#steps")
    expect(steps.locator("details[open]")).to_contain_text("受理")
    steps.get_by_role("button", name="受理", exact=True).click()
    expect(page.locator("#notices")).to_contain_text("已完成：受理")
    page.locator("#notices a").click()
    expect(page.locator(".case-head")).to_contain_text("待立案")


def test_a_unit_is_found_by_typing_and_the_case_dispatched(visit: Visit) -> None:
    page = visit.as_("dispatcher", visit.site.case("filed"))
    form = page.locator("form[action$='/steps/dispatch/']")
    search = form.get_by_role("searchbox")
    if search.count():  # a short list needs none
        search.fill("SC-SZ")
    else:
        label = form.locator("select[name=unit] option", has_text="市政").first.inner_text()
        form.locator("select[name=unit]").select_option(label=label)
    assert "市政" in form.locator("select[name=unit] option:checked").inner_text()
    form.get_by_role("button", name="派遣").click()
    expect(page.locator("#notices")).to_contain_text("已完成：派遣")


def test_a_refusal_names_every_reason_and_a_photo_settles_it(visit: Visit) -> None:
    visit.expected = ("409 (Conflict)",)
    page = visit.as_("unit", visit.site.case("handling"))
    form = page.locator("form[action$='/steps/finish/']")
    if not form.is_visible():
        page.locator("#steps summary", has_text="处置完成").click()
    form.locator("textarea[name=result]").fill("已清理")
    form.get_by_role("button").last.click()
    expect(page.locator("main .notice-red:visible").first).to_contain_text("照片")
    expect(form.locator("textarea[name=result]")).to_have_value("已清理")
    form.locator("input[name=photos]").set_input_files([photo()])
    form.get_by_role("button").last.click()
    expect(page.locator("#notices")).to_contain_text("已完成")


def test_a_hotline_call_becomes_a_case(visit: Visit) -> None:
    page = visit.as_("acceptor", "/intake/new/")
    page.locator("#report-text").fill("解放路口井盖破损，车辆经过有响声")
    page.locator("#report-class_words").fill("jg")
    choice = page.locator("#class-choices input[type=radio]").first
    choice.check()
    page.locator("[data-map][data-ready]").wait_for(state="attached")
    frame = page.locator(".report-map")
    frame.scroll_into_view_if_needed()
    frame.click(position={"x": 200, "y": 150})
    expect(page.locator("#report-x")).not_to_have_value("")
    expect(page.locator("#beside")).to_contain_text("单元网格")
    page.get_by_role("button", name="提交登记").click()
    expect(page.locator("h1")).to_have_text(re.compile("已生成案件|已并入现有案件"))
    expect(page.locator("main")).to_contain_text("待受理")


@pytest.mark.requirement("C01")
def test_a_photo_that_is_too_large_is_named_before_it_travels(visit: Visit, tmp_path: Path) -> None:
    large = tmp_path / "large.jpg"
    with large.open("wb") as file:
        file.truncate(100 * 1024 * 1024)
    page = visit.as_("acceptor", "/intake/new/")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else 0)
    page.locator("#report-form input[type=file]").first.set_input_files(str(large))
    with page.expect_response(re.compile("beside")) as looked:
        page.locator("#report-text").fill("人行道井盖缺失")
    assert looked.value.status == 200
    page.get_by_role("button", name="提交登记").click()
    expect(page.locator("#report-text")).to_have_value("人行道井盖缺失")
    assert not [url for url in sent if url.endswith("/intake/new/")]


@pytest.mark.requirement("C01", "O06")
@pytest.mark.parametrize(("size", "status"), [(100 * 1024 * 1024, 413), (1_200_000, 401)])
def test_who_sends_more_than_is_read_gets_the_answer_all_the_same(
    site: Site, size: int, status: int
) -> None:
    for _time in range(3):  # a connection that breaks does so now and then
        line = http.client.HTTPConnection(site.url.removeprefix("http://"), timeout=60)
        line.request("POST", "/api/v1/reports", body=bytes(size),
                     headers={"Content-Type": "application/json"})  # fmt: skip
        answer = line.getresponse()
        assert answer.status == status
        assert answer.headers["Content-Type"].startswith("application/problem+json")
        assert json.loads(answer.read())["status"] == status
        line.close()


def test_language_and_light_are_switched_and_kept(visit: Visit) -> None:
    page = visit.as_("dispatcher", "/cases/")
    page.get_by_role("button", name="EN").click()
    expect(page.locator("h1")).to_have_text("Cases")
    page.get_by_role("button", name="Light or dark").click()
    page.get_by_role("button", name="Dark", exact=True).click()
    page.goto("/")
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"
    expect(page.locator("h1")).to_contain_text("Hello")
    page.get_by_role("button", name="中文").click()
    expect(page.locator("h1")).to_contain_text("您好")


def test_a_change_reaches_an_open_page_by_itself(visit: Visit) -> None:
    path = visit.site.case("dispatched")
    watching = visit.as_("leader", path)
    expect(watching.locator("[data-live-mark]")).to_be_visible()
    acting = visit.as_("unit", path)
    acting.locator("form[action$='/steps/receive/'] button").last.click()
    expect(acting.locator("#notices")).to_contain_text("已完成：接收")
    expect(watching.locator(".case-head")).to_contain_text("处置中", timeout=10_000)


def test_the_keyboard_reaches_everything(visit: Visit) -> None:
    page = visit.as_("dispatcher", "/cases/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip-link"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")
    page.keyboard.press("Escape")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "topbar-q"
    ring = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert ring == "solid"


def test_the_phone_menu_opens_and_closes(visit: Visit) -> None:
    page = visit.as_("dispatcher", "/", size=PHONE)
    menu = page.locator("#side-menu")
    expect(menu).to_be_hidden()
    page.get_by_role("button", name="菜单").click()
    expect(menu).to_be_visible()
    menu.get_by_role("link", name="案件").click()
    expect(page.locator("h1")).to_have_text("案件")
    expect(page.locator("#side-menu")).to_be_hidden()


def test_work_gets_done_without_javascript(visit: Visit) -> None:
    page = visit.as_("leader", visit.site.case("accepted"), script=False)
    form = page.locator("form[action$='/steps/file/']")
    rules = form.locator("select[name=filing_rule]")
    rules.select_option(index=1)
    form.get_by_role("button", name="立案").click()
    expect(page.locator("#notices")).to_contain_text("已完成：立案")
    page.goto("/cases/?q=井盖&status=open")
    expect(page.locator("#cases")).to_be_visible()
    desk = visit.as_("acceptor", "/intake/new/", script=False)
    desk.locator("#report-class_words").fill("井盖")
    desk.get_by_role("button", name=re.compile("查询类别")).click()
    expect(desk.locator("#class-choices")).to_contain_text("井盖")


def test_the_map_draws_and_opens_a_case(visit: Visit) -> None:
    case = visit.site.city.cases["checked"]
    path = f"/map/?lon={case.point.x}&lat={case.point.y}&zoom=17"
    page = visit.as_("leader", path)
    page.locator("[data-map][data-ready]").wait_for(state="attached")
    link = page.locator(".maplibregl-popup a")
    for _attempt in range(20):
        page.mouse.click(*middle(page))
        if link.count():
            break
        page.wait_for_timeout(300)
    expect(link).to_have_attribute("href", f"/cases/{case.number}/")


def middle(page: Page) -> tuple[float, float]:
    """The middle of the map."""
    box = page.locator("[data-map]").bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_the_electronic_file_prints(visit: Visit) -> None:
    page = visit.as_("leader", visit.site.case("closed") + "print/")
    page.emulate_media(media="print")
    expect(page.locator(".topbar")).to_be_hidden()
    expect(page.locator(".sheet-head h1")).to_be_visible()
    assert page.pdf()[:5] == b"%PDF-"


def test_the_photo_pair_is_cut_by_the_slider(visit: Visit) -> None:
    page = visit.as_("leader", visit.site.case("closed"))
    slider = page.locator("[data-pair] input[type=range]")
    slider.scroll_into_view_if_needed()
    slider.focus()
    for _press in range(10):
        page.keyboard.press("ArrowRight")
    cut = page.evaluate("document.querySelector('[data-pair]').style.getPropertyValue('--cut')")
    assert cut == "60%"
    page.locator("button.photo").first.click()
    expect(page.locator("#viewer")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#viewer")).to_be_hidden()
