"""Dead corners are collected, sent to a leader and a unit, answered, and followed to the end."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from cityloop.cases.models import Case
from cityloop.kernel.errors import Invalid, NotAllowed, NotFound, Refused
from cityloop.notify.models import Message
from cityloop.oversight import operations as oversight
from cityloop.oversight import queries
from cityloop.oversight.models import NamedList, Sending
from cityloop.oversight.queries.listed import state_of
from tests.town import Town

REFUSE = "E0110"


def _made(town: Town, *, kind: str = "other", by: str = "supervisor") -> NamedList:
    return oversight.make_list(kind=kind, title="卫生死角清单", actor=town.actor(by), now=town.now)


def _with_cases(town: Town, count: int = 2, *, status: str = "handling") -> NamedList:
    row = _made(town)
    numbers = [town.case(status).number for _ in range(count)]
    oversight.add_cases(
        list_id=row.pk, numbers=numbers, remark="长期反复", actor=town.actor("supervisor"),
        now=town.now,
    )  # fmt: skip
    return row


def _send(town: Town, row: NamedList, *, unit: str = "", member: str = "") -> Sending:
    return oversight.send_list(
        list_id=row.pk, organisation=town.units.get(unit), member=town.members.get(member),
        note="请督促整治并答复", due_on=timezone.localdate(town.now) + timedelta(days=7),
        actor=town.actor("supervisor"), now=town.now,
    )  # fmt: skip


def _state(town: Town, row: NamedList, by: str = "supervisor") -> str:
    return state_of(queries.list_seen(town.actor(by), row.pk), now=town.now)


@pytest.mark.requirement("C32")
def test_dead_corners_are_suggested_by_repeated_cases(town: Town) -> None:
    since = town.now - timedelta(days=1)
    dirty, clean = (town.grid(n).geom.point_on_surface for n in (3, 50))
    for n in range(3):
        town.report(
            class_code=REFUSE, x=dirty.x, y=dirty.y, text=f"暴露垃圾{n}", address="桥头街8号"
        )
        town.wait(days=2)
    town.report(class_code=REFUSE, x=clean.x, y=clean.y, text="垃圾一处")
    town.report(x=clean.x, y=clean.y, text="井盖破损")  # no matter of sanitation

    supervisor, until = town.actor("supervisor"), town.now + timedelta(days=1)
    (place,) = queries.candidates(supervisor, since=since, until=until)
    assert (place.cases, place.open) == (3, 3)
    assert place.grid_code == town.grid(3).code
    row = _made(town, kind="dead_corners")
    assert oversight.add_place(
        list_id=row.pk, grid_code=place.grid_code, since=since, until=until, actor=supervisor,
        now=town.now,
    ) == 3  # fmt: skip
    assert {one.remark for one in queries.entries(row)} == {"3 cases at this place in the period"}
    with pytest.raises(Invalid, match="no case of sanitation"):
        oversight.add_place(
            list_id=row.pk, grid_code=town.grid(9).code, since=since, until=until,
            actor=supervisor, now=town.now,
        )  # fmt: skip


@pytest.mark.requirement("C32")
def test_a_list_is_sent_to_a_leader_and_a_unit_and_answered(town: Town) -> None:
    row = _with_cases(town)
    assert _state(town, row) == "draft"
    with pytest.raises(NotFound):
        queries.list_seen(town.actor("green"), row.pk)
    to_leader, to_unit = _send(town, row, member="leader"), _send(town, row, unit="GREEN")
    town.deliver()
    told = Message.objects.filter(topic="list_sent").order_by("pk")
    assert [one.member.username for one in told if one.member] == ["leader", "green"]
    assert "卫生死角清单" in told[0].text and told[0].path == f"/oversight/lists/{row.pk}/"
    town.deliver()
    assert Message.objects.filter(topic="list_sent").count() == 2  # each is told once

    # GREEN sees the list and its lines from now on, though not the files of foreign cases.
    entries = queries.entries(queries.list_seen(town.actor("green"), row.pk))
    assert len(entries) == 2 and queries.seen(town.actor("green"), entries) == set()
    assert _state(town, row, "green") == "sent"

    oversight.answer_list(
        sending_id=to_leader.pk, text="已部署专项整治", actor=town.actor("leader"), now=town.now
    )
    town.deliver()
    heard = Message.objects.get(topic="list_answered")
    assert heard.member == town.members["supervisor"] and "已部署专项整治" in heard.text
    with pytest.raises(Refused, match="answered already"):
        oversight.answer_list(
            sending_id=to_leader.pk, text="x", actor=town.actor("leader"), now=town.now
        )
    with pytest.raises(NotFound, match="no such list was sent to you"):
        oversight.answer_list(
            sending_id=to_unit.pk, text="x", actor=town.actor("water"), now=town.now
        )
    town.wait(days=8)
    assert _state(town, row) == "late"
    oversight.answer_list(
        sending_id=to_unit.pk, text="已清理", actor=town.actor("green"), now=town.now
    )
    assert _state(town, row) == "answered"


@pytest.mark.requirement("C32")
def test_the_follow_up_is_read_from_the_cases(town: Town) -> None:
    row = _with_cases(town, 3)
    first, second, _third = (one.case.number for one in queries.entries(row))
    _send(town, row, unit="WATER")
    town.carry(first, "closed")
    town.step(second, "force_close", "shift_leader", reason_code="leader_decision", reason="x")
    found = queries.progress(queries.entries(row), now=town.now)
    assert (found.cases, found.closed, found.open, found.overdue) == (3, 2, 1, 0)
    town.wait(days=30)
    assert queries.progress(queries.entries(row), now=town.now).overdue == 1
    listed = queries.list_seen(town.actor("supervisor"), row.pk)
    assert (listed.case_count, listed.cases_ended) == (3, 2)  # type: ignore[attr-defined]

    ended = oversight.end_list(
        list_id=row.pk,
        result="两处已整治，一处转专项",
        actor=town.actor("supervisor"),
        now=town.now,
    )
    assert (_state(town, ended), ended.result) == ("ended", "两处已整治，一处转专项")
    for act in (
        lambda: _send(town, row, unit="WATER"),
        lambda: oversight.end_list(list_id=row.pk, result="x", actor=town.actor("supervisor"),
                                   now=town.now),
    ):  # fmt: skip
        with pytest.raises(Refused, match="has ended"):
            act()


@pytest.mark.requirement("C32")
def test_who_has_the_list_is_not_told_twice_and_has_until_the_day_to_answer(town: Town) -> None:
    row = _with_cases(town)
    sent = _send(town, row, member="leader")
    with pytest.raises(Refused, match="still open"):
        _send(town, row, member="leader")
    ending = {"list_id": row.pk, "result": "x", "actor": town.actor("supervisor")}
    with pytest.raises(Refused, match="awaited until"):
        oversight.end_list(now=town.now, **ending)
    oversight.answer_list(
        sending_id=sent.pk, text="已部署", actor=town.actor("leader"), now=town.now
    )
    _send(town, row, member="leader")  # what was answered may be asked again
    town.wait(days=8)
    oversight.end_list(now=town.now, **ending)
    assert _state(town, row) == "ended"


@pytest.mark.requirement("C32")
def test_what_cannot_go_on_a_list_or_out_is_refused_with_a_sentence(town: Town) -> None:
    row, supervisor = _made(town), town.actor("supervisor")
    number = town.case("handling").number

    def add(*numbers: str, by: str = "supervisor") -> int:
        return oversight.add_cases(
            list_id=row.pk, numbers=numbers, actor=town.actor(by), now=town.now
        )

    with pytest.raises(Refused, match="has no case yet"):
        _send(town, row, unit="WATER")
    with pytest.raises(Invalid, match="there is no case 42"):
        add(number, "42")
    assert queries.entries(row) == []
    with pytest.raises(Invalid, match="name a case"):
        add(" ")
    with pytest.raises(NotAllowed, match=r"oversight\.manage"):
        add(number, by="acceptor")
    assert (add(number, number), add(number)) == (1, 0)
    with pytest.raises(Invalid, match="either a unit or a person"):
        _send(town, row)
    with pytest.raises(Invalid, match="either a unit or a person"):
        _send(town, row, unit="WATER", member="leader")
    with pytest.raises(Invalid, match="nobody at STREET1单位 reads lists"):
        _send(town, row, unit="STREET1")
    with pytest.raises(Invalid, match="lies in the past"):
        oversight.send_list(
            list_id=row.pk, organisation=town.units["WATER"], note="x",
            due_on=timezone.localdate(town.now) - timedelta(days=1), actor=supervisor,
            now=town.now,
        )  # fmt: skip
    with pytest.raises(Invalid, match="one of"):
        _made(town, kind="blacklist")
    with pytest.raises(NotFound):
        oversight.end_list(list_id=row.pk, result="x", actor=town.actor("district"), now=town.now)

    # Taken off before it is sent; what others have received stays.
    other = town.case("handling").number
    add(other)
    oversight.drop_case(list_id=row.pk, number=other, actor=supervisor)
    _send(town, row, unit="WATER")
    with pytest.raises(Refused, match="stays as it is"):
        oversight.drop_case(list_id=row.pk, number=number, actor=supervisor)
    with pytest.raises(Refused, match="stays as it is"):
        add(other)
    assert Case.objects.get(number=number).status == "handling"  # a list changes no case
