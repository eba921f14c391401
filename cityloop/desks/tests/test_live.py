"""The live stream: nothing lost, nothing twice, only for the signed-in, no data but numbers."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from hypothesis import given
from hypothesis import strategies as st

from cityloop.cases.tests import world as worlds
from cityloop.desks import live
from cityloop.people.models import Member


def test_a_smaller_id_that_commits_later_is_not_lost() -> None:
    watch = live.Watch(10)
    assert watch.take([(12, "b")], at=100.0) == ["b"]
    assert watch.floor(101.0) == 10  # 11 may still come
    assert watch.take([(11, "a"), (12, "b")], at=101.0) == ["a"]
    assert watch.floor(200.0) == 12


def test_an_idle_history_is_not_read_again() -> None:
    watch = live.Watch(5)
    watch.take([(6, "a"), (7, "a")], at=10.0)
    assert watch.floor(10.0 + live.SETTLE_SECONDS + 1) == 7


@given(st.permutations(range(1, 30)), st.integers(1, 5))
def test_every_line_is_told_exactly_once_in_whatever_order_it_commits(order, step) -> None:
    watch, told, there, at = live.Watch(0), [], set(), 0.0
    for start in range(0, len(order), step):
        there |= set(order[start : start + step])
        at += 0.3  # all within the time that a transaction may take
        floor = watch.floor(at)
        told += watch.take([(one, str(one)) for one in sorted(there) if one > floor], at)
    assert sorted(map(int, told)) == list(range(1, 30))


class Browser:
    """An ASGI client that reads a stream."""

    def __init__(self, **headers: str) -> None:
        raw = [(k.replace("_", "-").encode(), v.encode()) for k, v in headers.items()]
        self.scope = {"type": "http", "method": "GET", "path": "/live/", "headers": raw}
        self.sent: asyncio.Queue[dict] = asyncio.Queue()
        self.leaving = asyncio.Event()
        self.task = asyncio.create_task(live.application(self.scope, self._receive, self.sent.put))

    async def _receive(self) -> dict:
        await self.leaving.wait()
        return {"type": "http.disconnect"}

    async def head(self) -> dict:
        """The answer's status and headers."""
        return await asyncio.wait_for(self.sent.get(), 5)

    async def until(self, mark: bytes) -> bytes:
        """The stream's next piece that holds the mark."""
        while True:
            piece = await asyncio.wait_for(self.sent.get(), 6)
            if mark in piece.get("body", b""):
                return piece["body"]

    async def leave(self) -> None:
        """Close the stream."""
        self.leaving.set()
        await asyncio.wait_for(self.task, 5)


def ask(**headers: str) -> int:
    """The status of one request."""

    async def run() -> int:
        browser = Browser(**headers)
        status = (await browser.head())["status"]
        await browser.leave()
        return status

    return asyncio.run(run())


@pytest.fixture
def fresh_hub(monkeypatch) -> None:
    """A hub of this test's own event loop, asking quickly."""
    monkeypatch.setattr(live, "hub", live.Hub())
    monkeypatch.setattr(live, "POLL_SECONDS", 0.05)


def test_strangers_and_other_sites_get_no_stream(own_database, fresh_hub) -> None:
    assert ask(host="city:8001") == 401
    assert ask(host="city:8001", cookie="sessionid=made-up") == 401
    assert ask(host="city:8001", origin="https://evil.example") == 403
    assert ask(host="city:8001", origin="null") == 403


@pytest.mark.requirement("O02")
def test_a_step_reaches_the_browser_as_a_number_only(own_database, fresh_hub, settings) -> None:
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.db"
    settings.ACTOR_OF = "cityloop.desks.tests.test_live.actor_of_session"
    world = worlds.build()
    key = session_of(Member.objects.get(username="acceptor"))
    case = world.report(description="nobody may read this")

    async def run() -> bytes:
        browser = Browser(host="city:8001", origin="http://city:8000", cookie=f"sessionid={key}")
        head = await browser.head()
        headers = dict(head["headers"])
        assert head["status"] == 200
        assert headers[b"access-control-allow-origin"] == b"http://city:8000"
        assert headers[b"access-control-allow-credentials"] == b"true"
        await asyncio.sleep(0.4)
        await live.asked(step)
        piece = await browser.until(b"event: case")
        await browser.leave()
        return piece

    def step() -> None:
        world.step(case, "accept", "acceptor")

    assert asyncio.run(run()) == b"event: case\ndata: %s\n\n" % case.number.encode()
    assert not live.hub.streams


def test_a_browser_that_does_not_read_is_let_go(monkeypatch) -> None:
    async def run() -> None:
        hub = live.Hub()
        monkeypatch.setattr(live, "asked", lambda *_: asyncio.sleep(60))
        queue = hub.join()
        for _message in range(live.MAX_WAITING + 1):
            hub.publish(b"event: case\ndata: 1\n\n")
        assert queue not in hub.streams
        assert hub._loop is not None
        hub._loop.cancel()

    asyncio.run(run())


def session_of(member: Member) -> str:
    """A session as sign-in makes it."""
    session = SessionStore()
    session[SESSION_KEY] = str(member.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = member.get_session_auth_hash()
    session.set_expiry(timedelta(hours=1))
    session.save()
    return str(session.session_key)


def actor_of_session(request):
    """The world's members hold no posts; whoever is signed in may look at cases here."""
    from cityloop.kernel.actor import Actor

    user = request.user
    if not user.is_authenticated:
        return None
    return Actor(user.pk, user.name, user.name, permissions=frozenset({"cases.view"}))
