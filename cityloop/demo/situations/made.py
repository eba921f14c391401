"""The examples that this database has: light to import, since every web process does."""

from __future__ import annotations

from dataclasses import dataclass

from cityloop.kernel.models import Marker

MADE = "situation "  # a marker for each module that has been played


@dataclass(frozen=True, slots=True)
class Shown:
    """A situation in the table that a newcomer sees: what it is, where, who signs in to see it."""

    zh: str
    en: str
    address: str
    username: str
    post: str

    @property
    def case(self) -> str:
        """The number of the case that the example is; '' for another page."""
        number = self.address.removeprefix("/cases/").rstrip("/")
        return number if number.isdigit() else ""


def shown() -> list[Shown]:
    """The table for a newcomer."""
    rows = Marker.objects.filter(name__startswith=MADE).order_by("name")
    return [Shown(**one) for row in rows for one in row.value["shown"]]


def numbers() -> frozenset[str]:
    """The cases that stand as examples: the city's life leaves them alone."""
    rows = Marker.objects.filter(name__startswith=MADE)
    return frozenset(number for row in rows for number in row.value["cases"])
