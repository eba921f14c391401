"""From words to classes: character n-grams against a linear model, with honest confidence.

The model is made by training.py. Here it only reads: no scikit-learn, some tens of microseconds a
text. It is loaded by a thread of its own at the first question, so no request ever waits for it;
until then, and where nobody has trained one, there is simply no suggestion.
"""

from __future__ import annotations

import hashlib
import logging
import time
import unicodedata
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from threading import Lock, Thread

import numpy as np
import numpy.typing as npt
from django.conf import settings
from django.db import connection

from cityloop.intake.models import TextModel

LOOK_SECONDS = 30.0  # how soon a process sees a newly trained model
MAX_TEXT = 500
TOP = 3
# Of a text's pairs of characters the model must know so many: words of another matter, or of
# another language, hit a class by chance, and the calibration knows nothing of them.
LEAST_KNOWN = 0.2
Floats = npt.NDArray[np.float32]
log = logging.getLogger("cityloop.intake")


@dataclass(frozen=True, slots=True)
class Guess:
    """A class code with the model's calibrated probability."""

    code: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Model:
    """Arrays of a trained model: grams -> row, weights (grams x classes), codes by column."""

    sha256: str
    rows: dict[str, int]
    idf: Floats
    weights: Floats
    intercept: Floats
    codes: tuple[str, ...]
    temperature: float
    claimed: Floats  # what the softmax claims ...
    observed: Floats  # ... and how often it was right in cross-validation

    def guess(self, text: str, top: int = TOP) -> list[Guess]:
        """The likeliest classes, best first; none for a text that is mostly unknown."""
        pairs = [gram for gram in grams(text) if len(gram) > 1]
        known = sum(gram in self.rows for gram in pairs)
        scores = self.scores(text)
        if scores is None or known < LEAST_KNOWN * len(pairs):
            return []
        chances = softmax(scores / self.temperature)
        best = np.argpartition(-chances, min(top, len(chances) - 1))[:top]
        ordered = best[np.argsort(-chances[best])]
        honest = np.interp(chances[ordered], self.claimed, self.observed)
        return [
            Guess(self.codes[i], round(float(one), 3))
            for i, one in zip(ordered, honest, strict=True)
        ]

    def scores(self, text: str) -> Floats | None:
        """Raw score of every class; None for a text without a known gram."""
        counts: dict[int, int] = {}
        find = self.rows.get
        for gram in grams(text):
            row = find(gram)
            if row is not None:
                counts[row] = counts.get(row, 0) + 1
        if not counts:
            return None
        index = np.fromiter(counts.keys(), dtype=np.intp, count=len(counts))
        times = np.fromiter(counts.values(), dtype=np.float32, count=len(counts))
        values = (1 + np.log(times)) * self.idf[index]
        values /= np.sqrt(values @ values)
        found: Floats = values @ self.weights[index] + self.intercept
        return found


def grams(text: str) -> list[str]:
    """Runs of one and two characters of the text in normal form, without spaces.

    With runs of three the model is three times as large and, on sentences that it has not seen,
    worse by three points: most of them occur once.
    """
    plain = "".join(unicodedata.normalize("NFKC", text[:MAX_TEXT]).lower().split())
    return [*plain, *map("".join, pairwise(plain))]


def softmax(scores: Floats) -> Floats:
    """Scores as chances that add up to one."""
    raised: Floats = np.exp(scores - np.max(scores))
    chances: Floats = raised / np.sum(raised, dtype=np.float32)
    return chances


def folder() -> Path:
    """Where trained models lie."""
    return Path(settings.DATA_DIR) / "models"


def save(model: Model) -> str:
    """Write the model's file under its hash; returns the hash."""
    place = folder()
    place.mkdir(parents=True, exist_ok=True)
    draft = place / f"draft-{time.monotonic_ns()}.npz"
    np.savez(
        draft,
        grams=np.array(list(model.rows), dtype="U2"),
        idf=model.idf,
        weights=model.weights.astype(np.float16),
        intercept=model.intercept,
        codes=np.array(model.codes),
        temperature=np.array(model.temperature),
        claimed=model.claimed,
        observed=model.observed,
    )
    digest = hashlib.sha256(draft.read_bytes()).hexdigest()
    draft.replace(place / f"{digest}.npz")
    return digest


def read(sha256: str) -> Model:
    """The model of this hash; OSError when the file is missing, ValueError when it was altered."""
    path = folder() / f"{sha256}.npz"
    if hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
        raise ValueError(f"text model {sha256[:12]} does not have its own content")
    with np.load(path, allow_pickle=False) as arrays:
        return Model(
            sha256=sha256,
            rows={str(gram): row for row, gram in enumerate(arrays["grams"])},
            idf=arrays["idf"],
            weights=arrays["weights"].astype(np.float32),
            intercept=arrays["intercept"],
            codes=tuple(str(code) for code in arrays["codes"]),
            temperature=float(arrays["temperature"]),
            claimed=arrays["claimed"],
            observed=arrays["observed"],
        )


class Holder:
    """The model of this process: looked for in the background, never waited for."""

    def __init__(self) -> None:
        self.model: Model | None = None
        self._looked = float("-inf")
        self._lock = Lock()

    def ready(self) -> Model | None:
        """What is loaded now; starts a look when the last one is some time ago."""
        if time.monotonic() - self._looked > LOOK_SECONDS and self._lock.acquire(blocking=False):
            self._looked = time.monotonic()
            Thread(target=self._look, name="text-model", daemon=True).start()
        return self.model

    def _look(self) -> None:
        try:
            self.load()
        except Exception:  # a broken model must not hurt intake
            log.exception("the text model could not be loaded")
        finally:
            connection.close()
            self._lock.release()

    def load(self) -> Model | None:
        """Load the latest model now, if there is one and it is another."""
        latest = TextModel.objects.order_by("-id").values_list("sha256", flat=True).first()
        if latest is None:
            self.model = None
        elif self.model is None or self.model.sha256 != latest:
            self.model = read(latest)
        self._looked = time.monotonic()
        return self.model


holder = Holder()


def guess(text: str) -> list[Guess]:
    """The likeliest classes of a text; empty while no model is ready."""
    model = holder.ready() if text else None
    return model.guess(text) if model else []
