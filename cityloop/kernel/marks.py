"""A set of whole numbers, for tables whose rows are millions."""

from __future__ import annotations


class Marks:
    """A set of whole numbers from 0, an eighth of a byte each up to the largest."""

    def __init__(self) -> None:
        self._bits = bytearray()

    def add(self, number: int) -> bool:
        """Mark one; True when it was marked before."""
        place, bit = number >> 3, 1 << (number & 7)
        self._bits.extend(bytes(max(place + 1 - len(self._bits), 0)))
        before = bool(self._bits[place] & bit)
        self._bits[place] |= bit
        return before

    def __contains__(self, number: int) -> bool:
        place = number >> 3
        return place < len(self._bits) and bool(self._bits[place] & 1 << (number & 7))
