"""Requests that come at the same moment in one process are done by one thread for all of them.

Most of a small statement is its frame: round trip, start of the executor, commit. Of a row that is
written with seven others PostgreSQL's part is two fifths of that of a row written alone. So whoever
comes while others are being served waits for them, and one of those who wait then acts for all.
Nobody waits when nobody else is there. What fails for all is done again one by one, so that each
gets its own answer.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from threading import Lock
from typing import Any, Generic, TypeVar

from django.db import connection

from cityloop.kernel.session import OneSession

MOST = 32  # in one act
ARRIVING = 0.0005  # seconds: how long the next one of a crowd takes to come, at most
Item = TypeVar("Item")
Answer = TypeVar("Answer")


class Waiting(Generic[Item, Answer]):
    """An item, the gate behind which its thread waits, and what came of it."""

    __slots__ = ("answer", "error", "gate", "item", "leads")

    def __init__(self, item: Item) -> None:
        self.item = item
        self.gate: Any = Lock()
        self.gate.acquire()
        self.leads = False  # let through to act for the others, not because it is done
        self.answer: Answer | None = None
        self.error: BaseException | None = None


class Together(Generic[Item, Answer]):
    """One acts at a time; who comes meanwhile is served together by the next.

    `act` takes several items and returns their answers in the same order. When it raises, nothing
    of it was done. Whoever leads acts in the line's one session, where it keeps one.
    """

    def __init__(self, act: Callable[[Sequence[Item]], Sequence[Answer]]) -> None:
        self._act = act
        self.session = OneSession()
        self._lock = Lock()
        self._line: list[Waiting[Item, Answer]] = []
        self._busy = False
        self._crowd = False  # the last act was for several

    def do(self, item: Item) -> Answer:
        """The answer to this item; raises what `act` says of this very one."""
        if connection.in_atomic_block:  # part of somebody's transaction: it goes with it
            return self._act([item])[0]
        mine: Waiting[Item, Answer] = Waiting(item)
        with self._lock:
            self._line.append(mine)
            first, self._busy = not self._busy, True
        if not first:
            mine.gate.acquire()
        if first or mine.leads:
            self._lead()
        if mine.error is not None:
            raise mine.error
        return mine.answer  # type: ignore[return-value]  # set when there is no error

    def _lead(self) -> None:
        """Act for all who wait now, then let the next one lead."""
        if self._crowd:
            self._let_come()
        with self._lock:
            batch, self._line = self._line[:MOST], self._line[MOST:]
            self._crowd = len(batch) > 1
        try:
            self._settle(batch)
        finally:
            with self._lock:
                following = self._line[0] if self._line else None
                self._busy = following is not None
            for one in batch:
                one.gate.release()
            if following is not None:
                following.leads = True
                following.gate.release()

    def _let_come(self) -> None:
        """Whoever was just answered sends the next report; its thread needs the interpreter."""
        seen = 0
        while seen < len(self._line) < MOST:
            seen = len(self._line)
            time.sleep(ARRIVING)

    def _settle(self, batch: Sequence[Waiting[Item, Answer]]) -> None:
        try:
            with self.session.lent():  # for each anew: what failed for all may have broken it
                answers = self._act([one.item for one in batch])
        except BaseException as error:
            if len(batch) > 1 and isinstance(error, Exception):
                for one in batch:
                    self._settle([one])
                return
            for one in batch:
                one.error = error
        else:
            for one, answer in zip(batch, answers, strict=True):
                one.answer = answer
