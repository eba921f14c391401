"""A city for every test of intake."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cityloop.intake import reference
from cityloop.intake.classifier import holder
from cityloop.intake.tests import city as cities


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path: Path) -> Iterator[None]:
    """Photos and models of a test lie in its own folder; nothing is remembered between tests."""
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.DATA_DIR = tmp_path
    reference.forget()
    holder.model = None
    yield
    reference.forget()
    holder.model = None


@pytest.fixture
def city(db) -> cities.City:
    """The small city."""
    return cities.build()
