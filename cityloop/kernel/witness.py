"""A second memory of what was sealed: a file beside the database, which its owner cannot rewrite.

Seals in the database prove what lies before them, as long as they are there. Whoever has the
database's password can take off its locks, delete a case and every seal since: the next seal would
close the gap. So each seal is noted here too, and the proof asks for every one that was noted.

A file for each database, by its name, beside the photos; a line for each note. By name, so that the
notes still hold for a database that was restored elsewhere, and for one that was put in its place.

What is not sealed yet is kept in two files more until it is: `keep` writes to the newer one, and
`settle`, called at each seal, drops the older one, whose lines have been looked for by then.
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
_DIGITS = 64  # of a SHA-256 sum, in hexadecimal
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


def keep(notes: Sequence[Note]) -> None:
    """Keep what is being written until it is sealed, once the transaction stands.

    Every step does this: no lock and no flush to the disk, so what a power failure takes from here
    is missing from the proof of the last minute, not from the history.
    """
    text = "".join(f"{name} {digest}\n" for name, digest in notes)
    path = _newest(file_of())
    transaction.on_commit(lambda: _write_behind(path, text.encode()), robust=True)


def kept() -> Iterator[Note]:
    """What is kept until it is sealed."""
    yield from _pairs(_older(file_of()))
    yield from _pairs(_newest(file_of()))


def kept_longest() -> Iterator[Note]:
    """Of that, what was there at the last `settle`."""
    return _pairs(_older(file_of()))


def settle(kind: str, missing: Sequence[Note]) -> None:
    """Drop what was kept longest and begin anew; what of it is `missing` is noted for good.

    One at a time: call it under a lock, in a transaction.
    """
    path = file_of()
    if missing:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT pg_advisory_xact_lock_shared({_LOCK})")
        _append(path, "".join(f"{kind} {name} {digest}\n" for name, digest in missing))
    try:
        _newest(path).replace(_older(path))
    except FileNotFoundError:  # nothing was written since
        _older(path).unlink(missing_ok=True)


def forget_kept() -> None:
    """Another database takes the place of this one: what came last to the old one is not its."""
    for path in (_older(file_of()), _newest(file_of())):
        path.unlink(missing_ok=True)


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


def _newest(path: Path) -> Path:
    return path.with_suffix(".newest")


def _older(path: Path) -> Path:
    return path.with_suffix(".older")


def _pairs(path: Path) -> Iterator[Note]:
    try:
        stream = path.open(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return
    with stream:
        for line in stream:
            parts = line.split()
            if line.endswith("\n") and len(parts) == 2 and len(parts[1]) == _DIGITS:
                yield parts[0], parts[1]


def _write_behind(path: Path, text: bytes) -> None:
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
    try:
        descriptor = os.open(path, flags, 0o644)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, flags, 0o644)
    try:
        os.write(descriptor, text)
    finally:
        os.close(descriptor)


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
