"""Looking at photos: prints of the stock, findings about the photos of a step."""

from __future__ import annotations

from datetime import datetime, timedelta

from cityloop.evidence import looking, prints, queries
from cityloop.evidence.models import Finding, Print
from cityloop.kernel import files
from cityloop.kernel.models import StoredFile

RECENT = timedelta(days=1)


def examine(*, number: str, version: int, now: datetime) -> list[Finding]:
    """Look at every photo that a step brought and keep what is found; again changes nothing.

    Prints of all photos are kept first: of two copies that come at the same time, each sees the
    other. A step long past is only searched for copies: who checks it has judged long ago, and a
    worker that catches up has more urgent things to look at closely.
    """
    photos = queries.photos_of_step(number, version)
    for photo in photos:
        keep_prints(photo.file)
    found = [
        one
        for photo in photos
        for look in (looking.LOOKS if now - photo.added_at < RECENT else looking.QUICK)
        for one in look(photo)
    ]
    for finding in found:
        finding.found_at = now
    return Finding.objects.bulk_create(found, ignore_conflicts=True)


def keep_prints(file: StoredFile) -> None:
    """The prints of a picture; each kept once."""
    if Print.objects.filter(file=file, part__in=(prints.LATEST, prints.PLAIN)).exists():
        return
    found = prints.prints_of(files.location(file.sha256))
    rows = [
        Print(file=file, part=part, hash=value, bands=prints.bands(value))
        for part, value in found.items()
    ]
    plain = Print(file=file, part=prints.PLAIN, hash=0, bands=[])
    Print.objects.bulk_create(rows or [plain], ignore_conflicts=True)


def print_stock(*, limit: int) -> int:
    """Prints of pictures that came before there were prints, or such parts, or with an import; how
    many."""
    waiting = queries.without_print(limit)
    for file in waiting:
        keep_prints(file)
    return len(waiting)
