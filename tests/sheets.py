"""Templates of imports, filled in as a city does."""

from __future__ import annotations

import io
from typing import Any

import xlsxwriter

from cityloop.setup import workbooks
from cityloop.setup.sheets import SHEETS


def book(kind: str, *rows: dict[str, Any]) -> bytes:
    """A template filled in, with its example still there."""
    out, columns = io.BytesIO(), SHEETS[kind].columns
    with xlsxwriter.Workbook(out) as made:
        page = made.add_worksheet()
        page.write_row(0, 0, [workbooks.header(one) for one in columns])
        page.write_row(1, 0, [f"#示例 {columns[0].example}", *(c.example for c in columns[1:])])
        for line, row in enumerate(rows, 2):
            page.write_row(line, 0, [row.get(one.name, "") for one in columns])
    return out.getvalue()
