"""Replies to those who reported, by text message or telephone; some judged by a second person."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from django.utils import timezone

from cityloop.cases.models import Case, CaseEvent
from cityloop.demo import doing
from cityloop.demo.errands.shape import After, Errand, then
from cityloop.demo.situations import made
from cityloop.demo.town import Town
from cityloop.intake import operations as intake
from cityloop.intake.models import ReporterNotice, Topic
from cityloop.notify import operations as notify
from cityloop.notify import queries, quiet
from cityloop.notify.models import Fault, ReplyCheck

CHANNELS = frozenset({"hotline12319", "app", "web"})
BY_MESSAGE = 0.25  # share of their cases whose first reply is a text message
FORGOTTEN = 0.01  # share of the replies of a past that nobody gave: they are late
MINUTES = (3, 240, 25)  # from the step to the reply: shortest, longest, usual
LEFT_ALONE = timedelta(hours=1)
IN_TURN = 3
TOPICS: dict[str, Topic] = {
    "file": "filed", "close": "closed", "force_close": "closed", "settle_by_reminder": "closed",
    "reject": "rejected", "approve_void": "voided", "reopen": "reopened",
    "recheck_false": "reopened",
}  # fmt: skip
WORDS = {
    "filed": "已电话告知立案编号和承办单位", "closed": "已电话告知处理结果",
    "rejected": "已电话说明不予受理的原因", "voided": "已电话说明作废的原因",
    "reopened": "已电话告知重新办理", "progress": "已电话告知办理进展",
}  # fmt: skip
POOR = 0.15
JUDGED_AFTER = (9, 16)  # hours from the lot at midnight


def follow(town: Town, case: Case, action: str, now: datetime) -> After | None:
    """Whoever reported is told of the step: in the past some time after it, else in its turn."""
    topic = TOPICS.get(action)
    if topic is None:
        return None
    return _follow(town, case, action, topic, now) if town.writes else _catch_up(town, now)


def _follow(town: Town, case: Case, action: str, topic: Topic, now: datetime) -> After | None:
    by_message = topic == "filed" and _by_message(town, case, now)
    step = CaseEvent.objects.filter(case=case, action=action).order_by("-version")
    version = step.values_list("version", flat=True)[0]
    if not intake.owe_all(number=case.number, version=version, topic=topic, now=now):
        return None
    if by_message:
        _send(town, case, now)
    dice = random.Random(f"{town.seed}/{case.number}/{version}")  # changes nothing for the case
    counted = "replies by message" if by_message else ""
    if dice.random() < FORGOTTEN:
        return After(counted=counted)
    at = quiet.allowed_at(now + timedelta(minutes=dice.triangular(*MINUTES)))
    return then((at, _ring_up(case.pk, topic)), counted=counted)


def _by_message(town: Town, case: Case, now: datetime) -> bool:
    """Some write instead of ringing up, by day."""
    if case.channel not in CHANNELS or quiet.is_quiet(now):
        return False
    return town.chance.random() < BY_MESSAGE


def _send(town: Town, case: Case, now: datetime) -> None:
    owed = ReporterNotice.objects.filter(report__case=case, topic="filed", state="owed")[0]
    acceptor = town.person("acceptor", now=now, region=case.area_code)
    text = f"您反映的问题已立案，编号{case.number}，我们会告知处理结果。"
    sent = notify.send_reply(owed.pk, text=text, actor=acceptor, now=now)
    notify.deliver(sent.pk, now=now)


def _ring_up(case_id: int, topic: str) -> Errand:
    """All who are still owed it, also those whom the message did not reach."""

    def ring_up(town: Town, now: datetime) -> After | None:
        owed = ReporterNotice.objects.filter(report__case=case_id, topic=topic, state="owed")
        return _rung_up(town, list(owed.select_related("report__case")), now)

    return ring_up


def _rung_up(town: Town, owed: list[ReporterNotice], now: datetime) -> After | None:
    for notice in owed:
        acceptor = town.person("acceptor", now=now, region=notice.report.case.area_code)
        doing.tell(notice, WORDS[notice.topic], acceptor, now)
    return After(counted="replies by telephone") if owed else None


def _catch_up(town: Town, now: datetime) -> After | None:
    """The living city rings up who has waited longest in time, and leaves alone what is late, what
    goes out by itself, and what was owed a moment ago: somebody may be looking at it."""
    if quiet.is_quiet(now):
        return None
    owed = ReporterNotice.objects.filter(
        state="owed", written=False, topic__in=WORDS, owed_at__lt=now - LEFT_ALONE, due_at__gt=now
    )
    owed = owed.exclude(report__case__number__in=made.numbers()).select_related("report__case")
    found = list(owed.order_by("owed_at", "pk")[:IN_TURN])
    going = queries.going_out([one.pk for one in found], now=now)
    return _rung_up(town, [one for one in found if one.pk not in going], now)


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
