"""Editions: all or nothing, a difference report, fixed once published, never overlapping."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import NotAllowed
from cityloop.standards import operations, queries
from cityloop.standards.models import Edition, FilingRule, ProblemClass
from cityloop.standards.operations import (
    BadCatalogue,
    ClassInUse,
    NotPublishable,
    PublishedEdition,
)
from cityloop.standards.sheets import UnreadableFile
from cityloop.standards.tests.editions import NOW, SYSTEM, TREE, Files, edition, stored

pytestmark = pytest.mark.django_db


@pytest.mark.requirement("B01", "B02", "H01")
def test_a_folder_becomes_an_edition(tmp_path: Path) -> None:
    report = Files().load(tmp_path)
    assert (report.imported, report.joined, report.status) == (7, 0, "draft")
    cover = stored("TEST-1/C0101")
    assert (cover.name_zh, cover.synonyms) == ("上水井盖", ["自来水井盖", "水表井盖"])
    assert stored("TEST-1/E0101").on_the_spot
    rules = queries.rules_for(cover.pk, on=date(2026, 3, 2), of=edition())
    limits = [(rule.limit_amount, rule.limit_unit) for rule in rules]
    assert limits == [(2, "urgent_hour"), (pytest.approx(2.5), "work_day")]
    assert "2 classes have no filing rule: C0403, E0101" in report.notes


@pytest.mark.requirement("B01")
def test_a_workbook_gives_the_same_as_the_folder(tmp_path: Path) -> None:
    files = Files()
    files.load(tmp_path)
    before = queries.stored_classes(edition()), queries.stored_rules(edition())
    path = files.workbook(tmp_path / "edition.xlsx")
    report = operations.load_edition(path, actor=SYSTEM, now=NOW)
    assert report.earlier_draft is not None and not report.earlier_draft
    assert (report.imported, report.joined) == (0, 7)
    assert (queries.stored_classes(edition()), queries.stored_rules(edition())) == before


@pytest.mark.requirement("B01")
def test_a_season_of_which_excel_made_dates_is_understood_and_a_truth_is_no_number(
    tmp_path: Path,
) -> None:
    files = Files()
    season: dict[str, Any] = {"season_from": date(2026, 6, 1), "season_to": date(2026, 9, 30)}
    files.rules[0] |= season
    operations.load_edition(files.workbook(tmp_path / "a.xlsx"), actor=SYSTEM, now=NOW)
    kept = {(one.season_from, one.season_to) for one in queries.stored_rules(edition()).values()}
    assert ("06-01", "09-30") in kept
    wrong: dict[str, Any] = {"limit_amount": True}
    files.rules[0] |= wrong
    with pytest.raises(BadCatalogue, match="must be a number"):
        operations.load_edition(files.workbook(tmp_path / "b.xlsx"), actor=SYSTEM, now=NOW)


def test_tables_that_excel_wrote_in_gb18030_are_read(tmp_path: Path) -> None:
    path = Files().write(tmp_path / "gb", encoding="gb18030")
    operations.load_edition(path, actor=SYSTEM, now=NOW)
    assert stored("TEST-1/C0102").name_zh == "路灯"


@pytest.mark.requirement("B01", "H01")
def test_every_flaw_is_named_and_nothing_is_loaded(tmp_path: Path) -> None:
    files = Files()
    files.classes[1]["level"] = "7"
    files.classes[2]["minor_code"] = "x3"
    files.classes.append({**TREE, "minor_code": "04", "major_zh": "绿化"})
    files.classes.append({**files.classes[0], "minor_zh": "另一个"})
    files.rules[0]["limit_amount"] = "0"
    files.rules[1]["limit_unit"] = "day"
    files.rules[2]["season_from"] = "13-01"
    files.rules.append({**files.rules[2], "minor_code": "77", "season_from": ""})
    files.rules.append({**files.rules[2], "seq": "4", "season_from": "05-01"})
    files.rules.append({**files.rules[2], "seq": "5", "season_from": "", "colour": "red"})
    with pytest.raises(BadCatalogue) as caught:
        files.load(tmp_path)
    said = caught.value.reasons
    for part in (
        "classes.csv, line 3, column level '7': must be a whole number from 1 to 4",
        "classes.csv, line 4, column minor_code 'x3': must be 2 to 4 digits",
        "classes.csv, line 7, column code 'C0101': is given twice, first in line 2",
        "filing_rules.csv, line 2, column limit_amount '0': must lie between 0.01 and 9999.99",
        "filing_rules.csv, line 3, column limit_unit 'day': must be one of minute, urgent_hour",
        "filing_rules.csv, line 4, column season_from '13-01': must be MM-DD",
        "column colour 'red': unknown column",
    ):
        assert any(part in reason for reason in said), (part, said)
    assert not Edition.objects.exists()


@pytest.mark.requirement("H01")
def test_flaws_between_rows_are_named(tmp_path: Path) -> None:
    files = Files(based_on="NOWHERE")
    files.classes.append(
        {**TREE, "minor_code": "04", "major_zh": "绿化", "national": "X:event:01:01"}
    )
    files.rules.append({**files.rules[2], "seq": "4", "season_from": "05-01"})
    files.rules.append({**files.rules[2], "seq": "5", "engineering_amount": "9"})
    with pytest.raises(BadCatalogue) as caught:
        files.load(tmp_path)
    assert len(caught.value.reasons) == 5
    assert "based_on 'NOWHERE': no such edition is loaded" in str(caught.value)
    assert "'X:event:01:01': no such class (edition:kind:major:minor)" in str(caught.value)
    assert "major 04 was 园林绿化 above" in str(caught.value)
    assert "a season needs its first and last day" in str(caught.value)
    assert "an engineering limit needs amount and unit" in str(caught.value)
    files = Files()
    files.rules.append({**files.rules[2], "minor_code": "77"})
    with pytest.raises(BadCatalogue, match="'C0177': no such class in this edition"):
        files.load(tmp_path)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("edition.toml", b"code = ", "edition.toml"),
        ("edition.toml", b'code = "a b"', "letters, digits"),
        ("classes.csv", b"", "the edition has no classes"),
        ("classes.csv", b"\xff\xfe\x00", "neither UTF-8 nor GB 18030"),
        ("classes.csv", b'kind,"a\n', "classes.csv"),
        ("classes.csv", b"kind\ncomponent\n", "line 2, column major_code: the column is missing"),
        ("filing_rules.csv", b"kind,\n,,,surplus\n", "more cells than the header has"),
    ],
)
def test_a_broken_file_is_refused(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    path = Files().write(tmp_path / "broken")
    (path / name).write_bytes(content)
    with pytest.raises((UnreadableFile, BadCatalogue)) as caught:
        operations.load_edition(path, actor=SYSTEM, now=NOW)
    assert reason in str(caught.value)
    assert not Edition.objects.exists()


def test_what_is_no_workbook_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"not a zip")
    for name in ("a.xlsx", "nothing", "b.xlsx"):
        with pytest.raises(UnreadableFile):
            operations.load_edition(tmp_path / name, actor=SYSTEM, now=NOW)
    path = tmp_path / "book.xlsx"
    files = Files()
    files.edition = {}
    with pytest.raises(UnreadableFile, match="needs the sheets edition and classes"):
        operations.load_edition(files.workbook(path), actor=SYSTEM, now=NOW)


@pytest.mark.requirement("B04")
def test_a_draft_is_replaced_and_the_difference_told(tmp_path: Path) -> None:
    files = Files()
    files.load(tmp_path)
    kept = stored("TEST-1/C0101").pk
    files.classes[0]["minor_zh"] = "供水井盖"
    files.classes = [files.classes[0], files.classes[1], {**TREE, "minor_code": "05"}]
    files.rules[0]["limit_amount"] = "4"
    files.rules[2]["seq"] = "3"
    report = files.load(tmp_path)
    draft = report.earlier_draft
    assert draft is not None and not report.difference.old, "nothing was in force before it"
    assert [str(change) for change in draft.classes] == [
        "changed C0101 供水井盖 name_zh: 上水井盖 -> 供水井盖",
        "removed C0403 行道树",
        "added C0405 行道树",
        "removed E0101 暴露垃圾",
    ]
    assert [str(change) for change in draft.rules] == [
        "changed C0101-001 井盖缺失 limit_amount: 2.00 -> 4.00",
        "removed C0102-001 灯不亮",
        "added C0102-003 灯不亮",
    ]
    assert (report.imported, report.joined) == (4, 2)
    assert report.as_dict()["earlier_draft"]["classes_removed"] == 2
    assert stored("TEST-1/C0101").pk == kept
    assert stored("TEST-1/C0101").initials.startswith("gsjg")
    assert not ProblemClass.objects.filter(code="TEST-1/E0101").exists()


@pytest.mark.requirement("B04")
def test_a_draft_is_compared_with_the_edition_in_force_and_with_the_draft_before(
    tmp_path: Path,
) -> None:
    Files().load(tmp_path, publish=True)
    files = Files("TEST-2", valid_from="2027-01-01")
    files.rules.pop()
    first = files.load(tmp_path)
    assert (first.difference.old, first.earlier_draft) == ("TEST-1", None)
    files.rules[0]["limit_amount"] = "8"
    again = files.load(tmp_path)
    assert again.earlier_draft is not None
    assert [str(one) for one in again.difference.rules] == [
        "changed C0101-001 井盖缺失 limit_amount: 2.00 -> 8.00",
        "removed C0102-001 灯不亮",
    ]
    assert [one.what for one in again.earlier_draft.rules] == ["changed"]
    # A later draft still is compared with what is in force, not with a draft between.
    third = Files("TEST-3", valid_from="2028-01-01").load(tmp_path)
    assert third.difference.old == "TEST-1" and not third.difference
    done = files.load(tmp_path, publish=True)
    assert done.difference == again.difference and not done.earlier_draft
    assert queries.diff_to_predecessor("TEST-2") == again.difference
    assert queries.diff_to_predecessor("TEST-3").old == "TEST-2"
    stays = files.load(tmp_path, publish=True)
    assert (stays.difference.old, stays.earlier_draft) == ("", None)


def test_a_class_of_a_draft_that_is_used_may_not_go(tmp_path: Path) -> None:
    base = Files("BASE", family="base")
    base.load(tmp_path)
    above = Files("ABOVE", based_on="BASE")
    above.classes, above.rules = above.classes[3:], above.rules[:1]
    above.load(tmp_path)
    base.classes, base.rules = base.classes[1:], base.rules[2:]
    with pytest.raises(ClassInUse, match="BASE/C0101"):
        base.load(tmp_path)
    assert ProblemClass.objects.filter(code="BASE/C0101").exists()


@pytest.mark.requirement("B04", "H05")
def test_a_published_edition_never_changes(tmp_path: Path) -> None:
    files = Files()
    assert files.load(tmp_path, publish=True).status == "published"
    again = files.load(tmp_path, publish=True)
    assert (again.imported, again.joined) == (0, 7)
    files.rules[0]["limit_amount"] = "48"
    with pytest.raises(PublishedEdition) as caught:
        files.load(tmp_path)
    assert "limit_amount: 2.00 -> 48.00" in str(caught.value)
    files.rules[0]["limit_amount"] = "2"
    files.edition["name_zh"] = "改名"
    with pytest.raises(PublishedEdition):
        files.load(tmp_path)


@pytest.mark.requirement("B01", "B04", "H05")
def test_the_database_itself_refuses_to_change_a_published_edition(tmp_path: Path) -> None:
    Files().load(tmp_path, publish=True)
    Files("OTHER", family="other").load(tmp_path)
    published, draft = edition(), edition("OTHER")
    rule = FilingRule.objects.filter(edition=published).first()
    copied = ProblemClass.objects.filter(edition=published).values().first()
    for name in ("id", "search", "code", "minor_code"):
        copied.pop(name)
    for act in (
        lambda: FilingRule.objects.filter(edition=published).update(limit_amount=99),
        lambda: FilingRule.objects.filter(edition=published).delete(),
        lambda: ProblemClass.objects.filter(edition=published).update(name_zh="x"),
        lambda: ProblemClass.objects.create(**copied, code="TEST-1/C0188", minor_code="88"),
        lambda: FilingRule.objects.filter(edition=draft).update(edition=published),
        lambda: FilingRule.objects.filter(pk=rule.pk).update(edition=draft),
        lambda: Edition.objects.filter(pk=published.pk).update(name_zh="x"),
        lambda: Edition.objects.filter(pk=published.pk).update(status="draft", published_at=None),
        lambda: Edition.objects.filter(pk=published.pk)._raw_delete("default"),
    ):
        with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
            act()
    assert FilingRule.objects.get(pk=rule.pk).limit_amount == 2
    FilingRule.objects.filter(edition=draft).update(limit_amount=99)  # a draft may


@pytest.mark.requirement("B01")
def test_a_code_is_given_once_in_an_edition(tmp_path: Path) -> None:
    Files().load(tmp_path)
    row = ProblemClass.objects.filter(code="TEST-1/C0101").values().get()
    for name in ("id", "search", "code"):
        row.pop(name)
    with pytest.raises(IntegrityError), transaction.atomic():
        ProblemClass.objects.create(**row, code="TEST-1/again")


@pytest.mark.requirement("B04")
def test_a_successor_ends_its_predecessor_and_old_rules_stay(tmp_path: Path) -> None:
    Files().load(tmp_path, publish=True)
    old_rule = FilingRule.objects.get(edition=edition(), position="C0101-001")
    second = Files("TEST-2", valid_from="2027-01-01")
    second.rules[0]["limit_amount"] = "1"
    second.classes[1]["minor_zh"] = "高杆灯"
    report = second.load(tmp_path, publish=True)
    assert report.difference.old == "TEST-1"
    assert "1 code meant another class before: C0102 高杆灯 (TEST-1/C0102 路灯)" in report.notes
    assert edition().valid_to == date(2026, 12, 31)
    assert queries.current_edition(date(2026, 12, 31)).code == "TEST-1"
    assert queries.current_edition(date(2027, 1, 1)).code == "TEST-2"
    assert FilingRule.objects.get(pk=old_rule.pk).limit_amount == 2
    assert Files().load(tmp_path).joined == 7  # its end does not make it differ


@pytest.mark.requirement("B04")
def test_validity_in_a_family_never_overlaps(tmp_path: Path) -> None:
    Files("LATE", valid_from="2026-06-01").load(tmp_path, publish=True)
    early = Files("EARLY", valid_from="2026-01-01")
    with pytest.raises(NotPublishable, match="overlaps that of LATE"):
        early.load(tmp_path, publish=True)
    assert not Edition.objects.filter(code="EARLY").exists()
    early.edition["valid_to"] = "2026-05-31"
    early.load(tmp_path, publish=True)
    Files("ELSE", family="else", valid_from="2026-01-01").load(tmp_path, publish=True)
    early.edition.update(code="BEHIND", valid_from="2026-05-31")
    early.load(tmp_path)
    with pytest.raises(IntegrityError, match="edition_family_no_overlap"), transaction.atomic():
        Edition.objects.filter(code="BEHIND").update(status="published", published_at=NOW)


def test_an_edition_on_a_draft_or_without_classes_is_not_published(tmp_path: Path) -> None:
    Files("BASE", family="base").load(tmp_path)
    with pytest.raises(NotPublishable, match="BASE, which it extends, is not published"):
        Files("ABOVE", based_on="BASE").load(tmp_path, publish=True)
    with pytest.raises(queries.NoEdition):
        operations.publish_edition("NOWHERE", actor=SYSTEM, now=NOW)
    empty = Files("BASE2", based_on="BASE2")
    with pytest.raises(BadCatalogue):
        empty.load(tmp_path)


def test_editions_may_not_extend_each_other(tmp_path: Path) -> None:
    first = Files("FIRST", family="first")
    first.load(tmp_path)
    Files("SECOND", based_on="FIRST").load(tmp_path)
    first.edition["based_on"] = "SECOND"
    with pytest.raises(BadCatalogue, match="extend each other"):
        first.load(tmp_path)


@pytest.mark.requirement("B03")
def test_another_citys_catalogue_is_mapped_to_national_codes(tmp_path: Path) -> None:
    Files("NATION", kind="national").load(tmp_path, publish=True)
    other = Files("TAIZHOU", kind="foreign", family="taizhou")
    other.classes = [
        {**TREE, "major_code": "1159", "minor_code": "1161", "minor_zh": "行道树木",
         "national": "NATION:component:04:03"}
    ]  # fmt: skip
    other.rules = []
    other.load(tmp_path, publish=True)
    theirs = stored("TAIZHOU/C1159-1161")
    assert queries.national_class(theirs) == stored("NATION/C0403")
    assert queries.current_edition(date(2026, 5, 1)).code == "NATION"
    other.classes[0]["national"] = "NATION:component:04:99"
    other.edition["code"] = "TAIZHOU2"
    with pytest.raises(BadCatalogue, match="edition:kind:major:minor"):
        other.load(tmp_path)


@pytest.mark.requirement("B04")
def test_two_editions_are_compared_row_by_row(tmp_path: Path) -> None:
    Files().load(tmp_path, publish=True)
    second = Files("TEST-2", valid_from="2027-01-01")
    second.classes.pop()
    second.rules[0].update(limit_amount="1", engineering_amount="3", engineering_unit="work_day")
    second.load(tmp_path)
    found = queries.diff_editions("TEST-1", "TEST-2")
    assert found.counts()["classes_removed"] == 1
    assert found.rules[0].fields == {
        "limit_amount": ("2.00", "1.00"),
        "engineering_amount": ("", "3.00"),
        "engineering_unit": ("", "work_day"),
    }
    assert not queries.diff_editions("TEST-1", "TEST-1")
    with pytest.raises(queries.NoEdition):
        queries.diff_editions("TEST-1", "NOWHERE")


def test_several_editions_are_loaded_each_after_those_it_needs(tmp_path: Path) -> None:
    above = Files("A-LOCAL", based_on="Z-NATION")
    above.classes, above.rules = above.classes[3:], above.rules[:1]
    above.classes[0]["minor_code"] = "99"
    paths = [
        above.write(tmp_path / "a"),
        Files("Z-NATION", kind="national", family="national").write(tmp_path / "z"),
    ]
    reports = operations.load_editions(paths, actor=SYSTEM, now=NOW, publish=True)
    assert [report.edition for report in reports] == ["Z-NATION", "A-LOCAL"]
    assert queries.current_edition(date(2026, 5, 1)).code == "A-LOCAL"


def test_only_who_manages_standards_may_load(tmp_path: Path) -> None:
    path = Files().write(tmp_path / "x")
    somebody = Actor(member_id=1, name="x", post="x", permissions=frozenset({"manual.view"}))
    with pytest.raises(NotAllowed):
        operations.load_edition(path, actor=somebody, now=NOW)
    Files().load(tmp_path)
    with pytest.raises(NotAllowed):
        operations.publish_edition("TEST-1", actor=somebody, now=NOW)


@pytest.mark.requirement("B01", "B02", "B05")
def test_the_shipped_editions_load() -> None:
    folder = Path(__file__).resolve().parents[3] / "data" / "standards"
    paths = [path for path in folder.iterdir() if (path / "edition.toml").exists()]
    assert paths
    reports = operations.load_editions(paths, actor=SYSTEM, now=NOW, publish=True)
    assert all(report.status == "published" for report in reports)
    trade = queries.edition("CJT214-2007")
    counts = {
        kind: ProblemClass.objects.filter(edition=trade, kind=kind).count()
        for kind in ("component", "event")
    }
    assert counts == {"component": 85, "event": 54}
    # 路灯 has another code in each edition: never join on the code alone.
    lamps = ProblemClass.objects.filter(name_zh="路灯").values_list("code", flat=True)
    assert {"CJT214-2007/C0118", "GBT30428.2-2013/C0137"} <= set(lamps)
    assert queries.current_edition(date(2012, 1, 1)).code == "HZ-2006"
    assert queries.current_edition(date(2018, 1, 1)).code == "GBT30428.2-2013"
    here = queries.current_edition(date(2026, 11, 1))
    assert here.code == "330100-2026"
    assert len(queries.class_keys(here)) == 174 + 58
    assert not FilingRule.objects.exclude(edition__status="published").exists()
    assert [r.joined for r in operations.load_editions(paths, actor=SYSTEM, now=NOW)] != []
