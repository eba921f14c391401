"""The lot: what is looked at again, and by whom, follows from the published seed. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable


def chosen(seed: str, numbers: Iterable[str], share: float) -> list[str]:
    """The drawn numbers, in order: each on its own with the probability `share`."""
    return [number for number in sorted(numbers) if _lot(seed, number) < share]


def first(seed: str, numbers: Iterable[str]) -> str | None:
    """The number that would be drawn however small the share is; None without any."""
    return min(numbers, key=lambda number: (_lot(seed, number), number), default=None)


def one_of(seed: str, number: str, candidates: Iterable[int]) -> int | None:
    """The candidate on whom the lot falls for this number; None without a candidate."""
    return min(candidates, key=lambda one: (_lot(seed, f"{number}:{one}"), one), default=None)


def _lot(seed: str, what: str) -> float:
    """A number from 0 up to 1 that nobody can steer."""
    digest = hashlib.sha256(f"{seed}:{what}".encode()).digest()
    return int.from_bytes(digest[:7]) / 2**56
