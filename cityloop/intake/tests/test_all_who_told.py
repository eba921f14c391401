"""A report is compared with what others told of a case too: who came first decides nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cityloop.cases.models import Case
from cityloop.intake import likeness, queries, reference
from cityloop.intake.likeness import Candidate, Subject, bigrams, common_share
from cityloop.intake.models import Report
from cityloop.intake.queries import asking
from cityloop.intake.tests.city import MIDDLE
from cityloop.intake.tests.test_api import GOOD, Api, token
from cityloop.people import queries as people

# The middle one is like both others; these two are less alike than joining without a class asks.
FIRST, BETWEEN, LAST = (
    "小学东门口人行道上井盖破损下陷",
    "东门口人行道上井盖破损下陷有异响",
    "人行道上井盖破损下陷有异响很危险",
)


HOUSES = (
    "文一路12号门口垃圾堆积无人清理，气味很大",
    "文一路门口垃圾堆积无人清理，气味很大",
    "文一路88号门口垃圾堆积无人清理，气味很大",
)


def test_the_texts_are_what_they_are_meant_to_be():
    a, b, c = map(bigrams, (FIRST, BETWEEN, LAST))
    assert min(common_share(a, b), common_share(b, c)) >= likeness.SAME_TEXT > common_share(a, c)


@pytest.mark.requirement("D07")
@pytest.mark.parametrize(
    "texts",
    [
        (FIRST, BETWEEN, LAST), (LAST, BETWEEN, FIRST),
        (BETWEEN, FIRST, LAST), (BETWEEN, LAST, FIRST),
    ],
)  # fmt: skip
def test_the_order_of_the_reports_makes_no_other_case(city, texts):
    told = [city.receive("app", class_code="", text=text, photos=(city.photo(),)) for text in texts]
    assert [one.joined for one in told] == [False, True, True]
    assert {one.case for one in told} == {Case.objects.get().number}


@pytest.mark.requirement("D07")
@pytest.mark.parametrize("texts", [(FIRST, BETWEEN, LAST), (LAST, BETWEEN, FIRST)])
def test_over_http_too(city, texts):
    people.forget_actors()
    token("acceptor", city)
    api = Api("acceptor")
    answers = [api.post({**GOOD, "class_code": "", "text": text}) for text in texts]
    assert [answer.status_code for answer in answers] == [201] * 3
    assert [answer.json()["joined"] for answer in answers] == [False, True, True]
    assert Case.objects.get().reports == 3


@pytest.mark.requirement("D07")
def test_who_types_sees_the_case_whose_later_report_resembles(city):
    first = city.receive("hotline12345", class_code="", text=FIRST)
    city.receive("hotline12345", class_code="", text=BETWEEN)
    asked = _question(city)
    (found,) = queries.duplicates(city.actors["acceptor"], asked, LAST)
    assert (found.candidate.number, found.same, found.told.text) == (first.case, True, BETWEEN)


@pytest.mark.requirement("D07")
def test_only_the_latest_few_are_read_and_none_of_a_case_told_once(city):
    city.receive("hotline12345", text="井盖破损")
    (once,) = asking.context(_question(city)).candidates
    assert once.also_told == ()
    for number in range(7):
        assert city.receive("hotline12345", text=f"井盖破损{number}").joined
    (often,) = asking.context(_question(city)).candidates
    assert [told.text for told in often.also_told] == [f"井盖破损{n}" for n in (6, 5, 4, 3, 2)]
    assert Report.objects.count() == 8 and often.told.text == "井盖破损"


@pytest.mark.requirement("D07")
def test_what_joined_counts_with_its_own_class_until_the_case_has_one(city):
    case = city.receive(class_code="", text=FIRST).case
    city.receive("hotline12345", text=BETWEEN)
    (found,) = asking.context(_question(city)).candidates
    assert [told.class_id for told in found.also_told] == [city.classes["C0101"].pk]
    city.step(case, "accept", "acceptor", problem_class=city.classes["E0101"].code)
    (found,) = asking.context(_question(city)).candidates
    assert [told.class_id for told in found.also_told] == [city.classes["E0101"].pk]


@pytest.mark.requirement("D07")
def test_the_opener_s_own_words_count_when_the_acceptor_has_tidied_them(city):
    case = city.receive("hotline12345", class_code="", text=FIRST).case
    city.step(case, "correct", "acceptor", reason="与来电人核对", description="井盖破损")
    again = city.receive("hotline12345", class_code="", text=FIRST)
    assert (again.joined, again.case) == (True, case)


@pytest.mark.requirement("D07")
def test_a_house_that_the_acceptor_put_right_is_the_one_that_counts(city):
    case = city.receive("hotline12345", class_code="", text=HOUSES[0]).case
    city.step(case, "correct", "acceptor", reason="与来电人核对", description=HOUSES[2])
    there = city.receive("hotline12345", class_code="", text=HOUSES[2])
    assert (there.joined, there.case) == (True, case)
    assert not city.receive("app", class_code="", text=HOUSES[0], photos=(city.photo(),)).joined


words = st.text(alphabet="井盖路灯破损垃圾", max_size=12)
subjects = st.builds(Subject, st.sampled_from([None, 1, 2]), st.none(), words)


@given(subjects, st.lists(subjects, min_size=1, max_size=4), st.randoms())
def test_a_case_is_found_whichever_of_its_reports_came_first(new, told, chance):
    def found(tellings: list[Subject]) -> list[tuple[bool, float]]:
        case = Candidate(1, "n", "reported", True, True, 5.0, tellings[0], tuple(tellings[1:]))
        told = likeness.one_a_case(likeness.tellings(new, [case]))
        return [(one.same, one.score) for one in told]

    other = list(told)
    chance.shuffle(other)
    assert found(told) == found(other)
    assert len(found(told)) <= 1


def _question(city) -> asking.Question:
    return asking.Question(
        channel=reference.channel("hotline12345"), now=city.now + timedelta(minutes=1),
        on=city.now.date(), lon=MIDDLE[0], lat=MIDDLE[1],
    )  # fmt: skip


@pytest.mark.requirement("D07")
@pytest.mark.parametrize("order", [(0, 1, 2), (1, 0, 2), (1, 2, 0), (2, 1, 0)])
def test_one_who_names_no_house_does_not_bring_two_houses_together(city, order):
    told = [city.receive("app", class_code="", text=HOUSES[n], photos=(city.photo(),))
            for n in order]  # fmt: skip
    assert [one.joined for one in told] == [False, True, False]
    (shown,) = [one for one in told[2].checks if one["code"] == "possible_duplicate"]
    assert shown["number"] == told[0].case


@pytest.mark.requirement("D07")
def test_who_joins_one_of_two_cases_names_the_other(city):
    first, last = (city.receive("app", class_code="", text=text, photos=(city.photo(),))
                   for text in (FIRST, LAST))  # fmt: skip
    between = city.receive("app", class_code="", text=BETWEEN, photos=(city.photo(),))
    assert between.joined and not last.joined
    named = {one["number"] for one in between.checks if one["code"] == "possible_duplicate"}
    assert named == {first.case, last.case} - {between.case}
