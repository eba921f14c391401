"""The leaders' pages and the wall in a browser: charts, heat, the round that nobody touches."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.conftest import Visit

pytestmark = [
    pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db, pytest.mark.requirement("L24"),
]  # fmt: skip
WALL, SLOW = (3840, 1080), 30_000


def spare(page: Page) -> tuple[int, int]:
    """Pixels by which a page is wider and higher than its window."""
    root = "document.documentElement"
    return (
        page.evaluate(f"{root}.scrollWidth - innerWidth"),
        page.evaluate(f"{root}.scrollHeight - innerHeight"),
    )


def test_charts_are_drawn_and_their_numbers_stand_behind_them(visit: Visit) -> None:
    page = visit.as_("supervisor", "/today/")
    expect(page.locator("[data-chart] svg").first).to_be_visible(timeout=SLOW)
    page.locator("[data-chart]").first.hover(position={"x": 300, "y": 120})
    page.locator(".chart-table summary").first.click()
    expect(page.locator(".chart-table tbody tr")).to_have_count(14)
    page.locator(".figure-main").first.click()
    expect(page.locator("#cases")).to_be_visible()

    page = visit.as_("supervisor", "/month/", script=False)
    page.locator(".chart-table summary").first.click()
    expect(page.locator(".chart-table").first.locator("tbody tr")).to_have_count(30)


@pytest.mark.parametrize("shown", ["today", "month", "map", "ranking"])
def test_a_page_of_the_wall_fits_its_screen(visit: Visit, shown: str) -> None:
    page = visit.as_("supervisor", f"/wall/?pages={shown}&every=600", size=WALL)
    expect(page.locator("h1")).to_be_visible()
    assert spare(page) == (0, 0)
    phone = visit.as_("supervisor", f"/wall/?pages={shown}&every=600", size=(390, 844))
    assert spare(phone)[0] == 0


def test_the_wall_goes_round_by_itself_until_a_key(visit: Visit) -> None:
    visit.expected = ("503", "Failed to load")
    page = visit.as_("supervisor", "/wall/?pages=today,ranking&every=5", size=WALL)
    page.wait_for_url("**at=1", timeout=SLOW)
    # The server is away: it stays where it is, says so, and goes on once there is an answer.
    page.context.route("**/wall/**", _away)
    expect(page.locator("[data-wall-lost]")).to_be_visible(timeout=SLOW)
    page.context.unroute("**/wall/**")
    page.wait_for_url("**at=0", timeout=SLOW)
    page.keyboard.press("x")
    expect(page.locator("[data-wall-stop]")).to_have_attribute("aria-pressed", "true")
    page.wait_for_timeout(6500)
    assert page.url.endswith("at=0")
    page.locator("[data-wall-stop]").click()
    page.wait_for_url("**at=1", timeout=SLOW)


def _away(route: Route) -> None:
    if route.request.method == "HEAD":
        route.fulfill(status=503)
    else:
        route.continue_()


def test_whoever_wants_less_motion_is_not_moved_on(visit: Visit) -> None:
    page = visit.as_("supervisor", "/wall/?pages=today,ranking&every=5", size=WALL)
    page.emulate_media(reduced_motion="reduce")
    page.reload()
    expect(page.locator("[data-wall-stop]")).to_have_attribute("aria-pressed", "true")
    page.wait_for_timeout(6500)
    assert "at=1" not in page.url
