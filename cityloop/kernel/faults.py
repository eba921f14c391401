"""What a proof finds wrong: the first row of each kind, and how many rows of it there are."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Broken:
    """The first thing found wrong of its kind: where and what; `count` things of that kind are."""

    where: str
    what: str
    count: int = 1

    def __str__(self) -> str:
        more = f" (the first of {self.count})" if self.count > 1 else ""
        return f"{self.where}: {self.what}{more}"


class Tally:
    """Faults while they are found, by kind: the first is kept, the others are counted."""

    def __init__(self) -> None:
        self._kinds: dict[str, Broken] = {}

    def add(self, where: str, what: str, *, kind: str = "", count: int = 1) -> None:
        """One more; faults with the same `kind` (else: the same words) are one kind."""
        key = kind or what
        first = self._kinds.get(key, Broken(where, what, 0))
        self._kinds[key] = Broken(first.where, first.what, first.count + count)

    def found(self) -> list[Broken]:
        """The first of each kind, with its count."""
        return list(self._kinds.values())
