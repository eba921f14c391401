"""Real clusters in throw-away folders."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cityloop.launch.account import database_account
from cityloop.launch.ensure import Hold, hold_database
from cityloop.launch.layout import Layout


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """A short-named DATA_DIR that the database's account can reach."""
    folder = Path(tempfile.mkdtemp(prefix="cl-launch-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(Layout(folder).home(database_account()), ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def hold(data_dir: Path) -> Iterator[Callable[[], Hold]]:
    """Takes shares in the cluster of `data_dir`; what is left is given back at the end."""
    taken: list[Hold] = []

    def take() -> Hold:
        taken.append(hold_database(data_dir, say=lambda _words: None))
        return taken[-1]

    yield take
    for share in taken:
        share.release()
