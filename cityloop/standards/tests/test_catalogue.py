"""Classes and rules in force: levels, seasons, engineering limits, search, the manual."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Invalid, NotAllowed, NotFound
from cityloop.standards import operations, queries
from cityloop.standards.models import Edition, FilingRule, ProblemClass
from cityloop.standards.tests.editions import (
    COVER,
    DARK,
    GONE,
    LITTER,
    NOW,
    SYSTEM,
    Files,
    edition,
    stored,
)  # fmt: skip
from cityloop.standards.tests.pictures import picture
from cityloop.standards.worktime import Unit

pytestmark = pytest.mark.django_db
WINTER, SUMMER = date(2026, 1, 15), date(2026, 7, 15)


def conditions(code: str, on: date = SUMMER, level: str = "") -> list[tuple[str, Decimal]]:
    found = queries.rules_for(stored(code).pk, on=on, place_level=level)
    return [(rule.condition_zh, rule.limit_amount) for rule in found]


@pytest.mark.requirement("H01")
def test_the_limit_depends_on_the_level_of_the_place(tmp_path: Path) -> None:
    files = Files()
    files.rules = [
        {**DARK, "condition_zh": "灯不亮", "limit_amount": amount, "place_level": level}
        for level, amount in (("A", "2"), ("B", "4"), ("", "8"))
    ]
    files.load(tmp_path, publish=True)
    assert conditions("TEST-1/C0102", level="A") == [("灯不亮", Decimal(2))]
    assert conditions("TEST-1/C0102", level="C") == [("灯不亮", Decimal(8))]
    assert len(conditions("TEST-1/C0102")) == 3


@pytest.mark.requirement("H01")
def test_a_season_replaces_the_limit_of_the_year(tmp_path: Path) -> None:
    files = Files()
    tree = {**GONE, "major_code": "04", "minor_code": "03", "condition_zh": "行道树缺失"}
    files.rules = [
        {**tree, "limit_amount": "15", "season_from": "11-01", "season_to": "03-31"},
        {**tree, "limit_amount": "30"},
        {**tree, "seq": "2", "condition_zh": "倒伏", "season_from": "06-01", "season_to": "09-30"},
    ]
    files.load(tmp_path, publish=True)
    assert conditions("TEST-1/C0403", WINTER) == [("行道树缺失", Decimal(15))]
    assert conditions("TEST-1/C0403", SUMMER) == [("行道树缺失", Decimal(30)), ("倒伏", Decimal(2))]


@pytest.mark.requirement("H01")
def test_the_engineering_limit_is_the_longer_one_of_a_rule(tmp_path: Path) -> None:
    files = Files()
    files.rules[0].update(engineering_amount="5.5", engineering_unit="work_day")
    files.load(tmp_path)
    first, second = FilingRule.objects.filter(problem_class=stored("TEST-1/C0101")).order_by("seq")
    assert queries.limit_of(first) == queries.Limit(Decimal(2), Unit.URGENT_HOUR)
    assert queries.limit_of(first, engineering=True) == queries.Limit(Decimal("5.5"), Unit.WORK_DAY)
    with pytest.raises(queries.NoEngineeringLimit):
        queries.limit_of(second, engineering=True)


@pytest.mark.requirement("B09")
def test_level_one_may_be_solved_on_the_spot(tmp_path: Path) -> None:
    Files().load(tmp_path)
    assert [row.short_code for row in queries.classes(edition()) if row.on_the_spot] == ["E0101"]


@pytest.fixture
def layered(tmp_path: Path) -> Edition:
    """A national edition, and the city's own upon it: one new class, one replaced, one new rule."""
    Files("NATION", kind="national", family="national").load(tmp_path, publish=True)
    own = Files("CITY", based_on="NATION")
    own.classes = [
        {**COVER, "minor_code": "99", "minor_zh": "灯笼", "synonyms": "彩灯"},
        {**LITTER, "minor_zh": "垃圾满溢", "synonyms": ""},
    ]
    own.rules = [
        {**GONE, "minor_code": "99", "condition_zh": "不亮"},
        {**GONE, "condition_zh": "井盖松动", "limit_amount": "1"},
        {**GONE, "kind": "event", "condition_zh": "桶满"},
    ]
    own.load(tmp_path, publish=True)
    return edition("CITY")


