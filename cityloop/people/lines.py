"""A line of the matrix, a question to it and its answer: values without any rule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cityloop.people.reasons import Reason, words_of

EVENT, COMPONENT = "event", "component"


@dataclass(frozen=True, slots=True)
class Line:
    """One valid line. `assists`: (organisation id, duty)."""

    id: int
    kind: str
    edition: str
    major: str
    minor: str
    region: str
    owner_id: int | None
    lead_id: int
    lead_role: str = "rectify"
    assists: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class PersonLine:
    """A person who answers for a class of things in an area."""

    region: str
    kind: str
    edition: str
    major: str
    minor: str
    member_id: int
    organisation_id: int


@dataclass(frozen=True, slots=True)
class Question:
    """A class at a place. `codes`: region and grid codes of the place, '' where not known."""

    kind: str
    edition: str
    major: str
    minor: str
    codes: tuple[str, ...] = ()
    owner_id: int | None = None

    @property
    def place(self) -> str:
        """The most exact code of the place."""
        return max(self.codes, key=len, default="")


@dataclass(frozen=True, slots=True)
class Proposal:
    """A unit for a case, and why: `explanation` in codes and facts (see `reasons`).

    `assists`: ({"organisation": id, "role": duty}, ...). `row_ids`: the matrix line that won,
    then those it beat. `unambiguous` is False when a fact is missing that could change the answer.
    `alternatives`: other units that may have to do it, when it is not.
    """

    lead_id: int
    lead_role: str
    assists: tuple[dict[str, Any], ...]
    row_ids: tuple[int, ...]
    order: tuple[str, ...]
    explanation: tuple[Reason, ...]
    unambiguous: bool
    person_id: int | None = None
    alternatives: tuple[int, ...] = ()
    precise: bool = False  # the line that won names the class, and the area or the owner
    exactness: int = 0  # of the line that won: 2 names the class, 1 its major, 0 any class

    def as_dict(self) -> dict[str, Any]:
        """JSON-able, for a reader: the reasons are sentences in the language in use."""
        return {
            "lead_id": self.lead_id,
            "lead_role": self.lead_role,
            "assists": list(self.assists),
            "row_ids": list(self.row_ids),
            "order": list(self.order),
            "explanation": [words_of(one) for one in self.explanation],
            "unambiguous": self.unambiguous,
            "person_id": self.person_id,
            "alternatives": list(self.alternatives),
        }
