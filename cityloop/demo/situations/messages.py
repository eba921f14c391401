"""What becomes of messages: one that did not arrive, one that waits for the morning."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.utils import timezone

from cityloop.cases.models import Case
from cityloop.demo.gateway import own_gateway
from cityloop.demo.situations.scene import Scene
from cityloop.intake import operations as intake
from cityloop.intake.models import ReporterNotice
from cityloop.notify import operations as notify
from cityloop.notify.models import Message


def make(scene: Scene) -> list[str]:
    """One of each."""
    scene.begin(days=1)
    return [_lost(scene), _fell_back(scene), _by_night(scene)]


def _lost(scene: Scene) -> str:
    """No gateway takes text messages here: the reply is owed again, to be told another way."""
    case = scene.case("filed", channel="hotline12319")
    notice = _owed(scene, case)
    message = notify.send_reply(
        notice.pk, text=f"您反映的问题已立案，编号{case.number}。", actor=scene.actor("acceptor"),
        now=scene.now,
    )  # fmt: skip
    _carried(scene, message)
    scene.show(f"/replies/{notice.pk}/", "短信未送达：答复仍欠，改用电话",
               "A reply that did not arrive: owed again", "acceptor")  # fmt: skip
    return case.number


def _fell_back(scene: Scene) -> str:
    """The gateway does not reach the desk's number: the order stands on its page of messages."""
    case = scene.step(scene.case(), "urge", "leader", reason="市民多次反映，请加快处置。")
    desk = scene.actor("unit_desk", case=case)
    phone = scene.town.member(desk.member_id or 0).phone
    with own_gateway(unknown=phone[-1:]):
        notify.tell(topic="urged", number=case.number, version=case.version, now=scene.now)
        for message in Message.objects.filter(case=case, topic="urged").order_by("pk"):
            for _medium in message.media:
                _carried(scene, message)
    scene.show("/messages/", "短信不达，自动改用站内消息", "A text message that fell back on the "
               "page of messages", "unit_desk", unit=case.lead_id)  # fmt: skip
    return case.number


def _by_night(scene: Scene) -> str:
    """Written at eleven in the evening: nothing but the urgent disturbs before the morning."""
    evening = datetime.combine(timezone.localdate(scene.present), time(23)) - timedelta(days=1)
    scene.now = min(timezone.make_aware(evening), scene.present) - timedelta(minutes=20)
    case = scene.case("filed", channel="hotline12319")
    notice = _owed(scene, case)
    notify.send_reply(
        notice.pk, text=f"您反映的问题已立案，编号{case.number}。", actor=scene.actor("acceptor"),
        now=scene.now,
    )  # fmt: skip
    return scene.show(case, "夜间答复：静默时段，次日早晨发送",
                      "A reply by night: it waits for the morning", "acceptor")  # fmt: skip


def _owed(scene: Scene, case: Case) -> ReporterNotice:
    """The reply at filing, owed to who called."""
    intake.owe_all(number=case.number, version=case.version, topic="filed", now=scene.now)
    return ReporterNotice.objects.get(report__case=case, topic="filed")


def _carried(scene: Scene, message: Message) -> None:
    """As the worker does it."""
    Message.objects.filter(pk=message.pk).update(next_at=None)
    notify.deliver(message.pk, now=scene.now)
