"""Who reported is answered in time: drafts, what was sent, and what must be sent before closing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone

from cityloop.cases import operations as cases
from cityloop.cases.models import Case, CaseEvent
from cityloop.intake import operations as intake
from cityloop.intake.models import Report, ReporterNotice
from cityloop.kernel import clock
from cityloop.kernel.errors import Invalid, NotAllowed, NotFound
from cityloop.notify import media, operations, queries, wording
from cityloop.notify.models import Message
from cityloop.notify.tests.gateway import Gateway, running
from cityloop.standards import queries as standards
from cityloop.standards.models import Edition, FilingRule
from tests.town import Town

PHONE = "13912345678"


@pytest.fixture(autouse=True)
def the_towns_time(town: Town, monkeypatch) -> None:
    """Jobs read the town's clock."""
    monkeypatch.setattr(clock, "now", lambda: town.now)


@pytest.fixture
def gateway(settings, monkeypatch) -> Iterator[Gateway]:
    """A gateway that the town is set up for."""
    monkeypatch.setattr(media, "TIMEOUT", 0.3)
    with running(Gateway(), patience=0.3) as one:
        settings.SMS_URL, settings.SMS_TOKEN = one.url, one.token
        yield one


def _work(town: Town) -> None:
    """The worker does what waits, and what comes of it."""
    while town.deliver():
        pass


def _called(town: Town, status: str, **phone: str) -> str:
    """A hotline case seen on site and carried on."""
    receipt = town.report("hotline12319", **{"reporter_phone": PHONE, **phone})
    town.step(receipt.case, "send_verify", "acceptor", inspector="inspector")
    town.step(receipt.case, "verified", "inspector", photos=("verify",))
    town.carry(receipt.case, status)
    _work(town)
    return receipt.case


def _owed(number: str, topic: str) -> ReporterNotice:
    return ReporterNotice.objects.get(report__case__number=number, topic=topic, state="owed")


def _send(town: Town, number: str, topic: str, by: str = "acceptor") -> Message:
    notice = queries.reply(town.actor(by), _owed(number, topic).pk)
    sent = operations.send_reply(
        notice.pk, text=wording.draft(notice), actor=town.actor(by), now=town.now
    )
    _work(town)
    sent.refresh_from_db()
    return sent


@pytest.mark.requirement("G01", "G04")
def test_the_reply_at_filing_is_drafted_changed_sent_and_kept(town: Town, gateway: Gateway) -> None:
    number = _called(town, "handling")
    acceptor = town.actor("acceptor")
    notice = queries.reply(acceptor, _owed(number, "filed").pk)
    draft = wording.draft(notice)
    due = Case.objects.get(number=number).handling_due_at
    assert number in draft and "WATER单位" in draft and f"{due:%Y-%m}" in draft
    with pytest.raises(Invalid, match="write the reply"):
        operations.send_reply(notice.pk, text="。", actor=acceptor, now=town.now)
    with pytest.raises(NotAllowed):  # the handling side never sees who reported
        operations.send_reply(notice.pk, text="好", actor=town.actor("water"), now=town.now)
    sent = operations.send_reply(notice.pk, text="您好：" + draft, actor=acceptor, now=town.now)
    with pytest.raises(operations.CannotReply, match="on its way"):
        operations.send_reply(notice.pk, text=draft, actor=acceptor, now=town.now)
    assert _owed(number, "filed")  # owed until a medium has taken it
    _work(town)
    sent.refresh_from_db()
    assert gateway.got[0]["to"] == PHONE and gateway.got[0]["text"] == sent.text
    assert sent.text.startswith("您好：") and sent.state == "sent"
    notice.refresh_from_db()
    assert (notice.state, notice.medium, notice.settled_by) == ("told", "sms", acceptor.post)
    with pytest.raises(operations.CannotReply, match="has been given"):
        operations.send_reply(notice.pk, text=draft, actor=acceptor, now=town.now)
    assert PHONE not in repr(Message.objects.values_list()[0])  # nowhere but in intake


@pytest.mark.requirement("G02")
def test_the_reply_at_closing_tells_the_result(town: Town, gateway: Gateway) -> None:
    number = _called(town, "closed")
    sent = _send(town, number, "closed")
    assert number in sent.text and "更换井盖" in sent.text
    assert sent.state == "sent"


