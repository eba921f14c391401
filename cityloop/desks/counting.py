"""The counters of the boxes, pushed to open pages: counted once for all who see the same.

Counting costs the database more than anything else here, so it takes a share of one core at most;
what changes meanwhile is counted in the next round.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from cityloop.cases.queries import Changed, sees
from cityloop.desks import boxes, queries
from cityloop.kernel import clock
from cityloop.kernel.actor import Actor
from cityloop.people.scope import sees_all

SHARE = 0.2
Pieces = asyncio.Queue[bytes | None]
Put = Callable[[Pieces, bytes], None]

log = logging.getLogger("cityloop.live")


def view_of(actor: Actor, *, took_part: bool) -> Actor:
    """The actor, without what makes no difference to the counters of shared boxes.

    Who is limited to some units or areas may see a case by having taken part in it, and who took
    part in what just changed has boxes of their own: both are counted for themselves.
    """
    if took_part or not sees_all(actor):
        return actor
    return replace(
        actor, member_id=None, name="", post="", organisation_id=None, token=None,
        houses=frozenset(), permissions=frozenset(),
    )  # fmt: skip


def counted(view: Actor) -> bytes:
    """The counters of a view as a piece of the stream; without a member only the shared boxes."""
    found = queries.counters(view, now=clock.now())
    if view.member_id is None:
        found = {key: number for key, number in found.items() if key not in boxes.PERSONAL}
    return b"event: counts\ndata: %s\n\n" % json.dumps(found).encode()


class Counts:
    """Which streams are owed counters, and the rounds that count them."""

    def __init__(self) -> None:
        self._owed: dict[Pieces, Actor] = {}
        self._round: asyncio.Task[None] | None = None

    def follow(
        self, found: Sequence[Changed], streams: Mapping[Pieces, Actor], counting: set[int],
        put: Put, ask: Callable[..., Any],
    ) -> None:  # fmt: skip
        """After a change: those who see it and have counters before them get new ones."""
        mine = {member for one in found for member in one.members}
        for queue, actor in streams.items() if found and counting else ():
            if actor.member_id in counting and any(sees(actor, one) for one in found):
                self._owed[queue] = view_of(actor, took_part=actor.member_id in mine)
        if self._owed and (self._round is None or self._round.done()):
            self._round = asyncio.create_task(self._count(put, ask))

    def stop(self) -> None:
        """Nobody is there any more."""
        self._owed.clear()
        if self._round is not None:
            self._round.cancel()

    async def _count(self, put: Put, ask: Callable[..., Any]) -> None:
        while self._owed:
            owed, self._owed = self._owed, {}
            began = time.monotonic()
            for view in dict.fromkeys(owed.values()):
                piece = await self._piece(view, ask)
                for queue in [one for one, its in owed.items() if its == view]:
                    put(queue, piece)
            took = time.monotonic() - began
            await asyncio.sleep(max(0.0, min(took / SHARE - took, 30.0)))

    async def _piece(self, view: Actor, ask: Callable[..., Any]) -> bytes:
        try:
            return bytes(await ask(counted, view))
        except Exception:  # the database restarts: the next change brings them
            log.exception("the counters cannot be counted at the moment")
            return b""
