"""Every page is light: its words, styles and scripts as they travel, maps and charts left out."""

from __future__ import annotations

import gzip
import re
from functools import cache
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders

from tests.conformance.city import City
from tests.conformance.pages import PAGES
from tests.conformance.test_lists import _fill

pytestmark = [pytest.mark.slow, pytest.mark.requirement("O06")]
MOST = 200_000  # bytes, compressed
ROWS = 60  # more than a list shows at once
# What draws maps and charts is loaded where there is one, and weighs what it weighs.
DRAWS = ("vendor/maplibre-gl/", "vendor/echarts/", "vendor/pmtiles/", "vendor/terra-draw")
_LOADED = re.compile(r'<(?:script|link)\b[^>]*?\b(?:src|href)="([^"]+\.(?:js|css))"')
_IMPORTED = re.compile(r"""(?:from|import)\s*\(?\s*["'](\.[^"']+\.js)["']""")


def _path(address: str) -> str:
    return urlsplit(address).path.removeprefix(urlsplit(settings.STATIC_URL).path)


@cache
def _weight(path: str) -> tuple[int, tuple[str, ...]]:
    """Compressed bytes of a file, and the files that it loads itself."""
    found = finders.find(path)
    assert found, f"{path} is loaded and is not there"
    content = Path(str(found)).read_bytes()
    more = _IMPORTED.findall(content.decode()) if path.endswith(".js") else []
    return len(gzip.compress(content)), tuple(urljoin(path, one) for one in more)


def _loaded(html: str) -> dict[str, int]:
    """Every file that a page brings, with what it weighs."""
    waiting, found = [_path(one) for one in _LOADED.findall(html)], dict[str, int]()
    while waiting:
        path = waiting.pop()
        if path in found or path.startswith(DRAWS):
            continue
        found[path], more = _weight(path)
        waiting += more
    return found


def test_no_page_weighs_more_than_two_hundred_kilobytes(city: City, monkeypatch) -> None:
    monkeypatch.setattr("cityloop.kernel.health.examine", lambda *, now: [])
    _fill(city, ROWS)
    weights = {}
    for page in (one for one in PAGES if one.data is None):
        answer = page.visit(city, city.browser(page.by))
        if answer.status_code != 200 or not answer["Content-Type"].startswith("text/html"):
            continue
        files = _loaded(answer.content.decode())
        weights[page.name] = len(gzip.compress(answer.content)) + sum(files.values())
    assert len(weights) > 100
    assert {name: size for name, size in weights.items() if size > MOST} == {}
    print(sorted(weights.items(), key=lambda one: -one[1])[:8])  # noqa: T201 (shown with -s)
