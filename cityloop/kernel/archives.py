"""ZIP files and workbooks from outside: opened within bounds, whatever they claim of themselves."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Sequence
from xml.parsers import expat

from django.utils.translation import gettext as _

from cityloop.kernel.errors import Invalid

MAX_FILES = 2000
MAX_CELLS = 1_000_000  # of the rectangle that a sheet spans, empty ones too
CHUNK = 1 << 20
_DIGITS = 12  # of the number of a shared text
_CELL = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_BROKEN = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError,
           OSError, RuntimeError, ValueError)  # fmt: skip


class BadArchive(Invalid):
    """No ZIP file or workbook, a broken one, or one that unfolds to more than is read."""

    code, title = "bad-archive", "The file cannot be unpacked"


def members(content: bytes, *, most: int) -> dict[str, bytes]:
    """The files of a ZIP by name, together at most `most` bytes. Raises BadArchive.

    What the ZIP says of its sizes is believed only where it says too much.
    """
    found: dict[str, bytes] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = [one for one in archive.infolist() if not one.is_dir()]
            if any(one.flag_bits & 1 for one in entries):
                raise BadArchive(_("it is locked with a password"))
            if len(entries) > MAX_FILES or sum(one.file_size for one in entries) > most:
                raise _too_much(most)
            for one in entries:
                found[one.filename] = _read(archive, one, most - sum(map(len, found.values())))
    except _BROKEN as error:
        raise BadArchive(_("it is no ZIP file, or a broken one")) from error
    return found


def plain_workbook(content: bytes, *, most: int) -> bytes:
    """An .xlsx written anew: its XML only, unpacked at most `most` bytes. Raises BadArchive.

    Whoever reads a workbook makes a table of all cells between the first and the last one used, and
    copies a shared text into each cell that names it: a few bytes may unfold without end. A part
    that is no good XML is left out, so that nothing is read that was not counted here.
    """
    parts = {name.lower(): (name, data) for name, data in members(content, most=most).items()}
    if "xl/workbook.xml" not in parts:
        raise BadArchive(_("it is no Excel workbook (.xlsx)"))
    strings = _Part()
    strings.feed(parts.get("xl/sharedstrings.xml", ("", b""))[1])
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for name, data in parts.values():
            part = _Part(strings.texts)
            if part.feed(data):
                _check_extent(part, most)
                archive.writestr(name, data)
    return packed.getvalue()


def _check_extent(part: _Part, most: int) -> None:
    if part.rows * part.columns > MAX_CELLS:
        told = {"row": part.rows, "column": part.columns}
        words = _("a sheet reaches to row %(row)s, column %(column)s: delete what stands far out")
        raise BadArchive(words % told)
    if part.length > most:
        raise _too_much(most)


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int) -> bytes:
    content = io.BytesIO()
    with archive.open(entry) as file:
        while chunk := file.read(CHUNK):
            content.write(chunk)
            if content.tell() > most:
                raise _too_much(most)
    return content.getvalue()


def _too_much(most: int) -> BadArchive:
    return BadArchive(_("unpacked it holds more than %(limit)s MB") % {"limit": most >> 20})


class _Part:
    """One XML part, read for what it unfolds to.

    `rows`, `columns`: the extent of its cells; `length`: characters in them, those of shared texts
    (`strings`: their lengths) each time again. `texts`: lengths of the shared texts it holds.
    """

    def __init__(self, strings: Sequence[int] = ()) -> None:
        self.rows = self.columns = self.length = 0
        self.texts: list[int] = []
        self._strings = strings
        self._row = self._column = self._read = 0
        self._shared = self._inside = False
        self._value = ""

    def feed(self, data: bytes) -> bool:
        """Read the part; False where it is no well-formed XML, or brings its own entities."""
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = self._text
        parser.StartDoctypeDeclHandler = self._refuse
        try:
            parser.Parse(data, True)
        except (expat.ExpatError, ValueError, LookupError):
            return False
        return True

    def _refuse(self, *_about: object) -> None:
        raise ValueError("a document type")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        if local == "row":
            given = attributes.get("r", "")
            self._row = int(given) if given.isdecimal() else self._row + 1
            self._column = 0
        elif local == "c":
            self._column += 1
            self._shared = attributes.get("t") == "s"
            if place := _CELL.fullmatch(attributes.get("r", "")):
                self._column, self._row = _number(place[1]), int(place[2])
        elif local == "si":
            self.texts.append(0)
        elif local in ("v", "t", "is", "f"):  # a cell with nothing in it spans nothing
            self._inside, self._read, self._value = local in ("v", "t"), 0, ""
            if self._column:
                self.rows = max(self.rows, self._row)
                self.columns = max(self.columns, self._column)

    def _text(self, data: str) -> None:
        if self._inside:
            self._read += len(data)
            self._value = (self._value + data[:_DIGITS])[:_DIGITS]

    def _end(self, name: str) -> None:
        if name.rpartition(":")[2] not in ("v", "t") or not self._inside:
            return
        self._inside = False
        if self.texts:
            self.texts[-1] += self._read
        if self._column:
            number = int(self._value) if self._shared and self._value.isdecimal() else -1
            known = 0 <= number < len(self._strings)
            self.length += self._strings[number] if known else self._read


def _number(letters: str) -> int:
    """A is 1, Z is 26, AA is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
