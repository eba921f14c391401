"""The proof inside a transaction that is rolled back: nothing is noted beside the database."""

from __future__ import annotations

from datetime import datetime

from cityloop.cases import proof
from cityloop.cases.faults import Broken


def broken(now: datetime) -> list[Broken]:
    """What the proof finds, but for seals that no commit has noted."""
    found = proof.verify(now=now).broken
    return [one for one in found if "not noted outside the database" not in one.what]
