"""The bench in a real browser: rows open beside the list, keys, the next case, no script."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import translation
from playwright.sync_api import Page, expect

from cityloop.cases.models import Case
from cityloop.kernel import clock
from tests.e2e import world as worlds
from tests.e2e.conftest import DESK, PHONE, Axe, Site, Visit

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db]

TO_ACCEPT = "/desk/to_accept/"
READY = "[data-map][data-ready]"


@pytest.fixture(scope="module", autouse=True)
def waiting(site: Site, module_database) -> list[Case]:
    """Reports that wait at the counter."""
    with module_database.unblock(), translation.override("zh-hans"):
        now = clock.now()
        stories = worlds.Stories(site.city, now)
        made = [stories.open(now - timedelta(minutes=n)) for n in range(30, 10, -1)]
        connection.close()
    return made


def rows(page: Page) -> list[str]:
    """The numbers of the list, in order."""
    return page.locator("#cases .row-link").all_inner_texts()


def opened(page: Page) -> str:
    """The number of the case that stands open."""
    return page.locator("#case").get_attribute("data-live-number") or ""


def focused(page: Page) -> str:
    """The words of what has the focus."""
    return str(page.evaluate("document.activeElement.textContent.trim()"))


@pytest.mark.parametrize(
    ("language", "size", "scheme"), [("zh-hans", DESK, "light"), ("en", PHONE, "dark")]
)
def test_the_bench_is_accessible_and_fits(visit: Visit, axe: Axe, language, size, scheme) -> None:
    findings = []
    page = visit.as_("acceptor", TO_ACCEPT, language=language, size=size, scheme=scheme)
    numbers = rows(page)[:3]
    for path in (TO_ACCEPT, f"{TO_ACCEPT}?case={numbers[0]}", "/desk/voided/"):
        page.goto(path)
        findings += axe(page)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path
    page.goto(f"{TO_ACCEPT}bulk/?action=accept&case={'&case='.join(numbers)}")
    findings += axe(page)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    page.goto(TO_ACCEPT)
    page.locator("[popovertarget=list-tools]").first.click()
    expect(page.locator("#list-tools")).to_be_visible()
    findings += axe(page)
    page.keyboard.press("Escape")
    if size == DESK:
        page.keyboard.press("?")
        expect(page.locator("#keys")).to_be_visible()
        findings += axe(page)
    assert not findings, "\n".join(findings)


@pytest.mark.requirement("D01")
def test_a_row_opens_beside_the_list_with_its_own_map(visit: Visit) -> None:
    page = visit.as_("acceptor", TO_ACCEPT)
    first, second = rows(page)[:2]
    for number in (first, second, first):
        page.locator(f"#row-{number} .row-link").click()
        expect(page.locator(f"#case[data-live-number='{number}']")).to_be_visible()
        expect(page).to_have_url(re.compile(f"{TO_ACCEPT}\\?case={number}$"))
        expect(page.locator("#cases [aria-current]")).to_have_text(number)
        page.locator(READY).wait_for(state="attached")
        expect(page.locator(f"#case {READY} canvas")).to_have_count(1)
    page.go_back()
    expect(page.locator(f"#case[data-live-number='{second}']")).to_be_visible()
    expect(page.locator("#cases [aria-current]")).to_have_text(second)
    page.go_back()
    page.go_back()
    expect(page.locator("#case")).to_have_count(0)


@pytest.mark.requirement("D01", "D05")
def test_an_acceptor_clears_an_item_with_the_keyboard_alone(visit: Visit) -> None:
    page = visit.as_("acceptor", "/")
    page.goto(TO_ACCEPT)
    first, second, third = rows(page)[:3]
    page.keyboard.press("j")
    assert focused(page) == first
    page.keyboard.press("Enter")
    expect(page.locator(f"#case[data-live-number='{first}']")).to_be_visible()
    page.keyboard.press("1")
    expect(page.locator("form[action$='/steps/accept/'] :focus")).to_have_count(1)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#notices")).to_contain_text(f"已完成：受理 · {first}")
    assert opened(page) == second, "the next opens by itself"
    page.keyboard.press("n")
    expect(page.locator(f"#case[data-live-number='{third}']")).to_be_visible()
    page.keyboard.press("k")
    assert focused(page) == second
    page.keyboard.press("o")
    expect(page.locator(f"#case[data-live-number='{second}']")).to_be_visible()
    page.locator("#notices a", has_text=first).click()
    expect(page.locator(".case-head")).to_contain_text("待立案")


def test_keys_rest_while_somebody_types_and_where_they_are_switched_off(visit: Visit) -> None:
    page = visit.as_("acceptor", TO_ACCEPT)
    number = rows(page)[0]
    page.goto(f"{TO_ACCEPT}?case={number}")
    words = page.locator("form[action$='/steps/accept/'] textarea[name=description]")
    words.focus()
    words.press("End")
    page.keyboard.type("?n/j")
    assert words.input_value().endswith("?n/j")
    assert opened(page) == number
    # An input method takes Enter for itself, with Ctrl or without.
    page.evaluate("""document.activeElement.dispatchEvent(new KeyboardEvent("keydown",
        {key: "Enter", ctrlKey: true, bubbles: true, cancelable: true, isComposing: true}))""")
    expect(page.locator("[data-busy]:visible")).to_have_count(0)
    page.goto("/account/")
    page.get_by_label(re.compile("单键快捷键")).uncheck()
    page.get_by_role("button", name="保存设置").click()
    page.goto(TO_ACCEPT)
    page.keyboard.press("?")
    page.keyboard.press("/")
    expect(page.locator("#keys")).to_be_hidden()
    assert page.evaluate("document.activeElement.id") != "topbar-q"


def test_what_is_typed_is_not_taken_away_by_another_row(visit: Visit) -> None:
    page = visit.as_("acceptor", TO_ACCEPT)
    number, other = rows(page)[:2]
    page.goto(f"{TO_ACCEPT}?case={number}")
    words = page.locator("form[action$='/steps/accept/'] textarea[name=description]")
    words.fill("改过的描述")
    page.once("dialog", lambda asked: asked.dismiss())
    page.locator(f"#row-{other} .row-link").click()
    page.wait_for_timeout(300)
    assert opened(page) == number
    expect(words).to_have_value("改过的描述")
    page.once("dialog", lambda asked: asked.accept())
    page.locator(f"#row-{other} .row-link").click()
    expect(page.locator(f"#case[data-live-number='{other}']")).to_be_visible()


def test_a_refusal_is_said_beside_the_list(visit: Visit) -> None:
    visit.expected = ("409 (Conflict)", "422 (Unprocessable")
    page = visit.as_("acceptor", TO_ACCEPT)
    number = rows(page)[-1]
    page.goto(f"{TO_ACCEPT}?case={number}")
    elsewhere = visit.as_("acceptor", f"/cases/{number}/")
    words = page.locator("form[action$='/steps/accept/'] textarea[name=description]")
    words.fill("先写好的描述")  # what is typed keeps the live change away
    elsewhere.locator("form[action$='/steps/accept/'] .form-actions .button").click()
    expect(elsewhere.locator("#notices")).to_contain_text("已完成")
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-say=refused], [data-say=gone]").filter(visible=True)).to_have_count(
        1
    )
    assert opened(page) == number
    expect(page).to_have_url(re.compile(f"{TO_ACCEPT}\\?case={number}$"))
    expect(page.locator("#cases")).to_be_visible()


def test_the_list_and_its_counters_follow_what_others_do(visit: Visit) -> None:
    page = visit.as_("acceptor", TO_ACCEPT)
    expect(page.locator("[data-live-mark]")).to_be_attached()
    number = rows(page)[1]
    count = int(page.locator("#boxes [aria-current] .count").inner_text())
    other = visit.as_("acceptor", f"/cases/{number}/")
    other.locator("form[action$='/steps/accept/'] .form-actions .button").click()
    expect(page.locator(f"#row-{number}")).to_have_count(0, timeout=10_000)
    expect(page.locator("#boxes [aria-current] .count")).to_have_text(
        str(count - 1), timeout=10_000
    )


def test_the_bench_works_without_javascript(visit: Visit) -> None:
    page = visit.as_("acceptor", TO_ACCEPT, script=False)
    first, second = rows(page)[:2]
    page.locator(f"#row-{first} .row-link").click()
    assert opened(page) == first
    page.locator("form[action$='/steps/accept/'] .form-actions .button").click()
    expect(page.locator("#notices")).to_contain_text("已完成：受理")
    assert opened(page) == second
    assert first not in rows(page)


@pytest.mark.requirement("D01")
def test_several_are_accepted_at_once(visit: Visit) -> None:
    page = visit.as_("acceptor", TO_ACCEPT)
    numbers = rows(page)[:2]
    expect(page.locator(".bulk-bar")).to_be_hidden()
    for number in numbers:
        page.locator(f"#row-{number} input[type=checkbox]").check()
    page.locator(".bulk-bar").get_by_role("button", name="受理", exact=True).click()
    page.locator("main form .button-primary").click()
    expect(page.locator("main .notice")).to_contain_text("已办 2 件")
    page.get_by_role("link", name="返回列表").click()
    assert not set(numbers) & set(rows(page))


def test_a_phone_shows_list_or_case(visit: Visit) -> None:
    page = visit.as_("acceptor", TO_ACCEPT, size=PHONE)
    number = rows(page)[0]
    page.locator(f"#row-{number} .row-link").click()
    expect(page.locator("#case")).to_be_visible()
    expect(page.locator("#cases")).to_be_hidden()
    page.locator(".bench-back").click()
    expect(page.locator("#cases")).to_be_visible()