@pytest.mark.requirement("G05")
def test_replies_stand_in_lists_by_their_clock(town: Town, gateway: Gateway) -> None:
    number = _called(town, "filed")
    acceptor, notice = town.actor("acceptor"), _owed(number, "filed")

    def numbers(state: str) -> list[str]:
        rows = queries.replies(acceptor, state, now=town.now)
        return [one.report.case.number for one in rows]

    assert (numbers("due"), numbers("late")) == ([number], [])
    town.now = notice.due_at
    town.wait(minutes=1)
    assert (numbers("due"), numbers("late")) == ([], [number])
    gateway.answers = [400]
    assert _send(town, number, "filed").state == "failed"
    assert numbers("failed") == [number] and _owed(number, "filed")
    gateway.answers = [202]
    again = _send(town, number, "filed")
    assert again.state == "sent" and numbers("sent") == [number] and numbers("failed") == []
    # The gateway tells later that it did not arrive: it is owed again.
    operations.take_receipt(reference=again.reference, what="undelivered", detail="", now=town.now)
    assert numbers("failed") == [number] == numbers("late")
    with pytest.raises(NotAllowed):
        queries.replies(town.actor("water"), "due", now=town.now)
    with pytest.raises(NotFound):
        queries.reply(acceptor, 0)


@pytest.mark.requirement("G05")
def test_the_reply_clock_begins_with_the_step_however_late_the_worker_comes(town: Town) -> None:
    receipt = town.report("hotline12319", reporter_phone=PHONE)
    town.step(receipt.case, "send_verify", "acceptor", inspector="inspector")
    town.step(receipt.case, "verified", "inspector", photos=("verify",))
    town.carry(receipt.case, "closed")
    taken = dict(CaseEvent.objects.filter(case__number=receipt.case).values_list("action", "at"))
    town.wait(days=2)  # the worker stood still
    _work(town)
    acceptor = town.actor("acceptor")
    for topic, action in (("filed", "file"), ("closed", "close")):
        owed = _owed(receipt.case, topic)
        assert (owed.owed_at, owed.due_at) == (taken[action], taken[action] + timedelta(days=1))
    late = queries.replies(acceptor, "late", now=town.now)
    assert {one.topic for one in late} == {"filed", "closed"}


@pytest.mark.requirement("G01", "G05")
def test_whoever_joined_after_the_step_is_told_the_same_however_late_the_worker_comes(
    town: Town,
) -> None:
    """They hear that they joined, not that it was filed before they reported."""
    first = town.report("inspector")
    town.carry(first.case, "filed")
    report = Report.objects.get(case__number=first.case)
    town.wait(minutes=30)
    joined = town.report("hotline12345", x=report.point.x, y=report.point.y, text=report.text,
                         reporter_phone=PHONE)  # fmt: skip
    assert joined.joined
    town.carry(first.case, "closed")
    town.wait(hours=5)
    _work(town)  # the worker had stood still
    owed = ReporterNotice.objects.filter(report__case__number=first.case)
    assert set(owed.values_list("topic", flat=True)) == {"joined", "closed"}


@pytest.mark.requirement("G05")
def test_an_answer_that_was_given_says_when_by_the_citys_time(town: Town) -> None:
    notice, acceptor = _owed(_called(town, "filed"), "filed"), town.actor("acceptor")
    given = {"medium": "phone", "note": "已告知", "actor": acceptor, "now": town.now}
    intake.settle(notice.pk, **given)
    with pytest.raises(intake.AlreadySettled) as twice:
        intake.settle(notice.pk, **given)
    shown = f"{timezone.localtime(town.now):%Y-%m-%d %H:%M}"
    assert twice.value.reasons == (f"this answer was given on {shown}",)


@pytest.mark.requirement("G03")
def test_a_late_result_owes_the_replies_though_no_clock_has_fired(town: Town) -> None:
    """The unit was quicker than the sweep: late is late."""
    receipt = town.report("hotline12345", reporter_phone=PHONE)
    town.step(receipt.case, "send_verify", "acceptor", inspector="inspector")
    town.step(receipt.case, "verified", "inspector", photos=("verify",))
    town.carry(receipt.case, "handling")
    _work(town)
    town.wait(days=9)
    town.carry(receipt.case, "handled")
    _work(town)
    assert Case.objects.get(number=receipt.case).replies_owed == ["filed", "progress"]


