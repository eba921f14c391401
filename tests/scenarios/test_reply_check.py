"""Sent replies are drawn by lot; a second person says how good they were."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings as configured
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from cityloop.cases import drawing, proof
from cityloop.cases.models import Flow
from cityloop.intake.models import ReporterNotice
from cityloop.kernel import clock
from cityloop.kernel.errors import Invalid, NotAllowed, NotFound, Refused
from cityloop.notify import jobs, operations, queries
from cityloop.notify.models import Message, ReplyCheck, ReplyDraw
from tests.town import Town, forget

PLAIN = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}


@pytest.fixture(autouse=True)
def the_towns_time(town: Town, settings, monkeypatch) -> None:
    """Jobs read the town's clock; messages go to the log."""
    settings.STORAGES = {**configured.STORAGES, "staticfiles": PLAIN}
    settings.MESSAGE_CONSOLE = True
    monkeypatch.setattr(clock, "now", lambda: town.now)
    later = town.flow.published_at + timedelta(hours=1)
    Flow.objects.create(
        code="every-reply", parameters={"reply_check_share": 1.0}, published_at=later
    )
    forget()


def _told(town: Town) -> Message:
    """A hotline case, rejected; the acceptor's reply has gone out."""
    number = town.report("hotline12319", reporter_phone="13912345678").case
    town.step(number, "reject", "acceptor", reason_code="too_vague", reason="无法定位")
    while town.deliver():
        pass
    owed = ReporterNotice.objects.get(report__case__number=number, topic="rejected")
    acceptor = town.actor("acceptor")
    sent = operations.send_reply(owed.pk, text="未予受理。", actor=acceptor, now=town.now)
    while town.deliver():
        pass
    return sent


def _drawn(town: Town) -> ReplyDraw:
    """The day ends, its seal is made, the worker draws."""
    day = timezone.localdate(town.now)
    assert operations.draw_replies(day=day, now=town.now) is None, "no seal after the day yet"
    town.wait(days=1)
    town.case("reported")
    proof.seal(now=town.now)
    assert jobs.draw_replies() >= 1
    assert jobs.draw_replies() == 0, "once a day"
    return ReplyDraw.objects.get(day=day)


@pytest.mark.requirement("G05")
def test_a_second_person_judges_a_reply_on_which_the_lot_fell(town: Town) -> None:
    sent = _told(town)
    day = timezone.localdate(town.now)
    draw = _drawn(town)
    assert draw.drawn == drawing.chosen(draw.seed, [str(sent.pk)], draw.share) == [str(sent.pk)]
    with pytest.raises(DatabaseError), transaction.atomic():
        ReplyDraw.objects.update(drawn=[])
    check = ReplyCheck.objects.get()
    poor = {"quality": "poor", "fault": "vague", "note": "未说明理由", "now": town.now}
    with pytest.raises(Refused, match="somebody else judges"):
        operations.judge_reply(check.pk, actor=town.actor("acceptor"), **poor)
    with pytest.raises(IntegrityError), transaction.atomic():  # nor past the operation
        ReplyCheck.objects.update(
            quality="good", judge=town.members["acceptor"], judged_at=town.now
        )
    leader = town.actor("shift_leader")
    judged = operations.judge_reply(check.pk, actor=leader, **poor)
    assert (judged.quality, judged.fault, judged.judge_id) == ("poor", "vague", leader.member_id)
    with pytest.raises(Refused, match="judged already"):
        operations.judge_reply(check.pk, actor=leader, **poor)
    for row, otherwise in ((check, {"quality": "good", "fault": ""}), (sent, {"text": "已办结"})):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            type(row).objects.filter(pk=row.pk).update(**otherwise)
    (one,) = queries.operators(leader, since=day, until=day)
    assert (one.name, one.judged, one.poor, one.waiting, one.rate) == ("acceptor", 1, 1, 0, 1.0)


@pytest.mark.requirement("G05")
def test_a_judgement_needs_its_reason_and_the_right_person(town: Town) -> None:
    _told(town)
    _drawn(town)
    check, leader = ReplyCheck.objects.get(), town.actor("shift_leader")
    for quality, fault, sentence in (
        ("poor", "", "why the reply is poor"), ("good", "tone", "has no fault"),
        ("open", "", "good or poor"),
    ):  # fmt: skip
        with pytest.raises(Invalid, match=sentence):
            operations.judge_reply(
                check.pk, quality=quality, fault=fault, note="", actor=leader, now=town.now
            )
    with pytest.raises(NotAllowed):
        queries.reply_checks(town.actor("water"))
    with pytest.raises(NotFound):
        queries.reply_check(leader, 0)
    (one,) = queries.operators(leader, since=check.draw.day, until=check.draw.day)
    assert (one.judged, one.waiting, one.rate) == (0, 1, None)


@pytest.mark.requirement("G05")
def test_the_page_keeps_what_was_typed_and_shows_the_figures(town: Town) -> None:
    _told(town)
    _drawn(town)
    path = f"/replies/checks/{ReplyCheck.objects.get().pk}/"
    client = Client(headers={"Accept-Language": "en"})
    backend = "django.contrib.auth.backends.ModelBackend"
    client.force_login(town.members["acceptor"], backend=backend)
    assert "somebody else judges it" in client.get(path).content.decode()
    client.force_login(town.members["shift_leader"], backend=backend)
    answer = client.post(path, {"quality": "poor", "fault": "", "note": "语气生硬"})
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "say why the reply is poor" in page and "语气生硬" in page
    answer = client.post(path, {"quality": "poor", "fault": "tone", "note": "语气生硬"})
    assert answer.status_code == 303
    page = client.get("/replies/checks/").content.decode()
    assert "impolite" in page and "1.00" in page


def test_the_system_own_messages_are_not_drawn(town: Town) -> None:
    read = _told(town)
    own = Message.objects.get(pk=read.pk)
    own.pk, own.author = None, None
    own.save()
    assert (draw := _drawn(town)).sent == 1 and draw.drawn == [str(read.pk)]
