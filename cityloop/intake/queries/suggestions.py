"""What a text may mean: classes and filing rules, with confidence. Suggestions, never decisions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from cityloop.intake import classifier, likeness, reference
from cityloop.intake.likeness import Likeness, Subject, bigrams, common_share
from cityloop.intake.models import Report, TextModel
from cityloop.intake.reference import KnownClass
from cityloop.standards import queries as standards
from cityloop.standards.models import FilingRule, ProblemClass

FLOOR = 0.05  # what a rule without a common word still counts
NEAREST, FAIRLY_SURE = 3, 0.3  # classes that a text may mean; from this confidence on
SURE, HARDLY = 0.9, 0.05  # so sure of one class, and hardly of that chosen, it is worth a word


@dataclass(frozen=True, slots=True)
class ClassGuess:
    """A class with the calibrated probability that it is the right one."""

    known: KnownClass
    confidence: float


@dataclass(frozen=True, slots=True)
class RuleGuess:
    """A filing rule with its share of likeness to the text among the rules of its class."""

    rule: FilingRule
    confidence: float


def suggest_rules(class_id: int, text: str, *, on: date) -> list[RuleGuess]:
    """The class's filing rules, the likeliest for this text first; a suggestion, no decision."""
    rules = standards.rules_for(class_id, on=on)
    grams = bigrams(text)
    shares = [common_share(grams, bigrams(rule.condition_zh)) + FLOOR for rule in rules]
    total = sum(shares) or 1.0
    found = [
        RuleGuess(rule, round(share / total, 3)) for rule, share in zip(rules, shares, strict=True)
    ]
    return sorted(found, key=lambda one: -one.confidence)


def suggest_classes(text: str, *, on: date) -> list[ClassGuess]:
    """The likeliest classes in force on a day, best first; empty while no model is ready."""
    guesses = classifier.guess(text)
    if not guesses:
        return []
    known = reference.classes(on).by_code
    return [ClassGuess(known[one.code], one.confidence) for one in guesses if one.code in known]


def meant_by(text: str, *, on: date) -> list[list[Any]]:
    """[class id, confidence] of the text model, best first; only what is in force on the day."""
    return [[one.known.id, one.confidence] for one in suggest_classes(text, on=on)]


def speaks_of_another(guesses: Sequence[Sequence[Any]], class_id: int) -> int | None:
    """The class that a text surely speaks of where the one chosen is none that it may mean."""
    likely = {pk for pk, confidence in guesses if confidence >= HARDLY}
    if not guesses or guesses[0][1] < SURE or class_id in likely:
        return None
    return int(guesses[0][0])


def doubted(
    like: Likeness, mine: Subject, guesses: Sequence[Sequence[Any]], *, on: date
) -> Likeness:
    """Like words alone may be the usual sentence about another thing: where the text model sees
    nothing in common between the two, the case is not the same for these words."""
    sure = [rule.__name__ for rule in likeness.SURE if rule.__name__ in like.rules]
    if sure != [likeness.same_words.__name__]:
        return like
    told = like.told
    here = [(mine.class_id, 1.0)] if mine.class_id else guesses
    there = [(told.class_id, 1.0)] if told.class_id else meant_by(told.text, on=on)
    apart = _elsewhere(here, there) or _elsewhere(there, here)
    return replace(like, same=False) if apart else like


def _elsewhere(these: Sequence[Sequence[Any]], those: Sequence[Sequence[Any]]) -> bool:
    """The one is fairly sure of a class that the other does not even think of."""
    if not these or not those or these[0][1] < FAIRLY_SURE:
        return False
    return these[0][0] not in {pk for pk, _confidence in those[:NEAREST]}


def text_model() -> TextModel | None:
    """The text model in use, with its measured figures."""
    return TextModel.objects.order_by("-id").first()


def stored_suggestions(found: Sequence[Report]) -> dict[int, list[ClassGuess]]:
    """Report id -> what the model said when it came; classes withdrawn since stay named."""
    wanted = {pk for one in found for pk, _confidence in one.suggestions}
    rows = ProblemClass.objects.in_bulk(wanted) if wanted else {}
    return {
        one.pk: [
            ClassGuess(reference.known_class(rows[pk]), confidence)
            for pk, confidence in one.suggestions
            if pk in rows
        ]
        for one in found
    }
