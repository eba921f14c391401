"""With the keyboard: find anything from any page; look at photos closely."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import PHONE, Axe, Visit

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db]


def look(page: Page, name: str) -> None:
    """A picture for whoever wants to see it."""
    if folder := os.environ.get("CITYLOOP_SHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png")


@pytest.mark.requirement("B06")
def test_the_palette_opens_everywhere_and_goes_where_it_says(visit: Visit, axe: Axe) -> None:
    page = visit.as_("acceptor", "/granted/", language="en")
    page.keyboard.press("Control+k")
    palette = page.locator("#palette")
    expect(palette).to_be_visible()
    expect(palette.get_by_role("option", name="Command manual")).to_be_visible()
    page.keyboard.type("jg")
    first = palette.get_by_role("option").first
    expect(first).to_contain_text(re.compile(r"[CE]\d{4}"))
    expect(first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    expect(palette.get_by_role("option").nth(1)).to_have_attribute("aria-selected", "true")
    assert axe(page) == []
    look(page, "palette-en")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/manual/\?q=[CE]\d{4}"))
    page.context.close()


def test_the_palette_closes_and_finds_nothing_in_peace(visit: Visit, axe: Axe) -> None:
    page = visit.as_("acceptor", "/cases/", language="zh-hans", size=PHONE, scheme="dark")
    page.get_by_role("link", name="查找一切").click()
    palette = page.locator("#palette")
    page.keyboard.type("qqzzxx 9")
    expect(palette).to_contain_text("没有找到")
    assert axe(page) == []
    look(page, "palette-none-zh")
    page.keyboard.press("Escape")
    expect(palette).to_be_hidden()
    page.keyboard.press("Control+k")
    expect(palette).to_be_visible()
    page.mouse.click(5, 800)  # beside it
    expect(palette).to_be_hidden()
    page.context.close()


@pytest.mark.requirement("O14")
def test_what_hinders_is_said_from_where_one_is_with_the_keyboard(visit: Visit, axe: Axe) -> None:
    """The form knows the page and its title, whichever way one came; nothing that was searched."""
    page = visit.as_("acceptor", "/cases/?q=13900000000", language="en", size=PHONE)
    page.get_by_role("button", name="My account").press("Enter")
    page.get_by_role("link", name="Say what hinders you").press("Enter")
    expect(page).to_have_url(re.compile(r"/feedback/new/\?page=%2Fcases%2F&title=Cases$"))
    page.goto(f"{visit.site.url}/granted/")
    page.keyboard.press("Control+k")
    page.keyboard.type("hinders")
    expect(page.get_by_role("option").first).to_contain_text("Say what hinders you")
    page.keyboard.press("Enter")
    told = page.get_by_role("region", name="This goes along")
    expect(told).to_contain_text("/granted/")
    assert axe(page) == []
    page.get_by_label("Something could be better").check()
    page.get_by_label("In your words").fill("请记住列宽")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("main")).to_contain_text("You will be told when there is an answer")
    expect(page.get_by_role("link", name="Time granted").last).to_have_attribute(
        "href", "/granted/"
    )
    assert axe(page) == []
    page.context.close()


@pytest.mark.requirement("F03")
def test_photos_are_looked_at_closely_with_the_keyboard(visit: Visit, axe: Axe) -> None:
    page = visit.as_("leader", visit.site.case("closed"), language="en")
    photo = page.locator("button.photo").first
    photo.focus()
    page.keyboard.press("Enter")
    viewer = page.locator("#viewer")
    expect(viewer).to_be_visible()
    words = viewer.locator("[data-words]")
    expect(words).to_contain_text("1 /")
    page.keyboard.press("ArrowRight")
    expect(words).to_contain_text("2 /")
    page.keyboard.press("+")
    expect(viewer.locator("[data-scale]")).to_have_text("140 %")
    assert axe(page) == []
    look(page, "viewer-en")
    page.keyboard.press("Escape")
    expect(viewer).to_be_hidden()
    expect(photo).to_be_focused()
    page.get_by_role("button", name="Side by side, large").click()
    expect(viewer.locator("img")).to_have_count(2)
    expect(viewer.get_by_role("button", name="The next picture")).to_be_hidden()
    look(page, "viewer-pair-en")
    page.context.close()


def test_the_parts_of_the_interface_show_them_all(visit: Visit) -> None:
    for language, scheme in (("en", "light"), ("zh-hans", "dark")):
        page = visit.as_("acceptor", "/ui/", language=language, scheme=scheme)
        expect(page.locator(".skeleton").first).to_be_visible()
        page.locator("[data-pair-large]").click()
        expect(page.locator("#viewer img")).to_have_count(2)
        look(page, f"ui-pair-{language}")
        page.keyboard.press("Escape")
        if folder := os.environ.get("CITYLOOP_SHOTS"):
            page.screenshot(path=Path(folder) / f"ui-{language}.png", full_page=True)
        page.context.close()