@pytest.mark.requirement("G03")
def test_an_overdue_case_is_closed_only_after_two_replies(town: Town, gateway: Gateway) -> None:
    number = _called(town, "handling")
    assert Case.objects.get(number=number).replies_owed == []
    town.now = Case.objects.get(number=number).handling_due_at
    town.wait(hours=1)
    town.sweep()
    _work(town)
    assert Case.objects.get(number=number).replies_owed == ["filed", "progress"]
    town.carry(number, "checked")
    with pytest.raises(cases.Refused, match="reply at filing, the progress reply"):
        town.step(number, "close", "shift_leader", closing_condition=True)
    town.now = (town.now + timedelta(days=1)).replace(hour=2)  # by day in Shanghai
    _send(town, number, "filed")
    with pytest.raises(cases.Refused, match="before closing: the progress reply"):
        town.step(number, "close", "shift_leader", closing_condition=True)
    acceptor = town.actor("acceptor")  # the second one is told by telephone
    intake.settle(
        _owed(number, "progress").pk, medium="phone", note="已告知", actor=acceptor, now=town.now
    )
    town.step(number, "review_case", "shift_leader", opinion="前后一致")
    case = town.step(number, "close", "shift_leader", closing_condition=True)
    assert (case.status, case.replies_owed) == ("closed", [])
    told = [one.action for one in case.events.order_by("version")]
    assert told.count("owe_reply") == 1 and told.count("reply_sent") == 2


@pytest.mark.requirement("G03")
def test_a_reply_by_telephone_leaves_its_words(town: Town) -> None:
    number = _overdue(town, "checked")
    notice, acceptor = _owed(number, "progress"), town.actor("acceptor")
    for note in ("", "。", " - "):
        with pytest.raises(Invalid, match="say what was said or sent"):
            intake.settle(notice.pk, medium="phone", note=note, actor=acceptor, now=town.now)
    assert "progress" in Case.objects.get(number=number).replies_owed
    told = intake.settle(
        notice.pk, medium="phone", note="配件周三到货", actor=acceptor, now=town.now
    )
    assert told.note == "配件周三到货"


def _overdue(town: Town, status: str) -> str:
    """A hotline case that was handled late, at its review."""
    number = _called(town, "handling")
    town.wait(days=9)
    town.carry(number, status)
    _work(town)
    town.step(number, "review_case", "shift_leader", opinion="前后一致")
    return number


def _close(town: Town, number: str) -> Case:
    return town.step(number, "close", "shift_leader", closing_condition=True)


@pytest.mark.requirement("G03")
def test_a_reply_that_waits_for_the_morning_is_not_sent_and_blocks_until_then(
    town: Town, gateway: Gateway
) -> None:
    number = _overdue(town, "checked")
    town.now = town.now.replace(hour=17, minute=49)  # 01:49 in Shanghai
    _send(town, number, "filed")
    progress = _send(town, number, "progress")
    assert progress.state == "queued" and not gateway.got
    with pytest.raises(cases.Refused, match="reply at filing, the progress reply"):
        _close(town, number)
    town.now = progress.next_at
    operations.queue_due(now=town.now)
    _work(town)
    assert len([one for one in gateway.got if one["text"] == progress.text]) == 1
    assert _close(town, number).status == "closed"


@pytest.mark.requirement("G03", "G04")
def test_whoever_was_called_at_night_gets_no_message_in_the_morning(
    town: Town, gateway: Gateway
) -> None:
    number = _overdue(town, "checked")
    town.now = town.now.replace(hour=17, minute=49)
    waiting = [_send(town, number, topic) for topic in ("filed", "progress")]
    for topic in ("filed", "progress"):
        intake.settle(
            _owed(number, topic).pk, medium="phone", note="已电话告知", now=town.now,
            actor=town.actor("acceptor"),
        )  # fmt: skip
    assert _close(town, number).status == "closed"
    town.now = waiting[0].next_at
    operations.queue_due(now=town.now)
    _work(town)
    for message in waiting:
        message.refresh_from_db()
        assert message.state == "withdrawn"
        assert [one.what for one in message.receipts.all()] == ["withdrawn"]
        assert not [one for one in gateway.got if one["text"] == message.text]


