"""Many cases with one cause become one matter with an owner, milestones and an end."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date

import pytest
from django.db import connection, transaction

from cityloop.coordination import operations as coordination
from cityloop.coordination import queries
from cityloop.kernel.errors import Invalid, NotAllowed, NotFound, Refused
from tests.browser import Browse
from tests.scenarios.test_books_stay import hands
from tests.town import Town


@pytest.mark.requirement("E19")
def test_a_key_matter_ends_when_its_milestones_are_reached_and_its_cases_closed(town: Town) -> None:
    supervisor, roads = town.actor("supervisor"), town.actor("roads")
    done, open_one = town.case("closed"), town.case("handling")
    facts = {"title": "人民路积水整治", "description": "逢雨积水", "owner": town.units["ROADS"]}
    with pytest.raises(Invalid, match="lies in the past"):
        coordination.open_matter(
            coordination.Matter(**facts, due_on=date(2026, 1, 1)), actor=supervisor, now=town.now
        )
    project = coordination.Matter(**facts, due_on=date(2026, 6, 30))
    with pytest.raises(NotAllowed):
        coordination.open_matter(project, actor=roads, now=town.now)
    matter = coordination.open_matter(project, actor=supervisor, now=town.now)
    for case in (done, open_one):
        coordination.add_case(
            matter_id=matter.pk, number=case.number, actor=supervisor, now=town.now
        )
    with pytest.raises(Refused, match="belongs to this matter already"):
        coordination.add_case(
            matter_id=matter.pk, number=done.number, actor=supervisor, now=town.now
        )
    step = coordination.set_milestone(
        matter_id=matter.pk, title="管网改造", due_on=date(2026, 4, 30), actor=supervisor,
        now=town.now,
    )  # fmt: skip

    with pytest.raises(Invalid, match="whole matter is due"):
        coordination.set_milestone(
            matter_id=matter.pk, title="验收", due_on=date(2026, 7, 1), actor=supervisor,
            now=town.now,
        )  # fmt: skip
    with pytest.raises(Invalid):
        coordination.reach_milestone(milestone_id=step.pk, note=" ", actor=supervisor, now=town.now)

    # The owner sees it, though only the cases of its own; others do not.
    seen = queries.matter_seen(roads, matter.pk)
    assert (seen.case_count, seen.cases_ended, seen.steps_left) == (2, 1, 1)
    assert queries.cases_of(roads, seen) == []
    assert {one.pk for one in queries.cases_of(supervisor, seen)} == {done.pk, open_one.pk}
    with pytest.raises(NotFound):
        queries.matter_seen(town.actor("water"), matter.pk)

    # It does not end before its work is done; each hindrance is named.
    with pytest.raises(Refused, match="1 milestone is not reached; 1 case"):
        coordination.close_matter(matter_id=matter.pk, result="x", actor=supervisor, now=town.now)
    coordination.reach_milestone(milestone_id=step.pk, note="提前完成", actor=roads, now=town.now)
    with pytest.raises(Refused, match="reached already"):
        coordination.reach_milestone(milestone_id=step.pk, note="已完工", actor=roads, now=town.now)
    town.carry(open_one.number, "closed")
    matter = coordination.close_matter(
        matter_id=matter.pk, result="不再积水", actor=supervisor, now=town.now
    )
    assert (matter.closed_at, matter.result) == (town.now, "不再积水")
    with pytest.raises(Refused, match="has ended"):
        coordination.set_milestone(
            matter_id=matter.pk, title="x", due_on=date(2026, 5, 1), actor=supervisor, now=town.now
        )


@pytest.mark.slow
@pytest.mark.requirement("E19")
def test_no_case_joins_a_matter_that_is_being_ended(committed: Town) -> None:
    """Whoever ends it waits for the one who adds a case, and counts afterwards."""
    town, supervisor = committed, committed.actor("supervisor")
    matter = coordination.open_matter(
        coordination.Matter(
            title="人民路积水整治", description="逢雨积水", owner=town.units["ROADS"],
            due_on=date(2026, 6, 30),
        ),
        actor=supervisor, now=town.now,
    )  # fmt: skip
    number = town.case("handling").number
    ending: Future[object]

    def end() -> object:
        try:
            return coordination.close_matter(
                matter_id=matter.pk, result="完成", actor=supervisor, now=town.now
            )
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as other:
        with transaction.atomic():
            coordination.add_case(
                matter_id=matter.pk, number=number, actor=supervisor, now=town.now
            )
            ending = other.submit(end)
            with pytest.raises(TimeoutError):  # it has seen the matter, and waits for its row
                ending.result(timeout=2)
        with pytest.raises(Refused):
            ending.result(timeout=60)
    assert queries.matter_seen(supervisor, matter.pk).closed_at is None


@pytest.mark.requirement("E19")
def test_a_case_that_joined_by_mistake_is_taken_out_and_it_stays_told(
    town: Town, browse: Browse
) -> None:
    supervisor = town.actor("supervisor")
    matter = coordination.open_matter(
        coordination.Matter(
            title="人民路积水整治", description="逢雨积水", owner=town.units["ROADS"],
            due_on=date(2026, 6, 30),
        ),
        actor=supervisor, now=town.now,
    )  # fmt: skip
    number = town.case("handling").number
    ask = {"matter_id": matter.pk, "number": number, "actor": supervisor, "now": town.now}
    with pytest.raises(Refused, match="does not belong"):
        coordination.remove_case(reason="误加", **ask)
    coordination.add_case(**ask)
    with pytest.raises(Invalid):
        coordination.remove_case(reason=" ", **ask)
    client = browse("supervisor")
    address = f"/key-matters/{matter.pk}/"
    client.post(f"{address}cases/removal/", {"number": number, "reason": "与事项无关"})
    seen = queries.matter_seen(supervisor, matter.pk)
    assert (seen.case_count, seen.cases_ended) == (0, 0)
    page = client.get(address).content.decode()
    assert "Taken out again" in page and "与事项无关" in page
    with pytest.raises(Refused, match="does not belong"):
        coordination.remove_case(reason="再来", **ask)
    hands("UPDATE coordination_matter_case SET removed_why = 'x'",
          "UPDATE coordination_matter_case SET added_at = now()",
          "DELETE FROM coordination_matter_case")  # fmt: skip
    coordination.add_case(**ask)  # and in again, as another line
    assert queries.matter_seen(supervisor, matter.pk).case_count == 1
    coordination.remove_case(reason="误加", **ask)
    done = coordination.close_matter(
        matter_id=matter.pk, result="完成", actor=supervisor, now=town.now
    )
    assert done.closed_at is not None
