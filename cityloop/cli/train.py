"""`cityloop train-classifier`: make the text model anew and put it into use."""

from __future__ import annotations

import time

from cityloop.cli.database import require_tables
from cityloop.cli.output import AsJson, finish, progress
from cityloop.cli.project import open_project


def train_classifier(as_json: AsJson = False) -> None:
    """Train on class names, filing conditions, data/training and the city's own closed cases.

    Running web processes take the new model within half a minute.
    """
    open_project()
    require_tables()
    from cityloop.intake import operations
    from cityloop.kernel import clock
    from cityloop.kernel.actor import Actor

    began = time.monotonic()
    with progress("Training the text model"):
        row = operations.train(actor=Actor.system("train-classifier"), now=clock.now())
    seconds = round(time.monotonic() - began, 3)
    result = {
        "edition": row.edition, "examples": row.examples, "classes": row.classes,
        "sha256": row.sha256, **row.metrics, "seconds": seconds,
    }  # fmt: skip
    finish(result, _sentence(result), as_json=as_json)


def _sentence(result: dict[str, object]) -> str:
    words = f"{result['examples']} texts, {result['classes']} classes in {result['seconds']} s"
    if "accuracy" not in result:
        return f"{words}; too few sentences written by people to measure it"
    return (
        f"{words}; on {result['sentences']} sentences it had not seen: first guess right "
        f"{result['accuracy']:.1%}, among three {result['accuracy_top3']:.1%}"
    )
