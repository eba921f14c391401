"""The workbook of a kind of import: a sheet to fill in, with an example, and the allowed values."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from cityloop.kernel.tables import EXAMPLE
from cityloop.setup.sheets import Column, Sheet

FILL, VALUES, HELP = "填写 Fill in", "允许值 Values", "说明 Notes"
ROWS = 5000  # that choose from a list
LOOKED_UP = frozenset({"class"})  # of two columns: such a list is read, not chosen from
Values = Mapping[str, Sequence[tuple[str, str, str]]]


def workbook(sheet: Sheet, values: Values) -> bytes:
    """The .xlsx of a kind. `values`: list -> (value, in Chinese, in English) of its columns.

    All cells to fill in are text, so that a code keeps its leading zeros. The row with the example
    is not read.
    """
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False,
                                     "strings_to_urls": False})  # fmt: skip
    looks = {
        "head": book.add_format({"bold": True, "text_wrap": True, "valign": "vcenter",
                                 "bg_color": "#E8EEF7", "border": 1, "border_color": "#B9C4D6"}),
        "need": book.add_format({"bold": True, "text_wrap": True, "valign": "vcenter",
                                 "bg_color": "#D5E3F8", "border": 1, "border_color": "#B9C4D6"}),
        "faint": book.add_format({"italic": True, "font_color": "#6B7280", "num_format": "@"}),
        "text": book.add_format({"num_format": "@"}),
        "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
    }  # fmt: skip
    fill = book.add_worksheet(FILL)
    ranges = _values(book.add_worksheet(VALUES), sheet, values, looks)
    _fill(fill, sheet, ranges, looks)
    _notes(book.add_worksheet(HELP), sheet, looks)
    book.close()
    return out.getvalue()


def header(column: Column) -> str:
    """The head of a column: Chinese and English names, last the one by which it is read."""
    mark = " *" if column.needed else ""
    return f"{column.head_zh}{mark}\n{column.head_en}\n{column.name}"


def _fill(page: Any, sheet: Sheet, ranges: Mapping[str, str], looks: Mapping[str, Any]) -> None:
    page.set_row(0, 48)
    page.freeze_panes(1, 1)
    for place, column in enumerate(sheet.columns):
        page.set_column(place, place, max(16, len(column.example) + 2), looks["text"])
        page.write_string(0, place, header(column), looks["need" if column.needed else "head"])
        shown = f"{EXAMPLE} {column.example}" if place == 0 else column.example
        page.write_string(1, place, shown, looks["faint"])
        if column.allowed in ranges:
            page.data_validation(
                1, place, ROWS, place,
                {"validate": "list", "source": ranges[column.allowed], "error_type": "warning"},
            )  # fmt: skip


def _values(page: Any, sheet: Sheet, values: Values, looks: Mapping[str, Any]) -> dict[str, str]:
    """Each list in three columns; where the lists stand, for those that a cell may be chosen of."""
    ranges, place = {}, 0
    page.freeze_panes(1, 0)
    page.set_row(0, 32)
    for column in sheet.columns:
        rows = values.get(column.allowed, ())
        if not rows or column.allowed in ranges:
            continue
        page.write_row(
            0, place, [f"{column.head_zh}\n{column.name}", "中文", "English"], looks["head"]
        )
        for line, row in enumerate(rows, 1):
            for step, text in enumerate(row):
                page.write_string(line, place + step, text, looks["text"])
        page.set_column(place, place, 18, looks["text"])
        page.set_column(place + 1, place + 2, 24)
        letter = xl_col_to_name(place, col_abs=True)
        ranges[column.allowed] = f"='{VALUES}'!{letter}$2:{letter}${len(rows) + 1}"
        place += 4
    for name in LOOKED_UP & ranges.keys():
        del ranges[name]
    return ranges


def _notes(page: Any, sheet: Sheet, looks: Mapping[str, Any]) -> None:
    page.set_column(0, 0, 20)
    page.set_column(1, 3, 34, looks["wrap"])
    page.set_column(4, 4, 10)
    page.write_row(0, 0, ["column", "中文", "English", "Notes 说明", "* "], looks["head"])
    for line, cells in enumerate(_told(sheet.columns), 1):
        page.write_row(line, 0, cells, looks["wrap"])
    end = len(sheet.columns) + 2
    page.write_row(end, 0, ["", f"以“{EXAMPLE}”开头的行不读取，请从它下面填写。",
                            f"The row that begins with {EXAMPLE} is not read: write below it.",
                            "* 必填 required"], looks["wrap"])  # fmt: skip


def _told(columns: Iterable[Column]) -> Iterable[tuple[str, ...]]:
    for one in columns:
        note = " / ".join(part for part in one.note if part)
        yield one.name, one.head_zh, one.head_en, note, "*" if one.needed else ""
