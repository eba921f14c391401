"""What threads do in turn goes through one session, and through another when that broke."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.http import HttpResponse
from django.test import RequestFactory

from cityloop.kernel import middleware, session
from cityloop.kernel.session import OneSession, drop_own_lost


def backend() -> int:
    """The number of the server's process that serves `connection` now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def lent_backend(session: OneSession) -> tuple[int, int, int]:
    """Of a new thread: its own before, the one that is lent, its own afterwards."""
    before = backend()
    with session.lent():
        inside = backend()
    after = backend()
    connection.close()
    return before, inside, after


def in_turn(session: OneSession) -> list[tuple[int, int, int]]:
    found = []
    for _turn in range(2):
        with ThreadPoolExecutor(1) as thread:
            found.append(thread.submit(lent_backend, session).result())
    return found


@contextmanager
def kept(session: OneSession) -> Iterator[None]:
    """Keep one for a test, and close it: a test's database is dropped afterwards."""
    session.keep()
    try:
        yield
    finally:
        with session.lent():
            connection.close()


def ended_in_use(session: OneSession) -> int:
    """The number of the one that ends while somebody uses it, who is told."""
    with session.lent():
        end(second := backend())
        with pytest.raises(OperationalError):
            backend()
    return second


def end(number: int) -> None:
    """The server ends a session, as it does with all of them when it is restarted."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(_end, number).result()


def _end(number: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [number])
    connection.close()


@pytest.mark.usefixtures("own_database")
def test_threads_keep_their_own_until_one_is_kept_for_all():
    session = OneSession()
    assert all(before == inside == after for before, inside, after in in_turn(session))
    with kept(session):
        (before, inside, after), (other_before, other_inside, _) = in_turn(session)
        assert inside == other_inside and before == after
        assert len({before, other_before, inside}) == 3


@pytest.mark.usefixtures("own_database")
def test_one_that_the_server_closed_is_replaced_before_anybody_uses_it():
    session, own = OneSession(), backend()
    with kept(session):
        with session.lent():
            first = backend()
        end(first)
        with session.lent(), transaction.atomic():
            assert backend() not in (first, own)
        second = ended_in_use(session)
        assert backend() == own
        with session.lent():
            assert backend() not in (first, second, own)


@pytest.mark.usefixtures("own_database")
def test_so_is_a_thread_s_own_when_a_request_begins():
    own = backend()
    end(own)
    drop_own_lost()
    assert backend() != own


@pytest.mark.django_db
@pytest.mark.requirement("O08")
def test_what_pages_ask_is_planned_anew_and_what_machines_ask_is_kept():
    """A plan kept for everybody took four hundred times as long for a desk of many units."""
    connection.ensure_connection()
    seen = []

    def answer(request):
        seen.append(connection.connection.prepare_threshold)
        return HttpResponse()

    for around in (middleware.plans_anew, middleware.plans_kept):
        around(answer)(RequestFactory().get("/"))
    assert seen == [None, session.PREPARED_AFTER]
    assert settings.DATABASES["default"]["OPTIONS"]["prepare_threshold"] == session.PREPARED_AFTER
