"""Several units go out together: planned, told, begun, counted, corrected, reported."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from cityloop.coordination import operations as coordination
from cityloop.coordination import queries
from cityloop.coordination.models import JointOperation, OperationResult
from cityloop.kernel.errors import Invalid, NotAllowed, NotFound, Refused
from cityloop.notify.models import Message
from tests.town import Town

pytestmark = pytest.mark.requirement("E17")


def plan(town: Town, **changed: Any) -> coordination.OperationPlan:
    """Roads lead, green takes part, from tomorrow for three days."""
    tomorrow = town.now.date() + timedelta(days=1)
    facts = {
        "title": "夜市联合整治", "plan": "每晚七时，占道与油烟。", "lead": town.units["ROADS"],
        "units": [town.units["GREEN"], town.units["ROADS"]], "begins_on": tomorrow,
        "ends_on": tomorrow + timedelta(days=2),
    }  # fmt: skip
    return coordination.OperationPlan(**{**facts, **changed})


def planned(town: Town) -> JointOperation:
    return coordination.plan_operation(plan(town), actor=town.actor("supervisor"), now=town.now)


def begun(town: Town) -> dict[str, Any]:
    """An operation under way; what every later call needs."""
    row = planned(town)
    town.wait(days=1)
    coordination.start_operation(operation_id=row.pk, actor=town.actor("roads"), now=town.now)
    return {"operation_id": row.pk, "now": town.now}


def test_a_joint_operation_from_plan_to_report(town: Town) -> None:
    settled = town.case("closed")
    row = planned(town)
    assert row.units == [town.units["GREEN"].pk]  # the lead is named once
    town.deliver()
    told = Message.objects.filter(topic="operation_planned")
    assert {one.member.username for one in told} == {"roads", "green"}

    roads, green, leader = town.actor("roads"), town.actor("green"), town.actor("supervisor")
    with pytest.raises(Refused, match="begins on"):
        coordination.start_operation(operation_id=row.pk, actor=roads, now=town.now)
    coordination.add_operation_case(
        operation_id=row.pk, number=settled.number, actor=leader, now=town.now
    )
    town.wait(days=1)
    coordination.start_operation(operation_id=row.pk, actor=roads, now=town.now)
    town.wait(hours=1)
    found = town.case("handling")
    facts = {"operation_id": row.pk, "now": town.now}
    assert coordination.add_operation_case(number=found.number, actor=leader, **facts).found

    # Each unit tells what it counted itself; nobody tells another's.
    coordination.tell_result(coordination.Count(town.units["ROADS"], "inspected", 20),
                             actor=roads, **facts)  # fmt: skip
    coordination.tell_result(coordination.Count(town.units["GREEN"], "inspected", 6),
                             actor=green, **facts)  # fmt: skip
    with pytest.raises(NotAllowed, match="tells its results itself"):
        coordination.tell_result(coordination.Count(town.units["ROADS"], "seized", 1),
                                 actor=green, **facts)  # fmt: skip
    ended = coordination.report_operation(report="夜市规范。", actor=roads, **facts)
    assert (ended.ended_at, ended.called_off) == (town.now, False)
    seen = queries.operation_seen(leader, row.pk)
    assert (seen.case_count, seen.cases_ended, seen.cases_found) == (2, 1, 1)
    assert [(one.kind, one.number) for one in queries.totals(seen)] == [("inspected", 26)]
    with pytest.raises(Refused, match="has ended"):
        coordination.add_operation_case(number=town.case("filed").number, actor=leader, **facts)


def test_a_wrong_count_is_corrected_by_a_line_and_never_rewritten(town: Town) -> None:
    facts, roads = begun(town), town.actor("roads")
    lead = town.units["ROADS"]
    coordination.tell_result(coordination.Count(lead, "seized", 9), actor=roads, **facts)
    with pytest.raises(Invalid, match="say what it is"):
        coordination.tell_result(coordination.Count(lead, "seized", -3), actor=roads, **facts)
    with pytest.raises(Invalid, match="only 9 were told"):
        coordination.tell_result(
            coordination.Count(lead, "seized", -10, "重复"), actor=roads, **facts
        )
    coordination.tell_result(coordination.Count(lead, "seized", -3, "重复"), actor=roads, **facts)
    row = queries.operation_seen(roads, facts["operation_id"])
    assert [one.number for one in queries.totals(row)] == [6]
    for change in ({"number": 99}, None):
        rows = OperationResult.objects.filter(operation=row)
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            rows.update(**change) if change else rows.delete()


@pytest.mark.parametrize(("changed", "words"), [
    ({"units": []}, "beside the lead"), ({"begins_on": -1}, "lies in the past"),
    ({"ends_on": 0}, "before the first day"), ({"ends_on": 400}, "more than a year"),
])  # fmt: skip
def test_a_plan_that_cannot_be_is_refused_with_its_fault(
    town: Town, changed: dict[str, Any], words: str
) -> None:
    facts = {
        name: town.now.date() + timedelta(days=one) if isinstance(one, int) else one
        for name, one in changed.items()
    }
    with pytest.raises(Invalid, match=words):
        coordination.plan_operation(
            plan(town, **facts), actor=town.actor("supervisor"), now=town.now
        )
    assert not JointOperation.objects.exists()


def test_only_who_coordinates_plans_and_only_who_takes_part_sees(town: Town) -> None:
    row = planned(town)
    for name in ("roads", "green"):
        assert queries.operation_seen(town.actor(name), row.pk).pk == row.pk
    with pytest.raises(NotFound):
        queries.operation_seen(town.actor("water"), row.pk)
    with pytest.raises(NotAllowed):
        coordination.plan_operation(plan(town), actor=town.actor("roads"), now=town.now)
    with pytest.raises(NotAllowed, match="is led by"):
        coordination.start_operation(
            operation_id=row.pk, actor=town.actor("green"), now=town.now + timedelta(days=1)
        )


def test_without_a_result_there_is_no_report_but_it_can_be_called_off(town: Town) -> None:
    facts = begun(town)
    with pytest.raises(Refused, match="no unit has told"):
        coordination.report_operation(report="完成", actor=town.actor("roads"), **facts)
    with pytest.raises(NotAllowed):
        coordination.call_off_operation(reason="台风", actor=town.actor("roads"), **facts)
    row = coordination.call_off_operation(reason="台风", actor=town.actor("supervisor"), **facts)
    assert row.called_off and row.report == "台风"
