"""Hands in the database: the books of money, disputes, meetings, lists and petitions stay."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from cityloop.cases import proof
from cityloop.coordination import operations as coordination
from cityloop.coordination.models import Dispute, MeetingTask
from cityloop.discipline import operations as discipline
from cityloop.discipline.models import Recheck
from cityloop.duty import operations as duty
from cityloop.intake import operations as intake
from cityloop.intake.models import ReporterNotice
from cityloop.oversight import operations as oversight
from cityloop.petitions import operations as petitions
from tests.cards import approve, proposed
from tests.duty import person
from tests.scenarios.test_coordination import frozen
from tests.scenarios.test_reinspection import another_company, inspect_all
from tests.town import Town
from tests.works import Story

pytestmark = [pytest.mark.slow, pytest.mark.requirement("O01", "O02")]


def hands(*statements: str) -> None:
    """Each is refused by the table itself."""
    for statement in statements:
        with (
            pytest.raises(IntegrityError, match="append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


def emptied(*tables: str) -> None:
    """Rows are neither deleted nor swept away with their table."""
    hands(*(f"DELETE FROM {table}" for table in tables))
    for table in tables:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_trigger WHERE tgrelid = %s::regclass"
                " AND tgname = 'no_truncate'", [table],
            )  # fmt: skip
            assert cursor.fetchone() == (1,), table


@pytest.mark.requirement("E07", "E08")
def test_orders_invoices_and_claims(town: Town) -> None:
    story = Story(town)
    order = story.priced()
    story.price_order(order, trees=1)  # corrected on the road that is there
    hands("UPDATE works_order SET unit_id = liable_id", "UPDATE works_order_item SET price = 1",
          "UPDATE works_price_item SET price = 1",
          "UPDATE works_order SET opened_at = opened_at - interval '1 year'")  # fmt: skip
    story.invoice(order, 790)
    claim = story.claim(order, 700)
    hands("UPDATE works_claim SET party = '别人'", "UPDATE works_claim SET amount = 1",
          "UPDATE works_claim SET opened_on = opened_on + 30")  # fmt: skip
    story.notice(claim)
    story.pay(claim, 300)
    hands(
        "UPDATE works_invoice SET amount = amount * 10", "UPDATE works_order SET committed = 1",
        "UPDATE works_order SET total = 1", "UPDATE works_order SET state = 'priced'",
        "UPDATE works_claim SET notice_on = notice_on - 300",
        "UPDATE works_claim SET due_on = NULL, notice_on = NULL, notice_file_id = NULL",
    )  # fmt: skip
    emptied("works_invoice", "works_order", "works_claim")


@pytest.mark.requirement("E05", "E06")
def test_decisions_and_what_a_meeting_gave_to_do(town: Town) -> None:
    dispute, supervisor = frozen(town), town.actor("supervisor")
    hands("UPDATE coordination_dispute SET opened_at = now()")
    decision = coordination.Decision(
        unit=town.units["ROADS"], reason="道路负责", document="纪要1号", reach="street"
    )
    coordination.decide_dispute(
        dispute_id=dispute.pk, decision=decision, actor=supervisor, now=town.now
    )
    hands(*(f"UPDATE coordination_dispute SET {change}" for change in (
        "decision = '园林负责'", "document = '纪要2号'", "decided_by = 'x'", "level = 'city'",
        "liable_id = parties[2]", "parties = '{}'", "line_id = NULL",
        "closed_at = NULL, liable_id = NULL, line_id = NULL",
    )))  # fmt: skip
    call = coordination.Call(
        kind="joint", title="联席会议", planned_at=town.now + timedelta(days=1), place="中心"
    )
    meeting = coordination.call_meeting(call, actor=supervisor, now=town.now)
    town.wait(days=1)
    minutes = coordination.Minutes(held_at=town.now, present="两家", minutes="一、…")
    coordination.record_minutes(
        meeting_id=meeting.pk, minutes=minutes, actor=supervisor, now=town.now
    )
    coordination.give_task(
        meeting_id=meeting.pk, unit=town.units["ROADS"], what="划定边界", actor=supervisor,
        due_on=timezone.localdate(town.now), now=town.now,
    )  # fmt: skip
    hands("UPDATE coordination_meeting_task SET what = 'x'",
          "UPDATE coordination_meeting_task SET due_on = due_on + 30")  # fmt: skip
    emptied("coordination_dispute", "coordination_meeting", "coordination_meeting_task")
    coordination.finish_task(  # what is added later still is
        task_id=MeetingTask.objects.get().pk, result="已划定", actor=town.actor("roads"),
        now=town.now,
    )  # fmt: skip
    assert not Dispute.objects.get().open


@pytest.mark.requirement("C32")
def test_what_was_sent_of_a_list_and_answered(town: Town) -> None:
    by, now = town.actor("supervisor"), town.now
    row = oversight.make_list(kind="other", title="死角", actor=by, now=now)
    number = town.case("handling").number
    oversight.add_cases(list_id=row.pk, numbers=[number], remark="x", actor=by, now=now)
    sent = oversight.send_list(
        list_id=row.pk, organisation=town.units["WATER"], member=None, note="请答复",
        due_on=timezone.localdate(now), actor=by, now=now,
    )  # fmt: skip
    hands("UPDATE oversight_sending SET due_on = due_on + 30",
          "UPDATE oversight_sending SET note = 'x'")  # fmt: skip
    oversight.answer_list(sending_id=sent.pk, text="已整治", actor=town.actor("water"), now=now)
    hands("UPDATE oversight_sending SET answer = '未整治'",
          "UPDATE oversight_sending SET answered_at = answered_at - interval '9 days'")  # fmt: skip
    emptied("oversight_sending")


def test_what_was_handed_over(town: Town) -> None:
    person(town, "night", "PLAT", "shift_leader")
    town.case("filed")
    row = duty.end_shift(
        shift="白班", actor=town.actor("shift_leader"), now=town.now, remarks={"dispatch": "请盯"}
    )
    hands("UPDATE duty_handover SET remarks = '{}'", "UPDATE duty_handover SET cases = 0")
    duty.accept_handover(handover_id=row.pk, actor=town.actor("night"), now=town.now, answer="已接")
    hands("UPDATE duty_handover SET answer = '未接'", "UPDATE duty_handover SET remarks = '{}'",
          "UPDATE duty_handover SET accepted_at = NULL, accepted_by_id = NULL")  # fmt: skip
    emptied("duty_handover")


def test_what_the_register_of_petitions_says(town: Town) -> None:
    new = petitions.NewPetition(
        kind="joint_visit", received_on=timezone.localdate(town.now), name="王芳",
        subject="井盖", text="桥头街井盖破损", head_count=30,
    )  # fmt: skip
    row = petitions.register(new, actor=town.actor("acceptor"), now=town.now)
    hands("UPDATE petitions_petition SET head_count = 5",
          "UPDATE petitions_petition SET due_on = due_on + 30",
          "UPDATE petitions_petition SET kind = 'letter'")  # fmt: skip
    petitions.send_letter(
        row.number, text="已更换。", medium="post", actor=town.actor("acceptor"), now=town.now
    )
    hands("UPDATE petitions_petition SET answered_at = answered_at - interval '9 days'")
    emptied("petitions_petition")


@pytest.mark.requirement("I03", "F14")
def test_issued_cards_and_drawn_rechecks(town: Town) -> None:
    card = approve(town, proposed(town))
    other = town.units["ROADS"].pk
    hands(f"UPDATE discipline_card SET unit_id = {other}",
          "UPDATE discipline_card SET issued_at = issued_at - interval '90 days'",
          "UPDATE discipline_card SET serial = 99",
          "UPDATE discipline_card SET state = 'refused'",  # no note says so
          "UPDATE discipline_card SET state = 'withdrawn'")  # fmt: skip
    discipline.withdraw_card(
        card_id=card.pk, reason="查明不实", actor=town.actor("leader"), now=town.now
    )
    hands("UPDATE discipline_card SET state = 'issued'")
    another_company(town)
    inspect_all(town)
    town.case("closed")
    day = timezone.localdate(town.now)
    town.wait(days=1)
    town.case("reported")
    proof.seal(now=town.now)
    discipline.draw(day=day, now=town.now)
    assert Recheck.objects.exists()
    hands(f"UPDATE discipline_recheck SET closer_id = {town.members['leader'].pk}",
          f"UPDATE discipline_recheck SET unit_id = {other}")  # fmt: skip


def test_what_a_caller_was_told_and_when(town: Town) -> None:
    report = town.report("hotline12345", reporter_name="李四", reporter_phone="13900000002")
    town.step(report.case, "reject", "acceptor", reason_code="too_vague", reason="找不到")
    town.deliver()
    notice = ReporterNotice.objects.get(report__case__number=report.case)
    hands(  # told before it was owed
        "UPDATE intake_notice SET state = 'told', settled_by = 'x', medium = 'phone', note = 'x',"
        " settled_at = owed_at - interval '1 hour'"
    )
    town.wait(minutes=5)
    intake.settle(
        notice.pk, medium="phone", note="已告知", actor=town.actor("acceptor"), now=town.now
    )
    hands("UPDATE intake_notice SET settled_at = settled_at - interval '4 minutes'",
          "UPDATE intake_notice SET settled_by = '别人'", "UPDATE intake_notice SET note = ''",
          "UPDATE intake_notice SET state = 'dropped'")  # fmt: skip
