"""The files of a form, kept: whoever sent several hears of each that cannot be taken."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from cityloop.kernel import files
from cityloop.kernel.models import StoredFile


def kept(
    sent: Iterable[tuple[Any, bool]], *, field: str, now: datetime
) -> list[tuple[StoredFile, str, bool]]:
    """Each upload as (stored file, its name, the camera took it just now); raises BadFile with a
    reason for every one that is no photo, recording or paper; FileTooLarge, NoRoom."""
    found: list[tuple[StoredFile, str, bool]] = []
    wrong: list[files.BadFile] = []
    for one, taken in sent:
        name = one.name or ""
        try:
            found.append((files.store(chunks=one.chunks(), filename=name, now=now), name, taken))
        except files.BadFile as problem:
            wrong.append(problem)
    if wrong:
        reasons = [reason for problem in wrong for reason in problem.reasons]
        raise files.BadFile(*reasons, fields={field: "; ".join(reasons)}, code=wrong[0].code)
    return found
