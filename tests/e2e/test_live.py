"""Live pages in a real browser: what somebody else does is seen, a lost connection is said."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Axe, Visit

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db]

# A quiet machine needs far less than a second; others may be at work on this one.
SOON = 3_000
LOST = (
    "Failed to fetch",
    "ERR_INTERNET_DISCONNECTED",
    "ERR_CONNECTION",
    "ERR_NETWORK",
    "401 (Unauthorized)",
)


def live(page: Page) -> Page:
    """The page, once its stream is open."""
    expect(page.locator("[data-live-mark]")).to_be_attached()
    expect(page.locator("[data-live-mark]:not([hidden])")).to_be_attached()
    return page


def receive(visit: Visit, status: str) -> float:
    """The unit receives a dispatched case; when the browser had the answer."""
    acting = visit.as_("unit", visit.site.case(status))
    acting.locator("form[action$='/steps/receive/'] button").last.click()
    expect(acting.locator("#notices")).to_contain_text("已完成：接收")
    return time.monotonic()


@pytest.mark.requirement("O02")
def test_lists_counters_and_the_open_case_follow_within_a_moment(visit: Visit) -> None:
    path = visit.site.case("dispatched")
    number = visit.site.city.cases["dispatched"].number
    case, rows, start = (
        live(visit.as_("leader", path)),
        live(visit.as_("dispatcher", "/cases/")),
        live(visit.as_("dispatcher", "/")),
    )
    row = rows.locator(f"tr:has(a[href*='{number}'])")
    expect(row).to_contain_text("待接收")
    counter = start.locator("[data-count=handling]")
    before = int(counter.inner_text())
    receive(visit, "dispatched")
    expect(case.locator(".case-head")).to_contain_text("处置中", timeout=SOON)
    expect(row).to_contain_text("处置中", timeout=SOON)
    expect(counter).to_have_text(str(before + 1), timeout=SOON)


@pytest.mark.requirement("O02", "L01")
def test_who_is_signed_out_is_told_so_with_a_way_back(visit: Visit, axe: Axe) -> None:
    visit.expected = LOST
    page = live(visit.as_("supervisor", "/cases/"))
    page.context.clear_cookies()
    page.context.set_offline(True)
    page.wait_for_timeout(200)
    page.context.set_offline(False)
    bar = page.locator("#live-bar")
    expect(bar).to_contain_text("您已退出登录", timeout=10_000)
    expect(page.locator("#cases tbody tr").first).to_be_visible()  # no sign-in page in its place
    assert axe(page) == []
    bar.get_by_role("link", name="重新登录").click()
    expect(page.locator("input[name=username]")).to_be_visible()


@pytest.mark.requirement("L01")
def test_a_part_that_cannot_be_loaded_says_so_and_is_kept(visit: Visit) -> None:
    visit.expected = ("500 (Internal", "ERR_FAILED", "Failed to fetch")
    page = visit.as_("dispatcher", "/cases/")
    rows = page.locator("#cases tbody tr")
    count = rows.count()
    answers = {"status": 500, "body": "<h1>broken</h1>", "content_type": "text/html"}
    page.route("**/cases/?*", lambda route: route.fulfill(**answers))
    page.locator("#filter-overdue").check()
    toast = page.locator(".toast")
    expect(toast).to_contain_text("这部分内容未能加载")
    expect(rows).to_have_count(count)
    page.unroute("**/cases/?*")
    toast.get_by_role("button", name="重试").click()
    expect(toast).to_have_count(0)


@pytest.mark.requirement("O02", "L01")
def test_two_at_one_case_see_each_other(visit: Visit, axe: Axe) -> None:
    path = visit.site.case("accepted")
    number = visit.site.city.cases["accepted"].number
    mine = live(visit.as_("leader", path))
    rows = live(visit.as_("supervisor", "/cases/?status=accepted"))
    here = mine.locator("[data-present]")
    expect(here).to_be_hidden()
    other = live(visit.as_("acceptor", path))
    expect(here).to_contain_text("王芳也在查看此案件", timeout=SOON)
    expect(other.locator("[data-present]")).to_contain_text("周长", timeout=SOON)
    mark = rows.locator(f"tr:has(a[href*='{number}']) .on-it")
    expect(mark).to_contain_text("王芳", timeout=SOON)
    expect(mark).to_contain_text("周长")
    form = mine.locator("form.step-form").first
    form.evaluate("form => form.closest('details')?.setAttribute('open', '')")
    form.locator("textarea, input[type=text]").first.fill("看过现场")
    expect(other.locator("[data-present]")).to_contain_text("周长正在填写环节", timeout=SOON)
    assert axe(other) == axe(rows) == []
    other.close()
    expect(here).to_be_hidden(timeout=SOON)
    expect(mark).not_to_contain_text("王芳", timeout=SOON)


@pytest.mark.requirement("O02")
def test_all_tabs_of_a_browser_share_one_stream(visit: Visit) -> None:
    """More would use up the connections that a browser opens to one host."""
    first = live(visit.as_("supervisor", "/cases/"))
    streams: list[str] = []
    tabs = [first.context.new_page() for _ in range(7)]
    for tab in tabs:
        tab.on("request", lambda one: streams.append(one.method) if "/live/" in one.url else None)
        tab.goto(visit.site.case("handling"))
        live(tab)
    assert "GET" not in streams
    worker = visit.as_("worker", visit.site.case("handling"))
    for tab in tabs:
        expect(tab.locator("[data-present]")).to_contain_text("郑工", timeout=SOON)
    first.close()  # another tab takes over
    expect(tabs[0].locator("[data-live-mark]:not([hidden])")).to_be_attached()
    worker.close()
    for tab in tabs:
        expect(tab.locator("[data-present]")).to_be_hidden(timeout=SOON)
    assert streams.count("GET") == 1


@pytest.mark.requirement("O02")
def test_what_changed_without_a_connection_is_fetched_when_it_is_back(visit: Visit) -> None:
    visit.expected = LOST
    number = visit.site.city.cases["accepted"].number
    page = live(visit.as_("supervisor", "/cases/"))
    row, bar = page.locator(f"tr:has(a[href*='{number}'])"), page.locator("#live-bar")
    expect(row).to_contain_text("待立案")
    expect(bar).to_be_hidden()
    page.context.set_offline(True)
    expect(bar).to_contain_text("连接已断开，所示内容截至", timeout=10_000)
    filing = visit.as_("leader", visit.site.case("accepted"))
    form = filing.locator("form[action$='/steps/file/']")
    form.locator("select[name=filing_rule]").select_option(index=1)
    form.get_by_role("button", name="立案").click()
    expect(filing.locator("#notices")).to_contain_text("已完成：立案")
    expect(row).to_contain_text("待立案")
    page.context.set_offline(False)
    expect(bar).to_be_hidden(timeout=10_000)
    expect(row).to_contain_text("待派遣", timeout=SOON)


@pytest.mark.requirement("D05")
def test_a_list_with_ticked_rows_goes_on_and_keeps_its_ticks(visit: Visit) -> None:
    rows = live(visit.as_("acceptor", "/desk/to_accept/"))
    tick = rows.locator("input[name=case][form=bulk]").first
    tick.check()
    number, before = tick.get_attribute("value"), rows.locator("#cases tbody tr").count()
    calling = visit.as_("acceptor", "/intake/new/")
    calling.locator("#report-text").fill("体育场路北侧人行道有一堆装修垃圾，占了半条路")
    calling.locator("#report-class_words").fill("jg")
    calling.locator("#class-choices input[type=radio]").first.check()
    calling.locator("[data-map][data-ready]").wait_for(state="attached")
    frame = calling.locator(".report-map")
    frame.scroll_into_view_if_needed()
    frame.click(position={"x": 120, "y": 90})
    expect(calling.locator("#beside")).to_contain_text("单元网格")
    calling.get_by_role("button", name="提交登记").click()
    expect(calling.locator("h1")).to_have_text("已生成案件")
    expect(rows.locator("#cases tbody tr")).to_have_count(before + 1)
    expect(rows.locator(f"input[name=case][value='{number}']")).to_be_checked()
    expect(rows.locator("input[name=case]:checked")).to_have_count(1)
