"""Every page keeps the same promises; made from the table of addresses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.urls import URLPattern, get_resolver, resolve

from cityloop.notify.models import Message
from tests.conformance.city import City, fingerprint
from tests.conformance.pages import BY_NAME, ELSEWHERE, PAGES, Page

SAFE_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(self), microphone=()",
}


pytestmark = pytest.mark.matrix


def by_name(page: Page) -> str:
    return page.name


def _patterns(patterns: list[Any]) -> Iterator[URLPattern]:
    for one in patterns:
        if isinstance(one, URLPattern):
            yield one
        elif one.namespace != "api":
            yield from _patterns(one.url_patterns)


@pytest.fixture(autouse=True)
def _well(monkeypatch) -> None:
    """The tests' own database has no worker: how the installation is, others test."""
    monkeypatch.setattr("cityloop.kernel.health.examine", lambda *, now: [])


def test_every_address_has_a_row() -> None:
    found = {one.name for one in _patterns(get_resolver().url_patterns)}
    assert None not in found
    assert found - ELSEWHERE == set(BY_NAME)


@pytest.mark.parametrize("page", PAGES, ids=by_name)
@pytest.mark.requirement("O10")
def test_the_right_role_sees_it_with_the_safe_headers(city: City, page: Page) -> None:
    answer = page.visit(city, city.browser(page.by))
    assert answer.status_code == page.status, answer.content.decode()[:3000]
    if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
        assert answer.content.strip()
    for name, value in SAFE_HEADERS.items():
        assert answer[name] == value
    policy = answer["Content-Security-Policy"]
    assert "unsafe-inline" not in policy and "unsafe-eval" not in policy


@pytest.mark.parametrize("page", PAGES, ids=by_name)
@pytest.mark.requirement("O10")
def test_nobody_unknown_sees_it(city: City, page: Page) -> None:
    before = fingerprint()
    answer = page.visit(city, city.browser())
    assert answer.status_code == page.anonymous
    if page.anonymous == 302 and page.by:
        assert answer["Location"].startswith("/sign-in/")
    if page.anonymous == 401:
        assert answer["Content-Type"] == "application/problem+json"
    assert fingerprint() == before


@pytest.mark.parametrize("page", [p for p in PAGES if p.refused], ids=by_name)
@pytest.mark.requirement("O10")
def test_a_wrong_role_does_not_see_it(city: City, page: Page) -> None:
    for name in page.refused:
        browser = city.browser(name)
        before = fingerprint()
        answer = page.visit(city, browser)
        assert answer.status_code in (403, 404), (name, answer.status_code)
        assert fingerprint() == before


@pytest.mark.parametrize("page", [p for p in PAGES if p.data is not None], ids=by_name)
@pytest.mark.requirement("O10")
def test_a_form_without_its_csrf_token_is_refused(city: City, page: Page) -> None:
    browser = city.browser(page.by)
    browser.handler.enforce_csrf_checks = True
    before = fingerprint()
    answer = page.visit(city, browser)
    assert answer.status_code == 403
    assert "表单已失效" in answer.content.decode()  # our page, in the city's language
    assert fingerprint() == before


def test_an_unknown_address_is_a_page_that_says_so(city: City) -> None:
    answer = city.browser("acceptor").get("/no/such/page/")
    assert answer.status_code == 404
    assert b"<h1" in answer.content


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_pages_speak_the_readers_language(city: City, language: str) -> None:
    for page in PAGES:
        if page.data is None and page.status == 200 and page.by:
            browser = city.browser(page.by)
            browser.defaults["HTTP_ACCEPT_LANGUAGE"] = language
            answer = page.visit(city, browser)
            assert answer.status_code == 200, page.name
            if answer["Content-Type"].startswith("text/html") and b"<html" in answer.content:
                assert f'lang="{language}"'.encode() in answer.content.lower(), page.name


@pytest.mark.requirement("G09")
def test_every_message_leads_to_a_page_that_exists(city: City) -> None:
    paths = set(Message.objects.exclude(path="").values_list("path", flat=True))
    assert any(path.startswith("/meetings/") for path in paths)
    for path in sorted(paths):
        resolve(urlsplit(path).path)
