"""When are two reports about the same problem? Named pure rules over place, class, text, picture.

Candidates already lie within the channel's metres and hours. A rule either joins the report to the
case or only shows the case to the acceptor; what merely resembles is never joined (D07).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

NEAR_TEXT = 0.55  # share of common bigrams at which two texts of one class tell the same
SAME_TEXT = 0.75  # ... when one of the two has no class yet
CLOSE_BITS = 6  # differing bits of 64 up to which two pictures show the same
_NOISE = re.compile(r"[\W_]+")
_HOUSE = re.compile(r"(\d+)\s*(?:号|弄|幢|栋|楼|单元|室|#)")


@dataclass(frozen=True, slots=True)
class Subject:
    """The problem as one report tells it. `files` are ids of stored files."""

    class_id: int | None = None
    component_id: int | None = None
    text: str = ""
    files: frozenset[int] = frozenset()
    phashes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A case nearby that may be the same problem."""

    case_id: int
    number: str
    status: str
    open: bool
    joinable: bool  # open, and of a kind that reports may join
    metres: float
    told: Subject  # by whom it was told first, with the pictures of all
    also_told: tuple[Subject, ...] = ()  # by those who joined it, the latest few
    own_words: Subject | None = None  # of whoever told first, where the acceptor put them otherwise
    area_code: str = ""
    units: tuple[int, ...] = ()
    members: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Likeness:
    """A candidate with the rules that speak for it."""

    candidate: Candidate
    told: Subject  # the telling of it that is meant
    rules: tuple[str, ...]
    same: bool  # one of the rules is sure
    score: float  # 0..1, to order by


def bigrams(text: str) -> frozenset[str]:
    """Two-character grams without spaces and punctuation; a single character is its own gram."""
    plain = _NOISE.sub("", text[:500]).lower()
    if len(plain) < 2:
        return frozenset((plain,)) if plain else frozenset()
    return frozenset(plain[i : i + 2] for i in range(len(plain) - 1))


def common_share(one: frozenset[str], other: frozenset[str]) -> float:
    """Dice's coefficient of two gram sets, 0..1."""
    total = len(one) + len(other)
    return 2 * len(one & other) / total if one and other else 0.0


def differing_bits(one: int, other: int) -> int:
    """Hamming distance of two 64-bit perceptual hashes (signed as stored)."""
    return ((one ^ other) & 0xFFFF_FFFF_FFFF_FFFF).bit_count()


def same_component(new: Subject, old: Subject, share: float) -> bool:
    """Both name the same component, and not two different classes."""
    if new.component_id is None or new.component_id != old.component_id:
        return False
    return _classes_agree(new, old)


def same_file(new: Subject, old: Subject, share: float) -> bool:
    """The very same photo was sent again, close by and shortly after, for no other class."""
    return bool(new.files & old.files) and _classes_agree(new, old)


def same_picture(new: Subject, old: Subject, share: float) -> bool:
    """Two photos that look alike, and not of two different classes."""
    alike = any(differing_bits(a, b) <= CLOSE_BITS for a in new.phashes for b in old.phashes)
    return alike and _classes_agree(new, old)


def another_house(new: Subject, told: Iterable[Subject]) -> bool:
    """Both sides name house numbers, and none is common: alike but for the number is another place.

    `told`: all tellings of a case; whoever joined it without a number says nothing against those
    who named one.
    """
    here = set(_HOUSE.findall(new.text))
    there = {house for one in told for house in _HOUSE.findall(one.text)} if here else set()
    return bool(there) and not here & there


def same_class_near_text(new: Subject, old: Subject, share: float) -> bool:
    """The same class, told in nearly the same words."""
    return new.class_id is not None and new.class_id == old.class_id and share >= NEAR_TEXT


def same_words(new: Subject, old: Subject, share: float) -> bool:
    """One of the two has no class yet; the words are the same."""
    return (new.class_id is None or old.class_id is None) and share >= SAME_TEXT


def same_class(new: Subject, old: Subject, share: float) -> bool:
    """The same class nearby: worth a look, no more."""
    return new.class_id is not None and new.class_id == old.class_id


def near_words(new: Subject, old: Subject, share: float) -> bool:
    """Nearly the same words: worth a look."""
    return share >= NEAR_TEXT


Rule = Callable[[Subject, Subject, float], bool]
SURE: tuple[Rule, ...] = (
    same_component, same_file, same_picture, same_class_near_text, same_words,
)  # fmt: skip
BY_WORDS: tuple[Rule, ...] = (same_class_near_text, same_words)
PROVEN: tuple[Rule, ...] = tuple(rule for rule in SURE if rule not in BY_WORDS)
HINTS: tuple[Rule, ...] = (same_class, near_words)


def tellings(new: Subject, candidates: Iterable[Candidate]) -> list[Likeness]:
    """Every telling of a candidate that some rule speaks for.

    Who joined a case told of the same problem in other words: what resembles theirs belongs to it
    too, or it would hang on the order of the reports.
    """
    grams = bigrams(new.text)
    found = []
    for candidate in candidates:
        standing = (candidate.told, *candidate.also_told)  # a house put right is not one of them
        rules = PROVEN if another_house(new, standing) else SURE
        for told in (*standing, *filter(None, (candidate.own_words,))):
            share = common_share(grams, bigrams(told.text))
            sure = _speaking(rules, new, told, share)
            hints = _speaking(HINTS, new, told, share)
            if sure or hints:
                score = (0.5 if sure else 0.0) + 0.4 * share + 0.1 / (1 + candidate.metres / 10)
                speak = (*sure, *hints)
                found.append(Likeness(candidate, told, speak, bool(sure), round(score, 3)))
    return found


def one_a_case(found: Iterable[Likeness]) -> list[Likeness]:
    """Of each case the telling that is most alike; sure ones first, then by likeness, distance."""
    ordered = sorted(found, key=lambda one: (not one.same, -one.score, one.candidate.metres))
    best: dict[int, Likeness] = {}
    for one in ordered:
        best.setdefault(one.candidate.case_id, one)
    return list(best.values())


def speaks_for(new: Subject, old: Subject) -> bool:
    """Whether any rule says that the two may be one problem."""
    share = common_share(bigrams(new.text), bigrams(old.text))
    return bool(_speaking(SURE + HINTS, new, old, share))


def _speaking(rules: Iterable[Rule], new: Subject, old: Subject, share: float) -> list[str]:
    return [rule.__name__ for rule in rules if rule(new, old, share)]


def _classes_agree(new: Subject, old: Subject) -> bool:
    return new.class_id is None or old.class_id is None or new.class_id == old.class_id
