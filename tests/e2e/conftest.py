"""The whole platform as a person meets it: web and live process, a real browser, a real city."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.utils import translation
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    expect,
    sync_playwright,
)

from cityloop.kernel import clock
from tests.e2e import world as worlds

ROOT = Path(__file__).resolve().parents[2]
DESK, PHONE = (1440, 900), (390, 844)
# Two cores carry browser, server and the other tests: what comes late comes all the same.
expect.set_options(timeout=15_000)


@dataclass
class Site:
    """Where the platform answers, and what is in it."""

    url: str
    city: worlds.City
    states: dict[tuple[str, str], Any] = field(default_factory=dict)

    def case(self, status: str) -> str:
        """The address of the case that was left at this status."""
        return f"/cases/{self.city.cases[status].number}/"


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def map_sources() -> str:
    """The setting MAP_SOURCES; a file whose maps show services of a city sets its own."""
    return ""


@pytest.fixture(scope="module")
def site(module_database, map_sources: str) -> Iterator[Site]:
    """A city, and the two processes that serve it."""
    with module_database.unblock(), translation.override("zh-hans"):
        now = clock.now()
        city = worlds.fill(worlds.build(now), now)
        connection.close()
    port, live = free_port(), free_port()
    env = environment(port, live) | {"MAP_SOURCES": map_sources}
    started = [
        serve("wsgi", "config.wsgi:served", port, env, "--factory", "--blocking-threads", "4"),
        serve("asgi", "config.asgi:application", live, env),
    ]
    try:
        wait_for(f"http://localhost:{port}/sign-in/", started)
        wait_for(f"http://localhost:{live}/", started)
        yield Site(f"http://localhost:{port}", city)
    finally:
        for process in started:
            process.terminate()  # killed, it would leave its workers behind
        for process in started:
            process.wait(timeout=20)


def environment(port: int, live: int) -> dict[str, str]:
    """What the processes are told."""
    one = connection.settings_dict
    host = f"{one['HOST']}:{one['PORT']}" if one["PORT"] else one["HOST"]
    login = f"{one['USER']}:{one['PASSWORD']}" if one["PASSWORD"] else one["USER"]
    url = (
        f"postgresql://{login}@/{one['NAME']}?host={one['HOST']}&port={one['PORT'] or 5432}"
        if str(one["HOST"]).startswith("/")
        else f"postgresql://{login}@{host}/{one['NAME']}"
    )
    return {
        **os.environ,
        "DATABASE_URL": url,
        "DATA_DIR": str(settings.DATA_DIR),
        "PORT": str(port),
        "LIVE_PORT": str(live),
        "RATE_LIMITS": "0",
        "DJANGO_SETTINGS_MODULE": "tests.e2e.settings",
    }


def serve(
    interface: str, target: str, port: int, env: dict[str, str], *more: str
) -> subprocess.Popen[bytes]:
    """A Granian process."""
    command = [
        sys.executable, "-m", "granian", "--interface", interface, target, "--host", "127.0.0.1",
        "--port", str(port), "--log-level", "warning", *more,
    ]  # fmt: skip
    return subprocess.Popen(command, cwd=ROOT, env=env)


def wait_for(url: str, started: list[subprocess.Popen[bytes]]) -> None:
    """Until something answers there, whatever it says."""
    for _attempt in range(150):
        assert all(process.poll() is None for process in started), "a process ended at its start"
        try:
            urllib.request.urlopen(url, timeout=2)  # noqa: S310 (our own server)
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.2)
        else:
            return
    pytest.fail(f"nothing answers at {url}")


@pytest.fixture(scope="module")
def chrome(chromium: str) -> Iterator[Browser]:
    """One browser for all tests of the file."""
    yield from launched(chromium)


def launched(chromium: str, *arguments: str) -> Iterator[Browser]:
    """A browser until the fixture ends."""
    # Playwright keeps an event loop in this thread; the test's own transaction is no danger to it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        # In that loop Django keeps another connection: of the file before, whose database is gone.
        connection.close()
        browser = playwright.chromium.launch(executable_path=chromium, args=list(arguments))
        yield browser
        browser.close()


@dataclass
class Visit:
    """Opens pages as somebody; what a page complains about fails the test."""

    site: Site
    chrome: Browser
    complaints: list[str] = field(default_factory=list)
    expected: tuple[str, ...] = ()
    opened: list[BrowserContext] = field(default_factory=list)

    def as_(
        self, who: str = "", path: str = "/", *, language: str = "zh-hans",
        size: tuple[int, int] = DESK, scheme: str = "light", script: bool = True,
    ) -> Page:  # fmt: skip
        """A page at `path`, signed in as `who` ('' : nobody)."""
        context = self.chrome.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme=scheme,  # type: ignore[arg-type]
            locale="zh-CN" if language == "zh-hans" else "en-US",
            base_url=self.site.url,
            storage_state=self._state(who, language) if who else None,
            java_script_enabled=script,
        )
        self.opened.append(context)
        page = context.new_page()
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.goto(path)
        return page

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not any(one in message.text for one in self.expected):
            self.complaints.append(f"{message.text} at {message.location.get('url')}")

    def _state(self, who: str, language: str) -> Any:
        """The cookies of one sign-in, used again: signing in is slow on purpose."""
        key = (who, language)
        if key not in self.site.states:
            context = self.chrome.new_context(base_url=self.site.url)
            context.add_cookies(
                [{"name": "django_language", "value": language, "url": self.site.url}]
            )
            page = context.new_page()
            sign_in(page, who)
            page.wait_for_url("**/")
            self.site.states[key] = context.storage_state()
            context.close()
        return self.site.states[key]

    def close(self) -> None:
        """Close what was opened."""
        for context in self.opened:
            context.close()


def sign_in(page: Page, who: str, password: str = worlds.PASSWORD) -> None:
    """Fill in the sign-in page."""
    page.goto("/sign-in/")
    page.locator("input[name=username]").fill(who)
    page.locator("input[name=password]").fill(password)
    page.locator("main button[type=submit], main form button").last.click()


@pytest.fixture
def visit(site: Site, chrome: Browser) -> Iterator[Visit]:
    """Visits whose pages must not complain in the console."""
    made = Visit(site, chrome)
    yield made
    made.close()
    assert not made.complaints


Axe = Callable[[Page], list[str]]


@pytest.fixture(scope="session")
def axe() -> Axe:
    """The accessibility findings of a page, one line each."""
    source = ROOT / "node_modules" / "axe-core" / "axe.min.js"
    if not source.is_file():
        pytest.skip("axe-core is not installed: npm ci")
    text = source.read_text()

    def look(page: Page) -> list[str]:
        page.evaluate(text)
        found = page.evaluate(
            """async () => (await axe.run(document, {
                 runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
               })).violations.map(v => v.id + ": " + v.nodes.map(n => n.html.slice(0, 160)
                 + " | " + (n.any[0]?.message || "")).slice(0, 3).join(" ;; "))"""
        )
        return [f"{page.url} {one}" for one in found]

    return look
