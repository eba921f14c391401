"""Reads an edition's files into text rows: a folder of CSV and TOML, or one Excel workbook."""

from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook

from cityloop.kernel import archives
from cityloop.kernel.errors import Invalid
from cityloop.kernel.tables import cell_text

TABLES = ("classes", "filing_rules")
ENCODINGS = ("utf-8-sig", "gb18030")  # Excel in China writes the second one
MAX_BYTES = 30 * 1024 * 1024  # of a file, and of a workbook unpacked
MAX_LINES = 20_000  # of a table: twenty times the largest catalogue known


class UnreadableFile(Invalid):
    """A file that is missing or is not what its name says."""

    code, title = "unreadable-file", "The file cannot be read"


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a table: where it stands and its cells by column name, stripped."""

    file: str
    number: int
    cells: dict[str, str]
    surplus: tuple[str, ...] = ()  # cells beyond the header


@dataclass(frozen=True, slots=True)
class Sheets:
    """The three parts of an edition as text; a missing table is an empty one."""

    edition: Line
    classes: list[Line]
    filing_rules: list[Line]


def read(path: Path) -> Sheets:
    """The parts of an edition: a folder with edition.toml, classes.csv and filing_rules.csv, or an
    .xlsx workbook with sheets of the same names. Raises UnreadableFile."""
    if path.is_dir():
        return Sheets(_toml(path / "edition.toml"), *(_csv(path / f"{t}.csv") for t in TABLES))
    if path.suffix.lower() in (".xlsx", ".xls", ".xlsm", ".ods"):
        return _workbook(path)
    raise UnreadableFile(
        _("%(file)s: neither a folder nor an Excel workbook") % {"file": path.name}
    )


def as_json(found: Sheets) -> dict[str, Any]:
    """The sheets as JSON keeps them."""
    return {
        "edition": _kept(found.edition),
        **{name: [_kept(line) for line in getattr(found, name)] for name in TABLES},
    }


def from_json(kept: dict[str, Any]) -> Sheets:
    """The sheets that as_json wrote."""
    tables = ([_line(one) for one in kept[name]] for name in TABLES)
    return Sheets(_line(kept["edition"]), *tables)


def _kept(line: Line) -> list[Any]:
    return [line.file, line.number, line.cells, line.surplus]


def _line(kept: list[Any]) -> Line:
    file, number, cells, surplus = kept
    return Line(file, number, cells, tuple(surplus))


def _content(path: Path) -> bytes:
    if not path.is_file():
        raise UnreadableFile(
            _("%(file)s: not found in %(folder)s") % {"file": path.name, "folder": path.parent.name}
        )
    if path.stat().st_size > MAX_BYTES:
        raise UnreadableFile(
            _("%(file)s: larger than %(limit)s MB") % {"file": path.name, "limit": MAX_BYTES >> 20}
        )
    return path.read_bytes()


def _toml(path: Path) -> Line:
    try:
        values = tomllib.loads(_content(path).decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UnreadableFile(f"{path.name}: {error}") from error
    return Line(path.name, 1, {key: cell_text(value) for key, value in values.items()})


def _csv(path: Path) -> list[Line]:
    if path.name != "classes.csv" and not path.exists():
        return []
    content = _content(path)
    for encoding in ENCODINGS:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return list(_lines(path.name, _csv_rows(path.name, text)))
    raise UnreadableFile(_("%(file)s: neither UTF-8 nor GB 18030") % {"file": path.name})


def _csv_rows(name: str, text: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    start = 1
    try:
        for row in reader:
            yield start, row
            start = reader.line_num + 1
    except csv.Error as error:
        line = _("line %(number)s") % {"number": reader.line_num}
        raise UnreadableFile(f"{name}: {line}: {error}") from error


def _workbook(path: Path) -> Sheets:
    try:
        book = _opened(path)
        tables = {
            name: list(_lines(f"{path.name}/{name}", _sheet_rows(book, name)))
            for name in ("edition", *TABLES)
            if name in book.sheet_names
        }
    except CalamineError as error:
        raise UnreadableFile(f"{path.name}: {error}") from error
    if not tables.get("edition") or "classes" not in tables:
        raise UnreadableFile(
            _("%(file)s: needs the sheets edition and classes") % {"file": path.name}
        )
    return Sheets(tables["edition"][0], tables["classes"], tables.get("filing_rules", []))


def _opened(path: Path) -> CalamineWorkbook:
    """The workbook; of an .xlsx a plain copy, since it may unfold to more than memory holds."""
    content = _content(path)
    if path.suffix.lower() in (".xlsx", ".xlsm"):
        try:
            content = archives.plain_workbook(content, most=MAX_BYTES)
        except archives.BadArchive as error:
            raise UnreadableFile(f"{path.name}: {error}") from error
    return CalamineWorkbook.from_filelike(io.BytesIO(content))


def _sheet_rows(book: CalamineWorkbook, name: str) -> Iterator[tuple[int, list[str]]]:
    rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    for number, row in enumerate(rows, 1):
        yield number, [cell_text(cell) for cell in row]


def _lines(file: str, rows: Iterator[tuple[int, list[str]]]) -> Iterator[Line]:
    """Rows below the header; empty ones are left out, cells beyond the header are kept apart."""
    header: list[str] = []
    for number, row in rows:
        if number > MAX_LINES:
            raise UnreadableFile(
                _("%(file)s: more than %(limit)s lines") % {"file": file, "limit": MAX_LINES}
            )
        cells = [cell.strip() for cell in row]
        if not any(cells):
            continue
        if not header:
            header = cells
            _refuse_twice(file, header)
            continue
        surplus = tuple(filter(None, cells[len(header) :]))
        named = dict(zip(header, cells, strict=False))
        named.pop("", None)
        yield Line(file, number, named, surplus)


def _refuse_twice(file: str, header: list[str]) -> None:
    if twice := sorted({name for name in header if name and header.count(name) > 1}):
        raise UnreadableFile(
            _("%(file)s: columns occur twice: %(names)s")
            % {"file": file, "names": ", ".join(twice)[:200]}
        )
