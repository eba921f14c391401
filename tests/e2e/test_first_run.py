"""An empty database becomes a city, and its first case is filed: in the browser only."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from playwright.sync_api import Page, expect

from cityloop.cases.models import Case
from cityloop.geo.models import UnitGrid
from cityloop.kernel import clock
from cityloop.setup import operations
from tests.e2e import world as worlds
from tests.e2e.conftest import (
    DESK,
    PHONE,
    ROOT,
    Axe,
    Site,
    Visit,
    environment,
    free_port,
    serve,
    wait_for,
)
from tests.e2e.test_site import photo
from tests.sheets import book

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db]

PASSWORD = "Lotus-Bridge-2026"
DISTRICT, PLATFORM = "330102", "SC-PLAT"
UNITS = (
    {"code": "SC-SZ", "name_zh": "上城区市政所", "kind": "department", "region_code": DISTRICT},
    {"code": "SC-CJ", "name_zh": "上城采集公司", "kind": "company", "region_code": DISTRICT,
     "parent_code": PLATFORM},
)  # fmt: skip
PEOPLE = (
    {"username": "li", "name": "李巡", "organisation_code": "SC-CJ", "roles": "信息采集员",
     "areas": DISTRICT},
    {"username": "wang", "name": "王受", "organisation_code": PLATFORM, "roles": "受理员"},
    {"username": "zhou", "name": "周长", "organisation_code": PLATFORM, "roles": "值班长"},
    {"username": "chen", "name": "陈派", "organisation_code": PLATFORM, "roles": "派遣员"},
    {"username": "sun", "name": "孙督", "organisation_code": PLATFORM, "roles": "督查员;领导"},
    {"username": "wu", "name": "吴内", "organisation_code": "SC-SZ", "roles": "责任单位内勤"},
    {"username": "zheng", "name": "郑工", "organisation_code": "SC-SZ", "roles": "处置人员"},
)  # fmt: skip
LINES = tuple(
    {"class_kind": kind, "major_code": "*", "minor_code": "*", "region_code": "*",
     "lead_code": "SC-SZ", "source_document": "城管〔2026〕1号"}
    for kind in ("event", "component")
)  # fmt: skip


@pytest.fixture(scope="module")
def site(module_database) -> Iterator[Site]:
    """An empty database, the web process and the worker."""
    with module_database.unblock():  # as `cityloop serve` does at its start
        code = operations.new_setup_code(now=clock.now())
        connection.close()
    port, live = free_port(), free_port()
    env = environment(port, live)
    started = [
        serve("wsgi", "config.wsgi:served", port, env, "--factory", "--blocking-threads", "4"),
        serve("asgi", "config.asgi:application", live, env),
        subprocess.Popen(
            [sys.executable, "-m", "cityloop.cli.main", "worker"], cwd=ROOT, env=env
        ),
    ]  # fmt: skip
    try:
        wait_for(f"http://localhost:{port}/sign-in/", started)
        yield Site(f"http://localhost:{port}", worlds.City({}), {("code", ""): code})
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait(timeout=20)


def look(page: Page, name: str) -> None:
    """A picture for who wants to see the page: set FIRST_RUN_PICTURES to a folder."""
    if folder := os.environ.get("FIRST_RUN_PICTURES"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


def send(page: Page, kind: str, *rows: dict[str, str]) -> None:
    """Import a table: template, upload, preview, take."""
    page.goto(f"/office/imports/{kind}/")
    with page.expect_download() as download:
        page.get_by_role("link", name="模板").click()
    assert download.value.suggested_filename == f"cityloop-{kind}.xlsx"
    page.locator("input[name=file]").set_input_files(
        [{"name": f"{kind}.xlsx", "mimeType": "application/x", "buffer": book(kind, *rows)}]
    )
    page.get_by_role("button", name="检查").click()
    expect(page.locator("h1")).to_contain_text("文件带来的变化")
    look(page, f"preview-{kind}")
    page.get_by_role("button", name=re.compile("采用")).click()


def step(page: Page, title: str) -> object:
    """A line of the list of first steps."""
    return page.locator("li.step", has=page.get_by_role("heading", name=title, exact=True))


def enter(visit: Visit, code: str, path: str = "/") -> Page:
    """Somebody comes with a code on paper and chooses a password."""
    page = visit.as_("", "/invited/", size=DESK)
    page.locator("input[name=code]").fill(code)
    page.get_by_role("button").last.click()
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("input[name=again]").fill(PASSWORD)
    page.get_by_role("button", name="保存并登录").click()
    page.wait_for_url("**/")
    page.goto(path)
    return page


@pytest.mark.requirement("L16", "O02")
def test_an_empty_database_becomes_a_city_with_a_filed_case(  # noqa: PLR0915 (one story)
    visit: Visit, axe: Axe
) -> None:
    visit.expected = ("400 (Bad Request)",)
    code = visit.site.states["code", ""]
    page = visit.as_("", "/")
    expect(page.locator("h1")).to_contain_text("建立城市")
    for name, value in (("code", "aaaa-bbbb-cccc-dddd"), ("region_code", DISTRICT),
                        ("organisation_code", PLATFORM), ("organisation_name", "上城区城管中心"),
                        ("name", "管理"), ("username", "admin"), ("password", PASSWORD),
                        ("again", PASSWORD)):  # fmt: skip
        page.locator(f"input[name={name}]").fill(value)
    assert axe(page) == []
    look(page, "set-up")
    page.get_by_role("button").last.click()
    expect(page.locator("main")).to_contain_text("这不是服务器最近一次启动时显示的验证码")
    page.locator("input[name=code]").fill(code)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("input[name=again]").fill(PASSWORD)
    page.get_by_role("button").last.click()
    expect(page.locator("h1")).to_contain_text("起步")
    assert axe(page) == []
    look(page, "first-steps-empty")

    step(page, "区划").get_by_role("link").click()
    assert axe(page) == []
    look(page, "ground-empty")
    page.get_by_label("上城区").check()
    page.get_by_role("button", name="生成区划").click()
    expect(page.locator("#ground-works")).to_contain_text("已导入", timeout=120_000)
    page.reload()
    page.get_by_label("上城区").check()
    page.get_by_role("button", name="划分", exact=True).click()
    expect(page.locator("#ground-works .work").first).to_contain_text("已导入", timeout=180_000)
    page.reload()
    assert axe(page) == []
    look(page, "ground")

    page.goto("/office/first-steps/")
    step(page, "分类标准版本").get_by_role("link").click()
    assert axe(page) == []
    look(page, "shipped")
    page.get_by_role("button", name="载入并发布").click()
    expect(step(page, "分类标准版本").locator(".icon-circle-check")).to_be_visible()

    send(page, "organisations", *UNITS)
    send(page, "responsibilities", *LINES)
    send(page, "members", *PEOPLE)
    expect(page.locator("h1")).to_contain_text("邀请")
    assert axe(page) == []
    look(page, "invitations")
    codes = page.locator(".invite-code").all_inner_texts()
    assert len(codes) == len(PEOPLE)

    page.goto("/office/first-steps/")
    expect(page.locator(".page-head")).to_contain_text("案件可以流转")
    page.get_by_role("button", name="开始试运行").click()
    expect(page.locator("main")).to_contain_text("此后的新案件为试运行")
    assert axe(page) == []
    look(page, "first-steps-done")

    point = UnitGrid.objects.filter(district_code=DISTRICT)[500].geom.point_on_surface
    li = enter(visit, codes[0], "/intake/new/")
    li.locator("#report-text").fill("路口大件垃圾堆放三天，影响通行。")
    li.locator("#report-class_words").fill("垃圾")
    li.locator("input[name=class_code]").first.check()
    li.locator("#report-x").fill(f"{point.x:.6f}")
    li.locator("#report-y").fill(f"{point.y:.6f}")
    li.locator("input[name=photos_camera]").set_input_files([photo()])
    li.locator(".report-actions .button-primary").click()
    expect(li.locator("h1")).to_contain_text("已生成案件")

    wang = enter(visit, codes[1])
    wang.get_by_role("link", name=re.compile("待受理")).first.click()
    wang.locator("a.row-link").first.click()
    wang.locator("#steps").get_by_role("button", name="受理", exact=True).click()
    wang.get_by_role("status").get_by_role("link").click()  # the bench goes on; back to this one
    expect(wang.locator(".case-head")).to_contain_text("待立案")
    expect(wang.locator(".case-head")).to_contain_text("试运行")

    zhou = enter(visit, codes[2])
    zhou.get_by_role("link", name=re.compile("待立案")).first.click()
    zhou.locator("a.row-link").first.click()
    look(zhou, "case")
    form = zhou.locator("form[action$='/steps/file/']")
    form.locator("select[name=filing_rule]").select_option(index=1)
    form.get_by_role("button", name="立案").click()
    expect(zhou.locator("#notices")).to_contain_text("已完成：立案")
    case = Case.objects.get()
    assert (case.status, case.trial) == ("filed", True)

    for size, scheme in ((PHONE, "light"), (DESK, "dark")):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.emulate_media(color_scheme=scheme)
        for name, path in (("steps", "/office/first-steps/"), ("ground", "/office/first-ground/"),
                           ("imports", "/office/imports/"),
                           ("import", "/office/imports/members/")):  # fmt: skip
            page.goto(path)
            assert axe(page) == []
            look(page, f"{name}-{size[0]}-{scheme}")
