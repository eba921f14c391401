"""Gives the tests a database: DATABASE_URL, or a cluster of their own that is deleted afterwards.

Loaded with ``-p`` before pytest-django reads the settings.
"""

from __future__ import annotations

import atexit
import gc
import os
import tempfile

import pytest

from cityloop.launch.ensure import Hold, hold_throw_away
from cityloop.launch.errors import LaunchError

_held: list[Hold] = []
_folders: list[tempfile.TemporaryDirectory[str]] = []
_NO_TESTS = ("-h", "--help", "--version", "-V", "--markers", "--fixtures")


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(args: list[str]) -> None:
    """Start the throw-away cluster; the workers of pytest-xdist inherit its address."""
    if "DATA_DIR" not in os.environ:  # tests leave the files of a demo alone
        folder = tempfile.TemporaryDirectory(prefix="cityloop-test-files-")
        _folders.append(folder)
        os.environ["DATA_DIR"] = folder.name
    if os.environ.get("DATABASE_URL") or any(word in args for word in _NO_TESTS):
        return
    try:
        hold = hold_throw_away()
    except LaunchError as error:
        raise pytest.UsageError(str(error)) from error
    _held.append(hold)
    os.environ["DATABASE_URL"] = hold.url


def pytest_collection_finish() -> None:
    """What was imported stays to the end: looking through it for garbage took a tenth of a run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@atexit.register  # also when pytest gives up before it is configured
def pytest_unconfigure() -> None:
    """Stop and delete the cluster and the folder that we made."""
    while _held:
        _held.pop().release()
    while _folders:
        _folders.pop().cleanup()