@pytest.mark.requirement("G03")
def test_a_reply_that_failed_at_night_or_is_tried_by_day_still_blocks(
    town: Town, gateway: Gateway
) -> None:
    number = _overdue(town, "checked")
    town.now = town.now.replace(hour=2)  # by day in Shanghai
    gateway.answers = [500, 500]
    for topic in ("filed", "progress"):
        assert _send(town, number, topic).state == "queued"
    town.now = town.now.replace(hour=17)  # its next try waits for another reason than the night
    with pytest.raises(cases.Refused, match="reply at filing, the progress reply"):
        _close(town, number)


@pytest.mark.requirement("G03")
def test_force_opens_no_way_around_the_replies(town: Town, gateway: Gateway) -> None:
    """Whoever may close by force owes the two replies of an overdue case all the same."""
    number = _called(town, "handling")
    town.wait(days=9)
    town.sweep()
    force = {"reason_code": "handled_elsewhere", "reason": "已由外省市处理"}
    with pytest.raises(cases.Refused, match="just being made out: try again"):
        town.step(number, "force_close", "shift_leader", **force)
    _work(town)
    with pytest.raises(cases.Refused, match="reply at filing, the progress reply"):
        town.step(number, "force_close", "shift_leader", **force)
    for topic in ("filed", "progress"):
        notice = _owed(number, topic)
        intake.settle(
            notice.pk, medium="phone", note="已告知", actor=town.actor("acceptor"), now=town.now
        )
    town.step(number, "review_case", "shift_leader", opinion="已由外省市处理")
    assert town.step(number, "force_close", "shift_leader", **force).status == "closed"


@pytest.mark.requirement("G03", "D07")
def test_a_void_opens_no_way_around_the_replies(town: Town, gateway: Gateway) -> None:
    number = _called(town, "checked")
    town.wait(days=9)
    town.sweep()
    _work(town)
    town.step(number, "send_back", "shift_leader", stage="dispatch", reason_code="wrong_unit",
              reason="x")  # fmt: skip
    town.step(number, "request_void", "dispatcher", reason_code="withdrawn", reason="x")
    void = {"reason_code": "withdrawn", "reason": "属实"}
    with pytest.raises(cases.Refused, match="still owed before closing"):
        town.step(number, "approve_void", "shift_leader", **void)
    for topic in Case.objects.get(number=number).replies_owed:
        intake.settle(
            _owed(number, topic).pk, medium="phone", note="已告知", actor=town.actor("acceptor"),
            now=town.now,
        )  # fmt: skip
    assert town.step(number, "approve_void", "shift_leader", **void).status == "voided"


@pytest.mark.requirement("G03")
def test_a_late_case_is_not_closed_before_the_worker_has_made_out_its_replies(town: Town) -> None:
    """The worker stands still from the late result to the closing: nobody is passed over."""
    number = _called(town, "handling")
    town.wait(days=9)
    town.carry(number, "checked")
    town.step(number, "review_case", "shift_leader", opinion="前后一致")
    with pytest.raises(cases.Refused, match="just being made out: try again"):
        town.step(number, "close", "shift_leader", closing_condition=True)
    _work(town)
    with pytest.raises(cases.Refused, match="reply at filing, the progress reply"):
        town.step(number, "close", "shift_leader", closing_condition=True)
    town.now = town.now.replace(hour=2)  # by day in Shanghai
    for topic in ("filed", "progress"):
        notice = _owed(number, topic)
        intake.settle(
            notice.pk, medium="phone", note="已告知", actor=town.actor("acceptor"), now=town.now
        )
    assert town.step(number, "close", "shift_leader", closing_condition=True).status == "closed"
    # Opened again and handled in time, it owes no second progress reply.
    town.step(number, "reopen", "supervisor", reason="再次出现")
    town.step(number, "dispatch", "dispatcher", unit="WATER", reason="仍由其负责")
    town.carry(number, "checked")
    town.step(number, "review_case", "shift_leader", opinion="前后一致")
    assert town.step(number, "close", "shift_leader", closing_condition=True).status == "closed"


