"""Who is at a case: told to those who may see it, forgotten when the page gives no sign."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from cityloop.cases.queries import Changed
from cityloop.cases.tests import world as worlds
from cityloop.desks import boxes, counting, hub, live, presence, queries
from cityloop.desks.presence import Presence, Sign
from cityloop.desks.tests.test_live import (  # noqa: F401 (a fixture)
    Browser,
    ended,
    fresh_hub,
    session_of,
)
from cityloop.kernel import clock
from cityloop.kernel.actor import Actor
from cityloop.people.models import Member

CASE = Changed("330102", "330102001", frozenset({7}), frozenset())
ACTOR_OF = "cityloop.desks.tests.test_live.actor_of_session"


def actor(member: int, name: str, *scopes: Any) -> Actor:
    """Somebody who may look at cases in these scopes; in all without one."""
    return Actor(
        member, name, name, permissions=frozenset({"cases.view"}), scopes=scopes or ((None, None),)
    )


def people(told: bytes) -> list[list[Any]]:
    """Who a piece of the stream says is there."""
    line = next(one for one in told.splitlines() if one.startswith(b"data: {"))
    return list(json.loads(line.removeprefix(b"data: "))["people"])


@pytest.mark.requirement("O02")
def test_two_at_a_case_are_told_of_each_other_until_they_are_away() -> None:
    here = Presence()
    wang, li = actor(1, "王芳"), actor(2, "李强")
    (came,) = here.take(wang, Sign("a", "330102"), CASE, at=0.0)
    assert came.people == {1: ("王芳", False)}
    assert here.take(wang, Sign("a", "330102"), CASE, at=20.0) == []  # nothing new
    (filling,) = here.take(wang, Sign("a", "330102", filling=True), CASE, at=25.0)
    assert filling.people == {1: ("王芳", True)}
    here.take(wang, Sign("b", "330102"), CASE, at=26.0)  # a second page of hers: still filling in
    (both,) = here.take(li, Sign("c", "330102"), CASE, at=30.0)
    assert people(presence.piece_for(li, [both])) == [[1, "王芳", True], [2, "李强", False]]
    assert here.expire(85.0) == []
    (left,) = here.expire(86.5)
    assert left.people == {2: ("李强", False)}
    (nobody,) = here.take(li, Sign("c"), None, at=87.0)
    assert people(presence.piece_for(wang, [nobody])) == []
    assert here.shown() == {}


@pytest.mark.requirement("O10")
def test_only_who_may_see_the_case_is_told() -> None:
    here = Presence()
    told = here.take(actor(1, "王芳"), Sign("a", "330102"), CASE, at=0.0)
    elsewhere = actor(3, "x", (frozenset({8}), None), (None, ("330106",)))
    assert presence.piece_for(elsewhere, told) == b""
    assert presence.piece_for(actor(4, "y", (frozenset({7}), None)), told)
    assert here.known(actor(1, "王芳", (frozenset(), None)), Sign("a", "330102")) is None


class Page(Browser):
    """A page that gives a sign of itself."""

    def __init__(self, sent: bytes, **headers: str) -> None:
        self.content = sent
        super().__init__(**headers)
        self.scope["method"] = "POST"

    async def _receive(self) -> dict:
        return {"type": "http.request", "body": self.content}


def sign(sent: bytes, **headers: str) -> int:
    """The status of one sign."""

    async def run() -> int:
        page = Page(sent, **headers)
        status = int((await page.head())["status"])
        await page.task
        return status

    return asyncio.run(run())


def test_a_sign_that_is_none_is_refused(own_database, fresh_hub, settings) -> None:  # noqa: F811
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.db"
    settings.ACTOR_OF = ACTOR_OF
    worlds.build()
    key = session_of(Member.objects.get(username="acceptor"))
    us = {"host": "city:8001", "origin": "http://city:8000", "cookie": f"sessionid={key}"}
    assert sign(b'{"tab": "a"}', **us) == 204
    assert sign(b'{"tab": "a"}', **us | {"origin": "https://evil.example"}) == 403
    assert sign(b'{"tab": "a"}', host="city:8001") == 401
    assert sign(b'{"tab": "a"}', **us | {"cookie": "sessionid=made-up"}) == 401
    for bad in (b"", b"[]", b'"a"', b"{}", b'{"tab": 1}', b'{"tab": ""}', b"\xff",
                b'{"tab": "a", "number": 5}', b'{"tab": "' + b"a" * 41 + b'"}'):  # fmt: skip
        assert sign(bad, **us) == 400, bad
    assert sign(b" " * (live.MAX_SIGN_BYTES + 1), **us) == 413
    assert live.hub.presence.shown() == {}


@pytest.mark.requirement("O02")
def test_a_sign_reaches_the_other_browser_and_hides_unseen_cases(
    own_database, fresh_hub, settings  # noqa: F811
) -> None:  # fmt: skip
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.db"
    settings.ACTOR_OF = ACTOR_OF
    world = worlds.build()
    case = world.report()
    world.step(case, "accept", "acceptor")  # who takes part sees it
    acceptor = Member.objects.get(username="acceptor")
    key = session_of(acceptor)
    stranger = session_of(Member.objects.get(username="roads_worker"))

    async def give(number: str, whose: str) -> None:
        sent = json.dumps({"tab": "t", "number": number}).encode()
        page = Page(sent, host="city:8001", cookie=f"sessionid={whose}")
        assert (await page.head())["status"] == 204
        await page.task

    async def run() -> tuple[bytes, bytes]:
        browser = Browser(host="city:8001", cookie=f"sessionid={key}")
        assert (await browser.head())["status"] == 200
        await give(case.number, stranger)  # who may not see it is not there either
        await give("no-such-number", key)
        assert live.hub.presence.shown() == {}
        await give(case.number, key)
        came = await browser.until(b"event: present")
        await browser.leave()
        later = Browser(host="city:8001", cookie=f"sessionid={key}")
        found = await later.until(b"event: present")  # a stream opened later is told, too
        await later.leave()
        return came, found

    came, found = asyncio.run(run())
    assert people(came) == people(found) == [[acceptor.pk, acceptor.name, False]]


@pytest.mark.requirement("O02")
def test_counters_are_pushed_to_who_has_them_before_them(own_database, fresh_hub) -> None:  # noqa: F811
    world = worlds.build()
    case = world.report()
    looking, other = actor(9001, "a"), actor(9002, "b")

    async def run() -> bytes:
        queue, silent = live.hub.join(looking), live.hub.join(other)
        live.hub.presence.take(looking, Sign("a", counters=True), None, at=1e12)
        for one in (queue, silent):
            await one.get()
        await asyncio.sleep(0.4)
        await live.asked(lambda: world.step(case, "accept", "acceptor"))
        told = b""
        while b"event: counts" not in told:
            told = await asyncio.wait_for(queue.get(), 10) or b""
        await asyncio.sleep(0.2)
        assert silent.qsize() == 1  # the case itself, no counters
        live.hub.streams.clear()
        await ended(live.hub)
        return told

    told = json.loads(asyncio.run(run()).split(b"data: ")[1])
    exact = queries.counters(looking, now=clock.now())
    assert told == {key: n for key, n in exact.items() if key not in boxes.PERSONAL}
    assert told["to_file"] == 1
    assert told["to_accept"] == 0


@pytest.mark.requirement("O10")
def test_shared_counters_are_the_same_for_all_who_share_them(own_database) -> None:
    """Whoever's counters might differ by person is counted alone."""
    everywhere, limited = actor(1, "a"), actor(1, "a", (None, ("330102",)))
    assert counting.view_of(everywhere, took_part=False).member_id is None
    assert counting.view_of(everywhere, took_part=True) is everywhere
    assert counting.view_of(limited, took_part=False) is limited
    world = worlds.build()
    world.to("dispatched")
    world.report()
    shared = queries.counters(counting.view_of(everywhere, took_part=False), now=clock.now())
    for member in Member.objects.all():
        own = queries.counters(actor(member.pk, "x"), now=clock.now())
        differing = {key for key in own if own[key] != shared[key]}
        assert differing <= boxes.PERSONAL


@pytest.mark.django_db
def test_the_statuses_of_a_box_are_read_from_its_condition() -> None:
    found = {
        box.key: boxes.statuses_in(box.condition(actor(1, "a"), clock.now())) for box in boxes.BOXES
    }
    assert found["to_accept"] == {"reported"}
    assert found["review_public"] == {"checked"}
    assert found["to_dispatch"] == {"filed"}
    assert found["overdue"] and "closed" not in found["overdue"]
    assert found["requests"] is None  # by tasks: any status
    assert hub.TO_ALL.startswith(b"event: many")
