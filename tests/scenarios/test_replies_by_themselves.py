"""Replies at filing and at closing go out by themselves, where no person is needed."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as configured
from django.db import connection
from django.test import Client
from django.utils import timezone

from cityloop.cases import workflow
from cityloop.cases.models import Flow
from cityloop.intake.models import ReporterNotice
from cityloop.kernel import clock
from cityloop.notify import jobs, media, operations, queries
from cityloop.notify.models import Message
from cityloop.notify.tests.gateway import Gateway, running
from tests import town as towns
from tests.at_once import meanwhile, wait_for_a_waiter
from tests.town import Town, forget

PHONE = "13912345678"
MORNING = datetime.fromisoformat("2026-03-04T10:00:00+08:00")
PLAIN = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}


@pytest.fixture(autouse=True)
def a_morning(request: pytest.FixtureRequest, monkeypatch, settings) -> None:
    """Jobs read the town's clock; it is day in the city."""
    settings.STORAGES = {**configured.STORAGES, "staticfiles": PLAIN}
    if "own_database" not in request.fixturenames:
        town = request.getfixturevalue("town")
        town.now = max(town.now, MORNING)
        monkeypatch.setattr(clock, "now", lambda: town.now)


@pytest.fixture
def gateway(settings, monkeypatch) -> Iterator[Gateway]:
    """A gateway that the town is set up for."""
    monkeypatch.setattr(media, "TIMEOUT", 0.3)
    with running(Gateway(), patience=0.3) as one:
        settings.SMS_URL, settings.SMS_TOKEN = one.url, one.token
        yield one


def _flow(town: Town, **parameters: Any) -> None:
    later = Flow.objects.latest("published_at").published_at + timedelta(hours=1)
    Flow.objects.create(code=f"own-{later:%j%H}", parameters=parameters, published_at=later)
    forget()


def _work(town: Town) -> None:
    while town.deliver():
        pass


def _case(town: Town, status: str = "filed", channel: str = "hotline12319", **given: Any) -> str:
    """A report of the public carried on; the worker has made out its replies."""
    receipt = town.report(channel, **{"reporter_phone": PHONE, **given})
    town.step(receipt.case, "send_verify", "acceptor", inspector="inspector")
    town.step(receipt.case, "verified", "inspector", photos=("verify",))
    town.carry(receipt.case, status)
    _work(town)
    return receipt.case


def _notice(number: str, topic: str = "filed") -> ReporterNotice:
    return ReporterNotice.objects.get(report__case__number=number, topic=topic)


def _sweep(town: Town) -> int:
    sent = jobs.send_owed()
    operations.queue_due(now=town.now)
    _work(town)
    return sent


@pytest.mark.requirement("G01", "G02", "G04")
def test_replies_at_filing_and_closing_go_out_by_themselves_once(
    town: Town, gateway: Gateway
) -> None:
    number = _case(town)
    notice, acceptor = _notice(number), town.actor("acceptor")
    assert _sweep(town) == 0, "an operator may still change it"
    goes_out = queries.going_out([notice.pk], now=town.now)[notice.pk]
    assert goes_out == notice.owed_at + timedelta(minutes=15)
    town.now = goes_out
    assert (_sweep(town), _sweep(town)) == (1, 0)
    assert [one["to"] for one in gateway.got] == [PHONE] and number in gateway.got[0]["text"]
    notice.refresh_from_db()
    assert (notice.state, notice.medium, notice.settled_by) == ("told", "sms", "system")
    sent = Message.objects.get(notice=notice)
    assert (sent.author_id, sent.ordered_by) == (None, "system")
    with pytest.raises(operations.CannotReply, match="has been given"):
        operations.send_reply(notice.pk, text="您好", actor=acceptor, now=town.now)
    town.carry(number, "closed")
    _work(town)
    town.wait(minutes=16)
    assert (_sweep(town), _sweep(town)) == (1, 0)
    assert "更换井盖" in gateway.got[1]["text"] and _notice(number, "closed").state == "told"


