"""The search of a list: terms narrow by facts, words are looked for, nothing is guessed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cityloop.cases.models import Case
from cityloop.cases.queries import Filters
from cityloop.desks import asking, queries
from cityloop.desks.terms import BY_KEY, TERMS
from cityloop.kernel import clock
from cityloop.kernel.actor import Actor
from tests.browser import Browse
from tests.town import Town

pytestmark = pytest.mark.requirement("L16", "I01")
FREE = [
    key for key, term in BY_KEY.items() if term.keys[0] not in ("class", "unit", "worker", "area")
]


def found(town: Town, typed: str, by: str = "supervisor") -> set[str]:
    """Numbers of the cases that a search among all finds."""
    actor = town.actor(by)
    said = asking.asked(typed, actor=actor, now=town.now)
    assert not said.objections, said.objections
    filters = Filters(words=said.words, besides=said.condition)
    return {one.number for one in queries.listed(actor, filters, now=town.now)}


@pytest.mark.slow
def test_each_term_narrows_by_its_fact(town: Town) -> None:
    handled, filed = town.case("handling"), town.case("filed")
    closed = town.case("closed")
    every = {handled.number, filed.number, closed.number}
    assert found(town, "") == every
    for typed in ("status:open", "状态:未结", "STATUS：open", "-status:closed", "-状态:结案"):
        assert found(town, typed) == {handled.number, filed.number}, typed
    assert found(town, "status:handling") == {handled.number}
    assert (
        found(town, "unit:WATER") == found(town, "单位:WATER单位") == found(town, "-status:filed")
    )
    assert found(town, 'unit:"WATER单位" dispatches:1') == {handled.number, closed.number}
    assert found(town, "dispatches:0") == {filed.number}
    assert found(town, "dispatches:>=1 -closed:today") == {handled.number}
    code = filed.problem_class.short_code
    assert found(town, f"class:{code}") == every
    assert found(town, f"类:{filed.problem_class.name_zh}") == every
    kind = str(filed.problem_class.kind)
    assert (found(town, f"kind:{kind}"), found(town, f"-kind:{kind}")) == (every, set())
    assert found(town, f"area:{filed.area_code[:6]}") == every
    assert found(town, f"grid:{filed.grid_code}") == {
        one.number for one in Case.objects.filter(grid_code=filed.grid_code)
    }
    assert found(town, f"channel:{filed.channel}") == every
    assert found(town, "reworks:>0") == found(town, "reported:2001-01-01..2001-02-01") == set()
    assert found(town, "reported:today") == found(town, "上报:7天") == every
    assert found(town, "photo:yes") | found(town, "photo:no") == every
    assert found(town, "overdue:yes") == found(town, "age:>3") == set()
    town.wait(days=40)
    assert found(town, "超时:是") == {handled.number, filed.number}
    assert found(town, "age:>39 overdue:no") == {closed.number}


@pytest.mark.slow
def test_words_stand_between_terms(town: Town) -> None:
    first = town.report(text="路灯不亮").case
    second = town.report(text="井盖破损").case
    assert found(town, "status:reported 路灯") == {first}
    assert found(town, "井盖 dispatches:0") == {second}
    said = asking.asked("路灯 12:30 http://x.cn level:2", actor=town.actor("leader"), now=town.now)
    assert (said.words, len(said.terms), said.objections) == ("路灯 12:30 http://x.cn", 1, ())
    assert said.terms[0].without == "路灯 12:30 http://x.cn"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("typed", "why"),
    [("colour:red", "is no term"), ("status:blue", "it is one of"), ("unit:nobody", "no unit"),
     ("class:qqzz", "no class"), ("worker:nobody", "nobody whom you see"),
     ("area:0", "no district"),
     ("reworks:many", "a number"), ("reworks:>2..4", "a number"), ("age:7", "a number of days"),
     ("photo:maybe", "yes or no"), ("filed:2026-02-30", "days, as in"), ("filed:soon", "days"),
     ("filed:2026-03-02..2026-03-01", "before the first"), ("filed:9999-12-31", "a year from")],
)  # fmt: skip
def test_what_is_not_understood_is_said_and_left_out(town: Town, typed: str, why: str) -> None:
    said = asking.asked(f"井盖 {typed}", actor=town.actor("leader"), now=town.now)
    assert said.words == "井盖" and not said.terms and why in said.objections[0]


@pytest.mark.slow
def test_nobody_is_found_by_what_they_may_not_see(town: Town) -> None:
    town.case("handling")
    said = asking.asked("unit:WATER", actor=town.actor("roads"), now=town.now)
    assert "no unit that you see" in said.objections[0]


@pytest.mark.slow
def test_the_page_shows_what_was_understood_and_the_way_without(town: Town, browse: Browse) -> None:
    case = town.case("handling")
    page = browse("supervisor").get("/cases/", {"q": "unit:WATER -reworks:>0 colour:red"})
    text = page.content.decode()
    assert case.number in text and "“colour:” is no term of a search" in text
    assert (
        "Unit: <strong>WATER单位</strong>" in text and "not Reworks: <strong>&gt;0</strong>" in text
    )
    assert 'href="/cases/?q=unit%3AWATER+colour%3Ared"' in text
    chinese = browse("supervisor", "zh-hans").get("/cases/", {"q": "单位:WATER"}).content.decode()
    assert "单位：<strong>WATER单位</strong>" in chinese
    bench = browse("supervisor").get("/desk/overdue/", {"q": "unit:WATER"}).content.decode()
    assert 'href="/desk/overdue/"' in bench and "Unit: <strong>" in bench
    file = browse("supervisor").get("/cases/files/cases.csv", {"q": "unit:WATER status:filed"})
    assert case.number not in b"".join(file).decode()  # type: ignore[arg-type]


def test_keys_are_of_one_term_each_in_both_languages() -> None:
    keys = [key for term in TERMS for key in term.keys]
    assert len(keys) == len(set(keys)) == len(BY_KEY)
    for term in TERMS:
        assert term.keys[0].isascii() and not term.keys[1].isascii()


@given(st.sampled_from(FREE), st.text(min_size=1, max_size=30), st.text(max_size=20))
def test_no_text_breaks_the_reading(key: str, value: str, words: str) -> None:
    """Of the terms that ask no table: a condition or an objection, and no word is lost."""
    actor = Actor(member_id=None, name="x", post="x")
    typed = f"{key}:{value} {words}"
    said = asking.asked(typed, actor=actor, now=clock.now())
    assert len(said.terms) + len(said.objections) <= typed.count(":") + typed.count("：")
    for word in said.words.split():
        assert word in typed.replace("\x00", " ")
