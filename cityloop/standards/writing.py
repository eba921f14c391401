"""An edition as a workbook, as it is read again: what a city changes for its next one."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date
from typing import Any

import xlsxwriter

from cityloop.standards import catalogue
from cityloop.standards.catalogue import ClassRow, Columns, EditionRow, RuleRow

WIDE, USUAL = 40, 14  # columns of sentences and of codes, in characters
SENTENCES = ("condition_zh", "condition_en", "closing_zh", "closing_en", "source", "synonyms")


def workbook(edition: EditionRow, classes: Iterable[ClassRow], rules: Iterable[RuleRow]) -> bytes:
    """The .xlsx with the sheets edition, classes and filing_rules; all cells are text, so that a
    code keeps its leading zeros."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False,
                                     "strings_to_urls": False})  # fmt: skip
    head = book.add_format({"bold": True})
    for name, columns, rows in (
        ("edition", catalogue.EDITION, [edition]),
        ("classes", catalogue.CLASSES, classes),
        ("filing_rules", catalogue.RULES, rules),
    ):
        _sheet(book, name, columns, rows, head)
    book.close()
    return out.getvalue()


def _sheet(book: Any, name: str, columns: Columns, rows: Iterable[Any], head: Any) -> None:
    sheet = book.add_worksheet(name)
    sheet.write_row(0, 0, list(columns), head)
    sheet.freeze_panes(1, 0)
    for place, column in enumerate(columns):
        sheet.set_column(place, place, WIDE if column in SENTENCES else USUAL)
    for line, row in enumerate(rows, 1):
        values = asdict(row)
        for place, (field, _reader) in enumerate(columns.values()):
            if text := _text(values[field]):
                sheet.write_string(line, place, text)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "1" if value else ""
    if isinstance(value, tuple):
        return ";".join(value)
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else str(value)
