"""The line that every change of an edition leaves: who, when, what, of which file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from cityloop.kernel.actor import Actor
from cityloop.standards.models import Edition, EditionChange


def note(
    edition: Edition,
    what: EditionChange.What,
    *,
    actor: Actor,
    now: datetime,
    origin: Mapping[str, str] | None = None,
    why: str = "",
) -> None:
    """Write the line. `origin`: name (`file`) and `sha256` of the file that it came in."""
    counts = {"classes": edition.classes.count(), "rules": edition.rules.count()}
    EditionChange.objects.create(
        edition=edition.code, what=what, at=now, actor=actor.post[:120], why=why,
        member_id=actor.member_id, facts={**counts, **(origin or {})},
    )  # fmt: skip
