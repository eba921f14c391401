"""Train the text model and put it into use."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import ngettext

from cityloop.intake import classifier
from cityloop.intake.models import TextModel
from cityloop.kernel import errors
from cityloop.kernel.actor import Actor

PERMISSION = "standards.manage"
LEAST_CLASSES = 2


class TooLittleText(errors.Refused):
    """There is nothing to learn from."""

    code, title = "too-little-text", "There are too few texts to learn from"


def train(*, actor: Actor, now: datetime) -> TextModel:
    """Train on all that is known today, measure by cross-validation, keep file and row.

    Takes seconds. Raises NotAllowed, NoEdition, TooLittleText.
    """
    from cityloop.intake import training  # scikit-learn: not for the web process

    actor.require_for_city(PERMISSION)
    edition, known = training.examples(timezone.localdate(now))
    classes = {one.code for one in known}
    if len(classes) < LEAST_CLASSES:
        why = ngettext(
            "load the standards first: only %(n)s class has a name",
            "load the standards first: only %(n)s classes have a name",
            len(classes),
        )
        raise TooLittleText(why % {"n": len(classes)})
    model, figures = training.fit(known)
    digest = classifier.save(model)
    row = TextModel.objects.create(
        sha256=digest, edition=edition.code, trained_at=now, trained_by=actor.post[:120],
        examples=len(known), classes=len(classes), metrics=_plain(figures),
    )  # fmt: skip
    classifier.holder.load()
    return row


def _plain(figures: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in figures.items() if value is not None}
