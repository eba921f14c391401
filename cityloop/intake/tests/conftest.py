"""A city for every test of intake."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
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


@pytest.fixture(scope="module")
def built(prepared_database) -> Iterator[cities.City]:
    """The small city as it begins."""
    with prepared_database("intake", cities.build) as made:
        yield made


@pytest.fixture
def city(built: cities.City, db: None) -> cities.City:
    """The small city; what the test does to it is rolled back."""
    return deepcopy(built)
