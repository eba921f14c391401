"""Hands in the database: rows by whose figures people are judged neither go nor change."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from cityloop.cases import proof
from cityloop.discipline import operations as discipline
from cityloop.discipline import queries as rules
from cityloop.discipline.models import CardRule, Recheck
from cityloop.discipline.operations import Terms
from cityloop.oversight import operations as oversight
from cityloop.petitions import operations as petitions
from cityloop.precedents import operations as precedents
from tests.cards import proposed
from tests.scenarios.test_books_stay import emptied, hands
from tests.scenarios.test_reinspection import another_company, inspect_all
from tests.town import Town

pytestmark = [pytest.mark.slow, pytest.mark.requirement("O01", "O02")]

# Whatever is counted for or against somebody, and stays without a condition.
BOOKS = (
    "coordination_agenda_item", "coordination_matter_case", "coordination_milestone",
    "coordination_operation_case", "discipline_card", "discipline_card_rule", "discipline_recheck",
    "duty_absence", "duty_call", "duty_shift", "duty_succession", "duty_turn",
    "feedback_entry", "feedback_note", "feedback_support", "hotline_batch",
    "hotline_call", "hotline_order", "hotline_result", "hotline_told", "notify_reply_check",
    "oversight_list", "petitions_counter", "petitions_suggestion", "precedents_precedent",
    "works_budget_line",
    "works_designation", "works_price_item",
)  # fmt: skip


def sql(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize("table", BOOKS)
def test_no_row_goes_and_no_table_is_swept(db: None, table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND tgenabled = 'O'"
            " AND tgname IN ('append_only', 'no_delete', 'no_truncate')", [table],
        )  # fmt: skip
        assert len(cursor.fetchall()) == 2


@pytest.mark.requirement("F14", "I03")
def test_a_closer_keeps_the_false_closings_and_a_rule_its_threshold(town: Town) -> None:
    another_company(town)
    inspect_all(town)
    town.case("closed")
    day = timezone.localdate(town.now)
    town.wait(days=1)
    town.case("reported")
    proof.seal(now=town.now)
    discipline.draw(day=day, now=town.now)
    assert Recheck.objects.exists()
    emptied("discipline_recheck")
    hands("UPDATE discipline_card_rule SET threshold = 1000",
          "UPDATE discipline_card_rule SET valid_from = valid_from + 1")  # fmt: skip
    emptied("discipline_card_rule")
    card = proposed(town)
    hands(f"UPDATE discipline_card SET unit_id = {town.units['ROADS'].pk} WHERE id = {card.pk}",
          "DELETE FROM discipline_card")  # fmt: skip
    first = rules.rules_on(day)[0]
    terms = Terms(trigger=first.trigger, threshold=9, days=30, points=1, red_points=2,
                  rectify_days=7, repeat_days=90, source_document="办法〔2026〕2号")  # fmt: skip
    begins = timezone.localdate(town.now) + timedelta(days=3)
    discipline.set_rule(terms, valid_from=begins, actor=town.actor("leader"), now=town.now)
    assert CardRule.objects.get(pk=first.pk).valid_to == begins  # the next rule ends it
    hands("UPDATE discipline_card_rule SET valid_to = NULL WHERE valid_to IS NOT NULL")


@pytest.mark.requirement("C14", "C32")
def test_a_suggestion_and_a_list_that_was_sent_stay(town: Town) -> None:
    clerk, by = town.actor("acceptor"), town.actor("supervisor")
    said = petitions.NewSuggestion(subject="夜市", text="建议规范夜市摊位")
    row = petitions.enter_suggestion(said, actor=clerk, now=town.now)
    hands("UPDATE petitions_suggestion SET due_at = due_at + interval '9 days'",
          "UPDATE petitions_counter SET last = 0")  # fmt: skip
    petitions.answer_suggestion(
        row.number, outcome="studied", text="已列入", actor=clerk, now=town.now
    )
    hands("UPDATE petitions_suggestion SET reply = 'x'")
    emptied("petitions_suggestion", "petitions_counter")
    made = oversight.make_list(kind="other", title="死角", actor=by, now=town.now)
    numbers = [town.case("handling").number, town.case("handling").number]
    oversight.add_cases(list_id=made.pk, numbers=numbers, remark="x", actor=by, now=town.now)
    oversight.drop_case(list_id=made.pk, number=numbers[1], actor=by)  # nobody has it yet
    oversight.send_list(
        list_id=made.pk, organisation=town.units["WATER"], member=None, note="请答复",
        due_on=timezone.localdate(town.now), actor=by, now=town.now,
    )  # fmt: skip
    emptied("oversight_listed_case", "oversight_list")
    hands("UPDATE oversight_listed_case SET remark = 'y'",
          "UPDATE oversight_list SET title = 'x'")  # fmt: skip


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("ALTER TABLE discipline_recheck DISABLE TRIGGER no_delete",
         "no_delete of discipline_recheck"),
        ("DROP TRIGGER settled ON discipline_card_rule", "settled of discipline_card_rule"),
        ("ALTER TABLE people_change DISABLE TRIGGER USER",
         "people_change_append_only of people_change"),
        ("ALTER TABLE standards_calendarchange DISABLE TRIGGER record_stays",
         "record_stays of standards_calendarchange"),
        ("ALTER TABLE feedback_note DISABLE TRIGGER append_only",
         "append_only of feedback_note"),
        ("ALTER TABLE evidence_finding DISABLE TRIGGER append_only",
         "append_only of evidence_finding"),
        ("CREATE OR REPLACE FUNCTION duty_append_only() RETURNS trigger LANGUAGE plpgsql AS"
         " 'BEGIN RETURN OLD; END'", "append_only of duty_handover_line"),
    ],
)  # fmt: skip
def test_a_lock_that_was_left_off_is_named(db: None, statement: str, named: str) -> None:
    now = timezone.now()
    assert proof.verify(now=now).whole
    sql(statement)
    (found,) = proof.verify(now=now).broken
    assert found.where == "the locks" and named in found.what


@pytest.mark.requirement("G02")
def test_a_reply_clock_and_a_precedent_stay_as_they_were_set(town: Town) -> None:
    receipt = town.report("hotline12345", reporter_phone="13912345678")
    town.step(receipt.case, "reject", "acceptor", reason_code="too_vague", reason="地点不清")
    town.deliver()
    closed = town.case("closed")
    precedents.mark(number=closed.number, note="典型", actor=town.actor("acceptor"), now=town.now)
    precedents.unmark(
        number=closed.number, reason="已过时", actor=town.actor("acceptor"), now=town.now
    )
    for change in (
        "UPDATE intake_notice SET due_at = due_at + interval '1 day'",
        "UPDATE intake_notice SET owed_at = owed_at + interval '1 day'",
        "UPDATE precedents_precedent SET note = 'x'",
        "UPDATE precedents_precedent SET unmark_reason = 'x'",
    ):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            sql(change)
