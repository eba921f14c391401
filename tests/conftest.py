"""The town of the tests across subsystems: built once, rolled back after each test."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.utils import translation

from config import settings as configured
from tests import town as towns
from tests.browser import Browse, browser_of

MONDAY = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # 09:00 in Shanghai


@pytest.fixture
def own_files(settings, tmp_path: Path) -> Iterator[None]:
    """Photos lie in the test's own folder; nothing is remembered from another test."""
    settings.MEDIA_ROOT = tmp_path / "files"
    towns.forget()
    yield
    towns.forget()


@pytest.fixture
def english() -> Iterator[None]:
    """Reasons are compared in English."""
    with translation.override("en"):
        yield


@pytest.fixture(scope="module")
def built(prepared_database, tmp_path_factory) -> Iterator[towns.Town]:
    """The town on a Monday morning in March, without a case."""
    folder = tmp_path_factory.mktemp("town")
    with prepared_database("town", lambda: towns.build(folder, now=MONDAY)) as made:
        yield made


@pytest.fixture
def committed(own_database: None, own_files: None, english: None, tmp_path: Path) -> towns.Town:
    """The town in a database of its own, in which tests commit."""
    return towns.build(tmp_path, now=MONDAY)


@pytest.fixture
def town(built: towns.Town, db: None, own_files: None, english: None) -> towns.Town:
    """The town; what the test does to it is rolled back."""
    return replace(built)


@pytest.fixture
def pages(settings) -> None:
    """Pages are made without collected static files, and as many as a test wants."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**configured.STORAGES, "staticfiles": plain}
    settings.RATE_LIMITS = False


@pytest.fixture
def browse(town: towns.Town, pages: None, monkeypatch: pytest.MonkeyPatch) -> Browse:
    """A browser of a person in a language; its clock is the town's."""
    monkeypatch.setattr("cityloop.kernel.clock.now", lambda: town.now)
    return browser_of(town)
