"""ZIP files and workbooks that unfold to more than they look like."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import xlsxwriter
from django.utils import translation
from python_calamine import CalamineWorkbook

from cityloop.kernel import archives

MOST = 2 << 20
SHEET = "xl/worksheets/sheet1.xml"
pytestmark = [pytest.mark.requirement("L16")]


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Reasons are compared in English."""
    with translation.override("en"):
        yield


def zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def book(write: Callable[[Any, Any], Any] = lambda _book, _sheet: None) -> bytes:
    """A workbook with one sheet `rows` that begins with a head."""
    out = io.BytesIO()
    made = xlsxwriter.Workbook(out)
    sheet = made.add_worksheet("rows")
    sheet.write_row(0, 0, ["code", "name"])
    write(made, sheet)
    made.close()
    return out.getvalue()


def changed(content: bytes, old: bytes, new: bytes) -> bytes:
    """The workbook with its sheet altered by hand."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert old in parts[SHEET]
    return zipped({**parts, SHEET: parts[SHEET].replace(old, new, 1)})


def test_the_files_of_a_zip_are_read_by_name() -> None:
    found = archives.members(zipped({"a/b.csv": b"1", "c": b"", "d/": b""}), most=MOST)
    assert found == {"a/b.csv": b"1", "c": b""}


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "no ZIP file"),
        (b"not a zip", "no ZIP file"),
        (zipped({"a": b"1" * 1000})[:-30], "no ZIP file"),
        (zipped({"a": b"0" * (MOST + 1)}), "unpacked it holds more than 2 MB"),
        (zipped({str(n): b"0" * (1 << 20) for n in range(3)}), "unpacked it holds more than 2 MB"),
        (zipped({str(n): b"" for n in range(2001)}), "unpacked it holds more than 2 MB"),
    ],
    ids=["nothing", "text", "cut short", "one large", "large together", "too many"],
)
def test_what_is_no_zip_or_too_large_is_refused(content: bytes, why: str) -> None:
    with pytest.raises(archives.BadArchive, match=why):
        archives.members(content, most=MOST)


def test_a_zip_that_lies_about_its_size_is_not_believed() -> None:
    content = bytearray(zipped({"a": b"0" * (20 << 20)}))
    for mark, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<L", content, content.index(mark) + place, 10)
    with pytest.raises(archives.BadArchive):
        archives.members(bytes(content), most=MOST)


def test_a_locked_zip_is_told_so() -> None:
    content = bytearray(zipped({"a": b"1"}))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        struct.pack_into("<H", content, content.index(mark) + place, 1)
    with pytest.raises(archives.BadArchive, match="password"):
        archives.members(bytes(content), most=MOST)


def test_a_workbook_says_the_same_after_it_was_written_anew() -> None:
    def fill(made: Any, sheet: Any) -> None:
        sheet.write_row(1, 0, ["01", "井盖"])
        sheet.write_rich_string(2, 1, "红", made.add_format({"bold": True}), "黄")
        sheet.write_number(3, 0, 2.5)
        sheet.write_blank(900_000, 16_000, None, made.add_format({"bold": True}))  # only a style

    plain = archives.plain_workbook(book(fill), most=MOST)
    rows = CalamineWorkbook.from_filelike(io.BytesIO(plain)).get_sheet_by_name("rows").to_python()
    assert rows == [["code", "name"], ["01", "井盖"], ["", "红黄"], [2.5, ""]]


def test_a_cell_far_out_is_named_before_a_table_is_made_of_all_between() -> None:
    for content in (
        book(lambda _made, sheet: sheet.write(1_048_575, 16_383, "x")),
        changed(book(), b"</row>", b'<c r="XFD1048576" t="str"><f>1</f></c></row>'),
        changed(book(), b"</row>", b'<c r="XFD1048576" t="inlineStr"><is/></c></row>'),
    ):
        with pytest.raises(archives.BadArchive, match="row 1048576, column 16384"):
            archives.plain_workbook(content, most=MOST)


def test_one_long_text_in_many_cells_is_counted_as_often_as_it_stands() -> None:
    def fill(_made: Any, sheet: Any) -> None:
        for row in range(200):
            sheet.write(row, 0, "长" * 30_000)

    content = book(fill)
    assert len(content) < 20_000
    with pytest.raises(archives.BadArchive, match="more than 2 MB"):
        archives.plain_workbook(content, most=MOST)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"<worksheet", b'<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet'),
        (b"</worksheet>", b""),
        (b'<row r="1"', b'<row r="' + b"9" * 5000 + b'"'),
    ],
)
def test_a_sheet_that_cannot_be_counted_is_left_out(old: bytes, new: bytes) -> None:
    plain = archives.plain_workbook(changed(book(), old, new), most=MOST)
    with zipfile.ZipFile(io.BytesIO(plain)) as archive:
        assert SHEET not in archive.namelist()


def test_a_zip_of_other_files_is_no_workbook() -> None:
    with pytest.raises(archives.BadArchive, match="no Excel workbook"):
        archives.plain_workbook(zipped({"classes.csv": b"kind"}), most=MOST)
