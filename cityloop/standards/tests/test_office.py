"""The office's pages of editions: list, one edition, the difference, publishing, withdrawing."""

from __future__ import annotations

import html
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from cityloop.kernel import clock
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Invalid, NotAllowed
from cityloop.standards import operations, queries
from cityloop.standards.models import Edition, EditionChange, ProblemClass
from cityloop.standards.operations import ClassInUse, PublishedEdition
from cityloop.standards.tests.editions import COVER, GONE, NOW, SYSTEM, Files, edition
from cityloop.standards.tests.office import Keeper, said, stamp

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("B01", "B04", "L16")]
DIFFERENCE = "/office/editions/difference/"


@pytest.fixture(autouse=True)
def world(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.ACTOR_OF = "cityloop.standards.tests.visitors.caller"
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
    settings.LANGUAGE_CODE = "en"
    monkeypatch.setattr(clock, "now", lambda: NOW)
    Files().load(tmp_path, publish=True)


def following(tmp_path: Path, *, publish: bool = False) -> Files:
    """A draft that follows TEST-1 and extends BASE, in which it replaces a class."""
    base = Files("BASE", family="base", kind="national")
    base.classes = [{**COVER, "minor_zh": "各类井盖", "minor_en": "Any cover"}, *base.classes[1:]]
    base.load(tmp_path, publish=True)
    files = Files("TEST-2", valid_from="2027-01-01", based_on="BASE", note="甲号文")
    files.classes = [
        COVER,
        {**COVER, "minor_code": "77", "minor_zh": "快递柜", "minor_en": "Locker"},
    ]
    files.rules = [{**GONE, "limit_amount": "4"}, {**GONE, "minor_code": "02"}]
    files.load(tmp_path, publish=publish)
    return files


def test_the_list_says_of_each_edition_what_it_is_and_what_was_done(tmp_path: Path) -> None:
    following(tmp_path)
    Edition.objects.filter(code="TEST-1").update(valid_to=date(2026, 12, 31))
    page = said(Keeper().get("/office/editions/"))
    for part in (
        "TEST-2 Test catalogue draft catalogue of this city test BASE 2027-01-01 – 2 2 0",
        "TEST-1 Test catalogue in force catalogue of this city test – 2026-01-01 – 2026-12-31 4",
        "BASE Test catalogue in force national standard base",
        "TEST-2 loaded the system classes: 2, rules: 2",
        "TEST-1 published the system",
    ):
        assert part in page, (part, page)
    chinese = Keeper()
    chinese.headers["Accept-Language"] = "zh-hans"
    page = said(chinese.get("/office/editions/"))
    assert "目录版本" in page and "草案" in page and "本市目录" in page
    assert "catalogue" not in page


def test_an_edition_shows_its_facts_its_classes_and_what_they_replace(tmp_path: Path) -> None:
    following(tmp_path)
    keeper, path = Keeper(), "/office/edition/TEST-2/"
    page = said(keeper.get(path))
    for part in ("甲号文", "Extends BASE", "Follows TEST-1",
                 "Classes 2 (1 in the place of one of BASE)",
                 "C0101 Water manhole cover 上水井盖 Utilities 2, usual Any cover",
                 "C0177 Locker"):  # fmt: skip
        assert part in page, (part, page)
    replacing = said(keeper.get(path, show="replacing"))
    assert "C0101" in replacing and "C0177" not in replacing
    rules = said(keeper.get(path, show="rules"))
    assert "C0101 Water manhole cover 1. Cover missing 4 urgent hours In place" in rules
    assert "C0102 Street lamp class of the edition it extends" in rules
    assert "C0177" in said(keeper.get(path, q="kdg"))
    found = said(keeper.get(path, q="locker 0177", kind="component"))
    assert "C0177" in found and "C0101" not in found
    assert "Nothing to show" in said(keeper.get(path, q="囧囧"))
    assert "Nothing to show" in said(keeper.get(path, show="rules", kind="event"))
    assert keeper.get("/office/edition/NOWHERE/").status_code == 404
    assert keeper.get(path, cursor="nonsense").status_code == 422


def test_classes_and_rules_are_paged(tmp_path: Path) -> None:
    many = Files("MANY", family="many")
    many.classes += [{**COVER, "minor_code": f"{n}"} for n in range(200, 330)]
    many.rules += [{**GONE, "minor_code": f"{n}"} for n in range(200, 330)]
    many.load(tmp_path)
    for show, number in (("classes", 134), ("rules", 133)):
        seen: list[str] = []
        path = f"/office/edition/MANY/?show={show}"
        while path:
            page = Keeper().get(path).content.decode()
            table = page.partition('id="content"')[2].partition("</section>")[0]
            seen += re.findall(r'<span class="mono">([CE]\d+)</span>', table)
            found = re.search(r'href="([^"]*)" rel="next"', page)
            path = f"/office/edition/MANY/{html.unescape(found[1])}" if found else ""
        assert len(seen) == number, show


def test_any_two_editions_are_compared_side_by_side(tmp_path: Path) -> None:
    files = Files("TEST-2", valid_from="2027-01-01")
    files.classes[0] |= {"minor_zh": "供水井盖", "level": "3", "synonyms": "甲;乙"}
    files.classes.pop()
    files.rules[0] |= {"limit_amount": "4", "condition_zh": "井盖缺失或破损"}
    files.rules.pop()
    files.rules.append({**GONE, "minor_code": "02", "seq": "7", "season_from": "11-01",
                        "season_to": "03-31", "place_level": "A"})  # fmt: skip
    files.load(tmp_path)
    keeper = Keeper()
    page = keeper.get(DIFFERENCE, old="TEST-1", new="TEST-2")
    words = said(page)
    for part in (
        "All 5", "1 class changed", "1 class removed", "1 rule added", "1 rule changed",
        "1 rule removed", "changed C0101 Water manhole cover Chinese name 上 水井盖 供 水井盖",
        "Level 2, usual 3, serious", "removed E0101 Exposed litter",
        "Limit 2 urgent hours 4 urgent hours",
        "Filing condition 井盖缺失 井盖缺失 或破损", "added C0102-007A1101 Street lamp",
        "Season – 11-01 – 03-31", "Level of the place – A",
    ):  # fmt: skip
        assert part in words, (part, words)
    body = page.content.decode()
    assert "<del>上</del>水井盖" in body and "井盖缺失<ins>或破损</ins>" in body
    only = said(keeper.get(DIFFERENCE, old="TEST-1", new="TEST-2", show="rules_added"))
    assert "C0102-007A1101" in only and "C0101-001" not in only
    turned = said(keeper.get(DIFFERENCE, old="TEST-2", new="TEST-1"))
    assert "1 class added" in turned and "added E0101 Exposed litter" in turned
    same = said(keeper.get(DIFFERENCE, old="TEST-1", new="TEST-1"))
    assert "No class and no rule differs" in same
    usual = said(keeper.get(DIFFERENCE))
    assert usual == words, "at first the newest against the one in force before it"
    assert keeper.get(DIFFERENCE, old="TEST-1", new="NOWHERE").status_code == 422
    keeper.headers["Accept-Language"] = "zh-hans"
    chinese = said(keeper.get(DIFFERENCE))
    for part in ("修改 1 个类别", "中文名称", "级别 2 级，一般 3 级，较重", "时限 2 紧急工作时"):
        assert part in chinese, (part, chinese)


def test_a_long_difference_is_paged(tmp_path: Path) -> None:
    files = Files("TEST-2", valid_from="2027-01-01")
    files.classes += [{**COVER, "minor_code": f"{n}"} for n in range(200, 260)]
    files.load(tmp_path)
    seen, path = [], f"{DIFFERENCE}?old=TEST-1&new=TEST-2&show=classes_added"
    while path:
        page = Keeper().get(path).content.decode()
        seen += re.findall(r'<span class="mono">(C01\d+)</span>', page)
        found = re.search(r'href="([^"]*)" rel="next"', page)
        path = f"{DIFFERENCE}{html.unescape(found[1])}" if found else ""
    assert len(seen) == len(set(seen)) == 60


def test_a_draft_is_published_after_it_was_said_what_follows(tmp_path: Path) -> None:
    files = following(tmp_path)
    keeper, path = Keeper(), "/office/edition/TEST-2/publish/"
    page = keeper.get(path)
    words = said(page)
    for part in ("once TEST-2 is published, TEST-1 ends on 2026-12-31",
                 "Against TEST-1 1 class added", "fixed for good"):  # fmt: skip
        assert part in words, (part, words)
    assert edition("TEST-2").status == "draft", "looking at it does nothing"
    assert 'type="checkbox"' not in page.content.decode(), "nothing lies in the past"
    answer = keeper.post(path, stamp=stamp(page))
    assert answer["Location"] == "/office/edition/TEST-2/"
    words = said(keeper.get(answer["Location"]))
    for part in ("TEST-2 is published.", "TEST-1 ends on 2026-12-31, before TEST-2 begins",
                 "TEST-2 against TEST-1: 1 class added"):  # fmt: skip
        assert part in words, (part, words)
    assert "/publish/" not in keeper.get("/office/edition/TEST-2/").content.decode()
    row = edition("TEST-2")
    assert (row.published_at, row.published_by) == (NOW, "clerk")
    assert edition("TEST-1").valid_to == date(2026, 12, 31)
    noted = EditionChange.objects.filter(edition="TEST-2").latest("id")
    assert (noted.what, noted.actor, noted.member_id, noted.at) == ("published", "clerk", 1, NOW)
    # Nothing of it can be changed any more.
    for step in ("publish", "withdraw"):
        answer = keeper.post(f"/office/edition/TEST-2/{step}/", stamp="x", why="试验")
        assert answer["Location"] == "/office/edition/TEST-2/"
        assert "it stays as it is" in said(keeper.get(answer["Location"]))
    assert files.load(tmp_path).joined == 4


def test_what_cannot_be_published_says_why_and_has_no_button(tmp_path: Path) -> None:
    Files("BASE", family="base").load(tmp_path)
    Files("ABOVE", family="above", based_on="BASE").load(tmp_path)
    Files("EARLY", valid_from="2025-01-01").load(tmp_path)
    keeper = Keeper()
    for code, why in (("ABOVE", "BASE, which it extends, is not published"),
                      ("EARLY", "its validity overlaps that of TEST-1")):  # fmt: skip
        path = f"/office/edition/{code}/publish/"
        page = keeper.get(path)
        assert why in said(page) and "Publish for good" not in said(page)
        answer = keeper.post(path, stamp=stamp(page))
        assert answer.status_code == 422 and why in said(answer)
        assert edition(code).status == "draft"
    assert edition("TEST-1").valid_to is None


def test_what_changed_since_it_was_looked_at_is_not_published_unseen(tmp_path: Path) -> None:
    files = following(tmp_path)
    keeper, path = Keeper(), "/office/edition/TEST-2/publish/"
    seen = stamp(keeper.get(path))
    files.rules[0]["limit_amount"] = "40"
    later = NOW + timedelta(minutes=1)
    operations.load_edition(files.write(tmp_path / "TEST-2"), actor=SYSTEM, now=later)
    answer = keeper.post(path, stamp=seen)
    assert answer.status_code == 422 and "editions changed since" in said(answer)
    assert edition("TEST-2").status == "draft"
    assert keeper.post(path, stamp=stamp(answer)).status_code == 302, "now it was seen"


def test_a_draft_is_withdrawn_with_a_reason_and_remembered(tmp_path: Path) -> None:
    following(tmp_path)
    keeper, path = Keeper(), "/office/edition/TEST-2/withdraw/"
    for why in ("", " ", "。"):
        answer = keeper.post(path, why=why)
        assert answer.status_code == 422
    assert edition("TEST-2").classes.count() == 2
    answer = keeper.post(path, why="编号有误")
    assert answer["Location"] == "/office/editions/"
    words = said(keeper.get("/office/editions/"))
    assert "The draft TEST-2 is withdrawn." in words
    assert "TEST-2 withdrawn clerk classes: 2, rules: 2 编号有误" in words
    assert not Edition.objects.filter(code="TEST-2").exists()
    assert not ProblemClass.objects.filter(code__startswith="TEST-2/").exists()
    assert keeper.post(path, why="again").status_code == 404
    assert edition("TEST-1").valid_to is None
    following_again = Files("TEST-2", valid_from="2027-01-01").load(tmp_path)
    assert following_again.status == "draft", "its code is free"


def test_a_draft_that_others_build_on_stays(tmp_path: Path) -> None:
    Files("BASE", family="base").load(tmp_path)
    Files("ABOVE", family="above", based_on="BASE").load(tmp_path)
    mapped = Files("MAPPED", family="mapped")
    mapped.classes[0]["national"] = "ABOVE:component:01:01"
    mapped.load(tmp_path)
    for code, by in (("BASE", "ABOVE"), ("ABOVE", "MAPPED")):
        answer = Keeper().post(f"/office/edition/{code}/withdraw/", why="试验")
        assert answer.status_code == 422 and f"{by} builds on it" in said(answer)
        with pytest.raises(ClassInUse):
            operations.withdraw_draft(code, actor=SYSTEM, now=NOW, why="试验")
    assert Edition.objects.count() == 4


def test_the_operation_itself_keeps_these_rules(tmp_path: Path) -> None:
    with pytest.raises(PublishedEdition):
        operations.withdraw_draft("TEST-1", actor=SYSTEM, now=NOW, why="试验")
    with pytest.raises(queries.NoEdition):
        operations.withdraw_draft("NOWHERE", actor=SYSTEM, now=NOW, why="试验")
    Files("TEST-2", valid_from="2027-01-01").load(tmp_path)
    with pytest.raises(Invalid):
        operations.withdraw_draft("TEST-2", actor=SYSTEM, now=NOW, why=" ")
    reader = Actor(member_id=1, name="x", post="x", permissions=frozenset({"manual.view"}))
    with pytest.raises(NotAllowed):
        operations.withdraw_draft("TEST-2", actor=reader, now=NOW, why="试验")
    assert Edition.objects.filter(code="TEST-2").exists()


@pytest.mark.requirement("O01")
def test_the_record_of_editions_only_grows() -> None:
    for act in (
        lambda: EditionChange.objects.update(actor="x"),
        lambda: EditionChange.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            act()
    assert EditionChange.objects.count() == 2


@pytest.mark.parametrize("name", ["reader", "stranger"])
def test_who_may_not_manage_the_standards_sees_none_of_it(tmp_path: Path, name: str) -> None:
    following(tmp_path)
    one = "/office/edition/TEST-2/"
    for path in ("/office/editions/", DIFFERENCE, one, f"{one}file/", f"{one}publish/",
                 f"{one}withdraw/"):  # fmt: skip
        assert Keeper(name).get(path).status_code == 403
        assert Keeper("nobody").get(path).status_code == 302
    assert Keeper(name).post(f"{one}publish/", stamp="x").status_code == 403
    assert Keeper(name).post(f"{one}withdraw/", why="试验").status_code == 403
    assert edition("TEST-2").status == "draft"


def test_the_office_opens_at_what_one_may_see() -> None:
    assert Keeper().get("/office/")["Location"] == "/office/editions/"
    assert Keeper("reader").get("/office/").status_code == 403
    assert "Catalogue editions" in said(Keeper().get("/manual/"))
    assert "Catalogue editions" not in said(Keeper("reader").get("/manual/"))


def test_many_rows_cost_as_many_statements_as_few(tmp_path: Path) -> None:
    following(tmp_path)
    paths = ("/office/editions/", "/office/edition/TEST-2/", "/office/edition/TEST-2/?show=rules",
             f"{DIFFERENCE}?old=TEST-1&new=TEST-2", "/office/edition/TEST-2/publish/",
             "/office/edition/TEST-2/file/")  # fmt: skip

    def costs() -> list[int]:
        found = []
        for path in paths:
            Keeper().get(path)
            with CaptureQueriesContext(connection) as seen:
                assert Keeper().get(path).status_code == 200
            found.append(len(seen))
        return found

    few = costs()
    files = Files("TEST-2", valid_from="2027-01-01", based_on="BASE")
    files.classes += [
        {**COVER, "minor_code": f"{n}", "national": "BASE:component:01:01"} for n in range(200, 400)
    ]
    files.rules += [{**GONE, "minor_code": f"{n}"} for n in range(200, 400)]
    files.load(tmp_path)
    for n in range(200):
        Edition.objects.create(
            code=f"E-{n}", name_zh="试", kind="foreign", family=f"e-{n}", loaded_at=NOW,
            loaded_by="x", valid_from="2020-01-01", based_on=edition("BASE"),
        )  # fmt: skip
        EditionChange.objects.create(edition="TEST-2", what="loaded", at=NOW, actor="x")
    assert costs() == few
