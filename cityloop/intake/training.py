"""Make the text model: names, synonyms, filing conditions, labelled sentences, the city's cases.

Only the command and the training job import this module: scikit-learn is slow to load.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.isotonic import IsotonicRegression
from sklearn.model_selection import KFold
from sklearn.svm import LinearSVC

from cityloop.cases.models import Case, Status
from cityloop.intake.classifier import TOP, Floats, Model, grams, softmax
from cityloop.standards import queries as standards
from cityloop.standards.models import Edition, ProblemClass

LABELLED = Path("data") / "training" / "labelled.csv"
ENOUGH_CASES = 200
MOST_CASES = 20_000
FOLDS = 5
SEED = 20260101
NOTHING_KNOWN: Floats = np.array([0, 0.5], dtype=np.float32)  # before anything was measured


@dataclass(frozen=True, slots=True)
class Example:
    """A text of a known class. Only `real` ones, written by people, measure the model."""

    text: str
    code: str
    real: bool


def examples(on: date) -> tuple[Edition, list[Example]]:
    """All texts for the classes in force on a day; raises NoEdition."""
    edition = standards.current_edition(on)
    classes = {row.pk: row for row in standards.classes(edition)}
    found = [
        *_names(classes.values()),
        *_conditions(edition),
        *_labelled(classes),
        *_cases(classes),
    ]
    return edition, found


def _names(classes: Any) -> Iterator[Example]:
    for row in classes:
        for name in (row.name_zh, *row.synonyms):
            yield Example(name, row.code, real=False)


def _conditions(edition: Edition) -> Iterator[Example]:
    for rule in standards.in_force(edition):
        yield Example(
            rule.problem_class.name_zh + rule.condition_zh, rule.problem_class.code, real=False
        )


def _labelled(classes: dict[int, ProblemClass]) -> Iterator[Example]:
    """Labelled sentences; a class of another edition is taken when one in force maps to it."""
    path = Path(settings.BASE_DIR) / LABELLED
    if not path.is_file():
        return
    wanted = _by_old_code(classes)
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            key = (row["edition"], row["kind"], row["major_code"], row["minor_code"])
            if code := wanted.get(key):
                yield Example(row["text_zh"], code, real=True)


def _by_old_code(classes: dict[int, ProblemClass]) -> dict[tuple[str, str, str, str], str]:
    rows = ProblemClass.objects.filter(pk__in=classes).select_related(
        "edition", "national__edition"
    )
    found: dict[tuple[str, str, str, str], str] = {}
    for row in rows:
        for one in (row, row.national):
            if one is not None:
                key = (one.edition.code, one.kind, one.major_code, one.minor_code)
                found.setdefault(key, row.code)
    return found


def _cases(classes: dict[int, ProblemClass]) -> list[Example]:
    """The city's own closed cases, the latest first, when there are enough to learn from."""
    rows = Case.objects.filter(
        status=Status.CLOSED, problem_class__in=classes, accepted_at__isnull=False
    ).exclude(description="")
    latest = rows.order_by("-id").values_list("description", "problem_class_id")[:MOST_CASES]
    found = {(text[:500], classes[pk].code) for text, pk in latest}
    if len(found) < ENOUGH_CASES:
        return []
    return [Example(text, code, real=True) for text, code in sorted(found)]


@dataclass(frozen=True, slots=True)
class Measured:
    """What cross-validation showed: figures for people, and how to turn scores into chances."""

    figures: dict[str, Any]
    temperature: float
    claimed: Floats
    observed: Floats


def fit(known: Sequence[Example]) -> tuple[Model, dict[str, Any]]:
    """Train on everything; confidence is calibrated, and all measured, by cross-validation."""
    measured = measure(known)
    vectors, machine = _machine(known)
    return _model(vectors, machine, measured), measured.figures


