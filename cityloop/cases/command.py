"""Who dispatches: levels of platforms from the top down, each with its own share of the clock.

An empty command is one hall, whose dispatchers dispatch every case. With levels, a filed case is
held by the platform of one level; it dispatches, or passes the case down or up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

LEVELS = ("city", "district", "street", "community")
TOP, LOWEST = "top", "lowest"
GRAVEST = 4
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Level:
    """A level that dispatches.

    `upto`: the gravest level of matter (1 to 4) that it settles by itself. `own_units`: it sends
    cases only to units below it. `platform`: the code of an organisation, where a city has
    another body for this than the platform of the place (Hangzhou's coordination platform).
    """

    level: str
    minutes: int = 30
    upto: int = GRAVEST
    own_units: bool = False
    platform: str = ""


# [[level, organisation id, minutes used], ...] from the top down, as a case keeps it; the minutes
# that a platform had it before it was passed on stand there from the first passing on.
Chain = list[list[Any]]


def chain_at(
    command: Sequence[Level], by_level: Mapping[str, int], by_code: Mapping[str, int]
) -> Chain:
    """The platforms that a place has, from the top down; a level without one is left out."""
    found: Chain = []
    for one in command:
        holder = by_code.get(one.platform) if one.platform else by_level.get(one.level)
        if holder is not None:
            found.append([one.level, holder])
    return found


def first_holder(
    chain: Chain, command: Sequence[Level], *, begins: str, gravity: int
) -> int | None:
    """With whom a case begins: the top, or the lowest level that may settle so grave a matter."""
    if not chain:
        return None
    if begins == LOWEST:
        upto = {one.level: one.upto for one in command}
        for level, holder, *_used in reversed(chain):
            if gravity <= upto[level]:
                return int(holder)
    return int(chain[0][1])


def level_of(chain: Chain, holder: int | None) -> str:
    """The level at which the holder stands, '' without one."""
    return next((str(level) for level, one, *_used in chain if one == holder), "")


def neighbour(chain: Chain, holder: int | None, *, down: bool) -> int | None:
    """The platform below or above the holder; None at the end of the chain."""
    holders = [int(one) for _level, one, *_used in chain]
    if holder not in holders:
        return None
    place = holders.index(holder) + (1 if down else -1)
    return holders[place] if 0 <= place < len(holders) else None


def used(chain: Chain, holder: int | None) -> Decimal:
    """Minutes of its share that the holder has used before, in this round of dispatching."""
    return next((Decimal(more[0]) for _level, one, *more in chain if one == holder and more), ZERO)


def came_from(chain: Chain, holder: int | None) -> list[tuple[str, Decimal]]:
    """Level and minutes used of every other platform that had the case before, from the top down;
    empty where it began with the holder, or nobody holds it."""
    return [(str(level), Decimal(more[0])) for level, one, *more in chain
            if holder is not None and more and one != holder]  # fmt: skip


def with_used(chain: Chain, holder: int | None, minutes: Decimal) -> Chain:
    """The chain with what the holder has used of its share."""
    return [[*one[:2], str(minutes)] if one[1] == holder else one for one in chain]


def unused(chain: Chain) -> Chain:
    """The chain at the beginning of a round: every share is whole."""
    return [one[:2] for one in chain]
