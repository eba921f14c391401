"""All open streams, and the one loop that follows the history for them.

Each stream gets the numbers that its actor may see, with the status before and after; of other
cases nothing, as a case that somebody saw stays in their sight. The loop asks the database once a
second, and at once when a step sends a hint (kernel/wake.py): hints may be lost, looks are not.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Generic, TypeVar

from django.db import close_old_connections

from cityloop.cases import queries as cases
from cityloop.desks import counting, presence, queries
from cityloop.hotline import queries as hotline
from cityloop.kernel import wake
from cityloop.kernel.actor import Actor
from cityloop.people.scope import scopes_of

Line = TypeVar("Line")
Pieces = asyncio.Queue[bytes | None]

POLL_SECONDS = 1.0
SOON_SECONDS = 0.02  # after a hint: what else is written at this moment goes along
AGAIN_SECONDS = 0.1  # after a look that a hint caused: further hints may have been spared
SETTLE_SECONDS = 10.0  # a transaction may commit a smaller id this much later
RECENT_SECONDS = 5.0  # what a page may have missed while it was loaded is told again
FLOOD_SECONDS = 5.0  # an import: nobody can follow, all is asked for again this often
MANY = 200  # more changes at once: "many" instead of each number
MAX_WAITING = 100  # messages; a browser that does not read is let go and reconnects

TO_ALL = b"event: many\ndata: many\n\n"

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
        self.streams: dict[Pieces, Actor] = {}
        self.presence = presence.Presence()
        self._counts = counting.Counts()
        self._recent: deque[tuple[float, cases.Changed]] = deque()
        self._loop: asyncio.Task[None] | None = None
        self._hint = asyncio.Event()
        self._called: Any = None
        self._looked_at_calls = 0.0

    def join(self, actor: Actor) -> Pieces:
        """A queue that gets every message for the actor from now on, and of the last moment."""
        queue: Pieces = asyncio.Queue(MAX_WAITING)
        self.streams[queue] = actor
        if self._loop is None or self._loop.done():
            self._loop = asyncio.create_task(self._follow())
        since = time.monotonic() - RECENT_SECONDS
        recent = [one for at, one in self._recent if at >= since]
        here = presence.piece_for(actor, self.presence.shown().values())
        self._put(queue, _hello(actor) + piece_for(actor, recent) + here)
        return queue

    def leave(self, queue: Pieces) -> None:
        """Forget a stream."""
        self.streams.pop(queue, None)

    def renew(self, queue: Pieces, actor: Actor) -> None:
        """Posts may have changed: from now on the stream gets what the actor sees now."""
        if queue in self.streams:
            self.streams[queue] = actor

    def publish(self, message: bytes) -> None:
        """To every stream."""
        for queue in tuple(self.streams):
            self._put(queue, message)

    def tell(self, found: Sequence[cases.Changed]) -> None:
        """To every stream in one piece, the numbers that its actor sees.

        Few scopes serve many streams: each is asked once.
        """
        now = time.monotonic()
        self._recent.extend((now, one) for one in found[:MANY])
        while self._recent and self._recent[0][0] < now - RECENT_SECONDS:
            self._recent.popleft()
        if len(found) > MANY:
            self.publish(TO_ALL)
        elif found:
            kept: dict[Any, bytes] = {}
            mine = {member for one in found for member in one.members}
            for queue, actor in tuple(self.streams.items()):
                key = (scopes_of(actor), actor.member_id if actor.member_id in mine else None)
                if key not in kept:
                    kept[key] = piece_for(actor, found)
                self._put(queue, kept[key])

    def tell_present(self, changed: Sequence[presence.At]) -> None:
        """Who came to a case or left it, to those who may see the case."""
        for queue, actor in tuple(self.streams.items()) if changed else ():
            self._put(queue, presence.piece_for(actor, changed))

    def _put(self, queue: Pieces, message: bytes) -> None:
        """One that is full is told to end by its own next read."""
        if not message:
            return
        try:
            queue.put_nowait(message)
        except asyncio.QueueFull:
            self.leave(queue)
            queue.get_nowait()
            queue.put_nowait(None)

    async def _follow(self) -> None:
        hints = asyncio.create_task(wake.listen(self._hint.set))
        watch: Watch[cases.Changed] | None = None
        pause = POLL_SECONDS
        try:
            while self.streams:
                try:
                    watch = watch or Watch(await asked(queries.latest_event))
                    watch = await self._look(watch)
                    await self._look_at_calls()
                except Exception:  # the database restarts: go on when it is back
                    log.exception("the history cannot be followed at the moment")
                self.tell_present(self.presence.expire(time.monotonic()))
                pause = await self._rest(pause)
        finally:
            hints.cancel()
            self._counts.stop()

    async def _rest(self, longest: float) -> float:
        """Until a hint comes, at most so long; how long the next rest may be."""
        try:
            await asyncio.wait_for(self._hint.wait(), min(longest, POLL_SECONDS))
        except TimeoutError:
            return POLL_SECONDS
        await asyncio.sleep(SOON_SECONDS)
        self._hint.clear()
        return AGAIN_SECONDS

    async def _look(self, watch: Watch[cases.Changed]) -> Watch[cases.Changed]:
        at = time.monotonic()
        lines = await asked(cases.changed_since, watch.floor(at))
        if len(lines) < cases.MOST_CHANGED:
            found = watch.take(lines, at)
            self.tell(found)
            self._counts.follow(found, self.streams, self.presence.counting(), self._put, asked)
            return watch
        self.publish(TO_ALL)
        await asyncio.sleep(FLOOD_SECONDS)
        last = await asked(queries.latest_event)
        self.publish(TO_ALL)  # also what committed late with a smaller id
        return Watch(last)

    async def _look_at_calls(self) -> None:
        """Tell that some call changed; each page asks for the one at its own extension."""
        now = time.monotonic()
        if now - self._looked_at_calls < POLL_SECONDS * 0.9:
            return
        self._looked_at_calls = now
        latest = await asked(hotline.latest_change)
        if latest != self._called:
            self._called = latest
            self.publish(b"event: topic\ndata: call\n\n")


def _hello(actor: Actor) -> bytes:
    """Whose stream it is: the page of somebody who has signed out since sees that it is not its."""
    return b"event: hello\ndata: %d\n\n" % (actor.member_id or 0)


def piece_for(actor: Actor, found: Iterable[cases.Changed]) -> bytes:
    """What a stream of the actor's is told of changed cases: number, status before and after."""
    return b"".join(
        b"event: case\ndata: %s\n\n" % f"{one.number} {one.source} {one.target}".encode()
        for one in found
        if cases.sees(actor, one)
    )