@pytest.mark.requirement("G04")
def test_what_an_operator_sends_before_goes_out_once_in_their_words(
    town: Town, gateway: Gateway
) -> None:
    notice = _notice(_case(town))
    operations.send_reply(notice.pk, text="改过的", actor=town.actor("acceptor"), now=town.now)
    town.wait(minutes=20)
    assert _sweep(town) == 0
    assert [one["text"] for one in gateway.got] == ["改过的"]


@pytest.mark.requirement("G01")
def test_at_once_never_and_without_a_gateway(town: Town, gateway: Gateway, settings) -> None:
    _flow(town, auto_reply_minutes=None)
    first = _notice(_case(town))
    town.wait(hours=2)
    assert (_sweep(town), queries.going_out([first.pk], now=town.now)) == (0, {})
    _flow(town, auto_reply_minutes=0)
    settings.SMS_URL = ""
    settings.MESSAGE_CONSOLE = True
    assert (_sweep(town), queries.going_out([first.pk], now=town.now)) == (0, {})
    settings.SMS_URL = gateway.url
    assert _sweep(town) == 1


@pytest.mark.requirement("G01")
def test_by_night_a_reply_stays_open_until_the_quiet_hours_end(
    town: Town, gateway: Gateway
) -> None:
    town.now = timezone.localtime(town.now).replace(hour=20, minute=40)
    notice = _notice(_case(town))
    town.wait(hours=3)
    assert _sweep(town) == 0 and not Message.objects.filter(notice=notice).exists()
    morning = timezone.localtime(queries.going_out([notice.pk], now=town.now)[notice.pk])
    assert (morning.hour, morning.minute, morning.date() > timezone.localdate(notice.owed_at)) == (
        7, 0, True,
    )  # fmt: skip
    town.now = morning
    assert _sweep(town) == 1 and len(gateway.got) == 1


@pytest.mark.requirement("G01", "G02", "G03")
def test_what_needs_a_person_waits_for_one(town: Town, gateway: Gateway) -> None:
    fixed = _case(town, reporter_phone="0571-88880000")  # a telephone on a desk reads no messages
    paper = _case(town, channel="media", source="晚报", link="https://example.org/1")
    order = _case(town, channel="hotline12345", source_key="HZ20260304001")
    slow = _case(town, "handling")
    town.wait(minutes=20)
    assert _sweep(town) == 1, "the reply at filing of the last one"
    town.wait(days=5)
    town.carry(slow, "handled")
    _work(town)
    town.wait(hours=1)
    assert _sweep(town) == 0 and _notice(slow, "progress").state == "owed"
    assert {_notice(number).state for number in (fixed, paper, order)} == {"owed"}


@pytest.mark.requirement("G01", "G02")
def test_nobody_is_told_by_itself_what_does_not_hold_any_more(town: Town, gateway: Gateway) -> None:
    number = _case(town, "closed")
    town.step(number, "reopen", "supervisor", reason="再次出现")
    _work(town)
    town.wait(hours=1)
    assert _sweep(town) == 1  # it was filed, and is open
    assert _notice(number, "closed").state == "owed", "settled is what it is not"
    old = _case(town)
    town.wait(days=8)
    assert _sweep(town) == 0 and _notice(old).state == "owed"


@pytest.mark.requirement("G05")
def test_a_refusal_of_the_gateway_leaves_it_owed_and_is_not_repeated(
    town: Town, gateway: Gateway
) -> None:
    notice = _notice(_case(town))
    gateway.answers = [400]
    town.wait(minutes=20)
    assert (_sweep(town), _sweep(town)) == (1, 0)
    notice.refresh_from_db()
    assert notice.state == "owed" and Message.objects.get(notice=notice).state == "failed"
    acceptor = town.actor("acceptor")
    assert [one.pk for one in queries.replies(acceptor, "failed", now=town.now)] == [notice.pk]


