"""A joint meeting: its agenda fills itself, it decides, and units carry the decisions out."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from cityloop.coordination import operations as coordination
from cityloop.coordination import queries
from cityloop.coordination.models import Dispute
from cityloop.kernel.errors import Invalid, NotAllowed, NotFound, Refused
from cityloop.notify.models import Message
from tests.scenarios.test_coordination import filed, frozen
from tests.town import Town


@pytest.mark.requirement("E06")
def test_the_agenda_fills_itself_and_decisions_become_tasks(town: Town) -> None:
    late = town.case("handling")
    town.wait(days=5)
    town.sweep()
    dispute = frozen(town)
    supervisor = town.actor("supervisor")
    call = coordination.Call(
        kind="joint",
        title="三月联席会议",
        planned_at=town.now + timedelta(days=2),
        place="指挥中心",
    )
    with pytest.raises(NotAllowed):
        coordination.call_meeting(call, actor=town.actor("roads"), now=town.now)
    meeting = coordination.call_meeting(call, actor=supervisor, now=town.now)
    seen = queries.meeting_seen(supervisor, meeting.pk)
    first, second = seen.items.all()
    assert first.dispute == dispute
    assert (second.organisation_id, second.cases, second.late) == (late.lead_id, 1, 1)
    coordination.add_agenda_item(meeting_id=meeting.pk, title="夜间施工", actor=supervisor)

    # Nothing is decided before it was held; the minutes are written once.
    roads = town.units["ROADS"]
    task = {"meeting_id": meeting.pk, "unit": roads, "what": "划定养护边界",
            "due_on": date(2026, 3, 31), "actor": supervisor}  # fmt: skip
    with pytest.raises(Refused, match="write the minutes first"):
        coordination.give_task(**task, now=town.now)
    held = coordination.Minutes(
        held_at=town.now + timedelta(days=2), present="道路、园林、水务", minutes="一、…"
    )
    with pytest.raises(Invalid, match="after it was held"):
        coordination.record_minutes(
            meeting_id=meeting.pk, minutes=held, actor=supervisor, now=town.now
        )
    long_ago = replace(held, held_at=town.now - timedelta(days=365))
    with pytest.raises(Invalid, match="after it was called"):
        coordination.record_minutes(
            meeting_id=meeting.pk, minutes=long_ago, actor=supervisor, now=town.now
        )
    town.wait(days=2)
    coordination.record_minutes(meeting_id=meeting.pk, minutes=held, actor=supervisor, now=town.now)
    with pytest.raises(Refused, match="written already"):
        coordination.record_minutes(
            meeting_id=meeting.pk, minutes=held, actor=supervisor, now=town.now
        )
    with pytest.raises(Refused, match="its agenda stands"):
        coordination.add_agenda_item(meeting_id=meeting.pk, title="x", actor=supervisor)
    with pytest.raises(Invalid, match="lies in the past"):
        coordination.give_task(**{**task, "due_on": date(2026, 3, 1)}, now=town.now)
    given = coordination.give_task(**task, now=town.now)
    _disputes, tasks = queries.open_items(supervisor, town.now)
    assert (tasks.count, tasks.late) == (1, 0)

    # The unit sees the meeting that gave it a task, and nobody else's; it says what it did, once.
    green, desk = town.actor("green"), town.actor("roads")
    with pytest.raises(NotFound):
        queries.meeting_seen(green, meeting.pk)
    assert queries.meeting_seen(desk, meeting.pk).tasks_left == 1
    with pytest.raises(NotAllowed, match="this task is for"):
        coordination.finish_task(task_id=given.pk, result="x", actor=supervisor, now=town.now)
    with pytest.raises(Invalid, match="fill this in"):
        coordination.finish_task(task_id=given.pk, result="。", actor=desk, now=town.now)
    coordination.finish_task(task_id=given.pk, result="已划定", actor=desk, now=town.now)
    with pytest.raises(Refused, match="done already"):
        coordination.finish_task(task_id=given.pk, result="x", actor=desk, now=town.now)
    assert queries.meeting_seen(desk, meeting.pk).tasks_left == 0
    for row, otherwise in ((meeting, {"minutes": "二、…"}), (given, {"result": "未划定"})):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            type(row).objects.filter(pk=row.pk).update(**otherwise)
    assert Dispute.objects.get().open, "the meeting discussed it; its decision is a step of its own"


@pytest.mark.requirement("E06", "O10")
def test_a_meeting_is_called_for_the_own_area_only(town: Town) -> None:
    district = town.actor("district")
    call = {"kind": "hearing", "title": "听证会", "planned_at": town.now + timedelta(days=1),
            "place": "区政府"}  # fmt: skip
    meeting = coordination.call_meeting(coordination.Call(**call), actor=district, now=town.now)
    assert meeting.region_code.startswith(town.units["DIST"].region_code)
    with pytest.raises(NotAllowed, match="outside yours"):
        coordination.call_meeting(
            coordination.Call(**call, region_code="330102"), actor=district, now=town.now
        )
    past = coordination.Call(**{**call, "planned_at": town.now - timedelta(days=1)})
    with pytest.raises(Invalid, match="planned for the future"):
        coordination.call_meeting(past, actor=district, now=town.now)
    far = coordination.Call(**{**call, "planned_at": town.now + timedelta(days=400)})
    with pytest.raises(Invalid, match="for the coming year"):
        coordination.call_meeting(far, actor=district, now=town.now)


@pytest.mark.requirement("E06")
def test_the_worst_figures_are_the_greatest_shares(town: Town) -> None:
    """WATER 3 late of 6, ROADS 2 of 3; GREEN's one of one says little and comes last."""

    def sent(*units: str) -> None:
        for unit in units:
            town.step(filed(town), "dispatch", "dispatcher", unit=unit, reason="归其管")

    since = town.now - timedelta(days=1)
    sent(*["WATER"] * 3, *["ROADS"] * 2, "GREEN")
    town.wait(days=9)
    town.sweep()
    sent(*["WATER"] * 3, "ROADS")
    rows = queries.worst_units(town.actor("supervisor"), "", since=since, now=town.now, least=3)
    assert [(one["lead"], one["cases"], one["late"]) for one in rows] == [
        (town.units["ROADS"].pk, 3, 2), (town.units["WATER"].pk, 6, 3),
        (town.units["GREEN"].pk, 1, 1),
    ]  # fmt: skip


@pytest.mark.requirement("E06", "G01")
def test_the_unit_is_told_of_the_task_that_a_meeting_gave(town: Town) -> None:
    by = town.actor("supervisor")
    call = coordination.Call(
        kind="joint", title="联席会议", planned_at=town.now + timedelta(days=1), place="中心"
    )
    meeting = coordination.call_meeting(call, actor=by, now=town.now)
    town.wait(days=1)
    held = coordination.Minutes(held_at=town.now, present="各家", minutes="一、…")
    coordination.record_minutes(meeting_id=meeting.pk, minutes=held, actor=by, now=town.now)
    coordination.give_task(
        meeting_id=meeting.pk, unit=town.units["ROADS"], what="划定养护边界",
        due_on=timezone.localdate(town.now), actor=by, now=town.now,
    )  # fmt: skip
    town.deliver()
    told = Message.objects.filter(topic="task_given")
    assert {one.member.username for one in told if one.member} == {"roads"}
    assert all("划定养护边界" in one.text and "联席会议" in one.text for one in told)
