"""What is kept of rows that may change otherwise: digested by what the manifests say of them."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection, transaction

from cityloop.cases import locks
from cityloop.cli import check
from cityloop.cli.check import prove_cards, prove_rows
from cityloop.discipline import altered
from cityloop.discipline import operations as discipline
from cityloop.intake import operations as intake
from cityloop.intake import queries as intake_queries
from cityloop.kernel import clock, fingerprints, witness
from cityloop.kernel.manifest import subsystems
from cityloop.kernel.models import Fingerprint
from cityloop.notify.models import Message
from cityloop.oversight import operations as oversight
from cityloop.people.models import Holding, PeopleChange, Responsibility
from cityloop.works.models import Order, OrderItem, Payment
from tests.cards import approve, proposed
from tests.scenarios import test_named_lists as lists
from tests.scenarios.test_fingerprints import told
from tests.scenarios.test_replies import _called, _send
from tests.scenarios.test_sampled_decisions import drawn, judge, of, rejected, share
from tests.scenarios.test_works_as_recorded import forced
from tests.town import Town
from tests.works import Story

pytestmark = [pytest.mark.slow, pytest.mark.requirement("O02", "O05", "I12")]


@pytest.fixture(autouse=True)
def the_towns_time(town: Town, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Jobs read the town's clock, and messages arrive."""
    settings.MESSAGE_CONSOLE = True
    monkeypatch.setattr(clock, "now", lambda: town.now)


@pytest.fixture
def taken(town: Town, django_capture_on_commit_callbacks: Any) -> Any:
    """Digests what is kept by now, with its notes outside the database."""

    def take() -> int:
        with django_capture_on_commit_callbacks(execute=True):
            return fingerprints.take(now=town.now)

    return take


def invoiced(story: Story) -> Order:
    """An order that was done and invoiced."""
    order = story.ordered()
    story.price_order(order)
    story.close(order)
    story.invoice(order, 1600)
    return order


def paid(town: Town) -> Payment:
    """A payment of substitute works."""
    story = Story(town)
    return story.pay(story.notice(story.claim(invoiced(story), 1600)), 500)


def test_what_is_priced_again_or_taken_off_a_list_is_no_falsification(
    town: Town, taken: Any
) -> None:
    story = Story(town)
    order, row = story.ordered(), lists._with_cases(town)
    story.price_order(order)
    first = row.entries.order_by("pk").first()
    taken()
    story.price_order(order, trees=1)
    oversight.drop_case(list_id=row.pk, number=first.case.number, actor=town.actor("supervisor"))
    taken()
    assert told() == []


def test_of_what_was_invoiced_or_sent_no_row_goes(town: Town, taken: Any) -> None:
    story = Story(town)
    row = lists._with_cases(town)
    invoiced(story)
    lists._send(town, row, unit="ROADS")
    taken()
    item, entry = OrderItem.objects.latest("pk"), row.entries.latest("pk")
    forced(f"DELETE FROM works_order_item WHERE id = {item.pk}", "works_order_item")
    forced(f"UPDATE oversight_listed_case SET remark = '' WHERE id = {entry.pk}",
           "oversight_listed_case")  # fmt: skip
    assert set(told()) == {
        f"oversight_listed_case {entry.pk}: the row is another than it was",
        f"works_order_item {item.pk}: the row is gone",
    }


def test_the_verdict_on_a_drawn_decision_stays(town: Town, taken: Any) -> None:
    share(town, 1.0)
    number = rejected(town)
    drawn(town)
    row = of(number, "reject")
    taken()
    judge(town, row, "supervisor", "wrong", "to_accept", "位置写得很清楚，应予受理")
    taken()
    assert told() == [], "judged after it was digested as drawn"
    forced("UPDATE discipline_sample SET ruling = 'right', mistake = '', note = ''",
           "discipline_sample")  # fmt: skip
    assert told() == [f"discipline_sample {row.pk}: the row is another than it was"]


