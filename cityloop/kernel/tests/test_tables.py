"""Tables that a city brings as files."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter
from django.utils import translation

from cityloop.kernel.tables import BadTable, read_table

NEEDED = ("code", "name")
pytestmark = [pytest.mark.requirement("L16")]


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Reasons are compared in English."""
    with translation.override("en"):
        yield


def write(folder: Path, content: str, encoding: str = "utf-8") -> Path:
    path = folder / "table.csv"
    path.write_bytes(content.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_lines_are_counted_as_the_file_counts_them(tmp_path: Path, encoding: str) -> None:
    content = 'code,name,note\n1,"一\n号",\n,,\n2, 二 \n'
    rows = read_table(write(tmp_path, content, encoding), NEEDED)
    assert rows == [
        (2, {"code": "1", "name": "一\n号", "note": ""}),
        (5, {"code": "2", "name": "二", "note": ""}),
    ]


def test_a_workbook_is_read_as_a_person_typed_it(tmp_path: Path) -> None:
    path = tmp_path / "table.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet, days = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(1, 0, ["code", "name", "from"])
        sheet.write_row(2, 0, [330102, "上城"])
        sheet.write_datetime(2, 2, date(2026, 1, 2), days)
    rows = read_table(path, NEEDED)
    assert rows == [(3, {"code": "330102", "name": "上城", "from": "2026-01-02"})]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("code\n1\n", "columns are missing: name"),
        ("", "columns are missing: code, name"),
        ("code,name,code\n1,2,3\n", "columns occur twice: code"),
        ("code,name\n1,2,3\n4,5\n6,7,,8\n", r"line 2: more cells.*line 4: more cells"),
        ('code,name\n1,"2\n3,4\n', "line 2: unexpected end of data"),
        ('code,name\n1,"路"灯\n', "line 2: "),
        ("code,name\n1,\x00\n", "neither UTF-8 nor GB 18030"),
    ],
)
def test_half_a_table_is_no_table(tmp_path: Path, content: str, why: str) -> None:
    with pytest.raises(BadTable, match=why):
        read_table(write(tmp_path, content), NEEDED)


def test_utf_16_and_what_is_no_workbook_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadTable, match="neither UTF-8"):
        read_table(write(tmp_path, "code,name\n1,2\n", "utf-16"), NEEDED)
    path = tmp_path / "table.xlsx"
    path.write_bytes(b"code,name\n1,2\n")
    with pytest.raises(BadTable, match="no workbook"):
        read_table(path, NEEDED)
