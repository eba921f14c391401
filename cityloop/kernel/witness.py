"""A second memory of what was sealed: a file beside the database, which its owner cannot rewrite.

Seals in the database prove what lies before them, as long as they are there. Whoever has the
database's password can take off its locks, delete a case and every seal since: the next seal would
close the gap. So each seal is noted here too, and the proof asks for every one that was noted.

A file for each database, by its name, beside the photos; a line for each note. By name, so that the
notes still hold for a database that was restored elsewhere, and for one that was put in its place.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.db import connection, transaction

FOLDER = "witness"
WRITTEN_WITHIN = 1.0  # seconds
_LOCK = "hashtextextended('cityloop.witness', 0)"
Note = tuple[str, str]  # (what it is called, its digest)


def note(kind: str, notes: Sequence[Note]) -> None:
    """Note these once the transaction stands; a file that cannot be written is logged, and the
    next note covers what this one did, as the seals are chained."""
    if not notes:
        return
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_advisory_xact_lock_shared({_LOCK})")
    text = "".join(f"{kind} {name} {digest}\n" for name, digest in notes)
    path = file_of()
    transaction.on_commit(lambda: _append(path, text), robust=True)


def told(kind: str) -> Iterator[Note]:
    """Everything of a kind that was noted of this database, oldest first."""
    try:
        stream = file_of().open(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return
    with stream:
        for line in stream:
            parts = line.split()
            if line.endswith("\n") and len(parts) == 3 and parts[0] == kind:
                yield parts[1], parts[2]


@contextmanager
def still() -> Iterator[None]:
    """Meanwhile nothing new is noted, and what was noted stands in the file: a copy of it and a
    picture of the database that is taken in here belong together."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_advisory_lock({_LOCK})")
    try:
        time.sleep(WRITTEN_WITHIN)  # whoever noted last writes it down just after their commit
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT pg_advisory_unlock({_LOCK})")


def file_of() -> Path:
    """Where the notes of this database stand."""
    name = quote(str(connection.settings_dict["NAME"]), safe="")
    return Path(settings.MEDIA_ROOT) / FOLDER / f"{name}.log"


def _append(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab+") as stream:
        if stream.tell() and _cut_short(stream.fileno(), stream.tell()):
            text = "\n" + text
        stream.write(text.encode())
        stream.flush()
        os.fsync(stream.fileno())


def _cut_short(descriptor: int, size: int) -> bool:
    """A line whose writer was killed: nothing may be written behind it."""
    return os.pread(descriptor, 1, size - 1) != b"\n"