def test_what_citizens_were_told_and_who_answers_stay(town: Town, taken: Any) -> None:
    reply = _send(town, _called(town, "filed"), "filed")
    line, held = Responsibility.objects.earliest("pk"), Holding.objects.earliest("pk")
    change = PeopleChange.objects.earliest("pk")
    taken()
    forced("UPDATE intake_notice SET settled_at = owed_at, note = '已详细答复'"
           f" WHERE id = {reply.notice_id}", "intake_notice")  # fmt: skip
    forced(f"UPDATE notify_message SET text = '已办结' WHERE id = {reply.pk}", "notify_message")
    forced(f"UPDATE people_responsibility SET lead_id = {town.units['GREEN'].pk},"
           f" source_document = '伪造' WHERE id = {line.pk}", "people_responsibility")  # fmt: skip
    forced(f"UPDATE people_change SET reason = '另一理由' WHERE id = {change.pk}", "people_change")
    forced(f"UPDATE people_holding SET valid_from = valid_from - 1 WHERE id = {held.pk}",
           "people_holding")  # fmt: skip
    other = "the row is another than it was"
    assert set(told()) == {
        f"notify_message {reply.pk}: {other}", f"intake_notice {reply.notice_id}: {other}",
        f"people_responsibility {line.pk}: {other}",
        f"people_change {change.pk}: {other}", f"people_holding {held.pk}: {other}",
    }  # fmt: skip


def test_what_did_not_arrive_may_be_told_anew(town: Town, taken: Any) -> None:
    reply = _send(town, _called(town, "filed"), "filed")
    taken()
    intake.owe_again(reply.notice_id, why="the message did not arrive", now=town.now)
    assert told(), "nothing says that it did not arrive"
    Message.objects.filter(pk=reply.pk).update(state="failed")
    intake.settle(
        reply.notice_id, medium="phone", note="已电话答复", actor=town.actor("acceptor"),
        now=town.now,
    )  # fmt: skip
    taken()
    assert told() == []


def test_a_card_stands_as_its_notes_say(town: Town) -> None:
    card = approve(town, proposed(town))
    assert altered.altered_cards() == (1, []) and prove_cards()["well"]
    discipline.answer_card(card_id=card.pk, text="已整改", actor=town.actor("water"), now=town.now)
    town.wait(days=2)
    discipline.send_answer_back(
        card_id=card.pk, reason="没有整改措施", actor=town.actor("leader"), now=town.now
    )
    assert prove_cards()["well"]
    forced("UPDATE discipline_card SET state = 'rectified',"
           " rectify_by = rectify_by + 60", "discipline_card")  # fmt: skip
    found = prove_cards()
    assert not found["well"]
    assert found["words"] == f"card {card.pk}: another state, another last day for its answer"


def test_a_fingerprint_of_less_than_the_row_hides_nothing(town: Town, taken: Any) -> None:
    """Whoever puts one there beforehand, so that the row is taken for digested."""
    story = Story(town)
    order = invoiced(story)
    taken()
    payment = story.pay(story.notice(story.claim(order, 1600)), 500)
    last = Fingerprint.objects.latest("pk")
    forged = Fingerprint(
        of="works_payment", rule="append_only", row=payment.pk, columns="id", taken_at=town.now,
        digest=fingerprints._sha256(f'{{"id": {payment.pk}}}'),
    )  # fmt: skip
    forged.link = fingerprints._linked(last.link, forged)
    forged.save()
    taken()
    assert told() == []
    forced("UPDATE works_payment SET amount = 5", "works_payment")
    assert told() == [f"works_payment {payment.pk}: the row is another than it was"]


