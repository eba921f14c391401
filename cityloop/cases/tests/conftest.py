"""A world for every test of cases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation

from cityloop.cases.tests import world as worlds


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path: Path) -> None:
    """Photos of a test lie in its own folder."""
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def world(db) -> worlds.World:
    """The smallest valid city."""
    return worlds.build()


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Reasons are compared in English."""
    with translation.override("en"):
        yield
