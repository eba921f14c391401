"""Files of orders: CSV, XLSX or JSON become rows of cells; what a cell may hold."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook

from cityloop.kernel.errors import Invalid

MAX_BYTES = 10 << 20
MAX_ROWS = 5000
ENCODINGS = ("utf-8-sig", "gb18030")
# Our name of a column -> how the mayor's hotline may call it. `sent_at`: when the order was sent to
# us, which tells one that is sent again from the same file once more (operations/rounds.py).
COLUMNS = {
    "number": ("number", "工单编号", "工单号", "受理编号"),
    "due_at": (
        "due_at",
        "due",
        "deadline",
        "办理时限",
        "办结时限",
        "办理期限",
        "办结期限",
        "截止时间",
    ),
    "sent_at": ("sent_at", "派单时间", "转办时间", "交办时间", "下派时间"),
    "name": ("name", "来电人", "姓名", "诉求人"),
    "phone": ("phone", "来电号码", "联系电话", "电话"),
    "text": ("text", "诉求内容", "内容", "问题描述"),
    "address": ("address", "事发地址", "地址"),
    "lon": ("lon", "经度"),
    "lat": ("lat", "纬度"),
    "system": ("system", "坐标系"),
    "class_code": ("class_code", "类别代码"),
}
NAME_OF = {word: name for name, words in COLUMNS.items() for word in words}
NEEDED = ("number", "text")


class UnreadableOrders(Invalid):
    """The file is not what its name says, or lacks a column."""

    code, title = "unreadable-orders", "The file cannot be read"


_DASHES = re.compile("[\u2010-\u2015\u2212\u30fc]")
_UNSEEN = "\u200b\u200c\u200d\u2060\ufeff"


@dataclass(frozen=True, slots=True)
class Row:
    """One row: where it stands in the file, its cells by our names, stripped."""

    number: int
    cells: dict[str, str]


def read(name: str, content: bytes) -> list[Row]:
    """The rows of a file by its ending; raises UnreadableOrders."""
    if len(content) > MAX_BYTES:
        raise UnreadableOrders(_("the file is larger than %(n)s MB") % {"n": MAX_BYTES >> 20})
    ending = name.rpartition(".")[2].lower()
    if ending == "json":
        return from_objects(_json(content))
    if ending in ("xlsx", "xls"):
        return _table(_workbook(content))
    if ending == "csv":
        return _table(_csv(content))
    raise UnreadableOrders(_("a file of orders ends in .csv, .xlsx or .json"))


def from_objects(found: list[Any]) -> list[Row]:
    """Rows of JSON objects; a number, the first one is 1."""
    rows = []
    for number, one in enumerate(found, 1):
        given = one if isinstance(one, dict) else {}
        cells = {NAME_OF.get(str(key), str(key)): _text(value) for key, value in given.items()}
        rows.append(_row(number, cells))
    return _bounded(rows)


def _json(content: bytes) -> list[Any]:
    try:
        found = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise UnreadableOrders(_("this is no JSON: %(why)s") % {"why": error}) from error
    if not isinstance(found, list):
        raise UnreadableOrders(_("a JSON file of orders is a list of objects"))
    return found


def _csv(content: bytes) -> Iterable[list[str]]:
    for encoding in ENCODINGS:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        try:
            return list(csv.reader(io.StringIO(text, newline=""), strict=True))
        except csv.Error as error:
            raise UnreadableOrders(_("this is no CSV: %(why)s") % {"why": error}) from error
    raise UnreadableOrders(_("the file is neither UTF-8 nor GB 18030"))


def _workbook(content: bytes) -> Iterable[list[str]]:
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        rows = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (CalamineError, IndexError) as error:
        raise UnreadableOrders(_("this is no workbook: %(why)s") % {"why": error}) from error
    return [[_text(cell) for cell in row] for row in rows]


def _table(lines: Iterable[list[str]]) -> list[Row]:
    """Rows below the header; empty ones are left out."""
    header: list[str] = []
    rows = []
    for number, line in enumerate(lines, 1):
        cells = [cell.strip() for cell in line]
        if not any(cells):
            continue
        if not header:
            header = [NAME_OF.get(cell, cell) for cell in cells]
            if missing := [name for name in NEEDED if name not in header]:
                raise UnreadableOrders(_("the file has no column %(name)s")
                                       % {"name": " / ".join(COLUMNS[missing[0]])})  # fmt: skip
            continue
        rows.append(_row(number, dict(zip(header, cells, strict=False))))
    if not header:
        raise UnreadableOrders(_("the file is empty"))
    return _bounded(rows)


def _row(number: int, cells: dict[str, str]) -> Row:
    if "number" in cells:
        cells["number"] = plain_number(cells["number"])
    return Row(number, cells)


def plain_number(typed: str) -> str:
    """An order's number the way all of its spellings agree: full width, long dashes, no gaps."""
    return _DASHES.sub("-", unicodedata.normalize("NFKC", typed)).strip().strip(_UNSEEN)


def _bounded(rows: list[Row]) -> list[Row]:
    if len(rows) > MAX_ROWS:
        raise UnreadableOrders(_("more than %(n)s rows: split the file") % {"n": MAX_ROWS})
    return rows


def _text(value: Any) -> str:
    """A cell as a person typed it: whole numbers without .0."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value).strip()


def moment(cell: str) -> datetime:
    """A day and time, local where no zone is named; raises ValueError with a sentence."""
    plain = cell.replace("/", "-")
    try:
        found = parse_datetime(plain if ":" in plain else f"{plain} 23:59:59")
    except ValueError:  # the shape is right, the day is none
        found = None
    if found is None:
        about = {"cell": cell[:40]}
        raise ValueError(_("%(cell)s is no day and time like 2026-03-02 17:30") % about)
    return found if timezone.is_aware(found) else timezone.make_aware(found)


def degrees(cell: str) -> float:
    """A coordinate; raises ValueError with a sentence."""
    try:
        return float(cell)
    except ValueError as error:
        raise ValueError(_("%(cell)s is no coordinate") % {"cell": cell[:40]}) from error
