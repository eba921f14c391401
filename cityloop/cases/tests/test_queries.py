"""What an actor sees: lists, boxes, nearby, tiles; the two ways of saying the scope agree."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import connection

from cityloop.cases import operations, queries, tiles, views
from cityloop.cases.models import Case
from cityloop.kernel.actor import Actor

ASKED = {"extra": 1, "reason_code": "material", "reason": "steel is late"}
NOWHERE = Actor(member_id=None, name="n", post="n")


def seen(actor: Actor) -> set[int]:
    return set(queries.visible(actor).values_list("pk", flat=True))


def seen_by_sql(actor: Actor) -> set[int]:
    condition, values = tiles.scope_sql(actor)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM cases_case c WHERE {condition}", values or None)
        return {row[0] for row in cursor.fetchall()}


@pytest.mark.requirement("O10")
def test_scope_by_area_unit_and_own_part(world):
    mine, theirs = world.to("dispatched"), world.report(area_code="330102001001")
    actors = world.actors
    district = replace(NOWHERE, organisation_ids=None, region_codes=("330106",))
    inspector = replace(actors["inspector"], organisation_ids=frozenset({0}))
    for actor, expected in (
        (actors["acceptor"], {mine.pk, theirs.pk}),
        (district, {mine.pk}),
        (actors["water"], {mine.pk}),
        (actors["roads"], set()),
        (inspector, {mine.pk, theirs.pk}),
        (NOWHERE, set()),
    ):
        assert seen(actor) == expected, actor.name
        assert seen_by_sql(actor) == expected, actor.name


@pytest.mark.requirement("D01", "H07", "O06")
def test_filters_search_and_boxes(world):
    first = world.report(description="文三路井盖破损", lon=120.13, lat=30.26)
    second = world.to("filed", description="教工路路灯不亮", lon=120.14, lat=30.27)
    actor, now = world.actors["acceptor"], world.now

    def found(**filters):
        rows = queries.search(actor, queries.Filters(**filters), now=now)
        return set(rows.values_list("number", flat=True))

    assert found(words="井盖") == {first.number}
    assert found(words=f" {second.number} ") == {second.number}
    assert found(status=("filed",)) == {second.number}
    assert found(box=(120.135, 30.26, 120.15, 30.28)) == {second.number}
    assert found(area="330102") == set()
    assert found(open_only=True) == {first.number, second.number}
    later = world.wait(hours=1)
    late = queries.search(actor, queries.Filters(overdue=True), now=later)
    assert set(late.values_list("number", flat=True)) == {first.number, second.number}
    boxes = {b.status: (b.count, b.overdue) for b in queries.boxes(actor, now=later)}
    assert boxes["reported"] == (1, 1)
    assert boxes["filed"] == (1, 1)
    assert boxes["closed" if "closed" in boxes else "checked"] == (0, 0)


@pytest.mark.requirement("D07")
def test_nearby_is_a_circle(world):
    case = world.report(lon=120.13, lat=30.26)
    actor = world.actors["acceptor"]
    near = queries.nearby(actor, lon=120.1303, lat=30.26, metres=50)
    assert [c.number for c in near] == [case.number]
    assert queries.nearby(actor, lon=120.1303, lat=30.26, metres=20) == []


def test_a_list_of_cases_makes_the_same_queries_for_few_and_many(world, django_assert_num_queries):
    actor = world.actors["acceptor"]

    def read() -> None:
        for case in queries.search(actor, queries.Filters(), now=world.now):
            assert case.problem_class.name_zh
            assert case.lead is None or case.lead.name_zh

    world.to("dispatched")
    with django_assert_num_queries(1):
        read()
    for _ in range(6):
        world.report()
    with django_assert_num_queries(1):
        read()
    assert Case.objects.count() == 7


@pytest.mark.requirement("D10", "O06")
def test_a_case_file_offers_what_may_be_done_and_says_what_hinders(world):
    def told(case, name):
        file = views.full(case, actor=world.actors[name], now=world.now)
        return set(file["steps"]), {one["action"]: one["reasons"] for one in file["hindered"]}

    reported = world.report()
    steps, hindered = told(reported, "acceptor")
    assert {"accept", "reject"} <= steps and not steps & set(hindered)
    assert not {"join_report", "file", "approve_void"} & (steps | set(hindered))
    with_unit = world.to("handling")
    assert "finish" in told(with_unit, "water")[0]
    assert "finish" not in told(with_unit, "dispatcher")[0]
    world.wait(days=60)  # overdue: the extension is shown with the reason why it is refused
    steps, hindered = told(with_unit, "water")
    assert "finish" in steps and "ask_extension" not in steps
    with pytest.raises(operations.Refused) as refused:
        world.step(with_unit, "ask_extension", "water", **ASKED)
    assert set(hindered["ask_extension"]) <= set(refused.value.reasons)


@pytest.mark.requirement("O06")
def test_a_step_of_another_post_is_forbidden_not_refused(world):
    case = world.report()
    with pytest.raises(operations.WrongPost, match="Accept is for: Acceptance operator") as refused:
        world.step(case, "accept", "dispatcher")
    assert refused.value.status == 403