@pytest.mark.requirement("G04", "G05")
def test_list_and_page_say_when_it_goes_out_and_who_has_sent_it(
    town: Town, gateway: Gateway, client: Client
) -> None:
    notice = _notice(_case(town))
    client.force_login(town.members["acceptor"])
    at = timezone.localtime(notice.owed_at + timedelta(minutes=15))
    head = {"HTTP_ACCEPT_LANGUAGE": "en"}
    listed = client.get("/replies/?state=due", **head).content.decode()
    assert "by itself" in listed and f"{at:%H:%M}" in listed
    page = client.get(f"/replies/{notice.pk}/", **head).content.decode()
    assert "goes out by itself" in page and f"{at:%H:%M}" in page
    told = client.get("/api/v1/replies?state=due").json()["items"][0]
    assert datetime.fromisoformat(told["goes_out_at"]) == at and told["sent_by"] == ""
    town.wait(minutes=20)
    _sweep(town)
    assert "Sent by itself" in client.get(f"/replies/{notice.pk}/", **head).content.decode()
    told = client.get(f"/api/v1/replies/{notice.pk}").json()
    assert (told["sent_by"], told["goes_out_at"], told["state"]) == ("system", None, "told")


@pytest.mark.requirement("A14", "G01")
@pytest.mark.parametrize("value", [-1, 1441, 2.5, True, "15", []])
def test_minutes_that_are_none_are_refused(value: Any) -> None:
    (found,) = workflow.faults({"auto_reply_minutes": value})
    assert found.startswith(f"auto_reply_minutes: {value} is no whole number from 0 to 1440")
    for sound in (None, 0, 15, 1440):
        assert workflow.faults({"auto_reply_minutes": sound}) == []


@pytest.mark.slow
@pytest.mark.requirement("G01", "G04")
@pytest.mark.usefixtures("own_files", "english")
def test_two_workers_and_an_operator_at_the_same_moment_send_one(
    own_database: None, tmp_path: Path, gateway: Gateway
) -> None:
    town = towns.build(tmp_path, now=MORNING)
    one, other = _notice(_case(town)), _notice(_case(town))
    town.wait(minutes=20)
    acceptor, now = town.actor("acceptor"), town.now
    lost = meanwhile(
        lambda: operations.send_owed(now=now),
        lambda: operations.send_reply(one.pk, text="您好", actor=acceptor, now=now),
    )
    with pytest.raises(operations.CannotReply, match="on its way"):
        lost.result()
    assert operations.send_owed(now=now) == 0
    assert Message.objects.filter(notice__in=[one, other]).count() == 2
    third = _notice(_case(town))
    now = town.wait(minutes=20)
    found = queries.to_go_out(now=now, limit=9)
    assert found == [third.pk]
    operations.send_reply(third.pk, text="您好", actor=acceptor, now=now)
    with pytest.MonkeyPatch.context() as patch:  # the worker had looked a moment before
        patch.setattr(queries, "to_go_out", lambda **given: found)
        assert operations.send_owed(now=now) == 0
    assert [m.author_id for m in Message.objects.filter(notice=third)] == [acceptor.member_id]


@pytest.mark.requirement("G01", "G04")
@pytest.mark.usefixtures("own_files", "english")
def test_who_sends_while_the_worker_delivers_is_told_and_neither_waits_for_the_other(
    own_database: None, tmp_path: Path, gateway: Gateway, monkeypatch
) -> None:
    """The worker notes that the message went out just as an operator sends the reply once more."""
    town = towns.build(tmp_path, now=MORNING)
    notice = _notice(_case(town))
    acceptor, now = town.actor("acceptor"), town.wait(minutes=1)
    queued = operations.send_reply(notice.pk, text="您好", actor=acceptor, now=now)
    Message.objects.filter(pk=queued.pk).update(next_at=None)  # given to the worker
    asked, delivered = queries.reply, []
    with ThreadPoolExecutor(1) as pool:

        def held_and_asked_again(*given: Any) -> Any:
            if connection.in_atomic_block and not delivered and asked_once:
                delivered.append(pool.submit(_delivers, queued.pk, now))
                wait_for_a_waiter()
            asked_once.append(True)
            return asked(*given)

        asked_once: list[bool] = []
        monkeypatch.setattr(queries, "reply", held_and_asked_again)
        with pytest.raises(operations.CannotReply, match="on its way"):
            operations.send_reply(notice.pk, text="再次", actor=acceptor, now=now)
        [told] = delivered
        assert told.result(timeout=20).state == "sent"
    assert Message.objects.filter(notice=notice).count() == 1


def _delivers(message_id: int, now: datetime) -> Message | None:
    try:
        return operations.deliver(message_id, now=now)
    finally:
        connection.close()
