"""Who is at which case: signs that open pages give, kept in memory as long as they come.

A page that is hidden or gone gives none, so whoever leaves is away within AWAY_SECONDS.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace

from cityloop.cases.queries import Changed, sees
from cityloop.kernel.actor import Actor

AWAY_SECONDS = 60.0
MOST_TABS = 5000


@dataclass(frozen=True, slots=True)
class Sign:
    """What an open page says of itself; a page at no case may still show counters."""

    tab: str
    number: str = ""
    filling: bool = False
    counters: bool = False


@dataclass(frozen=True, slots=True)
class Here:
    """A page that shows a case, and until when that is believed."""

    member: int
    name: str
    sign: Sign
    case: Changed | None
    until: float


@dataclass(slots=True)
class At:
    """A case, and by member the name and whether one of their pages is being filled in."""

    case: Changed
    people: dict[int, tuple[str, bool]]


class Presence:
    """Every page that gave a sign lately."""

    def __init__(self) -> None:
        self._tabs: dict[tuple[int, str], Here] = {}

    def known(self, actor: Actor, sign: Sign) -> Changed | None:
        """The case of the page's last sign when the page is at it still and the actor sees it."""
        here = self._tabs.get((actor.member_id or 0, sign.tab))
        if here is None or here.case is None or here.sign.number != sign.number:
            return None
        return here.case if sees(actor, here.case) else None

    def take(self, actor: Actor, sign: Sign, case: Changed | None, at: float) -> list[At]:
        """Keep a sign; the cases at which somebody came, went, or began or ended to fill in."""
        key, before = (actor.member_id or 0, sign.tab), self.shown()
        if case is None:
            sign = replace(sign, number="", filling=False)
        if not sign.number and not sign.counters:
            self._tabs.pop(key, None)
        elif key in self._tabs or len(self._tabs) < MOST_TABS:
            until = at + AWAY_SECONDS
            self._tabs[key] = Here(actor.member_id or 0, actor.name, sign, case, until)
        return self._changed(before)

    def expire(self, at: float) -> list[At]:
        """Forget pages that gave no sign for too long; the cases that they showed."""
        if all(one.until >= at for one in self._tabs.values()):
            return []
        before = self.shown()
        self._tabs = {key: one for key, one in self._tabs.items() if one.until >= at}
        return self._changed(before)

    def counting(self) -> set[int]:
        """The members who have counters before them."""
        return {one.member for one in self._tabs.values() if one.sign.counters}

    def shown(self) -> dict[str, At]:
        """By number, the cases at which somebody is."""
        found: dict[str, At] = {}
        for one in self._tabs.values():
            if one.case is not None:
                people = found.setdefault(one.sign.number, At(one.case, {})).people
                filling = one.sign.filling or people.get(one.member, ("", False))[1]
                people[one.member] = (one.name, filling)
        return found

    def _changed(self, before: dict[str, At]) -> list[At]:
        now = self.shown()
        gone = [At(before[number].case, {}) for number in before.keys() - now]
        return gone + [
            one for number, one in now.items()
            if number not in before or before[number].people != one.people
        ]  # fmt: skip


def piece_for(actor: Actor, cases: Iterable[At]) -> bytes:
    """What a stream of the actor's is told of people at cases: of those that the actor sees."""
    return b"".join(_piece(one) for one in cases if sees(actor, one.case))


def _piece(one: At) -> bytes:
    people = [[member, name, filling] for member, (name, filling) in sorted(one.people.items())]
    told = json.dumps({"number": one.case.number, "people": people}, ensure_ascii=False)
    return b"event: present\ndata: %s\n\n" % told.encode()