@pytest.mark.requirement("B04", "B06")
def test_a_citys_edition_extends_and_replaces_the_national_one(layered: Edition) -> None:
    codes = [row.code for row in queries.classes(layered)]
    assert codes == ["NATION/C0101", "NATION/C0102", "CITY/C0199", "NATION/C0403", "CITY/E0101"]
    # The city's rules for a class replace the national ones; where it has none, those hold.
    assert conditions("NATION/C0101") == [("井盖松动", Decimal(1))]
    assert conditions("NATION/C0102") == [("灯不亮", Decimal(2))]
    assert conditions("CITY/E0101") == [("桶满", Decimal(2))]
    # Cases are filed under the class that stands for the code, not under the one it replaces.
    holding = [code for code in (*codes, "NATION/E0101")
               if queries.class_holds(stored(code).pk, on=SUMMER)]  # fmt: skip
    assert holding == codes
    # A class that is no longer in force is judged by its own edition, as its cases were.
    assert queries.class_at(layered, "event", "01", "01").name_zh == "垃圾满溢"
    nation = edition("NATION")
    assert len(queries.rules_for(stored("NATION/C0101").pk, on=SUMMER, of=nation)) == 2
    with pytest.raises(NotFound):
        queries.class_at(layered, "event", "09", "01")
    with pytest.raises(NotFound):
        queries.rules_for(0, on=SUMMER)


def found(text: str, of: Edition) -> list[str]:
    return [row.short_code for row in queries.search_classes(text, of)]


@pytest.mark.requirement("B05", "B06")
@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("C0101", "C0101"), ("c0101", "C0101"), ("0403", "C0403"), ("井盖", "C0101"),
        ("上水井盖", "C0101"), ("自来水井盖", "C0101"), ("水表", "C0101"), ("jg", "C0101"),
        ("ssjg", "C0101"), ("SSJG", "C0101"), ("zls", "C0101"), ("jinggai", "C0101"),
        ("路灯", "C0102"), ("ld", "C0102"), ("lamp", "C0102"), ("street tree", "C0403"),
        ("行道树", "C0403"), ("xds", "C0403"), ("垃圾", "E0101"), ("垃圾 堆放", "E0101"),
        ("暴露垃圾很多没人管", "E0101"), ("water", "C0101"), ("公用设施 路灯", "C0102"),
    ],
)  # fmt: skip
def test_a_class_is_found_by_typing(tmp_path: Path, typed: str, first: str) -> None:
    Files().load(tmp_path)
    assert found(typed, edition())[:1] == [first]


@pytest.mark.requirement("B06")
def test_whole_initials_go_before_the_beginning_of_longer_ones(tmp_path: Path) -> None:
    files = Files()
    files.classes[0]["synonyms"] = "亮灯工程"  # ldgc
    files.load(tmp_path)
    assert found("ld", edition()) == ["C0102", "C0101"]


def test_search_ranks_sensibly_and_survives_anything(tmp_path: Path) -> None:
    files = Files()
    files.classes[1].update(minor_zh="灯", synonyms="路灯")
    files.classes[2].update(minor_zh="路灯灯杆")
    files.load(tmp_path)
    assert found("路灯", edition()) == ["C0102", "C0403"]  # a synonym as typed before a part
    assert found("", edition()) == ["C0101", "C0102", "C0403", "E0101"]
    for odd in (
        "%",
        "_",
        "\\",
        "'",
        "' | !",
        "(((",
        "x" * 5000,
        "囧",
        "🚦",
        "a'b & !c",
        "*",
    ):
        assert found(odd, edition()) == [], odd
    assert len(queries.search_classes("01", edition(), limit=1)) <= 1


