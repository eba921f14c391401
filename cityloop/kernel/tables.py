"""Tables that a city brings as files: CSV in UTF-8 or GB 18030, or the first sheet of a workbook.

All cells are text. A file that cannot be read whole is refused: half a table would pass for all.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook

from cityloop.kernel.errors import Invalid

ENCODINGS = ("utf-8-sig", "gb18030")  # Excel in China writes the second one
WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".ods")
MAX_BYTES = 30 << 20
# How the row of a template begins that only shows what to write; it is not read.
EXAMPLE = "#示例"
Row = dict[str, str]


class BadTable(Invalid):
    """The file is no such table: it cannot be read, or a column is missing."""

    code = "bad-table"


def read_table(path: Path, needed: Sequence[str]) -> list[tuple[int, Row]]:
    """(line number, row by column name) of a file that has these columns; empty lines are left out.

    A cell that a line lacks is ''. A header of several lines, as our templates have it, is named by
    its last one, and their row with an example is left out. Raises BadTable.
    """
    header: list[str] = []
    found: list[tuple[int, Row]] = []
    surplus: list[int] = []
    for line, cells in _lines(path):
        if not any(cells):
            continue
        if not header:
            header = [cell.splitlines()[-1].strip() if cell else "" for cell in cells]
            continue
        if cells[0].startswith(EXAMPLE):
            continue
        if any(cells[len(header) :]):
            surplus.append(line)
        given = dict(zip(header, cells + [""] * len(header), strict=False))
        given.pop("", None)
        found.append((line, given))
    _refuse(header, needed, surplus)
    return found


def _refuse(header: Sequence[str], needed: Sequence[str], surplus: Sequence[int]) -> None:
    if missing := [name for name in needed if name not in header]:
        raise BadTable(_("columns are missing: %(names)s") % {"names": ", ".join(missing)})
    if twice := sorted({name for name in header if name and header.count(name) > 1}):
        raise BadTable(_("columns occur twice: %(names)s") % {"names": ", ".join(twice)})
    if surplus:  # a comma too many shifts what follows it
        raise BadTable(
            *(_("line %(line)s: more cells than the header has") % {"line": n} for n in surplus)
        )


def _lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    if path.stat().st_size > MAX_BYTES:
        raise BadTable(_("the file is larger than %(n)s MB") % {"n": MAX_BYTES >> 20})
    if path.suffix.lower() in WORKBOOKS:
        return _sheet(path)
    return _csv(_decoded(path.read_bytes()))


def _decoded(content: bytes) -> str:
    for encoding in ENCODINGS:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:  # UTF-16, or no text at all
            return text
    raise BadTable(_("the file is neither UTF-8 nor GB 18030"))


def _csv(text: str) -> Iterator[tuple[int, list[str]]]:
    """Lines by where they begin: a cell in quotes may run over several."""
    reader, start = csv.reader(io.StringIO(text, newline=""), strict=True), 1
    try:
        for row in reader:
            yield start, [cell.strip() for cell in row]
            start = reader.line_num + 1
    except csv.Error as error:
        raise BadTable(_("line %(line)s: %(why)s") % {"line": start, "why": error}) from error


def _sheet(path: Path) -> Iterator[tuple[int, list[str]]]:
    try:
        book = CalamineWorkbook.from_path(str(path))
        rows = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (CalamineError, IndexError) as error:
        raise BadTable(_("this is no workbook: %(why)s") % {"why": error}) from error
    for number, row in enumerate(rows, 1):
        yield number, [cell_text(cell).strip() for cell in row]


def cell_text(value: Any) -> str:
    """A cell of a workbook as a person typed it: whole numbers without .0, dates as YYYY-MM-DD."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"  # as it looks: no number
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else str(value)
