"""Fixtures for all tests. The database comes from cityloop/launch/pytest_plugin.py."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any, TypeVar

import hypothesis
import psycopg
import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import connection, connections
from django.test.utils import setup_databases, teardown_databases
from pytest_django import DjangoDbBlocker

from cityloop.launch import browser
from cityloop.launch.layout import Layout
from config import env

T = TypeVar("T")
# Cores are shared: how long one example took says nothing about the rule.
hypothesis.settings.register_profile("cityloop", deadline=None)
hypothesis.settings.load_profile("cityloop")


@pytest.fixture(scope="session", autouse=True)
def cheap_passwords() -> Iterator[None]:
    """The real argon2 at its least cost: hundreds of tests sign in, none of them measures it."""
    with pytest.MonkeyPatch.context() as patch:
        for name, least in (("time_cost", 1), ("memory_cost", 8), ("parallelism", 1)):
            patch.setattr(Argon2PasswordHasher, name, least)
        yield


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


@pytest.fixture(scope="session")
def test_database(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """The name of the test database. There is one even where no test of the run uses
    pytest-django's own fixtures: for these alone it makes one.
    """
    if connection.settings_dict["NAME"].startswith("test_"):
        yield connection.settings_dict["NAME"]
        return
    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False)
    yield connection.settings_dict["NAME"]
    with django_db_blocker.unblock():
        teardown_databases(made, verbosity=0)


@pytest.fixture
def own_database(test_database: str, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A clone of the test database for tests that commit: threads, processes, a live server.

    Django's way, a TRUNCATE of all tables, is refused by the append-only history; a clone costs a
    second and leaves nothing behind. Use it instead of `db`.
    """
    with django_db_blocker.unblock(), _a_clone(test_database):
        yield


@pytest.fixture(scope="module")
def module_database(
    test_database: str, django_db_blocker: DjangoDbBlocker
) -> Iterator[DjangoDbBlocker]:
    """A clone for the tests of one file: what a fixture builds once, all of them read.

    Build with `with module_database.unblock(): ...`; each test takes `db` beside it, and what it
    writes is rolled back.
    """
    with _a_clone(test_database):
        yield django_db_blocker


Prepared = Callable[[str, Callable[[], T]], AbstractContextManager[T]]


@pytest.fixture(scope="session")
def prepared_database(
    test_database: str, django_db_blocker: DjangoDbBlocker
) -> Iterator[Prepared[Any]]:
    """`with prepared_database(name, build) as made:` puts the tests on a database built once.

    `build` fills it the first time; afterwards, whoever asks for the name gets what it returned.
    Each test takes `db` beside it, and what it writes is rolled back.
    """
    kept: dict[str, tuple[str, Any]] = {}
    with ExitStack() as stack:

        @contextmanager
        def use(name: str, build: Callable[[], T]) -> Iterator[T]:
            usual = connection.settings_dict["NAME"]
            if name not in kept:
                stack.enter_context(_a_clone(test_database))
                with django_db_blocker.unblock():
                    kept[name] = (connection.settings_dict["NAME"], build())
            connections.close_all()
            connection.settings_dict["NAME"], made = kept[name]
            try:
                yield made
            finally:
                connections.close_all()
                connection.settings_dict["NAME"] = usual

        yield use


@contextmanager
def _a_clone(test_name: str) -> Iterator[None]:
    usual = connection.settings_dict["NAME"]
    if not test_name.startswith("test_"):  # a real database is neither cloned nor disturbed
        pytest.fail("no test database has been set up")
    clone = f"{test_name}_{secrets.token_hex(3)}"
    _clone(test_name, clone)
    connection.settings_dict["NAME"] = clone
    try:
        yield
    finally:
        connections.close_all()
        connection.settings_dict["NAME"] = usual
        _run(f'DROP DATABASE "{clone}" WITH (FORCE)')


def _clone(name: str, clone: str) -> None:
    connections.close_all()
    # Clients only: an autovacuum worker belongs to the server, and leaves by itself.
    _run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        f" WHERE datname = '{name}' AND backend_type = 'client backend'"
    )
    _run(f'CREATE DATABASE "{clone}" TEMPLATE "{name}"')


def _run(statement: str) -> None:
    """One statement outside every transaction, on the cluster's maintenance database."""
    parameters = connection.get_connection_params() | {"dbname": "postgres"}
    keep = {"host", "port", "user", "password", "dbname"}
    with psycopg.connect(
        **{k: v for k, v in parameters.items() if k in keep}, autocommit=True
    ) as raw:
        raw.execute(statement)
