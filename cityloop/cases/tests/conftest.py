"""A world for every test of cases."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path

import pytest
from django.utils import translation

from cityloop.cases.tests import world as worlds


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path: Path) -> None:
    """Photos of a test lie in its own folder."""
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture(scope="module")
def built(prepared_database) -> Iterator[worlds.World]:
    """The smallest valid city as it begins."""
    with prepared_database("cases", worlds.build) as made:
        yield made


@pytest.fixture
def world(built: worlds.World, db: None) -> worlds.World:
    """The smallest valid city; what the test does to it is rolled back."""
    return deepcopy(built)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Reasons are compared in English."""
    with translation.override("en"):
        yield