def measure(known: Sequence[Example]) -> Measured:
    """Accuracy on texts that people wrote, each judged by a model that has not seen it.

    Names and conditions are in every training part: they are known before any report comes.
    """
    real = [one for one in known if one.real]
    given = [one for one in known if not one.real]
    if len(real) < FOLDS * 2:
        return Measured({"sentences": len(real)}, 0.1, NOTHING_KNOWN, NOTHING_KNOWN)
    scores, truth = _out_of_fold(real, given, sorted({one.code for one in known}))
    temperature = _temperature(scores, truth)
    best = np.argsort(-scores, axis=1)[:, :TOP]
    hits = best == truth[:, None]
    chances = np.stack([softmax(row / temperature) for row in scores])
    claims = np.take_along_axis(chances, best, axis=1)
    figures = {
        "sentences": len(real),
        "folds": FOLDS,
        "accuracy": round(float(hits[:, 0].mean()), 4),
        "accuracy_top3": round(float(hits.any(axis=1).mean()), 4),
        "calibration_error": round(_calibration_error(claims, hits), 4),
    }
    return Measured(figures, temperature, *_calibration(claims, hits))


def _calibration(claims: Floats, hits: Any) -> tuple[Floats, Floats]:
    """A rising curve from what is claimed to what was observed."""
    curve = IsotonicRegression(y_min=0, y_max=0.99, out_of_bounds="clip")
    curve.fit(claims.ravel(), hits.ravel())
    return curve.X_thresholds_.astype(np.float32), curve.y_thresholds_.astype(np.float32)


def _calibration_error(claims: Floats, hits: Any) -> float:
    """Mean distance between confidence and truth; each half is judged by the other's curve."""
    odd = np.arange(len(claims)) % 2 == 1
    honest = np.zeros(len(claims))
    for half in (odd, ~odd):
        honest[~half] = np.interp(claims[~half, 0], *_calibration(claims[half], hits[half]))
    which = np.minimum((honest * 10).astype(int), 9)
    gaps = [
        abs(float(honest[which == one].sum() - hits[which == one, 0].sum())) for one in range(10)
    ]
    return sum(gaps) / len(claims)


def _out_of_fold(
    real: Sequence[Example], given: Sequence[Example], codes: list[str]
) -> tuple[Floats, Any]:
    """Scores of each real text by a model that has not seen it."""
    column = {code: i for i, code in enumerate(codes)}
    scores = np.zeros((len(real), len(codes)), dtype=np.float32)
    splits = KFold(FOLDS, shuffle=True, random_state=SEED).split(real)
    for train, test in splits:
        vectors, machine = _machine([*given, *(real[i] for i in train)])
        decided = machine.decision_function(vectors.transform([real[i].text for i in test]))
        places = [column[code] for code in machine.classes_]
        scores[test] = decided.min() - 1
        scores[np.ix_(test, places)] = decided
    return scores, np.array([column[one.code] for one in real])


def _machine(known: Sequence[Example]) -> tuple[TfidfVectorizer, LinearSVC]:
    vectors = TfidfVectorizer(analyzer=grams, sublinear_tf=True, dtype=np.float32)
    machine = LinearSVC(C=0.5, tol=0.01, random_state=SEED)
    machine.fit(vectors.fit_transform([one.text for one in known]), [one.code for one in known])
    return vectors, machine


def _model(vectors: TfidfVectorizer, machine: LinearSVC, measured: Measured) -> Model:
    names = vectors.get_feature_names_out()
    return Model(
        sha256="",
        rows={str(gram): row for row, gram in enumerate(names)},
        idf=vectors.idf_.astype(np.float32),
        weights=np.ascontiguousarray(machine.coef_.T, dtype=np.float32),
        intercept=machine.intercept_.astype(np.float32),
        codes=tuple(str(code) for code in machine.classes_),
        temperature=measured.temperature,
        claimed=measured.claimed,
        observed=measured.observed,
    )


def _temperature(scores: Floats, truth: Any) -> float:
    """The temperature under which the chances of the true classes are likeliest."""

    def loss(temperature: float) -> float:
        chances = np.stack([softmax(row / temperature) for row in scores])
        return float(-np.log(chances[np.arange(len(truth)), truth] + 1e-12).mean())

    return min((float(t) for t in np.geomspace(0.02, 3.0, 60)), key=loss)
