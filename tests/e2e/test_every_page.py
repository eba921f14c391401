"""Every page of the table of addresses in a real browser: accessible, and nothing too wide.

The pages are those that the conformance tests visit, rendered for their reader and then shown by
the browser with their own styles and scripts; what a script asks for afterwards is not answered.
"""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from django.contrib.staticfiles import finders
from playwright.sync_api import Browser, Page, Route

from tests.conformance.city import City
from tests.conformance.conftest import _built, _folder, city  # noqa: F401 (one city for both)
from tests.conformance.pages import PAGES
from tests.conformance.pages.shape import Page as Row
from tests.e2e.conftest import DESK, PHONE, Axe

pytestmark = [pytest.mark.browser, pytest.mark.slow]

HOST = "http://pages.test"
ZOOMED = (720, 450)  # what 200 % leaves of a screen of 1440 x 900
FACES = (("zh-hans", DESK, "light"), ("en", PHONE, "dark"))


def shown(city: City, language: str) -> Iterator[tuple[Row, str]]:  # noqa: F811
    """The rows that are a whole page of ours, with their HTML."""
    for row in PAGES:
        if row.data is not None or row.status != 200:
            continue
        browser = city.browser(row.by)
        browser.cookies["django_language"] = language
        answer = row.visit(city, browser)
        if not answer["Content-Type"].startswith("text/html"):
            continue
        html = b"".join(answer.streaming_content if answer.streaming else [answer.content])
        if b"<html" in html:
            yield row, html.decode()


class Shelf:
    """Answers the browser: one page, and the files that it names."""

    def __init__(self) -> None:
        self.html = ""

    def __call__(self, route: Route) -> None:
        path = urlsplit(route.request.url).path
        if route.request.resource_type == "document":
            route.fulfill(body=self.html, content_type="text/html; charset=utf-8")
        elif path.startswith("/static/") and (found := finders.find(path[len("/static/") :])):
            kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
            route.fulfill(path=str(found), content_type=kind)
        else:
            route.abort()


def too_wide(page: Page) -> list[str]:
    """Whether one must scroll sideways to read it."""
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return [f"{wide} px too wide"] if wide > 0 else []


def in_english(page: Page) -> list[str]:
    """What our own parts of a Chinese page say in English."""
    words = page.locator("h1, h2, label, th, button, .badge, legend").all_inner_texts()
    found = [one for one in words if re.fullmatch(r"[A-Z][a-z]+( [a-z]+)+", one.strip())]
    return [f"in English: {one}" for one in found]


@pytest.mark.parametrize(("language", "size", "scheme"), FACES)
@pytest.mark.requirement("L24", "O10")
def test_every_page_is_accessible_and_fits(
    city: City,  # noqa: F811
    chrome: Browser,
    axe: Axe,
    language: str,
    size: tuple[int, int],
    scheme: str,
) -> None:
    shelf, findings, seen = Shelf(), [], 0
    context = chrome.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme=scheme,  # type: ignore[arg-type]
        base_url=HOST,
        reduced_motion="reduce",
    )
    context.route("**/*", shelf)
    page = context.new_page()
    for row, html in shown(city, language):
        shelf.html, seen = html, seen + 1
        page.goto(f"/{row.name}", wait_until="load")
        findings += [f"{row.name}: {one}" for one in (*too_wide(page), *axe(page))]
        if language != "en":
            findings += [f"{row.name}: {one}" for one in in_english(page)]
        if size == DESK:
            page.set_viewport_size({"width": ZOOMED[0], "height": ZOOMED[1]})
            findings += [f"{row.name} at 200 %: {one}" for one in too_wide(page)]
            page.set_viewport_size({"width": size[0], "height": size[1]})
    context.close()
    assert seen > 100, "the table of addresses has more pages than that"
    assert not findings, "\n".join(findings)
