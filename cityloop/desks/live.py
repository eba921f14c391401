"""The live stream: tells signed-in browsers which cases changed, and nothing else about them.

Each stream gets the numbers that its actor may see; of others only that something changed, by which
lists are asked for again, so that what leaves somebody's sight leaves their lists too.

An ASGI application of its own process. One question a second to the database serves all browsers;
each page then asks for its fragment again, with its own rights. Asking is cheaper than NOTIFY here:
a NOTIFY takes one lock for the whole database at every commit, and steps must not wait for screens.
"""

from __future__ import annotations

import asyncio
import logging
import time
from asyncio import FIRST_COMPLETED
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.cookies import CookieError, SimpleCookie
from importlib import import_module
from typing import Any, Generic, TypeVar
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user
from django.db import close_old_connections
from django.http import HttpRequest

from cityloop.cases import queries as cases
from cityloop.desks import queries
from cityloop.hotline import queries as hotline
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Problem
from cityloop.kernel.page import actor_of
from cityloop.people.scope import scopes_of

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Line = TypeVar("Line")

POLL_SECONDS = 1.0
BEAT_SECONDS = 20.0
RECHECK_SECONDS = 60.0  # a session that ended elsewhere loses its stream within this time
SETTLE_SECONDS = 10.0  # a transaction may commit a smaller id this much later
MANY = 200  # more changes at once (an import): "many" instead of each number
MAX_STREAMS = 5000
MAX_WAITING = 100  # messages; a browser that does not read is let go and reconnects

SOME = b"event: some\ndata: some\n\n"  # a case changed that the actor does not see

log = logging.getLogger("cityloop.live")
threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="live")


async def asked(function: Callable[..., Any], *arguments: Any) -> Any:
    """A database question in one of two threads, each with a connection of its own."""

    def ask() -> Any:
        close_old_connections()
        return function(*arguments)

    return await asyncio.get_running_loop().run_in_executor(threads, ask)


class Watch(Generic[Line]):
    """Follows the history: which cases changed since the last look, none lost, none twice."""

    def __init__(self, last: int) -> None:
        self.last = last
        self._floors: deque[tuple[float, int]] = deque([(0.0, last)])
        self._seen: set[int] = set()

    def floor(self, at: float) -> int:
        """The highest id below which nothing can come any more."""
        while len(self._floors) > 1 and self._floors[1][0] <= at - SETTLE_SECONDS:
            self._floors.popleft()
        return self._floors[0][1]

    def take(self, lines: Iterable[tuple[int, Line]], at: float) -> list[Line]:
        """What the lines that are new tell of, in order, each once."""
        fresh = [(event_id, one) for event_id, one in lines if event_id not in self._seen]
        for event_id, _one in fresh:
            self._seen.add(event_id)
            self.last = max(self.last, event_id)
        if self._floors[-1][1] != self.last:
            self._floors.append((at, self.last))
        floor = self.floor(at)
        self._seen = {one for one in self._seen if one > floor}
        return list(dict.fromkeys(one for _event, one in fresh))


class Hub:
    """All open streams, and the one loop that asks the database while there are any."""

    def __init__(self) -> None:
        self.streams: dict[asyncio.Queue[bytes | None], Actor] = {}
        self._loop: asyncio.Task[None] | None = None
        self._called: Any = None

    def join(self, actor: Actor) -> asyncio.Queue[bytes | None]:
        """A queue that gets every message for the actor from now on."""
        queue: asyncio.Queue[bytes | None] = asyncio.Queue(MAX_WAITING)
        self.streams[queue] = actor
        if self._loop is None or self._loop.done():
            self._loop = asyncio.create_task(self._follow())
        return queue

    def leave(self, queue: asyncio.Queue[bytes | None]) -> None:
        """Forget a stream."""
        self.streams.pop(queue, None)

    def renew(self, queue: asyncio.Queue[bytes | None], actor: Actor) -> None:
        """Posts may have changed: from now on the stream gets what the actor sees now."""
        if queue in self.streams:
            self.streams[queue] = actor

    def publish(self, message: bytes) -> None:
        """To every stream."""
        for queue in tuple(self.streams):
            self._put(queue, message)

    def tell(self, found: Sequence[cases.Changed]) -> None:
        """To every stream in one piece: the numbers that its actor sees, and whether more changed.

        Few scopes serve many streams: each is asked once.
        """
        if len(found) > MANY:
            self.publish(b"event: many\ndata: many\n\n")
        elif found:
            kept: dict[Any, bytes] = {}
            mine = {member for one in found for member in one.members}
            for queue, actor in tuple(self.streams.items()):
                key = (scopes_of(actor), actor.member_id if actor.member_id in mine else None)
                if key not in kept:
                    kept[key] = piece_for(actor, found)
                self._put(queue, kept[key])

    def _put(self, queue: asyncio.Queue[bytes | None], message: bytes) -> None:
        """One that is full is told to end by its own next read."""
        try:
            queue.put_nowait(message)
        except asyncio.QueueFull:
            self.leave(queue)
            queue.get_nowait()
            queue.put_nowait(None)

    async def _follow(self) -> None:
        watch: Watch[cases.Changed] | None = None
        while self.streams:
            try:
                if watch is None:
                    watch = Watch(await asked(queries.latest_event))
                await self._look(watch)
                await self._look_at_calls()
            except Exception:  # the database restarts: go on when it is back
                log.exception("the history cannot be followed at the moment")
            await asyncio.sleep(POLL_SECONDS)

    async def _look(self, watch: Watch[cases.Changed]) -> None:
        at = time.monotonic()
        found = await asked(cases.changed_since, watch.floor(at))
        self.tell(watch.take(found, at))

    async def _look_at_calls(self) -> None:
        """Tell that some call changed; each page asks for the one at its own extension."""
        latest = await asked(hotline.latest_change)
        if latest != self._called:
            self._called = latest
            self.publish(b"event: topic\ndata: call\n\n")


