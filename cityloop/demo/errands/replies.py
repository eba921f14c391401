"""Replies by text message: sent when a case is filed, and some judged by a second person."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from cityloop.cases.models import Case
from cityloop.demo.errands.shape import After, Errand, then
from cityloop.demo.town import Town
from cityloop.intake import operations as intake
from cityloop.intake.models import ReporterNotice
from cityloop.notify import operations as notify
from cityloop.notify import quiet
from cityloop.notify.models import Fault, ReplyCheck

CHANNELS = frozenset({"hotline12319", "app", "web"})
BY_MESSAGE = 0.25  # share of their cases whose first reply is a text message
POOR = 0.15
JUDGED_AFTER = (9, 16)  # hours from the lot at midnight


def filed(town: Town, case: Case, now: datetime) -> After | None:
    """Who reported is told that the case is filed, by day; None where it is told otherwise."""
    if not town.writes or case.channel not in CHANNELS or quiet.is_quiet(now):
        return None
    if town.chance.random() >= BY_MESSAGE:
        return None
    intake.owe_all(number=case.number, version=case.version, topic="filed", now=now)
    owed = ReporterNotice.objects.filter(report__case=case, topic="filed", state="owed").first()
    if owed is None:
        return None
    acceptor = town.person("acceptor", now=now, region=case.area_code)
    text = f"您反映的问题已立案，编号{case.number}，我们会告知处理结果。"
    sent = notify.send_reply(owed.pk, text=text, actor=acceptor, now=now)
    notify.deliver(sent.pk, now=now)
    return After(counted="replies by message")


def draw(town: Town, now: datetime) -> After | None:
    """The lot over yesterday's replies; a second person judges those drawn in the morning."""
    made = notify.draw_replies(day=timezone.localdate(now) - timedelta(days=1), now=now)
    if made is None:
        return None
    drawn = ReplyCheck.objects.filter(draw=made).order_by("pk")
    return then(*(
        (now + timedelta(hours=town.chance.uniform(*JUDGED_AFTER)), _judge(one.pk, one.author_id))
        for one in drawn
    ))  # fmt: skip


def _judge(check: int, author: int) -> Errand:
    def judge(town: Town, now: datetime) -> After:
        others = [one for one in town.city("shift_leader") if one.member_id != author]
        actor = town.actor(town.chance.choice(others).member_id, now)
        poor = town.chance.random() < POOR
        notify.judge_reply(
            check, quality="poor" if poor else "good", fault=Fault.VAGUE if poor else "",
            note="未写明责任单位。" if poor else "", actor=actor, now=now,
        )  # fmt: skip
        return After(counted="replies judged")

    return judge
