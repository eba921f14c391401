"""Fixtures for all tests. The database comes from cityloop/launch/pytest_plugin.py."""

from __future__ import annotations

from pathlib import Path

import pytest

from config import env


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real data, named by CITYLOOP_SHARED; tests that need it skip without it."""
    folder = env.path("CITYLOOP_SHARED")
    if not folder.is_dir():
        pytest.skip(f"no real data at {folder}: set CITYLOOP_SHARED to their folder")
    return folder