@pytest.mark.requirement("B06")
def test_the_manual_is_searched_by_class_and_condition(layered: Edition) -> None:
    def rules(text: str, **filters: str) -> list[str]:
        return [rule.condition_zh for rule in queries.manual(layered, text, **filters).items]

    assert rules("") == ["井盖松动", "灯不亮", "不亮", "桶满"]
    assert rules("松动") == ["井盖松动"]
    assert rules("dl") == ["不亮"]  # 灯笼 by its initials
    assert rules("不亮") == ["灯不亮", "不亮"]
    assert rules("路灯 不亮") == ["灯不亮"]
    assert rules("产权单位 C0199") == ["不亮"]
    assert rules("", kind="event") == ["桶满"]
    assert rules("", major_code="09") == []
    assert rules("'; drop table") == []


def test_the_manual_comes_in_pages(layered: Edition) -> None:
    first = queries.manual(layered, size=3)
    rest = queries.manual(layered, size=3, cursor=first.next)
    assert [len(first.items), len(rest.items), rest.next] == [3, 1, None]
    with pytest.raises(Invalid):
        queries.manual(layered, cursor="nonsense")


@pytest.mark.requirement("B06")
def test_lists_cost_the_same_however_long_they_are(
    tmp_path: Path, django_assert_num_queries: object
) -> None:
    files = Files()
    files.load(tmp_path)
    of = edition()
    with django_assert_num_queries(2):  # rules with classes, photos
        queries.manual(of)
    files.classes += [
        {**COVER, "minor_code": f"{n:03}", "minor_zh": f"类{n}"} for n in range(100, 300)
    ]
    files.rules += [{**GONE, "minor_code": f"{n:03}"} for n in range(100, 300)]
    files.load(tmp_path)
    with django_assert_num_queries(2):
        assert len(queries.manual(of, size=200).items) == 200
    with django_assert_num_queries(1):
        assert len(queries.search_classes("类", of, 200)) == 200


@pytest.mark.requirement("B15")
def test_example_photos_stand_beside_a_published_rule(tmp_path: Path, settings: object) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"
    Files().load(tmp_path, publish=True)
    rule = FilingRule.objects.get(position="C0101-001")
    good, bad = (picture(shade, now=NOW) for shade in (40, 200))
    for file, verdict in ((good, "good"), (bad, "bad")):
        operations.attach_example(
            rule_id=rule.pk, file_id=file.pk, verdict=verdict, caption="井盖", actor=SYSTEM, now=NOW
        )
    operations.attach_example(
        rule_id=rule.pk, file_id=good.pk, verdict="good", caption="更好", actor=SYSTEM, now=NOW
    )
    line = queries.manual(edition(), "缺失").items[0]
    assert [(p.verdict, p.caption) for p in line.photos.all()] == [
        ("good", "更好"),
        ("bad", "井盖"),
    ]
    operations.remove_example(photo_id=line.photos.all()[0].pk, actor=SYSTEM)
    assert rule.photos.count() == 1
    with pytest.raises(NotFound):
        operations.remove_example(photo_id=0, actor=SYSTEM)


@pytest.mark.requirement("B15")
def test_only_pictures_with_a_verdict_are_examples(tmp_path: Path, settings: object) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"
    Files().load(tmp_path)
    rule = FilingRule.objects.first()
    file = picture(40, now=NOW)

    def attach(actor: Actor = SYSTEM, **changes: object) -> None:
        values = {"rule_id": rule.pk, "file_id": file.pk, "verdict": "good", **changes}
        operations.attach_example(**values, actor=actor, now=NOW)

    for changes, problem in (
        ({"rule_id": 0}, NotFound), ({"file_id": 0}, NotFound), ({"verdict": "ugly"}, Invalid),
        ({"caption": "x" * 201}, Invalid),
    ):  # fmt: skip
        with pytest.raises(problem):
            attach(**changes)
    paper = type(file).objects.create(
        sha256="f" * 64, media_type="application/pdf", size=1, stored_at=NOW
    )
    with pytest.raises(Invalid, match="must be a picture"):
        attach(file_id=paper.pk)
    with pytest.raises(NotAllowed):
        attach(Actor(member_id=1, name="x", post="x"))
    assert not rule.photos.exists()
    assert ProblemClass.objects.count() == 4