@pytest.mark.requirement("G03")
def test_whoever_joins_a_late_case_is_told_and_holds_it_up_no_longer(town: Town) -> None:
    """Nobody waited when it became late, so nothing was made out then."""
    first = town.report("inspector")
    town.carry(first.case, "handling")
    town.now = Case.objects.get(number=first.case).handling_due_at
    town.wait(minutes=10)
    town.carry(first.case, "handled")
    _work(town)
    report = Report.objects.get(case__number=first.case)
    joined = town.report("hotline12345", x=report.point.x, y=report.point.y, text=report.text,
                         reporter_phone=PHONE)  # fmt: skip
    assert joined.case == first.case and joined.joined
    town.carry(first.case, "checked")
    _work(town)
    town.step(first.case, "review_case", "shift_leader", opinion="前后一致")
    with pytest.raises(cases.Refused, match="try again in a minute"):
        town.step(first.case, "close", "shift_leader", closing_condition=True)
    assert [intake.owe_missing(now=town.now) for _again in range(2)] == [1, 0]
    intake.settle(_owed(first.case, "progress").pk, medium="phone", note="已告知",
                  actor=town.actor("acceptor"), now=town.now)  # fmt: skip
    case = town.step(first.case, "close", "shift_leader", closing_condition=True)
    assert case.status == "closed"


@pytest.mark.requirement("G03")
def test_a_late_case_nobody_waits_for_is_closed_without_the_worker(town: Town) -> None:
    number = town.report("inspector").case
    town.carry(number, "handling")
    town.wait(days=9)
    assert town.carry(number, "closed").handled_late


@pytest.mark.requirement("G03")
def test_an_engineering_case_owes_a_progress_reply_when_it_is_dispatched(town: Town) -> None:
    receipt = town.report("hotline12345", reporter_phone=PHONE)
    town.step(receipt.case, "send_verify", "acceptor", inspector="inspector")
    town.step(receipt.case, "verified", "inspector", photos=("verify",))
    town.carry(receipt.case, "accepted")
    rule = _engineering_rule(town)
    town.step(receipt.case, "file", "shift_leader", filing_rule=rule.pk, engineering=True,
              opinion="需开挖路面")  # fmt: skip
    _work(town)
    assert Case.objects.get(number=receipt.case).replies_owed == []
    town.carry(receipt.case, "handling")
    _work(town)
    assert Case.objects.get(number=receipt.case).replies_owed == ["filed", "progress"]
    # A job that comes twice owes once.
    case = Case.objects.get(number=receipt.case)
    assert intake.owe_progress(number=case.number, version=case.version, now=town.now) == 0


def _engineering_rule(town: Town) -> FilingRule:
    """A rule of the city's own edition with a longer limit for engineering work."""
    on = timezone.localdate(town.now)
    own = Edition.objects.create(
        code="OWN", name_zh="本市", kind="local", family="own", valid_from=on, loaded_by="test",
        loaded_at=town.now, based_on=standards.current_edition(on),
    )  # fmt: skip
    rule = FilingRule.objects.create(
        edition=own, problem_class=town.chosen(), seq=1, condition_zh="破损", closing_zh="修复",
        limit_amount=4, limit_unit="work_hour", engineering_amount=20, engineering_unit="work_day",
        position="C0101",
    )  # fmt: skip
    Edition.objects.filter(pk=own.pk).update(status="published", published_at=town.now)
    return rule


def test_who_is_forgotten_does_not_keep_a_case_open(town: Town) -> None:
    number = _called(town, "handling")
    town.now = Case.objects.get(number=number).handling_due_at
    town.wait(hours=1)
    town.sweep()
    _work(town)
    assert Case.objects.get(number=number).replies_owed
    town.wait(days=730 + 91)
    intake.forget_reporters(now=town.now)
    assert Case.objects.get(number=number).replies_owed == []


def test_nobody_without_a_phone_gets_a_text_message(town: Town) -> None:
    number = _called(town, "filed", reporter_phone="", reporter_name="张三")
    acceptor = town.actor("acceptor")
    with pytest.raises(operations.CannotReply, match="no phone number"):
        operations.send_reply(_owed(number, "filed").pk, text="好", actor=acceptor, now=town.now)
