"""What a text may mean: classes and filing rules, with confidence. Suggestions, never decisions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from cityloop.intake import classifier, reference
from cityloop.intake.likeness import bigrams, common_share
from cityloop.intake.models import Report, TextModel
from cityloop.intake.reference import KnownClass
from cityloop.standards import queries as standards
from cityloop.standards.models import FilingRule, ProblemClass

FLOOR = 0.05  # what a rule without a common word still counts


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
