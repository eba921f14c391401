"""What an order comes to and who owes it changes only with a record, and the check names others."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from cityloop.cli.check import prove_orders
from cityloop.works import altered as altered_of
from cityloop.works import queries
from cityloop.works.models import Order, WorksRecord
from tests.scenarios.test_books_stay import hands
from tests.scenarios.test_works_apart import disputed
from tests.town import Town
from tests.works import Story

pytestmark = [pytest.mark.slow, pytest.mark.requirement("E08", "I12", "O02")]


@pytest.fixture
def story(town: Town) -> Story:
    return Story(town)


def forced(statement: str, table: str = "works_order") -> None:
    """By hands that take the lock off first."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(statement)
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def parts() -> list[str]:
    """What the check says of every order that is not as recorded."""
    return [str(one) for one in altered_of.altered_orders()[1]]


def kept(order: Order) -> list[dict[str, Any]]:
    rows = WorksRecord.objects.filter(subject="order", subject_id=order.pk).order_by("pk")
    return [one.facts["order"] for one in rows]


def test_every_change_through_an_operation_says_what_the_order_is_from_then_on(
    story: Story,
) -> None:
    order = story.ordered()
    roads, budget = story.town.units["ROADS"].pk, story.budget.pk
    story.price_order(order)
    story.price_order(order, trees=1)
    story.close(order)
    story.invoice(order, 790)
    told = [(one["state"], one["total"], one["committed"], one["liable"], one["budget_line"])
            for one in kept(order)]  # fmt: skip
    assert told == [
        ("opened", None, "0.00", roads, None), ("priced", "1600.00", "1600.00", roads, budget),
        ("priced", "800.00", "800.00", roads, budget), ("done", "800.00", "800.00", roads, budget),
        ("invoiced", "800.00", "790.00", roads, budget),
    ]  # fmt: skip
    order.refresh_from_db()
    assert queries.standing(order) == kept(order)[-1]
    assert prove_orders()["well"] and "1 orders" in prove_orders()["words"]


@pytest.mark.parametrize("change", [
    "total = 1", "committed = 1", "liable_id = unit_id", "liable_id = NULL",
    "state = 'done'", "done_at = now()", "cancel_reason = 'x'", "total = 9, committed = 9",
])  # fmt: skip
def test_no_order_is_changed_past_its_operations(story: Story, change: str) -> None:
    story.priced()
    hands(f"UPDATE works_order SET {change}")
    assert not parts()


def test_who_owes_is_named_by_a_step_of_the_case_whatever_a_record_says(story: Story) -> None:
    town, order = story.town, story.priced()
    said = {**queries.standing(order), "liable": town.units["WATER"].pk}
    with transaction.atomic():
        WorksRecord.objects.create(
            subject="order", subject_id=order.pk, action="liable", facts={"order": said},
            actor="x", at=town.now,
        )  # fmt: skip
        with pytest.raises(IntegrityError, match="no step of its case"), transaction.atomic():
            Order.objects.filter(pk=order.pk).update(liable=town.units["WATER"])
        transaction.set_rollback(True)

    # The decision of a dispute names it, and the order follows.
    open_one = disputed(story)
    town.step(open_one.case.number, "name_liable", "supervisor", unit="ROADS", document="纪要6号",
              reason="道路范围内")  # fmt: skip
    town.deliver()
    open_one.refresh_from_db()
    assert open_one.liable == town.units["ROADS"] and not parts()


def test_the_check_names_what_was_changed_without_a_record(story: Story) -> None:
    order = story.priced()
    forced("UPDATE works_order SET total = 1, committed = 1")
    assert parts() == [
        f"order {order.number}: another total, another committed, its lines do not make its total"
    ]
    found = prove_orders()
    assert not found["well"] and order.number in found["words"]
    forced("UPDATE works_order SET total = 1600, committed = 1600, liable_id = unit_id")
    assert parts() == [f"order {order.number}: another liable, nobody named its liable unit"]


def test_lines_taken_out_of_an_order_are_missed(story: Story) -> None:
    order = story.priced()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM works_order_item")
    assert parts() == [f"order {order.number}: its lines do not make its total"]


def test_an_order_from_before_is_taken_over_as_it_is(story: Story) -> None:
    step = import_module("cityloop.works.migrations.0004_orders_as_recorded")
    order = story.priced()
    story.close(order)
    forced("DELETE FROM works_record", "works_record")
    assert parts() == [f"order {order.number}: it has no record"]
    with connection.cursor() as cursor:
        cursor.execute(step.TAKEN_OVER)
    assert not parts()
    story.invoice(order, 1600)
    assert not parts()


def test_a_budget_is_what_its_last_record_says(story: Story) -> None:
    hands("UPDATE works_budget_line SET amount = amount + 1")
    forced("UPDATE works_budget_line SET amount = amount + 1", "works_budget_line")
    (altered,) = altered_of.altered_budgets()
    assert str(altered).endswith(f"{story.budget.code}: another amount")
    assert str(altered) in prove_orders()["words"]
