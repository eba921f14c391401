"""Rows of a CSV file, plain or gzipped, one at a time: constant memory, broken rows named."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

from django.utils.translation import gettext as _

from cityloop.exchange.source import Record, Source, Unreadable
from cityloop.kernel.errors import Invalid

Line = tuple[int, dict[str, str]]
_GZIP = b"\x1f\x8b"


class BadFile(Invalid):
    """The file as a whole cannot be read: not a CSV, or not of this format."""

    code, title = "bad-file", "The file cannot be read"


def rows(path: Path, columns: Sequence[str]) -> Iterator[Line]:
    """(line number, row) of a UTF-8 file with these columns, the first line being the header.

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
        except (csv.Error, EOFError, gzip.BadGzipFile) as error:
            raise BadFile(
                _("%(file)s, line %(line)s: %(reason)s")
                % {"file": path.name, "line": reader.line_num, "reason": error}
            ) from error


def record(source: Source, row: dict[str, str]) -> Record:
    """The row as the mapping understands it; raises Unreadable."""
    _sound(row)
    return source.read(row)


def _sound(row: dict[str, str]) -> None:
    """Raise Unreadable for a row with too few or too many cells, or text that is not UTF-8."""
    if None in row or None in row.values():
        raise Unreadable(_("it has not as many cells as the header"))
    text = "".join(row.values())
    if "\x00" in text:
        raise Unreadable(_("it holds a NUL character"))
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise Unreadable(_("it holds bytes that are not UTF-8")) from error


def _opened(path: Path) -> IO[str]:
    """The file as text; bytes that are not UTF-8 become lone surrogates, which `_sound` refuses."""
    try:
        with path.open("rb") as raw:
            zipped = raw.read(2) == _GZIP
        opened: IO[str] = (gzip.open if zipped else open)(
            path, "rt", encoding="utf-8-sig", errors="surrogateescape", newline=""
        )
    except OSError as error:
        raise BadFile(str(error)) from error
    return opened
