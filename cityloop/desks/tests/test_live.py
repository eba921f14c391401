"""The live stream: nothing lost, nothing twice, only for the signed-in, no data but numbers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta

import pytest
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from hypothesis import given
from hypothesis import strategies as st

from cityloop.cases import queries as cases
from cityloop.cases.tests import world as worlds
from cityloop.desks import hub, live
from cityloop.kernel import wake
from cityloop.kernel.actor import Actor
from cityloop.people.models import Member


def test_a_smaller_id_that_commits_later_is_not_lost() -> None:
    watch = hub.Watch(10)
    assert watch.take([(12, "b")], at=100.0) == ["b"]
    assert watch.floor(101.0) == 10  # 11 may still come
    assert watch.take([(11, "a"), (12, "b")], at=101.0) == ["a"]
    assert watch.floor(200.0) == 12


def test_an_idle_history_is_not_read_again() -> None:
    watch = hub.Watch(5)
    watch.take([(6, "a"), (7, "a")], at=10.0)
    assert watch.floor(10.0 + hub.SETTLE_SECONDS + 1) == 7


@given(st.permutations(range(1, 30)), st.integers(1, 5))
def test_every_line_is_told_exactly_once_in_whatever_order_it_commits(order, step) -> None:
    watch, told, there, at = hub.Watch(0), [], set(), 0.0
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
def fresh_hub(monkeypatch) -> Iterator[None]:
    """A hub of this test's own event loop, asking quickly."""
    monkeypatch.setattr(live, "hub", hub.Hub())
    monkeypatch.setattr(live, "known", live.Known())
    monkeypatch.setattr(hub, "POLL_SECONDS", 0.05)
    with ThreadPoolExecutor(max_workers=2) as threads:  # theirs reach another test's database
        monkeypatch.setattr(hub, "threads", threads)
        yield


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

    told = f"event: case\ndata: {case.number} reported accepted\n\n"
    assert asyncio.run(run()) == told.encode()
    assert not live.hub.streams


def _changed(number: str, area: str = "", units=(), members=()) -> cases.Changed:
    return cases.Changed(number, area, frozenset(units), frozenset(members), "filed", "held")


def _actor(member: int, *scopes) -> Actor:
    return Actor(member, "x", "x", permissions=frozenset({"cases.view"}), scopes=scopes)


@pytest.mark.requirement("O10")
def test_a_stream_tells_the_numbers_that_its_actor_sees() -> None:
    """Of others nothing; two with the same view may have taken part in different cases."""
    found = [_changed("1", "330102001", [7], [50]), _changed("2", "330106001", [8])]
    unit, district = (frozenset({8}), None), (None, ("330102",))
    wanted = {
        _actor(1, (None, None)): ["1", "2"], _actor(2, district): ["1"],
        _actor(3, unit): ["2"], _actor(50, unit): ["1", "2"], _actor(4, unit): ["2"],
        _actor(5, (frozenset({8}), ("330102",))): [], _actor(6, (frozenset(), None)): [],
        _actor(7, unit, district): ["1", "2"], Actor.system(): ["1", "2"],
    }  # fmt: skip

    async def run() -> None:
        one = hub.Hub()
        one._loop = asyncio.create_task(asyncio.sleep(60))
        queues = {one.join(actor): numbers for actor, numbers in wanted.items()}
        assert all(queue.get_nowait().startswith(b"event: hello") for queue in queues)
        one.tell(found)
        for queue, numbers in queues.items():
            pieces = [f"event: case\ndata: {number} filed held\n\n" for number in numbers]
            assert (b"" if queue.empty() else queue.get_nowait()) == "".join(pieces).encode()
        one.renew(next(iter(queues)), _actor(1, unit))
        one.tell(found[:1])
        assert next(iter(queues)).empty()
        one.tell([_changed(str(number)) for number in range(hub.MANY + 1)])
        assert all(b"event: many" in queue._queue[-1] for queue in queues)
        one._loop.cancel()

    asyncio.run(run())


def test_what_a_page_missed_while_it_was_loaded_is_told_again() -> None:
    async def run() -> bytes:
        one = hub.Hub()
        one._loop = asyncio.create_task(asyncio.sleep(60))
        one.tell([_changed("1")])
        one._recent.appendleft((-1e9, _changed("old")))
        one.tell([_changed("2")])
        told = one.join(_actor(1, (None, None))).get_nowait()
        one._loop.cancel()
        assert told
        return told

    told = asyncio.run(run())
    assert [line.split()[1] for line in told.splitlines() if b" filed " in line] == [b"1", b"2"]


