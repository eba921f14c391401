"""For which classes a line holds that names an edition: pure, read once for a day.

A line holds for the classes of its edition, for those of the editions that this one extends, and
for those that a later edition of the same catalogue kept under their code and name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cityloop.people.lines import Question
from cityloop.people.models import ANY

NO_EDITION, EARLIER, SAME, EXTENDS = range(4)  # how near the edition of a line is to that asked for


@dataclass(frozen=True, slots=True)
class Editions:
    """`extended`: edition -> those it is based on. `kept`: edition -> (edition, kind, major, minor)
    of classes of later ones. `order`: edition -> its age, and whether it has begun."""

    extended: Mapping[str, frozenset[str]] = field(default_factory=dict)
    kept: Mapping[str, frozenset[tuple[str, str, str, str]]] = field(default_factory=dict)
    order: Mapping[str, tuple[int, bool]] = field(default_factory=dict)

    def speaks(self, edition: str, asked: Question) -> bool:
        """True when what names this edition holds for the class."""
        if edition in (ANY, asked.edition) or self._extends(edition, asked):
            return True
        of_class = (asked.edition, asked.kind, asked.major, asked.minor)
        return of_class in self.kept.get(edition, ())

    def nearness(self, edition: str, asked: Question) -> tuple[int, int]:
        """Greater is nearer, of editions that speak of the class.

        A city's own edition, which extends that of the class, goes before the latter, a newer one
        before an older one; one that has not begun goes behind.
        """
        if edition == ANY:
            return NO_EDITION, 0
        if edition == asked.edition:
            return SAME, 0
        age, begun = self.order.get(edition, (0, False))
        if self._extends(edition, asked):
            return EXTENDS, age if begun else 0
        return EARLIER, age

    def _extends(self, edition: str, asked: Question) -> bool:
        return asked.edition in self.extended.get(edition, ())
