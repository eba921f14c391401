"""What the load of an edition tells of its changes."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from cityloop.cli.output import RejectedError, importing
from cityloop.cli.standards import LISTED, load, own_editions, told_differences
from cityloop.standards import catalogue, sheets
from cityloop.standards.difference import Change, Difference, What
from cityloop.standards.models import Edition
from cityloop.standards.operations import EditionReport
from cityloop.standards.tests.editions import Files
from config import env

GONE = Change(What.REMOVED, "E0101-1", "暴露垃圾")


def of(old: str, *rules: Change, draft: Difference | None = None, **more: Any) -> EditionReport:
    """A report of an edition b that differs from `old` by these rules."""
    difference = Difference(old, "b", more.get("classes", ()), rules)
    return EditionReport(edition="b", difference=difference, earlier_draft=draft)


@pytest.mark.requirement("B04")
def test_a_removed_rule_is_counted_and_named() -> None:
    head, row = told_differences(of("a", GONE))
    assert head == "b differs from a: 1 rule removed"
    two = of("a", GONE, GONE, classes=(Change(What.CHANGED, "E01", "x"),))
    assert told_differences(two)[0] == "b differs from a: 1 class changed, 2 rules removed"
    assert row.strip() == "removed E0101-1 暴露垃圾"


@pytest.mark.requirement("B04")
def test_the_earlier_draft_is_told_beside_the_edition_in_force_and_called_so() -> None:
    redone = Difference("b", "b", (), (GONE, GONE))
    told = [line for line in told_differences(of("a", GONE, draft=redone)) if line[0] != " "]
    assert told == [
        "b differs from a: 1 rule removed",
        "b differs from its earlier draft: 2 rules removed",
    ]
    same = Difference("b", "b", (), ())
    assert told_differences(of("a", draft=same)) == [
        "b has the same classes and rules as a",
        "b has the same classes and rules as its earlier draft",
    ]


def test_a_first_edition_tells_nothing() -> None:
    assert told_differences(of("", GONE)) == []
    assert told_differences(EditionReport(edition="b")) == []


def test_a_long_list_is_cut_and_says_so() -> None:
    told = told_differences(of("a", *(GONE,) * (LISTED + 3)))
    assert len(told) == LISTED + 2 and told[-1].strip() == "... and 3 more"


@pytest.mark.django_db
@pytest.mark.requirement("B04")
def test_every_load_of_a_draft_and_its_publishing_tell_the_difference(tmp_path: Path) -> None:
    files = Files()
    files.load(tmp_path, publish=True)
    files = Files("TEST-2", valid_from="2027-01-01")
    files.rules.pop()

    def heads(**options: bool) -> list[str]:
        path = files.write(tmp_path / "TEST-2")
        notes = load([path], advance=lambda _done, _total=None: None, **options).notes
        return [one for one in notes if "TEST-2 differs" in one or "TEST-2 has the same" in one]

    first = "TEST-2 differs from TEST-1: 1 rule removed"
    assert heads(publish=False) == [first]
    same = "TEST-2 has the same classes and rules as its earlier draft"
    assert heads(publish=False) == [first, same]
    files.rules[0]["limit_amount"] = "8"
    both = "TEST-2 differs from TEST-1: 1 rule changed, 1 rule removed"
    assert heads(publish=False) == [both, "TEST-2 differs from its earlier draft: 1 rule changed"]
    assert heads(publish=True) == [both, same]


@pytest.mark.django_db
@pytest.mark.requirement("B04")
def test_a_refused_edition_is_told_with_the_numbers_of_an_import(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "X-2026"
    folder.mkdir()
    facts = {"code": "X-2026", "name_zh": "试", "name_en": "X", "kind": "local", "source": "X",
             "valid_from": "2026-01-01"}  # fmt: skip
    lines = (f'{name} = "{value}"' for name, value in facts.items())
    (folder / "edition.toml").write_text("\n".join(lines), "utf-8")
    (folder / "classes.csv").write_text("kind,major_code,minor_code\nevent,1,\nthing,01,02\n")
    with (
        translation.override("en"),
        pytest.raises(RejectedError),
        importing("Loading standards", as_json=True) as advance,
    ):
        load([folder], publish=True, advance=advance)
    out, err = capsys.readouterr()
    told = json.loads(out.splitlines()[-1])
    assert (told["imported"], told["joined"]) == (0, 0)
    assert told["rejected"] == len(told["rejections"]) > 1
    assert told["seconds"] >= 0 and "classes.csv, line 3" in told["error"]
    assert {(2, "X-2026/classes.csv"), (3, "X-2026/classes.csv")} <= {
        (row, key) for row, key, _why in told["rejections"]
    }
    assert "row 3 (X-2026/classes.csv)" in err
    assert not Edition.objects.exists()


@pytest.mark.django_db
@pytest.mark.requirement("B04")
def test_progress_counts_the_editions() -> None:
    seen: list[tuple[int, int | None]] = []
    wanted = [one for one in own_editions(local=True) if one.name != "330100-2026"]
    load(wanted, publish=False, advance=lambda done, total=None: seen.append((done, total)))
    assert seen == [(1, 3), (2, 3), (3, 3)]


@pytest.mark.requirement("B03")
def test_the_layout_of_a_workbook_stands_in_the_document_and_in_the_help() -> None:
    told = (env.ROOT / "data" / "README.md").read_text(encoding="utf-8")
    told = told.split("## standards\n", 1)[1].split("\n## ", 1)[0]
    row = next(line for line in told.splitlines() if line.startswith("| `edition` |"))
    assert set(catalogue.EDITION) == set(re.findall(r"`(\w+)`", row)) - {"edition"}
    columns = {*catalogue.CLASSES, *catalogue.RULES}
    assert {name for name in columns if f"`{name}`" not in told} == set()
    help_of = (env.ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    own = help_of.split("## load-standards\n", 1)[1].split("\n## ", 1)[0]
    for sheet in ("edition", *sheets.TABLES, "data/README.md"):
        assert f"| `{sheet}` |" in told or sheet == "data/README.md"
        assert sheet in own
