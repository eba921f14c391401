"""The live process: tells signed-in browsers which cases changed and who is at them.

An ASGI application of its own process. GET /live/ is the stream; POST /live/ is the sign that an
open page gives of itself. Pages ask for what changed again, with their own rights.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from asyncio import FIRST_COMPLETED
from collections.abc import Awaitable, Callable
from contextlib import suppress
from http.cookies import CookieError, SimpleCookie
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest

from cityloop.cases import queries as cases
from cityloop.desks.hub import Hub, Pieces, asked
from cityloop.desks.presence import Sign
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Problem
from cityloop.kernel.page import actor_of

Scope = dict[str, Any]
Headers = dict[str, str]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

BEAT_SECONDS = 20.0
RECHECK_SECONDS = 60.0  # a session that ended elsewhere loses its stream within this time
MAX_STREAMS = 5000
MAX_SIGN_BYTES = 1000
MOST_KNOWN = 10_000  # sessions

BEAT = b"event: beat\ndata: beat\n\n"

log = logging.getLogger("cityloop.live")
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


class Known:
    """Whose a session is, for those who give signs: asked for again once a while."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[float, Actor | None]] = {}

    async def actor(self, key: str) -> Actor | None:
        """The session's actor, as of RECHECK_SECONDS ago at most."""
        now = time.monotonic()
        until, found = self._kept.get(key, (0.0, None))
        if until < now:
            found = await asked(watcher, key)
            if len(self._kept) >= MOST_KNOWN:
                self._kept.clear()
            self._kept[key] = (now + RECHECK_SECONDS, found)
        return found


known = Known()


def headers_of(scope: Scope) -> Headers:
    """The request's headers by lower-case name."""
    return {
        name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]
    }


def own_origin(headers: Headers) -> bool:
    """True for our own pages: no origin named, or one on the host that was asked."""
    origin = headers.get("origin")
    return (
        not origin or urlsplit(origin).hostname == urlsplit(f"//{headers.get('host', '')}").hostname
    )


def session_key(headers: Headers) -> str:
    """The session cookie; cookies know no port, so the page's sign-in counts here too."""
    with suppress(CookieError):
        jar = SimpleCookie(headers.get("cookie", ""))
        if morsel := jar.get(settings.SESSION_COOKIE_NAME):
            return str(morsel.value)
    return ""


def head_of(headers: Headers, kind: str) -> list[tuple[bytes, bytes]]:
    """Headers of an answer, which our own pages may read from their own port."""
    head = [
        (b"content-type", kind.encode()),
        (b"cache-control", b"no-store"),
        (b"x-accel-buffering", b"no"),
        (b"vary", b"origin"),
    ]
    if (origin := headers.get("origin")) and own_origin(headers):
        head += [
            (b"access-control-allow-origin", origin.encode("latin-1")),
            (b"access-control-allow-credentials", b"true"),
        ]
    return head


async def answer(send: Send, headers: Headers, status: int, words: str = "") -> None:
    """A short answer without a stream."""
    head = head_of(headers, "text/plain; charset=utf-8")
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
    if scope["path"] != "/live/" or scope["method"] not in ("GET", "POST"):
        await answer(send, headers, 404, "there is nothing at this address")
    elif not own_origin(headers):
        await answer(send, headers, 403, "the stream is for pages of this host")
    elif scope["method"] == "POST":
        await signed(headers, receive, send)
    elif len(hub.streams) >= MAX_STREAMS:
        await answer(send, headers, 503, "too many streams; the page works without")
    elif not (key := session_key(headers)) or not (actor := await asked(watcher, key)):
        await answer(send, headers, 401, "sign in first")
    else:
        await stream(headers, key, actor, receive, send)


async def signed(headers: Headers, receive: Receive, send: Send) -> None:
    """A page says which case it shows. 204; 401 signed out, 400 unreadable, 413 too long.

    Of a case that the actor may not see nothing is kept, and the answer does not tell.
    """
    sent = await content(receive)
    sign = sign_in(sent) if sent is not None else None
    key = session_key(headers)
    actor = await known.actor(key) if key else None
    if sent is None:
        await answer(send, headers, 413, "too long")
    elif actor is None:
        await answer(send, headers, 401, "sign in first")
    elif sign is None:
        await answer(send, headers, 400, "this is no sign of a page")
    else:
        case = hub.presence.known(actor, sign)
        if sign.number and case is None:
            case = await asked(cases.in_hand, actor, sign.number)
        hub.tell_present(hub.presence.take(actor, sign, case, time.monotonic()))
        await answer(send, headers, 204)


async def content(receive: Receive) -> bytes | None:
    """The request's body; None when it is longer than a sign."""
    found = b""
    while len(found) <= MAX_SIGN_BYTES:
        message = await receive()
        found += message.get("body", b"")
        if not message.get("more_body"):
            return found if len(found) <= MAX_SIGN_BYTES else None
    return None


def sign_in(sent: bytes) -> Sign | None:
    """What a page says: {"tab": text, "number": text, "filling": bool, "counters": bool}."""
    try:
        told = json.loads(sent)
        tab, number = told["tab"], told.get("number", "")
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
    if not isinstance(tab, str) or not isinstance(number, str) or not 0 < len(tab) <= 40:
        return None
    return Sign(tab, number[:40], bool(told.get("filling")), bool(told.get("counters")))


async def stream(headers: Headers, key: str, actor: Actor, receive: Receive, send: Send) -> None:
    """Messages until the browser leaves, lags behind, or its session ends."""
    head = head_of(headers, "text/event-stream")
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


async def pump(queue: Pieces, key: str, gone: asyncio.Task[None], send: Send) -> None:
    """Pass messages on; a beat keeps proxies from closing a quiet stream."""
    checked = time.monotonic()
    while not gone.done():
        reading = asyncio.create_task(queue.get())
        await asyncio.wait({reading, gone}, timeout=BEAT_SECONDS, return_when=FIRST_COMPLETED)
        if not reading.done():
            reading.cancel()
        message = reading.result() if reading.done() else BEAT
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
