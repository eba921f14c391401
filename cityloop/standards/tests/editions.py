"""Small catalogues written as files, for the tests of editions."""

from __future__ import annotations

import csv
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from cityloop.kernel.actor import Actor
from cityloop.standards import catalogue, operations
from cityloop.standards.models import Edition, ProblemClass

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
SYSTEM = Actor.system()
COVER = {
    "kind": "component", "major_code": "01", "major_zh": "公用设施", "major_en": "Utilities",
    "minor_code": "01", "minor_zh": "上水井盖", "minor_en": "Water manhole cover",
    "synonyms": "自来水井盖;水表井盖",
}  # fmt: skip
LAMP = {**COVER, "minor_code": "02", "minor_zh": "路灯", "minor_en": "Street lamp", "synonyms": ""}
TREE = {
    **COVER, "major_code": "04", "major_zh": "园林绿化", "minor_code": "03", "minor_zh": "行道树",
    "minor_en": "Street tree", "synonyms": "",
}  # fmt: skip
LITTER = {
    "kind": "event", "major_code": "01", "major_zh": "市容环境", "minor_code": "01",
    "minor_zh": "暴露垃圾", "minor_en": "Exposed litter", "synonyms": "垃圾堆放", "level": "1",
}  # fmt: skip
GONE = {
    "kind": "component", "major_code": "01", "minor_code": "01", "seq": "1",
    "condition_zh": "井盖缺失", "condition_en": "Cover missing", "closing_zh": "补齐",
    "closing_en": "In place", "limit_amount": "2", "limit_unit": "urgent_hour",
    "units_hint": "供水企业;产权单位",
}  # fmt: skip
NOISY = {
    **GONE,
    "seq": "2",
    "condition_zh": "井盖弹跳有响声",
    "limit_amount": "2.5",
    "limit_unit": "work_day",
}
DARK = {**GONE, "minor_code": "02", "condition_zh": "灯不亮", "limit_unit": "work_hour"}


class Files:
    """One edition in the making; `write` puts it into a folder or a workbook."""

    def __init__(self, code: str = "TEST-1", **facts: Any) -> None:
        self.edition: dict[str, Any] = {
            "code": code, "name_zh": "测试目录", "name_en": "Test catalogue", "kind": "local",
            "family": "test", "source": "test", "valid_from": "2026-01-01", **facts,
        }  # fmt: skip
        self.classes: list[dict[str, str]] = [dict(COVER), dict(LAMP), dict(TREE), dict(LITTER)]
        self.rules: list[dict[str, str]] = [dict(GONE), dict(NOISY), dict(DARK)]

    def write(self, folder: Path, encoding: str = "utf-8") -> Path:
        """The folder with edition.toml and both tables."""
        folder.mkdir(parents=True, exist_ok=True)
        lines = [f'{key} = "{value}"' for key, value in self.edition.items()]
        (folder / "edition.toml").write_text("\n".join(lines), encoding="utf-8")
        tomllib.loads("\n".join(lines))
        for name, columns, rows in self.tables():
            with (folder / f"{name}.csv").open("w", newline="", encoding=encoding) as file:
                writer = csv.DictWriter(file, columns)
                writer.writeheader()
                writer.writerows(rows)
        return folder

    def workbook(self, path: Path) -> Path:
        """The same as .xlsx, with codes and amounts as the numbers that Excel makes of them."""
        options = {"strings_to_numbers": True, "default_date_format": "m-d"}
        book = xlsxwriter.Workbook(str(path), options)
        for name, columns, rows in (
            ("edition", list(self.edition), [self.edition]),
            *self.tables(),
        ):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, columns)
            for number, row in enumerate(rows, 1):
                sheet.write_row(number, 0, [row.get(column, "") for column in columns])
        book.close()
        return path

    def tables(self) -> list[tuple[str, list[str], list[dict[str, str]]]]:
        """(name, columns, rows) of both tables; columns beyond the known ones come last."""
        return [
            ("classes", _columns(catalogue.CLASSES, self.classes), self.classes),
            ("filing_rules", _columns(catalogue.RULES, self.rules), self.rules),
        ]

    def load(self, tmp_path: Path, *, publish: bool = False) -> operations.EditionReport:
        """Written and loaded."""
        path = self.write(tmp_path / self.edition["code"])
        return operations.load_edition(path, actor=SYSTEM, now=NOW, publish=publish)


def _columns(known: Any, rows: list[dict[str, str]]) -> list[str]:
    return list(dict.fromkeys([*known, *(name for row in rows for name in row)]))


def edition(code: str = "TEST-1") -> Edition:
    return Edition.objects.get(code=code)


def stored(code: str) -> ProblemClass:
    """A class by edition/short code."""
    return ProblemClass.objects.get(code=code)
