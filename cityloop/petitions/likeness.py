"""When does a petition repeat an earlier one of the same person? Rules that propose only."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from cityloop.intake.likeness import NEAR_TEXT, bigrams, common_share

_SPACE = re.compile(r"[\s\-()（）]+")


@dataclass(frozen=True, slots=True)
class Matter:
    """What a petition is about. `classes` and `places`: as registered, and as its case has them."""

    words: str
    classes: frozenset[int] = frozenset()
    places: frozenset[str] = frozenset()


def plain(words: str) -> str:
    """Words as they are compared."""
    return _SPACE.sub("", words).lower()


def near_text(new: Matter, old: Matter) -> bool:
    """Told in nearly the same words."""
    return common_share(bigrams(new.words), bigrams(old.words)) >= NEAR_TEXT


def same_class(new: Matter, old: Matter) -> bool:
    """The same class of problem."""
    return bool(new.classes & old.classes)


def same_place(new: Matter, old: Matter) -> bool:
    """The same place, as it is written."""
    return bool({plain(one) for one in new.places} & {plain(one) for one in old.places})


RULES: tuple[Callable[[Matter, Matter], bool], ...] = (near_text, same_class, same_place)


def same_matter(new: Matter, old: Matter) -> list[str]:
    """The names of the rules that speak for one matter; [] when none does."""
    return [rule.__name__ for rule in RULES if rule(new, old)]
