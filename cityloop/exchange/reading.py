"""Rows of a CSV file, plain or gzipped, one at a time: constant memory, broken rows named."""

from __future__ import annotations

import csv
import gzip
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import IO, Any

from django.utils.translation import gettext as _

from cityloop.exchange.source import Record, Source, Unreadable
from cityloop.kernel.errors import Invalid
from cityloop.people.models import Organisation
from cityloop.standards.models import ProblemClass

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
CLASS_COLUMNS = ("major_code", "minor_code", "name_zh", "name_en", "major_zh", "major_en")
UNIT_COLUMNS = ("code", "name_zh", "name_en")
# So long may a cell be before the whole file is taken for broken; its row is refused anyway.
csv.field_size_limit(16 * 1024 * 1024)
Line = tuple[int, dict[str, str]]
_GZIP = b"\x1f\x8b"
_SAMPLE = 256 * 1024  # bytes, enough to tell the encoding by


class BadFile(Invalid):
    """The file as a whole cannot be read: not a CSV, or not of this format."""

    code, title = "bad-file", "The file cannot be read"


def rows(path: Path, columns: Sequence[str]) -> Iterator[Line]:
    """(line number, row) of a UTF-8 or GB 18030 file with these columns, named in its first line.

    Raises BadFile: no file, no CSV, columns missing. Whether a row is sound, `record` tells.
    """
    with _opened(path) as stream:
        reader = csv.DictReader(stream)
        try:
            missing = [name for name in columns if name not in (reader.fieldnames or ())]
            if missing:
                raise BadFile(
                    _("%(file)s has no column %(names)s")
                    % {"file": path.name, "names": ", ".join(missing)}
                )
            for row in reader:
                yield reader.line_num, row
        except (csv.Error, EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise BadFile(
                _("%(file)s, line %(line)s: %(reason)s")
                % {"file": path.name, "line": reader.line_num, "reason": error}
            ) from error


def record(source: Source, row: dict[str, str]) -> Record:
    """The row as the mapping understands it; raises Unreadable, also for what no table can hold."""
    _sound(row)
    try:
        found = source.read({name: row[name].strip() for name in source.columns})
    except OverflowError as error:
        raise Unreadable(_("it holds a time that no calendar has")) from error
    _fits(found)
    return found


def _fits(record: Record) -> None:
    """Names and codes are no longer than their columns, times not older than computers."""
    if record.stages[0].at < EARLIEST:
        raise Unreadable(_("it lies before %(year)s") % {"year": EARLIEST.year})
    lon, lat = record.lon, record.lat
    if lon is not None and lat is not None and not (abs(lon) <= 180 and abs(lat) <= 90):
        raise Unreadable(_("no place has these coordinates: %(lon)s, %(lat)s")
                         % {"lon": lon, "lat": lat})  # fmt: skip
    held: list[tuple[Any, Any, tuple[str, ...]]] = [(record.problem, ProblemClass, CLASS_COLUMNS)]
    if record.unit:
        held.append((record.unit, Organisation, UNIT_COLUMNS))
    for thing, model, columns in held:
        if not thing.name_zh:
            raise Unreadable(_("it names a class or a unit without a name"))
        for name, most in _longest(model, columns):
            if len(text := getattr(thing, name)) > most:
                raise Unreadable(
                    _("a name or code is too long, %(n)s characters: %(text)s …")
                    % {"n": len(text), "text": text[:20]}
                )


@lru_cache(maxsize=8)
def _longest(model: Any, columns: tuple[str, ...]) -> tuple[tuple[str, int], ...]:
    """The columns that hold only so many characters."""
    lengths = ((name, model._meta.get_field(name).max_length) for name in columns)
    return tuple((name, most) for name, most in lengths if most is not None)


def _sound(row: dict[str, str]) -> None:
    """Raise Unreadable for a row with too few or too many cells, or with bytes that are no text."""
    if None in row or None in row.values():
        raise Unreadable(_("it has not as many cells as the header"))
    text = "".join(row.values())
    if "\x00" in text:
        raise Unreadable(_("it holds a NUL character"))
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise Unreadable(_("it holds bytes that are no text")) from error


def _opened(path: Path) -> IO[str]:
    """The file as text; bytes that do not fit become lone surrogates, which `_sound` refuses."""
    sample = b""
    try:
        with path.open("rb") as raw:
            open_it: Any = gzip.open if raw.read(2) == _GZIP else open
        with open_it(path, "rb") as stream, suppress(EOFError, gzip.BadGzipFile, zlib.error):
            sample = stream.read(_SAMPLE)  # where it is broken, reading the rows tells the line
        opened: IO[str] = open_it(
            path, "rt", encoding=_encoding(sample), errors="surrogateescape", newline=""
        )
    except OSError as error:
        raise BadFile(str(error)) from error
    return opened


def _encoding(sample: bytes) -> str:
    """UTF-8, unless every line that could tell says GB 18030, which Excel in China writes."""
    whole, _end, _cut = sample.rpartition(b"\n")
    telling = [line for line in whole.split(b"\n") if not line.isascii()]
    chinese = all(not _reads(line, "utf-8") and _reads(line, "gb18030") for line in telling)
    return "gb18030" if telling and chinese else "utf-8-sig"


def _reads(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
