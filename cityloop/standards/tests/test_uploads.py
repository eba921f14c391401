"""An edition sent through the office: looked at before anything is kept; bad files are named."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cityloop.kernel.models import Upload
from cityloop.standards import operations, queries, writing
from cityloop.standards.models import Edition, EditionChange
from cityloop.standards.queries.editions import stored_edition
from cityloop.standards.tests.editions import NOW, SYSTEM, Files, edition
from cityloop.standards.tests.office import UPLOAD, Keeper, said, stamp, tables, workbook, zipped

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("B01", "B04", "L16")]


@pytest.fixture(autouse=True)
def world(settings: Any, tmp_path: Path) -> None:
    settings.ACTOR_OF = "cityloop.standards.tests.visitors.caller"
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
    settings.LANGUAGE_CODE = "en"
    Files().load(tmp_path, publish=True)


def second() -> Files:
    """The next edition: a rule and a class changed, one gone."""
    files = Files("TEST-2", valid_from="2027-01-01")
    files.rules[0]["limit_amount"] = "4"
    files.classes[1]["minor_zh"], files.classes[1]["minor_en"] = "高杆灯", "High mast"
    files.rules.pop()
    return files


@pytest.mark.parametrize("form", ["workbook", "zip", "zip with a folder", "files"])
def test_what_a_file_changes_is_shown_before_anything_is_kept(tmp_path: Path, form: str) -> None:
    keeper, files = Keeper(), second()
    sent = {
        "workbook": lambda: [workbook(files, tmp_path)],
        "zip": lambda: [zipped(tables(files, tmp_path))],
        "zip with a folder": lambda: [
            zipped([*tables(files, tmp_path), ("__MACOSX/._classes.csv", b"?")], inside="新版/")
        ],
        "files": lambda: tables(files, tmp_path),
    }[form]()
    path = keeper.preview(*sent)
    page = said(keeper.get(path))
    for part in (
        "TEST-2", "once TEST-2 is published, TEST-1 ends on 2026-12-31",
        "1 class changed", "1 rule changed", "1 rule removed", "Street lamp", "High mast",
        "2 urgent hours", "4 urgent hours", "1 code meant another class before: C0102",
    ):  # fmt: skip
        assert part in page, part
    assert not Edition.objects.filter(code="TEST-2").exists(), "only looked at"
    assert edition().valid_to is None
    answer = keeper.post(f"{path}keep/", stamp=stamp(keeper.get(path)))
    assert answer["Location"] == "/office/edition/TEST-2/"
    assert edition("TEST-2").status == "draft"
    assert "TEST-2 against TEST-1: 1 class changed" in said(keeper.get(answer["Location"]))
    row = EditionChange.objects.get(edition="TEST-2")
    assert (row.what, row.actor, row.member_id) == ("loaded", "clerk", 1)
    assert row.facts["classes"] == 4 and re.fullmatch("[0-9a-f]{64}", row.facts["sha256"])
    assert not Upload.objects.exists()


def test_a_draft_is_shown_against_the_edition_in_force_and_against_the_draft(
    tmp_path: Path,
) -> None:
    keeper, files = Keeper(), second()
    keeper.keep(workbook(files, tmp_path))
    files.rules[1]["limit_amount"] = "9"
    path = keeper.preview(workbook(files, tmp_path))
    page = said(keeper.get(path))
    assert "takes the place of the earlier draft" in page
    assert "2 rules changed" in page and "1 rule removed" in page
    draft = said(keeper.get(path, against="draft"))
    assert "1 rule changed" in draft and "removed" not in draft
    keeper.post(f"{path}keep/", stamp=stamp(keeper.get(path)))
    limits = {rule.limit_amount for rule in edition("TEST-2").rules.all()}
    assert limits == {4, 9}


def test_every_wrong_cell_is_named_by_sheet_line_column_and_reason(tmp_path: Path) -> None:
    files = second()
    files.classes[2]["level"] = "7"
    files.rules[0]["limit_unit"] = "day"
    files.rules[1] |= {"colour": "red"}
    answer = Keeper().send(workbook(files, tmp_path, "新版 目录.xlsx"))
    page = said(answer)
    assert answer.status_code == 422
    for part in (
        "新版_目录.xlsx/classes 4 level 7 must be a whole number from 1 to 4",
        "新版_目录.xlsx/filing_rules 2 limit_unit day must be one of minute",
        "新版_目录.xlsx/filing_rules 3 colour red unknown column",
        "nothing was changed",
    ):
        assert part in page, (part, page)
    assert not Upload.objects.exists()
    assert Edition.objects.count() == 1 and EditionChange.objects.count() == 2


def test_a_file_that_is_wrong_throughout_is_told_in_part_and_says_so(tmp_path: Path) -> None:
    files = second()
    files.rules = [{**files.rules[0], "limit_amount": "x", "seq": str(n)} for n in range(1, 999)]
    files.rules += [{**one, "minor_code": "02"} for one in files.rules]
    page = said(Keeper().send(workbook(files, tmp_path)))
    assert "1996 cells are wrong" in page and "and 996 more" in page
    assert page.count("must be a number") == 1000


def _without_sheet(name: str) -> tuple[str, bytes]:
    import io

    import xlsxwriter

    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        book.add_worksheet(name).write_row(0, 0, ["code"])
    return "one.xlsx", out.getvalue()


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        ([("a.xlsx", b"not a workbook")], "a.xlsx: it is no ZIP file, or a broken one"),
        ([("a.xlsx", b"")], "is empty"),
        ([], "This field is required"),
        ([_without_sheet("classes")], "one.xlsx: needs the sheets edition and classes"),
        ([_without_sheet("edition")], "one.xlsx: needs the sheets edition and classes"),
        ([("a.pdf", b"%PDF-1.7")], "neither an Excel workbook (.xlsx) nor a set of"),
        ([("a.xls", b"\xd0\xcf\x11\xe0")], "a.xls is none of edition.toml, classes.csv"),
        ([("a.zip", b"PK\x03\x04")], "a.zip: it is no ZIP file, or a broken one"),
        ([zipped([("classes.csv", b"kind\n")])], "neither an Excel workbook"),
        ([zipped([("edition.toml", b"code = 'x'")])], "classes.csv: not found in set"),
        ([zipped([("a/edition.toml", b""), ("b/edition.toml", b"")])], "edition.toml twice"),
        ([zipped([("edition.toml", b""), ("filing_rule.csv", b"")])], "filing_rule.csv is none of"),
        ([zipped([("classes.csv", b"0" * (31 << 20))])], "unpacked it holds more than 30 MB"),
        ([("../../edition.toml", b"code = "), ("classes.csv", b"kind\n")], "edition.toml: "),
        ([("edition.toml", b"\xff\xfe"), ("classes.csv", b"kind\n")], "edition.toml: "),
        ([("edition.toml", b"code='x'"), ("classes.csv", b"\xff\xfe\x00")], "neither UTF-8 nor GB"),
        ([("edition.toml", b"code='x'"), ("classes.csv", b"kind,kind\n")], "occur twice: kind"),
        ([("edition.toml", b"code='x'"), ("classes.csv", b"kind\n" + b"event\n" * 20_001)],
         "classes.csv: more than 20000 lines"),
        ([("edition.toml", b"code='x'"), ("classes.csv", b"kind\n" + b"event\n" * 5001)],
         "classes.csv: more than 5000 lines"),
        ([("edition.toml", b"code='x'"), ("classes.csv", b'kind\n"a\n')], "classes.csv: line 2"),
        ([("edition.toml", b"code='x'"), ("classes.csv", b"kind\nevent\n")],
         "classes.csv 2 major_code – the column is missing"),
    ],
)  # fmt: skip
def test_a_bad_file_is_refused_with_a_clear_reason(sent: list[tuple[str, bytes]], why: str) -> None:
    answer = Keeper().send(*sent)
    assert answer.status_code == 422, answer.status_code
    assert why in said(answer), said(answer)
    assert not Upload.objects.exists()
    assert Edition.objects.count() == 1


def test_a_huge_file_is_refused(settings: Any, tmp_path: Path) -> None:
    settings.MAX_FILE_BYTES = 1 << 20
    answer = Keeper().send(("a.xlsx", b"PK" + bytes(1 << 20)))
    assert answer.status_code == 422 and "more than 1 MB" in said(answer)
    with pytest.raises(operations.FileTooLarge):
        operations.put_up([("a.xlsx", bytes(1 + (1 << 20)))], actor=SYSTEM, now=NOW)


def test_a_published_edition_is_not_changed_by_a_file(tmp_path: Path) -> None:
    keeper, files = Keeper(), Files()
    assert "TEST-1 is published already" in said(keeper.send(workbook(files, tmp_path)))
    files.rules[0]["limit_amount"] = "9"
    answer = keeper.send(workbook(files, tmp_path))
    assert answer.status_code == 409
    assert "TEST-1 is published and differs" in said(answer)
    assert not Upload.objects.exists()


def test_what_changed_since_it_was_shown_is_shown_again(tmp_path: Path) -> None:
    keeper = Keeper()
    path = keeper.preview(workbook(second(), tmp_path))
    seen = stamp(keeper.get(path))
    Files("OTHER", family="other").load(tmp_path)
    answer = keeper.post(f"{path}keep/", stamp=seen)
    assert answer["Location"] == path
    assert "editions changed since" in said(keeper.get(path))
    assert not Edition.objects.filter(code="TEST-2").exists()


def test_what_it_extends_may_go_before_it_is_kept(tmp_path: Path) -> None:
    keeper = Keeper()
    Files("BASE", family="base").load(tmp_path)
    above = Files("ABOVE", based_on="BASE", family="above")
    path = keeper.preview(workbook(above, tmp_path))
    operations.withdraw_draft("BASE", actor=SYSTEM, now=NOW, why="试验")
    answer = keeper.get(path)
    assert answer.status_code == 422 and "no such edition is loaded" in said(answer)
    answer = keeper.post(f"{path}keep/", stamp=queries.stamp())
    assert answer.status_code == 422 and "no such edition is loaded" in said(answer)


def test_a_class_that_another_draft_builds_on_stays_in_it(tmp_path: Path) -> None:
    keeper, base = Keeper(), Files("BASE", family="base")
    base.load(tmp_path)
    above = Files("ABOVE", based_on="BASE", family="above")
    above.classes = above.classes[3:]
    above.load(tmp_path)
    base.classes, base.rules = base.classes[1:], base.rules[2:]
    answer = keeper.keep(workbook(base, tmp_path))
    assert answer.status_code == 409 and "BASE/C0101" in said(answer)
    assert edition("BASE").classes.count() == 4


def test_an_upload_is_its_senders_and_is_dropped(tmp_path: Path) -> None:
    keeper, other = Keeper(), Keeper("colleague")
    path = keeper.preview(workbook(second(), tmp_path))
    for answer in (other.get(path), other.post(f"{path}keep/", stamp="x"),
                   other.post(f"{path}drop/")):  # fmt: skip
        assert answer.status_code == 404
    mine = other.preview(workbook(second(), tmp_path))
    assert Upload.objects.count() == 2
    keeper.preview(workbook(second(), tmp_path))
    assert keeper.get(path).status_code == 404, "a new one takes the place of one's own"
    answer = other.post(f"{mine}drop/")
    assert answer["Location"] == "/office/editions/" and Upload.objects.count() == 1
    later = NOW + timedelta(days=400)
    operations.put_up([workbook(second(), tmp_path)], actor=SYSTEM, now=later)
    assert Upload.objects.count() == 1, "what nobody kept for a day goes"


@pytest.mark.parametrize("name", ["reader", "stranger"])
def test_who_may_not_manage_the_standards_sends_nothing(tmp_path: Path, name: str) -> None:
    path = Keeper().preview(workbook(second(), tmp_path))
    other = Keeper(name)
    for answer in (other.get(UPLOAD), other.send(workbook(second(), tmp_path)), other.get(path),
                   other.post(f"{path}keep/"), other.post(f"{path}drop/")):  # fmt: skip
        assert answer.status_code == 403
    assert Upload.objects.count() == 1
    assert Keeper("nobody").get(UPLOAD).status_code == 302


def test_the_workbook_of_an_edition_is_read_again_as_it_is(tmp_path: Path) -> None:
    files = Files("TEST-3", family="third", note="=1+1", source="http://example.org")
    files.rules[0] |= {"season_from": "11-01", "season_to": "03-31", "place_level": "A"}
    files.rules[1] |= {"engineering_amount": "9.5", "engineering_unit": "work_day"}
    files.classes[0] |= {"second_eye": "1", "provisional": "1"}
    files.load(tmp_path)
    answer = Keeper().get("/office/edition/TEST-3/file/")
    assert answer["Content-Disposition"] == 'attachment; filename="TEST-3.xlsx"'
    row = edition("TEST-3")
    before = stored_edition(row), queries.stored_classes(row), queries.stored_rules(row)
    assert writing.workbook(before[0], before[1].values(), before[2].values())
    path = Keeper().preview(("TEST-3.xlsx", answer.content))
    assert "1 rule" not in said(Keeper().get(path, against="draft"))
    Keeper().keep(("TEST-3.xlsx", answer.content))
    row = edition("TEST-3")
    assert before == (stored_edition(row), queries.stored_classes(row), queries.stored_rules(row))


def test_a_large_file_costs_as_many_statements_to_look_at_as_a_small_one(tmp_path: Path) -> None:
    def cost(files: Files) -> int:
        path = Keeper().preview(workbook(files, tmp_path))
        Keeper().get(path)
        with CaptureQueriesContext(connection) as seen:
            assert Keeper().get(path).status_code == 200
        return len(seen)

    few, many = second(), second()
    many.classes += [{**many.classes[0], "minor_code": f"{n}"} for n in range(200, 400)]
    many.rules += [{**many.rules[0], "minor_code": f"{n}"} for n in range(200, 400)]
    assert cost(many) <= cost(few)