def piece_for(actor: Actor, found: Sequence[cases.Changed]) -> bytes:
    """What a stream of the actor's is told of changed cases."""
    seen = [cases.sees(actor, one) for one in found]
    told = [b"event: case\ndata: %s\n\n" % one.number.encode()
            for one, known in zip(found, seen, strict=True) if known]  # fmt: skip
    return b"".join(told if all(seen) else [*told, SOME])


hub = Hub()


def watcher(key: str) -> Actor | None:
    """Whose session it is, when they may look at cases."""
    store = import_module(settings.SESSION_ENGINE).SessionStore
    request = HttpRequest()
    request.session = store(key)
    request.user = get_user(request)
    try:
        actor = actor_of(request)
    except Problem:
        return None
    return actor if actor.may("cases.view") else None


def headers_of(scope: Scope) -> dict[str, str]:
    """The request's headers by lower-case name."""
    return {
        name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]
    }


def own_origin(headers: dict[str, str]) -> bool:
    """True for our own pages: no origin named, or one on the host that was asked."""
    origin = headers.get("origin")
    return (
        not origin or urlsplit(origin).hostname == urlsplit(f"//{headers.get('host', '')}").hostname
    )


def session_key(headers: dict[str, str]) -> str:
    """The session cookie; cookies know no port, so the page's sign-in counts here too."""
    with suppress(CookieError):
        jar = SimpleCookie(headers.get("cookie", ""))
        if morsel := jar.get(settings.SESSION_COOKIE_NAME):
            return str(morsel.value)
    return ""


async def refuse(send: Send, status: int, words: str) -> None:
    """A short answer without a stream."""
    head = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": status, "headers": head})
    await send({"type": "http.response.body", "body": words.encode()})


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """ASGI entry."""
    if scope["type"] == "lifespan":
        await lifespan(receive, send)
        return
    if scope["type"] != "http":
        return
    headers = headers_of(scope)
    if scope["path"] != "/live/" or scope["method"] != "GET":
        await refuse(send, 404, "there is nothing at this address")
    elif not own_origin(headers):
        await refuse(send, 403, "the stream is for pages of this host")
    elif len(hub.streams) >= MAX_STREAMS:
        await refuse(send, 503, "too many streams; the page works without")
    elif not (key := session_key(headers)) or not (actor := await asked(watcher, key)):
        await refuse(send, 401, "sign in first")
    else:
        await stream(headers, key, actor, receive, send)


async def stream(
    headers: dict[str, str], key: str, actor: Actor, receive: Receive, send: Send
) -> None:
    """Messages until the browser leaves, lags behind, or its session ends."""
    head = [
        (b"content-type", b"text/event-stream"),
        (b"cache-control", b"no-store"),
        (b"x-accel-buffering", b"no"),
        (b"vary", b"origin"),
    ]
    if origin := headers.get("origin"):
        head += [
            (b"access-control-allow-origin", origin.encode("latin-1")),
            (b"access-control-allow-credentials", b"true"),
        ]
    queue = hub.join(actor)
    gone = asyncio.create_task(until_gone(receive))
    try:
        await send({"type": "http.response.start", "status": 200, "headers": head})
        await body(send, b"retry: 3000\n\n")
        await pump(queue, key, gone, send)
        await send({"type": "http.response.body", "body": b"", "more_body": False})
    except (ConnectionError, RuntimeError, OSError):
        log.debug("a browser left its stream")
    finally:
        hub.leave(queue)
        gone.cancel()


async def pump(
    queue: asyncio.Queue[bytes | None], key: str, gone: asyncio.Task[None], send: Send
) -> None:
    """Pass messages on; a beat keeps proxies from closing a quiet stream."""
    checked = time.monotonic()
    while not gone.done():
        reading = asyncio.create_task(queue.get())
        await asyncio.wait({reading, gone}, timeout=BEAT_SECONDS, return_when=FIRST_COMPLETED)
        if not reading.done():
            reading.cancel()
        message = reading.result() if reading.done() else b": beat\n\n"
        if message is None or gone.done():
            return
        await body(send, message)
        if time.monotonic() - checked > RECHECK_SECONDS:
            checked = time.monotonic()
            actor = await asked(watcher, key)
            if actor is None:
                return
            hub.renew(queue, actor)


async def body(send: Send, content: bytes) -> None:
    """One piece of the stream."""
    await send({"type": "http.response.body", "body": content, "more_body": True})


async def until_gone(receive: Receive) -> None:
    """Returns when the browser has left."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def lifespan(receive: Receive, send: Send) -> None:
    """Start and stop of the process."""
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            for queue in tuple(hub.streams):
                hub.leave(queue)
                with suppress(asyncio.QueueFull):
                    queue.put_nowait(None)
            await send({"type": "lifespan.shutdown.complete"})
            return