@pytest.mark.requirement("O10")
def test_a_case_in_hand_is_seen_as_one_in_the_database(own_database) -> None:
    world = worlds.build()
    case = world.to("dispatched")
    _event, one = cases.changed_since(0)[-1]
    took_part = case.members[0]
    area = case.area_code
    units = (None, frozenset(), frozenset(case.units[:1]), frozenset({10**9}))
    views = [(ids, codes) for ids in units for codes in (None, (), (area[:6],), ("99", area))]
    for member in (took_part, 10**9):
        for view in views:
            actor = _actor(member, view, (frozenset({10**9}), None))
            seen = cases.visible(actor).filter(number=case.number).exists()
            assert cases.sees(actor, one) is seen, (member, view)


@pytest.mark.requirement("O02")
def test_who_has_no_part_in_a_case_is_told_nothing(own_database, fresh_hub, settings) -> None:
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.db"
    settings.ACTOR_OF = "cityloop.desks.tests.test_live.actor_of_session"
    world = worlds.build()
    case = world.report()
    stranger = session_of(Member.objects.get(username="roads_worker"))

    async def run() -> list[bytes]:
        browser = Browser(host="city:8001", cookie=f"sessionid={stranger}")
        assert (await browser.head())["status"] == 200
        await asyncio.sleep(0.4)
        await live.asked(lambda: world.step(case, "accept", "acceptor"))
        await asyncio.sleep(0.5)
        await browser.leave()
        return [browser.sent.get_nowait().get("body", b"") for _ in range(browser.sent.qsize())]

    pieces = asyncio.run(run())
    assert any(b"event: hello" in one for one in pieces)
    assert not [one for one in pieces if case.number.encode() in one]


def test_a_hint_wakes_long_before_the_next_look(own_database, fresh_hub, monkeypatch) -> None:
    """A step's own hint, sent when it is written: the look that comes once a minute here waits."""
    monkeypatch.setattr(hub, "POLL_SECONDS", 60.0)
    world = worlds.build()
    case = world.report()

    async def run() -> float:
        queue = live.hub.join(_actor(1, (None, None)))
        await queue.get()
        await asyncio.sleep(1.0)  # the loop has looked, and listens
        began = time.monotonic()
        await live.asked(lambda: world.step(case, "accept", "acceptor"))
        told = await asyncio.wait_for(queue.get(), 10)
        assert told and case.number.encode() in told
        live.hub.leave(queue)
        await ended(live.hub)
        return time.monotonic() - began

    assert asyncio.run(run()) < 5.0


def test_an_import_that_nobody_can_follow_is_told_as_many(
    own_database, fresh_hub, monkeypatch
) -> None:
    monkeypatch.setattr(hub, "FLOOD_SECONDS", 0.1)
    monkeypatch.setattr(cases, "MOST_CHANGED", 2)
    world = worlds.build()

    async def run() -> None:
        queue = live.hub.join(_actor(1, (None, None)))
        await queue.get()
        await asyncio.sleep(0.5)
        await live.asked(lambda: world.to("filed"))
        for _time in range(2):  # now, and when the flood may be over
            while await asyncio.wait_for(queue.get(), 10) != hub.TO_ALL:
                pass
        await asyncio.sleep(0.3)
        case = await live.asked(world.report)
        told = await asyncio.wait_for(queue.get(), 10)
        assert told and case.number.encode() in told  # and is followed again
        live.hub.leave(queue)
        await ended(live.hub)

    asyncio.run(run())


async def ended(one: hub.Hub) -> None:
    """The loop has seen that nobody is left, and its connection is closed."""
    assert one._loop is not None
    one._loop.cancel()
    with suppress(asyncio.CancelledError):
        await one._loop
    await asyncio.sleep(0.1)


def test_a_browser_that_does_not_read_is_let_go(monkeypatch) -> None:
    async def run() -> None:
        one = hub.Hub()
        monkeypatch.setattr(hub, "asked", lambda *_: asyncio.sleep(60))
        monkeypatch.setattr(wake, "listen", lambda _woken: asyncio.sleep(60))
        queue = one.join(Actor.system())
        for _message in range(hub.MAX_WAITING + 1):
            one.publish(b"event: case\ndata: 1\n\n")
        assert queue not in one.streams
        assert one._loop is not None
        one._loop.cancel()

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
    user = request.user
    if not user.is_authenticated:
        return None
    return Actor(user.pk, user.name, user.name, permissions=frozenset({"cases.view"}))
