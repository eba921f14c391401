"""Whoever works with the system says in it what hinders them, and hears what becomes of it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction

from cityloop.feedback import operations as feedback
from cityloop.feedback import queries
from cityloop.feedback.models import Deed, Entry, Note, Support
from cityloop.feedback.operations import NewEntry
from cityloop.kernel import manifest, release
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Invalid, NotAllowed, NotFound, Refused, TooMany
from cityloop.kernel.upkeep import WATCH, WELL
from cityloop.notify.models import Message
from cityloop.people import operations as people
from tests.scenarios.test_books_stay import emptied, hands
from tests.town import DISTRICT, SINCE, STRANGER, SYSTEM, Town, forget

pytestmark = [pytest.mark.slow, pytest.mark.requirement("O14")]


def say(town: Town, by: str = "acceptor", **given: object) -> Entry:
    """An entry of somebody; each with words of its own unless told otherwise."""
    words = f"打印不出派遣单，第{Entry.objects.count()}次"
    told = {"kind": "fault", "text": words, "page": "/cases/1/", "title": "案件", **given}
    new = NewEntry(**told)  # type: ignore[arg-type]
    return feedback.say(new, actor=town.actor(by), limited=False, now=town.now)


def answer(town: Town, row: Entry, state: str, text: str = "", by: str = "administrator") -> Entry:
    return feedback.answer(row.pk, state=state, text=text, actor=town.actor(by), now=town.now)


def same(town: Town, row: Entry, other: Entry) -> Entry:
    boss = town.actor("administrator")
    return feedback.mark_same(row.pk, other_id=other.pk, actor=boss, now=town.now)


def told(town: Town, name: str) -> list[str]:
    """What somebody was told of feedback, first to last."""
    town.deliver()
    rows = Message.objects.filter(topic="feedback_answered", member=town.members[name])
    return [row.text for row in rows.order_by("pk")]


def district_administrator(town: Town) -> Actor:
    """Somebody who administers the district alone."""
    member = people.create_member(
        username="boss2", name="boss2", organisation=town.units["DIST"], actor=SYSTEM, now=town.now
    )
    post = people.create_post(
        code="DIST-boss2", organisation=town.units["DIST"], name_zh="区管理员",
        roles=["administrator"], region_codes=[DISTRICT], actor=SYSTEM, now=town.now,
    )  # fmt: skip
    people.hold_post(member=member, post=post, actor=SYSTEM, now=town.now, valid_from=SINCE)
    town.members["boss2"] = member
    forget()
    return town.actor("boss2")


def test_an_entry_knows_who_wrote_it_where_and_with_which_version(town: Town) -> None:
    row = say(town, page="/cases/1/?q=13900000000#x", title="案件  1", language="zh-hans")
    assert (row.page, row.title, row.language) == ("/cases/1/", "案件 1", "zh-hans")
    assert row.version == release.version() != ""
    assert (row.member.username, row.post, row.organisation.code) == (
        "acceptor", "PLAT单位·岗位acceptor acceptor", "PLAT",
    )  # fmt: skip
    assert row.state == "open"
    stranger = say(town, STRANGER)
    assert stranger.organisation.code == "CITY"


@pytest.mark.parametrize(
    "page", ["//elsewhere.example/", "/\\elsewhere.example", "https://elsewhere.example/", "x",
             "javascript:alert(1)", "/" + "a" * 400, "/a\nb"],
)  # fmt: skip
def test_no_page_is_kept_that_is_none_of_ours(town: Town, page: str) -> None:
    assert say(town, page=page).page == ""


def test_what_says_nothing_is_refused(town: Town) -> None:
    for given, field in (({"text": " 。"}, "text"), ({"text": "长" * 4001}, "text"),
                         ({"kind": "praise"}, "kind")):  # fmt: skip
        with pytest.raises(Invalid) as problem:
            say(town, **given)
        assert field in problem.value.fields
    new = NewEntry("fault", "坏了")
    with pytest.raises(NotAllowed):
        feedback.say(new, actor=Actor.system(), limited=False, now=town.now)
    assert not Entry.objects.exists()


def test_a_double_send_makes_one_entry(town: Town) -> None:
    first = say(town, text="打印不出")
    town.wait(minutes=3)
    assert say(town, text="打印不出 ").pk == first.pk
    assert say(town, text="打印不出", page="/map/").pk != first.pk
    assert say(town, by="inspector", text="打印不出").pk != first.pk
    town.wait(minutes=20)
    assert say(town, text="打印不出").pk != first.pk


def test_two_hands_at_once_make_one_entry(committed: Town) -> None:
    """The second waits for the first, and finds what that has written."""
    town, new = committed, NewEntry("fault", "打印不出")
    actor = town.actor("acceptor")

    def again() -> int:
        try:
            return int(feedback.say(new, actor=actor, limited=False, now=town.now).pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as other:
        with transaction.atomic():
            first = feedback.say(new, actor=actor, limited=False, now=town.now)
            second = other.submit(again)
            with pytest.raises(TimeoutError):
                second.result(timeout=1)
        assert second.result(timeout=60) == first.pk
    assert Entry.objects.count() == 1


def test_nobody_floods_the_list(town: Town) -> None:
    actor = town.actor("acceptor")
    for n in range(20):
        feedback.say(NewEntry("wish", f"第{n}条"), actor=actor, limited=True, now=town.now)
    with pytest.raises(TooMany):
        feedback.say(NewEntry("wish", "又一条"), actor=actor, limited=True, now=town.now)
    again = feedback.say(NewEntry("wish", "第3条"), actor=actor, limited=True, now=town.now)
    assert again.text == "第3条", "what was sent twice is no flood"
    colleague = town.actor("inspector")
    feedback.say(NewEntry("wish", "又一条"), actor=colleague, limited=True, now=town.now)
    later = town.wait(minutes=61)
    feedback.say(NewEntry("wish", "又一条"), actor=actor, limited=True, now=later)


def test_nobody_sees_what_a_colleague_said(town: Town) -> None:
    row, other = say(town), say(town, "inspector")
    assert list(queries.own(town.actor("acceptor"))) == [row]
    for look in (queries.own_entry, queries.seen_entry):
        with pytest.raises(NotFound):
            look(town.actor("acceptor"), other.pk)
    assert queries.seen_entry(town.actor("administrator"), other.pk) == other
    with pytest.raises(NotAllowed):
        queries.managed(town.actor("leader"))


def test_an_administrator_of_a_district_sees_to_its_people(town: Town) -> None:
    boss = district_administrator(town)
    theirs, citys = say(town, "roads", kind="wish"), say(town, "acceptor")
    assert list(queries.managed(boss)) == [theirs]
    assert queries.counters(boss)["open"] == 1 and queries.counters(town.actor(
        "administrator"))["open"] == 2  # fmt: skip
    feedback.answer(theirs.pk, state="planned", text="下月", actor=boss, now=town.now)
    for deed in (
        lambda: feedback.answer(citys.pk, state="planned", text="x1", actor=boss, now=town.now),
        lambda: queries.seen_entry(boss, citys.pk),
    ):
        with pytest.raises(NotFound):
            deed()
    with pytest.raises(Invalid):
        feedback.mark_same(theirs.pk, other_id=citys.pk, actor=boss, now=town.now)
    with pytest.raises(NotAllowed):  # the whole staff is not theirs
        feedback.publish(theirs.pk, words="建议", actor=boss, now=town.now)


def test_the_writer_hears_the_answer_each_time(town: Town) -> None:
    row = say(town, "inspector", text="照片传不上去")
    answer(town, row, "planned", "下个版本改")
    answer(town, row, "done", "已改好")
    assert told(town, "inspector") == [
        "您的反馈“照片传不上去”：已列入计划。下个版本改", "您的反馈“照片传不上去”：已解决。已改好",
    ]  # fmt: skip
    assert set(Message.objects.values_list("path", flat=True)) == {f"/feedback/{row.pk}/"}
    assert [one.text for one in queries.answers_to(row)] == ["已改好", "下个版本改"]


def test_what_ends_says_why(town: Town) -> None:
    row = say(town)
    for state in ("done", "declined"):
        with pytest.raises(Invalid):
            answer(town, row, state, "。")
    with pytest.raises(Invalid):
        answer(town, row, "open")  # nothing would change
    with pytest.raises(Invalid):
        answer(town, row, "forgotten", "不存在的状态")
    with pytest.raises(NotAllowed):
        answer(town, row, "planned", "好", by="acceptor")
    assert answer(town, row, "planned").state == "planned"
    assert answer(town, row, "declined", "由另一系统提供").state == "declined"
    assert answer(town, row, "open", "重新考虑").state == "open"


def test_an_answer_sent_twice_is_given_once(town: Town) -> None:
    row = say(town)
    answer(town, row, "done", "已改好")
    answer(town, row, "done", " 已改好 ")
    assert Note.objects.count() == 1 and len(told(town, "acceptor")) == 1


def test_who_answers_their_own_entry_gets_no_message(town: Town) -> None:
    row = say(town, "administrator")
    answer(town, row, "done", "已改好")
    assert told(town, "administrator") == []


def test_the_writer_of_the_same_hears_the_answer_of_the_other(town: Town) -> None:
    first, second = say(town, "acceptor", text="打印不出"), say(town, "inspector", text="不能打印")
    same(town, second, first)
    assert told(town, "inspector") == []
    answer(town, first, "done", "换了驱动")
    assert told(town, "acceptor") == ["您的反馈“打印不出”：已解决。换了驱动"]
    assert told(town, "inspector") == ["您的反馈“不能打印”：已解决。换了驱动"]
    second.refresh_from_db()
    assert second.head.state == "done"
    assert [one.text for one in queries.answers_to(second)] == ["换了驱动"]
    third = say(town, "water", text="打印机没反应")
    same(town, third, second)  # the same as the same
    third.refresh_from_db()
    assert third.same_as == first
    assert told(town, "water") == ["您的反馈“打印机没反应”：已解决。换了驱动"], "heard at once"
    with pytest.raises(Refused):
        answer(town, second, "declined", "另行处理")


def test_entries_that_are_the_same_make_no_circle(town: Town) -> None:
    first, second, third = say(town), say(town), say(town)
    same(town, second, first)
    same(town, second, first)
    assert Note.objects.filter(deed=Deed.SAME).count() == 1
    for row, other in ((first, first), (first, second), (first, third), (second, third)):
        with pytest.raises(Refused):
            same(town, row, other)
    boss = town.actor("administrator")
    with pytest.raises(Invalid):
        feedback.mark_same(third.pk, other_id=10**12, actor=boss, now=town.now)
    feedback.mark_apart(second.pk, actor=boss, now=town.now)
    with pytest.raises(Refused):
        feedback.mark_apart(second.pk, actor=boss, now=town.now)
    answer(town, first, "planned", "下月")
    second.refresh_from_db()
    assert second.head == second and second.state == "open"


def test_a_wish_is_supported_once_a_person_when_it_is_shown(town: Town) -> None:
    row, boss = say(town, kind="wish", text="请让张三把列宽记住"), town.actor("administrator")
    for by in ("inspector", "acceptor"):
        with pytest.raises(NotFound):
            feedback.support(row.pk, actor=town.actor(by), now=town.now)
    feedback.publish(row.pk, words="记住列宽", actor=boss, now=town.now)
    for _ in range(2):
        seen = feedback.support(row.pk, actor=town.actor("inspector"), now=town.now)
        assert (seen.count, seen.mine) == (1, True)  # type: ignore[attr-defined]
    assert feedback.support(row.pk, actor=town.actor(STRANGER), now=town.now).count == 2  # type: ignore[attr-defined]
    with pytest.raises(Refused):
        feedback.support(row.pk, actor=town.actor("acceptor"), now=town.now)
    (shown,) = queries.wishes(town.actor("water"))
    assert (shown.shown_as, shown.count, shown.mine) == ("记住列宽", 2, False)
    feedback.publish(row.pk, words="记住列的宽度", actor=boss, now=town.now)
    feedback.withdraw(row.pk, actor=boss, now=town.now)
    assert not queries.wishes(town.actor("water")).exists()
    assert Support.objects.count() == 2, "who wished the same stays on record"
    assert [one.text for one in queries.notes_of(row)] == ["", "记住列的宽度", "记住列宽"]


def test_only_a_wish_that_stands_for_itself_is_shown(town: Town) -> None:
    boss = town.actor("administrator")
    fault, wish, other = say(town), say(town, kind="wish"), say(town, kind="wish")
    deeds: list[Callable[[], object]] = [
        lambda: feedback.publish(fault.pk, words="坏了", actor=boss, now=town.now),
        lambda: feedback.withdraw(wish.pk, actor=boss, now=town.now),
    ]
    for deed in deeds:
        with pytest.raises(Refused):
            deed()
    same(town, other, wish)
    with pytest.raises(Refused):
        feedback.publish(other.pk, words="建议", actor=boss, now=town.now)
    feedback.publish(wish.pk, words="建议", actor=boss, now=town.now)
    with pytest.raises(Refused):
        same(town, wish, fault)
    with pytest.raises(Invalid):
        feedback.publish(wish.pk, words="…", actor=boss, now=town.now)


def test_the_list_is_found_by_kind_state_page_and_words(town: Town) -> None:
    boss = town.actor("administrator")
    fault = say(town, text="派遣单打印不出来", page="/cases/7/")
    wish = say(town, "inspector", kind="wish", text="地图记住比例", page="/map/")
    like = say(town, "water", text="不能打印", page="/cases/9/")
    same(town, like, fault)
    answer(town, wish, "planned", "下月")
    for given, found in (
        ({}, {fault, wish, like}), ({"kind": "wish"}, {wish}), ({"state": "open"}, {fault}),
        ({"state": "planned"}, {wish}), ({"state": "same"}, {like}),
        ({"page": "/cases/"}, {fault, like}), ({"words": "打印"}, {fault, like}),
        ({"words": "打印", "page": "/cases/7/"}, {fault}), ({"words": "没有的词"}, set()),
    ):  # fmt: skip
        assert set(queries.managed(boss, **given)) == found, given
    assert queries.counters(boss) == {
        "open": 1, "planned": 1, "done": 0, "declined": 0, "same": 1,
    }  # fmt: skip


def test_who_administers_sees_how_many_wait(town: Town) -> None:
    say(town)
    assert manifest.waiting(town.actor("acceptor"), town.now) == []
    (items,) = manifest.waiting(town.actor("administrator"), town.now)
    assert (items.label, items.count, items.late) == ("Feedback to answer", 1, 0)
    assert [row.light for row in queries.health(town.now)] == [WELL]
    later = town.now + timedelta(days=15)
    assert [row.light for row in queries.health(later)] == [WATCH]
    assert manifest.waiting(town.actor("administrator"), later)[0].late == 1


@pytest.mark.requirement("O01", "O02")
def test_hands_in_the_database_change_nothing_of_it(town: Town) -> None:
    row = say(town, kind="wish")
    feedback.publish(row.pk, words="建议", actor=town.actor("administrator"), now=town.now)
    feedback.support(row.pk, actor=town.actor("inspector"), now=town.now)
    answer(town, row, "planned", "下月")
    hands(
        "UPDATE feedback_entry SET text = 'x'", "UPDATE feedback_entry SET kind = 'fault'",
        "UPDATE feedback_entry SET member_id = member_id + 1",
        "UPDATE feedback_entry SET written_at = now()", "UPDATE feedback_note SET text = 'x'",
        "UPDATE feedback_note SET state = 'open'", "UPDATE feedback_support SET at = now()",
    )  # fmt: skip
    emptied("feedback_entry", "feedback_note", "feedback_support")
