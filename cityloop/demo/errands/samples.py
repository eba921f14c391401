"""Decisions drawn by lot: second people judge some of them, operators answer some."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from cityloop.demo.errands.shape import After, Errand, then
from cityloop.demo.town import Town
from cityloop.discipline import operations as discipline
from cityloop.discipline import queries
from cityloop.discipline.models import MISTAKES, Decision, Mistake, Sample
from cityloop.kernel.actor import Actor

JUDGED = 0.5  # of those drawn; the others wait
WRONG = 0.12
ANSWERED = 0.5  # of those found wrong
JUDGED_AFTER, ANSWERED_AFTER = (9, 17), (1, 20)  # hours
JUDGES = ("shift_leader", "supervisor", "evaluator")
WORDS = {
    Mistake.WRONG_CLASS: "分类与现场情况不符。",
    Mistake.NOT_REJECTED: "不属受理范围，不应受理。",
    Mistake.NOT_ACCEPTED: "位置和问题均已写明，应予受理。",
    Mistake.KNOWN: "该处已有在办案件。",
    Mistake.LEVEL: "级别偏高。",
    Mistake.RULE: "立案条件与现场情况不符。",
    Mistake.NOT_REFUSED: "不具备立案条件，不应立案。",
    Mistake.APART: "与原案件不是同一问题，应另行受理。",
    Mistake.UNIT: "管养单位另有其人。",
    Mistake.OTHER: "说明过于简略。",
}


def draw(town: Town, now: datetime) -> After | None:
    """The lot over yesterday's decisions; some of those drawn are judged by day."""
    day = timezone.localdate(now) - timedelta(days=1)
    discipline.draw_decisions(day=day, now=now)  # None where the worker has drawn already
    rows = Sample.objects.filter(lot__day=day, judged_at=None).order_by("pk")
    drawn = [pk for pk in rows.values_list("pk", flat=True) if town.chance.random() < JUDGED]
    return then(*(
        (now + timedelta(hours=town.chance.uniform(*JUDGED_AFTER)), _judge(pk)) for pk in drawn
    ))  # fmt: skip


def _second(town: Town, row: Sample, now: datetime) -> Actor | None:
    """Somebody who sees the case and had no part in the decision."""
    found = [one.member_id for role in JUDGES for one in town.city(role)]
    town.chance.shuffle(found)
    for member in found:
        actor = town.actor(member, now)
        if not queries.why_not(actor, row):
            return actor
    return None


def _judge(pk: int) -> Errand:
    def judge(town: Town, now: datetime) -> After | None:
        row = Sample.objects.select_related("case").get(pk=pk)
        actor = _second(town, row, now) if row.judged_at is None else None
        if actor is None:
            return None
        wrong = town.chance.random() < WRONG
        mistake = town.chance.choice(MISTAKES[Decision(row.kind)]) if wrong else None
        discipline.judge_decision(
            sample_id=pk, ruling="wrong" if mistake else "right", mistake=mistake or "",
            note=WORDS[mistake] if mistake else "", actor=actor, now=now,
        )  # fmt: skip
        if not mistake or town.chance.random() >= ANSWERED:
            return After(counted="decisions judged")
        at = now + timedelta(hours=town.chance.uniform(*ANSWERED_AFTER))
        return then((at, _answer(pk, row.operator_id)), counted="decisions judged")

    return judge


def _answer(pk: int, operator: int) -> Errand:
    def answer(town: Town, now: datetime) -> After:
        discipline.answer_judgement(
            sample_id=pk, text="已知悉，今后注意核对。", actor=town.actor(operator, now), now=now
        )
        return After(counted="judgements answered")

    return answer