@pytest.mark.parametrize(
    "changed",
    [
        "DROP COLUMN amount; ALTER TABLE works_payment ADD COLUMN amount numeric(14,2)"
        " GENERATED ALWAYS AS (5.00) STORED",
        "RENAME TO works_paid; CREATE VIEW works_payment AS SELECT id, 5.00 AS amount FROM"
        " works_paid",
        "RENAME TO works_paid",
    ],
)
def test_a_table_that_became_another_thing_is_named(town: Town, taken: Any, changed: str) -> None:
    payment = paid(town)
    taken()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE works_payment {changed}")
    (said,) = told()
    assert said.startswith(f"works_payment {payment.pk}: ")


def test_every_condition_of_a_manifest_can_be_asked(town: Town) -> None:
    keeps = [one for app in subsystems() for one in app.keeps]
    assert len(keeps) > 5 and set(keeps) <= set(fingerprints.rules()), "a column that is not there"
    with connection.cursor() as cursor:
        for rule in keeps:
            cursor.execute(f"SELECT count(*) FROM {rule.table} t WHERE {rule.when}")


def put(*statements: str) -> None:
    """What somebody does who owns the database."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for one in statements:
            cursor.execute(one)


DROPS = (
    "CREATE FUNCTION swallow() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN IF NEW.of = 'works_payment' THEN RETURN NULL; END IF; RETURN NEW; END $$",
    "CREATE TRIGGER aaa BEFORE INSERT ON kernel_fingerprint FOR EACH ROW"
    " EXECUTE FUNCTION swallow()",
)


def test_what_keeps_a_fingerprint_from_being_taken_is_named(town: Town, taken: Any) -> None:
    paid(town)
    assert not [one for one in locks.taken_off() if "not of CityLoop" in str(one)]
    put(*DROPS)
    with pytest.raises(fingerprints.NotTaken, match="works_payment"):
        taken()
    assert Fingerprint.objects.filter(of="works_record").exists(), "the other tables are digested"
    found = prove_rows()
    assert not found["well"] and "something drops the fingerprints" in found["words"]
    named = " ".join(map(str, locks.taken_off()))
    assert "aaa of kernel_fingerprint" in named


def test_a_trigger_on_a_kept_book_that_is_not_ours_is_named(town: Town) -> None:
    put(
        "CREATE FUNCTION halve() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN NEW.amount := NEW.amount / 2; RETURN NEW; END $$",
        "CREATE TRIGGER halves BEFORE INSERT ON works_payment FOR EACH ROW"
        " EXECUTE FUNCTION halve()",
        "CREATE RULE nothing AS ON INSERT TO people_change DO INSTEAD NOTHING",
    )
    named = " ".join(map(str, locks.taken_off()))
    assert "halves of works_payment" in named and "nothing of people_change" in named


def test_notes_that_were_lost_are_missed_and_made_again(
    town: Town, taken: Any, django_capture_on_commit_callbacks: Any
) -> None:
    paid(town)
    taken()
    town.wait(hours=2)
    assert fingerprints.unnoted(town.now) == []
    witness.file_of().unlink()
    (missed,) = fingerprints.unnoted(town.now)
    assert "not noted outside the database" in missed.what
    with django_capture_on_commit_callbacks(execute=True):
        assert fingerprints.note_again() == 1
    assert fingerprints.note_again() == 0
    assert fingerprints.unnoted(town.now) == []


def test_a_case_that_nobody_reported_has_no_number_in_the_book(town: Town) -> None:
    case = town.case("filed")
    assert intake_queries.check_book() == []
    forced("DELETE FROM intake_report", "intake_report")
    assert f"case {case.number} counts other reports than there are" in " ".join(
        flaw.what for flaw in intake_queries.check_book()
    )


def test_a_table_that_is_not_there_is_told_in_words(town: Town) -> None:
    paid(town)
    with transaction.atomic():
        put("ALTER TABLE works_record RENAME TO works_gone")
        found = {
            name: check._asked(name, prove) for name, prove in check.PROOFS if name == "orders"
        }
        assert not found["orders"]["well"]
        assert "cannot be proven" in found["orders"]["words"]
        transaction.set_rollback(True)
