"""Pictures of every desk for docs/screens, taken of the demo city that runs.

    python -m tests.e2e.screens http://localhost:8000 var acceptance=hz-acceptor-1 \\
        "leader=hz-leader-1 /today/"

Each in two widths, light and dark. Without a path: the fullest box of the user's desk.
"""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "screens"
DESK, PHONE = (1440, 900), (390, 844)
FACES = (("1440", DESK, "light"), ("1440-dark", DESK, "dark"),
         ("390", PHONE, "light"), ("390-dark", PHONE, "dark"))  # fmt: skip
QUALITY = 72  # of WebP: letters stay sharp, a picture stays below a hundred kilobytes


def take(address: str, password: str, desks: dict[str, str]) -> None:
    """The pictures of these desks: name of the desk -> user, or user and path with a blank."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium")
        for name, told in desks.items():
            user, _blank, path = told.partition(" ")
            state = _signed_in(browser, address, user, password)
            for face, size, scheme in FACES:
                context = browser.new_context(
                    viewport={"width": size[0], "height": size[1]}, storage_state=state,
                    color_scheme=scheme, base_url=address, locale="en-US",  # type: ignore[arg-type]
                    device_scale_factor=1,
                )  # fmt: skip
                _keep(_opened(context, path), FOLDER / f"{name}-{face}.webp")
                context.close()
        browser.close()


def _signed_in(browser: Browser, address: str, user: str, password: str) -> object:
    context = browser.new_context(base_url=address)
    context.add_cookies([{"name": "django_language", "value": "en", "url": address}])
    page = context.new_page()
    page.goto("/sign-in/")
    page.locator("input[name=username]").fill(user)
    page.locator("input[name=password]").fill(password)
    page.locator("input[name=password]").press("Enter")
    page.wait_for_url(re.compile(r"/$"))
    state = context.storage_state()
    context.close()
    return state


def _opened(context: BrowserContext, path: str) -> Page:
    """The page; of a desk with its first case beside the list."""
    page = context.new_page()
    page.goto(path or "/")
    if not path:
        boxes = page.locator("main a[href^='/desk/']")
        counts = {
            one.get_attribute("href"): int(number[0])
            for one in boxes.all()
            if (number := re.findall(r"\d+", one.inner_text()))
        }
        path = max(counts, key=lambda one: counts[one]) or "/"
        page.goto(path)
    if path.startswith("/desk/"):
        page.locator(".row-link").first.click()
        page.locator("#case").wait_for()
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(1500)  # map and charts are drawn
    return page


def _keep(page: Page, path: Path) -> None:
    shot = Image.open(io.BytesIO(page.screenshot()))
    path.parent.mkdir(parents=True, exist_ok=True)
    shot.save(path, "WEBP", quality=QUALITY, method=6)


if __name__ == "__main__":
    where, data, *pairs = sys.argv[1:]
    secret = (Path(data) / "demo.password").read_text().strip()
    take(where, secret, dict(pair.split("=", 1) for pair in pairs))
