"""People at work are told: by the medium that reaches them, not at night, with proof."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from cityloop.kernel import clock
from cityloop.kernel.errors import Invalid, NotAllowed, NotFound
from cityloop.notify import media, operations, queries, signing
from cityloop.notify.models import Message, Receipt, Wording
from cityloop.notify.tests.gateway import Gateway, running
from cityloop.people.models import Member
from tests.town import Town

SECRET = "secret-of-the-tests"


@pytest.fixture(autouse=True)
def the_towns_time(town: Town, monkeypatch) -> None:
    """Jobs read the town's clock."""
    monkeypatch.setattr(clock, "now", lambda: town.now)


@pytest.fixture
def gateway(settings, monkeypatch) -> Iterator[Gateway]:
    """A gateway for text messages that the town is set up for; the desk of the unit has a phone."""
    monkeypatch.setattr(media, "TIMEOUT", 0.3)
    with running(Gateway(), patience=0.3) as one:
        settings.SMS_URL, settings.SMS_TOKEN, settings.SMS_SECRET = one.url, one.token, SECRET
        Member.objects.filter(username="water").update(phone="13700000001")
        yield one


def _work(town: Town) -> None:
    """The worker does what waits, and what comes of it."""
    while town.deliver():
        pass


def _urged(town: Town) -> Message:
    case = town.case("handling")
    _work(town)
    town.step(case.number, "urge", "supervisor", reason="临近时限")
    _work(town)
    return Message.objects.get(topic="urged")


def _story(message: Message) -> list[tuple[str, str]]:
    return [(one.medium, one.what) for one in message.receipts.order_by("id")]


def _tell(message: Message, status: str, *, moment: int, secret: str = SECRET) -> int:
    body = json.dumps({"id": message.reference, "status": status}).encode()
    answer = Client().post(
        "/hooks/sms/", body, content_type="application/json",
        headers={"X-Timestamp": str(moment),
                 "X-Signature": signing.signature(secret, str(moment), body)},
    )  # fmt: skip
    return answer.status_code


def test_the_inspector_finds_the_task_on_the_page_of_messages(town: Town) -> None:
    case = town.case("handled")
    _work(town)
    town.step(case.number, "send_check", "acceptor", inspector="inspector2")
    _work(town)
    inspector = town.actor("inspector2")
    told = queries.inbox(inspector).get()
    assert (told.topic, told.medium, told.state) == ("to_check", "inbox", "delivered")
    assert case.number in told.text and "请核查" in told.text
    assert queries.unread(inspector) == 1
    operations.mark_read(told.pk, actor=inspector, now=town.now)
    assert queries.unread(inspector) == 0
    with pytest.raises(NotFound):  # nobody reads another's messages
        operations.mark_read(told.pk, actor=town.actor("inspector"), now=town.now)
    # A job that comes twice tells once.
    assert operations.tell(topic="to_check", number=case.number, version=told.version,
                           now=town.now) == 0  # fmt: skip


def test_an_urged_unit_gets_a_text_message_and_its_receipt(town: Town, gateway: Gateway) -> None:
    message = _urged(town)
    assert [one["to"] for one in gateway.got] == ["13700000001"]
    assert (message.state, message.reference) == ("sent", "gw-1")
    moment = int(town.now.timestamp())
    assert _tell(message, "delivered", moment=moment, secret="guessed") == 403
    assert _tell(message, "delivered", moment=moment - 3600) == 403  # an old one sent again
    assert _tell(message, "eaten", moment=moment) == 422
    assert _tell(message, "delivered", moment=moment) == 204
    assert _tell(message, "delivered", moment=moment) == 204  # told twice
    message.refresh_from_db()
    assert message.state == "delivered" and message.delivered_at == town.now
    assert _story(message) == [("sms", "accepted"), ("sms", "delivered")]
    with pytest.raises(DatabaseError), transaction.atomic():
        Receipt.objects.update(what="delivered")


def test_a_gateway_that_fails_is_tried_again_later_and_later(town: Town, gateway: Gateway) -> None:
    gateway.answers = [503, 0, 202]  # broken, silent, well again
    message = _urged(town)
    assert message.state == "queued" and message.next_at is not None
    assert operations.queue_due(now=town.now) == 0
    town.wait(minutes=1)
    assert operations.queue_due(now=town.now) == 1
    assert operations.queue_due(now=town.now) == 0  # given once
    assert town.deliver() == ["notify.deliver"]
    message.refresh_from_db()
    assert (message.state, message.tries) == ("queued", 2)
    assert (message.next_at - town.now).total_seconds() == 5 * 60
    town.wait(minutes=5)
    operations.queue_due(now=town.now)
    _work(town)
    message.refresh_from_db()
    assert message.state == "sent" and len(gateway.got) == 1
    assert [what for _medium, what in _story(message)] == ["unreachable"] * 2 + ["accepted"]


def test_what_one_medium_does_not_take_the_next_one_brings(town: Town, gateway: Gateway) -> None:
    gateway.answers = [400]
    message = _urged(town)
    assert message.media == ["sms", "inbox"]  # this town has no mail server
    assert _story(message) == [("sms", "refused"), ("inbox", "delivered")]
    assert (message.medium, message.state) == ("inbox", "delivered")


def test_a_gateway_that_stays_away_is_given_up(town: Town, gateway: Gateway) -> None:
    gateway.answers = [503]
    message = _urged(town)
    for _ in range(6):
        town.wait(hours=1)
        operations.queue_due(now=town.now)
        _work(town)
    message.refresh_from_db()
    assert message.state == "delivered" and message.medium == "inbox"
    assert _story(message) == [("sms", "unreachable")] * 5 + [("inbox", "delivered")]


def test_a_message_that_did_not_arrive_goes_on_too(town: Town, gateway: Gateway) -> None:
    message = _urged(town)
    assert _tell(message, "undelivered", moment=int(town.now.timestamp())) == 204
    _work(town)
    message.refresh_from_db()
    assert (message.medium, message.state) == ("inbox", "delivered")
    assert _story(message)[1:] == [("sms", "undelivered"), ("inbox", "delivered")]


def test_the_city_has_its_own_words_for_a_class(town: Town) -> None:
    administrator, case = town.actor("administrator"), town.case("reported")
    _work(town)

    def setting(text: str, class_code: str = "") -> Wording:
        return operations.set_wording(
            "to_verify", language="zh-hans", text=text, class_code=class_code,
            actor=administrator, now=town.now,
        )  # fmt: skip

    setting("核实：{number}")
    setting("核实井盖：{number}", "C0101")
    with pytest.raises(Invalid, match="no blank price"):
        setting("{price}")
    with pytest.raises(Invalid, match="beginning of a class"):
        setting("x", "井盖")
    with pytest.raises(NotAllowed):
        operations.set_wording("to_verify", language="en", text="x", actor=town.actor("acceptor"),
                               now=town.now)  # fmt: skip
    town.step(case.number, "send_verify", "acceptor", inspector="inspector")
    _work(town)
    assert queries.inbox(town.actor("inspector")).get().text == f"核实井盖：{case.number}"
    assert queries.own_text("to_verify", "C0202", "zh-hans") == "核实：{number}"
    setting("")  # back to the given text
    assert queries.own_text("to_verify", "C0202", "zh-hans") == ""
    assert Wording.objects.count() == 3  # older words stay on record
