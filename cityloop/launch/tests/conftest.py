"""Real clusters in throw-away folders."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cityloop.launch.account import database_account
from cityloop.launch.ensure import Hold, hold_database
from cityloop.launch.layout import Layout

Take = Callable[[], Hold]


def quiet(_words: str) -> None:
    """Nobody reads what is told here."""


def new_folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="cl-launch-"))
    folder.chmod(0o711)
    return folder


def remove(folder: Path) -> None:
    shutil.rmtree(Layout(folder).home(database_account()), ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def made() -> Iterator[Path]:
    """A DATA_DIR with a cluster that was made and stopped; tests work on copies of it."""
    folder = new_folder()
    hold_database(folder, say=quiet).release()
    yield folder
    remove(folder)


@pytest.fixture
def empty_data_dir() -> Iterator[Path]:
    """A short-named DATA_DIR that the database's account can reach."""
    folder = new_folder()
    yield folder
    remove(folder)


@pytest.fixture
def data_dir(empty_data_dir: Path, made: Path) -> Path:
    """A DATA_DIR with a cluster of its own that does not run."""
    subprocess.run(["cp", "-a", f"{made}/.", str(empty_data_dir)], check=True)
    return empty_data_dir


def taker(folder: Path) -> Iterator[Take]:
    taken: list[Hold] = []

    def take() -> Hold:
        taken.append(hold_database(folder, say=quiet))
        return taken[-1]

    yield take
    for share in taken:
        share.release()


@pytest.fixture
def hold(data_dir: Path) -> Iterator[Take]:
    """Takes shares in the cluster of `data_dir`; what is left is given back at the end."""
    yield from taker(data_dir)


@pytest.fixture
def empty_hold(empty_data_dir: Path) -> Iterator[Take]:
    """The same where no cluster was made yet."""
    yield from taker(empty_data_dir)
