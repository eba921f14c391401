"""The counter: a caller's report from the first word to the next step, by the keyboard alone."""

from __future__ import annotations

import time

import pytest
from django.db import connection
from django.utils import translation
from playwright.sync_api import Page, expect

from cityloop.cases.models import Case
from cityloop.desks import operations as desks
from cityloop.geo.models import Address
from cityloop.kernel import clock
from cityloop.kernel.actor import Actor
from tests.e2e.conftest import Axe, Site, Visit

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db]

A_KEY = 120  # ms: a practised hand, not a machine
AN_ITEM = 20.0  # seconds that a trained operator needs for an item at most (issue of the desks)
FORM = "/intake/new/"


@pytest.fixture(scope="module", autouse=True)
def door(site: Site, module_database) -> str:
    """A doorplate that the city knows."""
    with module_database.unblock(), translation.override("zh-hans"):
        point = Case.objects.order_by("pk").first().point
        row = Address.objects.create(
            kind="doorplate", name="柜台路18号", full_name="试验区柜台路18号", point=point,
            source="test",
        )  # fmt: skip
        desks.keep_text(
            use="report", title="占道经营", text="商贩占用人行道。", actor=Actor.system("test"),
            now=clock.now(),
        )  # fmt: skip
        connection.close()
    return row.name


def typed(page: Page, words: str) -> None:
    """As hands type: one key after the other."""
    page.keyboard.type(words, delay=A_KEY)


def latest() -> Case:
    found = Case.objects.order_by("-pk").first()
    assert found is not None
    return found


@pytest.mark.requirement("D01", "D05", "C01")
def test_a_call_is_taken_and_passed_on_within_twenty_seconds(visit: Visit, door: str) -> None:
    page = visit.as_("acceptor", FORM, language="en")
    page.locator("#report-text").focus()
    began = time.monotonic()
    typed(page, "路口垃圾箱满了没人清运")
    page.keyboard.press("Alt+Digit2")
    expect(page.locator("#class-choices .badge.tone-green")).to_be_visible()
    page.locator("#report-address").focus()
    typed(page, door)
    page.keyboard.press("Enter")
    expect(page.locator(".report-actions .button-primary")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/intake/reports/**")
    took = time.monotonic() - began
    assert took < AN_ITEM, f"{took:.1f} s"
    case = latest()
    assert case.description == "路口垃圾箱满了没人清运" and case.problem_class_id
    assert case.grid_code and case.status == "verifying"  # by the inspector of its place
    expect(page.locator("#main")).to_contain_text("Done: Send to verify")
    expect(page.get_by_role("link", name="Next report")).to_be_focused()


@pytest.mark.requirement("D01", "B06")
def test_digits_choose_and_the_rules_of_the_class_are_told(visit: Visit, axe: Axe) -> None:
    page = visit.as_("acceptor", FORM, language="en")
    page.locator("body").click(position={"x": 2, "y": 2})
    page.keyboard.press("1")
    chosen = page.locator("#class-choices .choice-card", has_text="chosen")
    expect(chosen).to_have_count(1)
    rule = page.locator(".rule-card").first
    expect(rule).to_contain_text("closed when")
    assert axe(page) == []
    page.locator("#report-text").focus()
    typed(page, "1")  # who types a digit means a digit
    expect(page.locator("#report-text")).to_have_value("1")


@pytest.mark.requirement("D01")
def test_enter_takes_the_first_class_that_the_words_find(visit: Visit) -> None:
    page = visit.as_("acceptor", FORM, language="en")
    page.locator("#report-class_words").focus()
    typed(page, "C0102")
    page.keyboard.press("Enter")
    expect(page.locator("#class-choices .choice-card", has_text="chosen")).to_contain_text("C0102")
    expect(page.locator("#report-address")).to_be_focused()


@pytest.mark.requirement("D07", "D01")
def test_a_case_nearby_is_named_as_the_one_that_is_meant(visit: Visit, door: str) -> None:
    page = visit.as_("acceptor", FORM, language="en")

    def told(words: str) -> None:
        page.goto(FORM)
        page.locator("#report-text").fill(words)
        page.locator("#report-class_words").fill("C0102")
        page.locator("#report-class_words").press("Enter")
        page.locator("#report-address").fill(door)
        page.locator("#report-address").press("Enter")
        expect(page.locator(".report-actions .button-primary")).to_be_focused()

    told("第一个人说的话是这样的")
    page.get_by_role("button", name="Take the report").click()
    page.wait_for_url("**/intake/reports/**")
    first = latest()
    told("另外一位来电者完全不同的叙述")
    same = page.locator(".alike", has_text=first.number).get_by_label("It is this one")
    same.check()
    expect(page.get_by_label("It is none of these")).to_be_visible()
    expect(same).to_be_checked()
    page.get_by_role("button", name="Take the report").click()
    page.wait_for_url("**/intake/reports/**")
    expect(page.locator("h1")).to_have_text("Joined to a case that exists")
    assert latest().pk == first.pk


def test_the_tiles_work_without_a_script(visit: Visit) -> None:
    page = visit.as_("acceptor", FORM, language="en", script=False)
    page.locator("#report-text").fill("没有脚本的浏览器")
    tile = page.locator(".tile").first
    name = tile.inner_text().split("\n")[-1].strip()
    tile.click()
    page.get_by_role("button", name="Look up class, place and duplicates").click()
    expect(page.locator("#class-choices .choice-card", has_text="chosen")).to_contain_text(name)
    page.locator("#report-address").fill("某处")
    page.get_by_role("button", name="Take it and pass it on").click()
    expect(page.locator("#main")).to_contain_text("Taken, but not passed on")
    assert latest().description == "没有脚本的浏览器"


@pytest.mark.requirement("D01")
def test_a_ready_text_goes_in_where_the_cursor_stands(visit: Visit, axe: Axe) -> None:
    page = visit.as_("acceptor", FORM, language="en")
    box = page.locator("#report-text")
    box.fill("前后")
    box.press("ArrowLeft")
    page.get_by_role("button", name="Ready texts").click()
    expect(page.locator("#texts")).to_be_visible()
    assert axe(page) == []
    page.locator("#texts .text-choice", has_text="占道经营").click()
    expect(page.locator("#texts")).to_be_hidden()
    expect(box).to_have_value("前商贩占用人行道。后")
    expect(box).to_be_focused()
    box.press("Alt+t")
    page.keyboard.press("Enter")
    expect(box).to_have_value("前商贩占用人行道。商贩占用人行道。后")
