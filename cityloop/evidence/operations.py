"""Looking at photos: prints of the stock, findings about the photos of a step."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from cityloop.cases.models import Attachment
from cityloop.evidence import prints, queries
from cityloop.evidence.models import Finding, Kind, Print
from cityloop.kernel import files
from cityloop.kernel.models import StoredFile


def examine(*, number: str, version: int, now: datetime) -> list[Finding]:
    """Look at every photo that a step brought and keep what is found; again changes nothing.

    Prints of all photos are kept first: of two copies that come at the same time, each sees the
    other.
    """
    photos = queries.photos_of_step(number, version)
    for photo in photos:
        keep_prints(photo.file)
    found = [finding for photo in photos for finding in _look_at(photo, now)]
    return Finding.objects.bulk_create(found, ignore_conflicts=True)


def _look_at(photo: Attachment, now: datetime) -> list[Finding]:
    seen = [look(photo) for look in (reuse,)]
    made = [one for one in seen if one is not None]
    for finding in made:
        finding.found_at = now
    return made


def reuse(photo: Attachment) -> Finding | None:
    """The picture, or an edited copy of it, belongs to another case already."""
    path = files.location(photo.file.sha256)
    own = {one.part: one.hash for one in Print.objects.filter(file=photo.file)}
    if prints.PLAIN in own:
        return None
    probes = [queries.Probe(value, part == prints.WHOLE) for part, value in own.items()]
    probes.append(queries.Probe(prints.mirrored(path), whole=True))
    found = queries.alike(probes, but=photo.file_id)
    elsewhere = queries.cases_with([one.file_id for one in found], but=photo.case)
    known = [one for one in found if one.file_id in elsewhere]
    if not known:
        return None
    numbers = list(dict.fromkeys(number for one in known for number in elsewhere[one.file_id]))
    facts = {"cases": numbers[: queries.SHOWN], "differs": known[0].differs, "part": known[0].part}
    score = 1 - known[0].differs / 64
    return finding_of(photo, Kind.REUSED, odd=True, score=score, method=prints.METHOD, facts=facts)


def finding_of(
    photo: Attachment,
    kind: str,
    *,
    odd: bool,
    method: str,
    score: float | None = None,
    facts: dict[str, Any] | None = None,
) -> Finding:
    """A finding about a photo, not yet written."""
    return Finding(
        case_id=photo.case_id, version=photo.version, file_id=photo.file_id, kind=kind, odd=odd,
        score=None if score is None else round(score, 3), facts=facts or {}, method=method,
    )  # fmt: skip


def keep_prints(file: StoredFile) -> None:
    """The prints of a picture; kept once."""
    if Print.objects.filter(file=file).exists():
        return
    found = prints.prints_of(files.location(file.sha256))
    rows = [
        Print(file=file, part=part, hash=value, bands=prints.bands(value))
        for part, value in found.items()
    ]
    plain = Print(file=file, part=prints.PLAIN, hash=0, bands=[])
    Print.objects.bulk_create(rows or [plain], ignore_conflicts=True)


def print_stock(*, limit: int) -> int:
    """Prints of pictures that came before there were prints, or with an import; how many."""
    waiting = queries.without_print(limit)
    for file in waiting:
        keep_prints(file)
    return len(waiting)
