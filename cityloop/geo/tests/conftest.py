"""Fixtures of geo's tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation

from cityloop.geo.tests import world


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Reasons are compared in English."""
    with translation.override("en"):
        yield


@pytest.fixture
def town(db: None, tmp_path: Path) -> str:
    """The small town with its grids; its district code."""
    world.import_town(tmp_path)
    return world.DISTRICT
