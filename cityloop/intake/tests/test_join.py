"""Reports of the same problem become one case; what merely resembles is only shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from cityloop.cases import operations as cases
from cityloop.cases import queries as cases_seen
from cityloop.cases.models import Case, CaseEvent
from cityloop.intake import checks, likeness, operations, queries, reference
from cityloop.intake.likeness import Candidate, Subject
from cityloop.intake.models import Report, Reporter, ReporterNotice
from cityloop.intake.queries import suggestions
from cityloop.intake.queries.suggestions import ClassGuess
from cityloop.intake.tests.city import CELL, MIDDLE, component, picture
from cityloop.kernel import files

METRE = 1 / 111_000  # degrees of latitude


def near(metres: float) -> dict[str, float]:
    """A point so many metres north of the middle."""
    return {"x": MIDDLE[0], "y": MIDDLE[1] + metres * METRE}


@pytest.mark.requirement("D07", "D01")
def test_the_same_problem_told_by_three_people_is_one_case_and_all_are_remembered(city):
    first = city.receive(photos=(city.photo(),))
    city.wait(minutes=5)
    second = city.receive(
        "hotline12345", **near(20), text="路面井盖破损了", reporter_name="甲",
        reporter_phone="13800000001",
    )  # fmt: skip
    city.wait(minutes=5)
    third = city.receive("app", **near(-15), text="井盖破损", reporter_phone="13800000002")
    assert [r.joined for r in (first, second, third)] == [False, True, True]
    assert second.case == third.case == first.case
    case = Case.objects.get()
    assert (case.reports, case.version) == (3, 3)
    assert [r.ordinal for r in Report.objects.order_by("id")] == [1, 2, 3]
    assert third.number == f"{case.number}-3"
    assert Reporter.objects.count() == 2
    assert [e.action for e in CaseEvent.objects.order_by("version")][1:] == ["join_report"] * 2
    owed = ReporterNotice.objects.filter(topic="joined")
    assert sorted(n.report.ordinal for n in owed) == [2, 3]


@pytest.mark.requirement("D07")
@pytest.mark.parametrize(
    ("change", "joined"),
    [
        ({**near(49)}, True),
        ({**near(52)}, False),  # the channel's 50 m
        ({"class_code": "C0102"}, False),  # another class, the same words
        ({"text": "垃圾堆满了没有人来清运"}, False),  # the same class, other words
        ({"class_code": "", "text": "路面井盖破损！"}, True),  # no class, the same words
        ({"class_code": "", "text": "路灯不亮"}, False),
    ],
)
def test_what_makes_two_reports_the_same(city, change, joined):
    city.receive()
    assert city.receive("hotline12345", **change).joined is joined
    assert Case.objects.count() == (1 if joined else 2)


@pytest.mark.requirement("D07")
def test_the_window_of_the_channel_closes_after_its_hours(city):
    first = city.receive()
    city.wait(hours=23)
    assert city.receive("web").joined
    city.wait(hours=2)
    later = city.receive("web")
    assert not later.joined and later.case != first.case


@pytest.mark.requirement("D07")
def test_the_same_class_nearby_is_shown_but_not_joined(city):
    first = city.receive()
    second = city.receive(text="完全不同的另外一段说明文字", **near(10))
    assert not second.joined
    shown = [c for c in second.checks if c["code"] == "possible_duplicate"]
    assert shown == [{"code": "possible_duplicate", "number": first.case, "metres": 10}]


@pytest.mark.parametrize("stage", ["after", "verify", "check"])
def test_who_only_reports_shows_no_result(city, stage):
    city.receive()
    with pytest.raises(operations.BadReport, match="before, paper, report"):
        city.receive(photos=(city.photo("x", stage=stage),))
    assert Case.objects.count() == 1


@pytest.mark.requirement("D07")
def test_the_same_photo_or_one_that_looks_alike_joins(city):
    first = city.receive("app", text="甲说的一件事", class_code="", photos=(city.photo("scene"),))
    same = city.receive("app", text="完全别的话", class_code="", photos=(city.photo("scene"),))
    assert same.case == first.case
    body = picture("scene", quality=35, bright=6)
    row = files.store(chunks=[body], filename="p.jpg", now=city.now)
    assert row.sha256 != city.photo("scene").sha256
    alike = city.receive(
        "app", text="第三个人的话", class_code="", photos=(operations.PhotoIn(row.sha256),)
    )
    assert alike.case == first.case
    other = city.receive("app", text="另外一件", class_code="", photos=(city.photo("elsewhere"),))
    assert other.case != first.case


@pytest.mark.requirement("D07", "A02")
def test_the_same_component_joins_whatever_the_words(city):
    row = component(city)
    first = city.receive(component_code=row.code)
    second = city.receive("hotline12345", component_code=row.code, text="有人差点摔倒")
    assert second.case == first.case


def test_a_case_that_has_ended_is_shown_but_takes_no_more_reports(city):
    first = city.receive("hotline12345")
    city.step(first.case, "reject", "acceptor", reason_code="too_vague", reason="找不到")
    second = city.receive("hotline12345")
    assert not second.joined
    assert any(c.get("number") == first.case for c in second.checks)


@pytest.mark.requirement("C30")
def test_what_the_finder_settled_neither_joins_nor_is_joined(city):
    opened = city.receive(class_code="E0101", text="一堆垃圾")
    photos = (city.photo(stage="before"), city.photo(stage="after"))
    settled = city.receive(kind="self_handle", class_code="E0101", text="一堆垃圾", photos=photos)
    assert settled.case != opened.case and not settled.joined
    again = city.receive(class_code="E0101", text="一堆垃圾")
    assert again.case == opened.case


@pytest.mark.requirement("D07")
def test_the_acceptor_sees_likely_duplicates_while_typing(city):
    first = city.receive()
    asked = queries.Question(
        channel=reference.channel("hotline12345"), now=city.now + timedelta(minutes=1),
        on=city.now.date(), lon=MIDDLE[0], lat=MIDDLE[1], class_id=city.classes["C0101"].pk,
    )  # fmt: skip
    found = queries.duplicates(city.actors["acceptor"], asked, "路面井盖破损")
    assert [(one.candidate.number, one.same) for one in found] == [(first.case, True)]
    elsewhere = queries.Question(
        channel=asked.channel, now=asked.now, on=asked.on, lon=MIDDLE[0] + CELL, lat=MIDDLE[1]
    )
    assert queries.duplicates(city.actors["acceptor"], elsewhere) == []


def test_the_question_to_the_database_is_one_statement(city, django_assert_num_queries):
    city.receive()  # now the process remembers flow, channels and classes
    with django_assert_num_queries(4) as seen:  # the savepoint only inside a transaction
        city.receive(x=MIDDLE[0] + CELL)
    assert [q["sql"][:9] for q in seen.captured_queries] == [
        "\nSELECT q", "SAVEPOINT", "WITH w0 A", "RELEASE S"
    ]  # fmt: skip


words = st.text(alphabet="井盖路灯破损垃圾 ，abc12", max_size=20)


@given(words, words)
def test_likeness_of_texts_is_symmetric_and_between_0_and_1(one, other):
    a, b = likeness.bigrams(one), likeness.bigrams(other)
    share = likeness.common_share(a, b)
    assert share == likeness.common_share(b, a) and 0 <= share <= 1
    assert likeness.common_share(a, a) == (1 if a else 0)


@given(st.integers(-(2**63), 2**63 - 1), st.integers(0, 63))
def test_one_flipped_bit_differs_by_one_also_with_a_sign(number, bit):
    flipped = number ^ (1 << bit)
    flipped = flipped - 2**64 if flipped >= 2**63 else flipped
    assert likeness.differing_bits(number, number) == 0
    assert likeness.differing_bits(number, flipped) == 1


@given(words, words, st.sampled_from([None, 1, 2]), st.sampled_from([None, 1, 2]))
def test_two_different_classes_are_the_same_only_by_the_same_file(one, other, mine, theirs):
    told = Subject(class_id=theirs, text=other, files=frozenset({2}))
    candidate = Candidate(1, "n", "reported", open=True, joinable=True, metres=5.0, told=told)
    new = Subject(class_id=mine, text=one, files=frozenset({1}))
    found = likeness.one_a_case(likeness.tellings(new, [candidate]))
    if mine and theirs and mine != theirs:
        assert not any(like.same for like in found)


def test_the_surest_and_nearest_comes_first():
    def candidate(pk: int, text: str, metres: float) -> Candidate:
        told = Subject(class_id=1, text=text)
        return Candidate(pk, str(pk), "reported", True, True, metres, told)

    new = Subject(class_id=1, text="路面井盖破损")
    same = "路面井盖破损"
    candidates = [candidate(1, "别的话", 1), candidate(2, same, 40), candidate(3, same, 3)]
    found = likeness.one_a_case(likeness.tellings(new, candidates))
    assert [one.candidate.case_id for one in found] == [3, 2, 1]


@pytest.mark.requirement("D07")
def test_one_photo_of_two_problems_makes_two_cases(city):
    photo = city.photo()
    first = city.receive(photos=(photo,), class_code="C0101", text="井盖破损")
    second = city.receive(photos=(photo,), class_code="E0101", text="旁边还有一堆垃圾")
    assert not second.joined and second.case != first.case


@pytest.mark.requirement("D07", "O10")
def test_joining_does_not_hang_on_what_the_reporter_may_see(city):
    first = city.receive()
    stranger = replace(
        city.actors["inspector"], member_id=None, organisation_ids=frozenset(),
        region_codes=("999999",), scopes=(),
    )  # fmt: skip
    again = city.report("inspector", text="路面井盖破损")
    joined = operations.receive(again, actor=stranger, now=city.now)
    assert joined.joined and joined.case == first.case


@pytest.mark.requirement("D07", "O10", "A22")
def test_joining_a_case_shows_nothing_of_it_and_gives_no_part_in_it(city):
    """An acceptor of another district tells of the same problem: the case stays where it is."""
    first = city.receive("hotline12345", reporter_name="王", reporter_phone="13900001111")
    elsewhere = replace(
        city.actors["acceptor"], member_id=city.actors["leader"].member_id,
        organisation_ids=frozenset({0}), region_codes=("330199",), scopes=(),
    )  # fmt: skip
    report = city.report("hotline12345", text="路面井盖破损")
    assert operations.receive(report, actor=elsewhere, now=city.now).case == first.case
    case = Case.objects.get(number=first.case)
    assert elsewhere.member_id not in case.members
    assert not Case.objects.filter(cases_seen.scope(elsewhere)).exists()
    with pytest.raises(cases.Refused):
        cases.perform(first.case, "reject", actor=elsewhere, now=city.now,
                      inputs={"reason_code": "not_a_problem", "reason": "无"})  # fmt: skip


@pytest.mark.requirement("D07")
def test_the_same_words_about_another_house_are_another_problem(city):
    first = city.receive("app", text="建国路1号楼前井盖破损", class_code="",
                         photos=(city.photo("one"),))  # fmt: skip
    other = city.receive("app", text="建国路9号楼前井盖破损", class_code="",
                         photos=(city.photo("two"),), **near(28))  # fmt: skip
    assert not other.joined
    assert first.case in [one.get("number") for one in other.checks]
    again = city.receive("app", text="建国路1号楼前的井盖破损了", class_code="",
                         photos=(city.photo("three"),))  # fmt: skip
    assert again.case == first.case


@pytest.mark.requirement("D07")
def test_the_usual_sentence_about_another_thing_joins_nothing(city, monkeypatch):
    """Orders of a hotline tell everything in one sentence; the text model tells things apart."""
    names = {"路灯": ("C0102", 0.66), "井盖": ("C0101", 0.14), "积水": ("E0101", 0.41)}

    def guesses(text: str, *, on: date) -> list[ClassGuess]:
        code, sure = next(told for word, told in names.items() if word in text)
        return [ClassGuess(reference.classes(on).by_code[code], sure)]

    monkeypatch.setattr(suggestions, "suggest_classes", guesses)
    told = "市民来电反映：华星路与文三路口附近存在{}的情况，影响出行，请相关部门尽快处理并答复。"
    first, *others = (
        city.receive("hotline12345", class_code="", text=told.format(thing))
        for thing in ("路灯不亮", "井盖缺失", "道路积水")
    )
    assert [one.joined for one in (first, *others)] == [False] * 3
    assert [c["number"] for c in others[0].checks if c["code"] == "possible_duplicate"] == [
        first.case
    ]
    again = city.receive("hotline12345", class_code="", text=told.format("路灯全不亮"))
    assert again.joined and again.case == first.case


@pytest.mark.requirement("C07", "D07")
def test_a_leaders_instruction_joins_no_case_without_its_clock_and_its_report(city):
    first = city.receive(
        "hotline12319", **near(0), text="路面井盖破损", reporter_phone="13800000001"
    )
    told = city.receive("leader", **near(1), text="路面井盖破损")
    assert not told.joined and told.case != first.case
    case = Case.objects.get(number=told.case)
    assert case.replies_owed == ["written_report"]
    assert case.flow_id != Case.objects.get(number=first.case).flow_id, "the leader's own clock"
    assert first.case in [c["number"] for c in told.checks if c["code"] == "possible_duplicate"]
    again = city.receive("leader", **near(1), text="路面井盖破损")
    assert (again.joined, again.case) == (True, told.case)
    citizen = city.receive(
        "hotline12319", **near(0), text="路面井盖破损", reporter_phone="13800000002"
    )
    assert citizen.joined


@pytest.mark.requirement("D07", "D01")
def test_whoever_takes_it_says_which_case_nearby_it_is(city):
    """Other words of the same class: shown by the rules, joined by somebody's word."""
    first = city.receive()
    told = {"text": "完全不同的另外一段说明文字", **near(10)}
    joined = city.receive("hotline12345", same_as=first.case, **told)
    assert joined.joined and joined.case == first.case
    (note,) = [one for one in joined.checks if one["code"] == "joined"]
    assert note["rules"][0] == "told_same"
    with translation.override("en"):
        assert "whoever took it says so" in checks.sentence(note)


@pytest.mark.requirement("D07")
@pytest.mark.parametrize(
    "change",
    [
        {"same_as": "209901010000001"},  # no such case
        {"text": "路灯不亮", "class_code": "C0102"},  # nothing but the place speaks for it
        near(52),  # beyond the channel's metres
        {"kind": "remind"},
    ],
)
def test_nobodys_word_hides_a_report_in_another_matter(city, change):
    first = city.receive()
    told = {"text": "完全不同的另外一段说明文字", "same_as": first.case, **near(10)} | change
    with pytest.raises(operations.BadReport) as refused:
        city.receive("hotline12345", **told)
    assert set(refused.value.fields) == {"same_as"}
    assert Case.objects.get().reports == 1


@pytest.mark.requirement("D07")
def test_an_ended_case_takes_no_report_by_anybodys_word(city):
    first = city.receive("hotline12345")
    city.step(first.case, "reject", "acceptor", reason_code="too_vague", reason="找不到")
    with pytest.raises(operations.BadReport) as refused:
        city.receive("hotline12345", same_as=first.case)
    assert set(refused.value.fields) == {"same_as"}
