"""Fixtures for all tests. The database comes from cityloop/launch/pytest_plugin.py."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from django.db import connection, connections
from pytest_django import DjangoDbBlocker

from cityloop.launch import browser
from cityloop.launch.layout import Layout
from config import env


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real data, named by CITYLOOP_SHARED; tests that need it skip without it."""
    folder = env.path("CITYLOOP_SHARED")
    if not folder.is_dir():
        pytest.skip(f"no real data at {folder}: set CITYLOOP_SHARED to their folder")
    return folder


@pytest.fixture(scope="session")
def chromium() -> str:
    """The browser of the browser tests; they skip without one (`make setup` brings one)."""
    given = env.text("CITYLOOP_CHROMIUM")
    found = given or browser.find(Layout(env.ROOT / "var").unpack_into())
    if not found:
        pytest.skip("no Chromium: run make setup, or set CITYLOOP_CHROMIUM to a browser")
    return str(found)


@pytest.fixture
def own_database(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A clone of the test database for tests that commit: threads, processes, a live server.

    Django's way, a TRUNCATE of all tables, is refused by the append-only history; a clone costs a
    second and leaves nothing behind. Use it instead of `db`.
    """
    with django_db_blocker.unblock(), _a_clone():
        yield


@pytest.fixture(scope="module")
def module_database(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[DjangoDbBlocker]:
    """A clone for the tests of one file: what a fixture builds once, all of them read.

    Build with `with module_database.unblock(): ...`; each test takes `db` beside it, and what it
    writes is rolled back.
    """
    with _a_clone():
        yield django_db_blocker


@contextmanager
def _a_clone() -> Iterator[None]:
    test_name = connection.settings_dict["NAME"]
    if not test_name.startswith("test_"):  # a real database is neither cloned nor disturbed
        pytest.fail("mark the test with django_db too: no test database has been set up")
    clone = f"{test_name}_{secrets.token_hex(3)}"
    _clone(test_name, clone)
    connection.settings_dict["NAME"] = clone
    try:
        yield
    finally:
        connections.close_all()
        connection.settings_dict["NAME"] = test_name
        _run(f'DROP DATABASE "{clone}" WITH (FORCE)')


def _clone(name: str, clone: str) -> None:
    connections.close_all()
    _run(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
    _run(f'CREATE DATABASE "{clone}" TEMPLATE "{name}"')


def _run(statement: str) -> None:
    """One statement outside every transaction, on the cluster's maintenance database."""
    parameters = connection.get_connection_params() | {"dbname": "postgres"}
    keep = {"host", "port", "user", "password", "dbname"}
    with psycopg.connect(
        **{k: v for k, v in parameters.items() if k in keep}, autocommit=True
    ) as raw:
        raw.execute(statement)
