"""What was set of the texts of messages, for the audit of configuration."""

from __future__ import annotations

from cityloop.kernel.changes import Asked, Change, asked_of, lines_of
from cityloop.notify.models import Wording


def changes(asked: Asked) -> list[Change]:
    """Each text with the one before it."""
    rows = Wording.objects.all()
    return asked_of(rows, asked, "wordings", _wording, at="set_at", actor="set_by")


def _wording(row: Wording) -> Change:
    same = {"topic": row.topic, "language": row.language, "class_code": row.class_code}
    earlier = Wording.objects.filter(**same, pk__lt=row.pk).order_by("-pk")
    before = earlier.values_list("text", flat=True).first() or ""
    what = f"{row.topic} {row.language} {row.class_code}".strip()
    lines = lines_of({"text": before}, {"text": row.text})
    return Change("wordings", row.pk, row.set_at, row.set_by, what, lines)
