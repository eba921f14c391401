"""Fraud: found after a false closing or a faked photo, answered, decided, appealed against."""

from __future__ import annotations

from datetime import datetime, timedelta

from cityloop.cases.models import Attachment, Case, CaseEvent
from cityloop.demo.errands.shape import After, Errand, then
from cityloop.demo.habits import in_hours
from cityloop.demo.town import Town
from cityloop.discipline import operations as discipline
from cityloop.discipline.models import Card, FraudNote, State
from cityloop.kernel.actor import Actor

FOUND_AFTER, STATED_AFTER = (2, 20), (3, 26)  # hours
DECIDED_AFTER, APPEALED_AFTER = (20, 44), (5, 40)
UPHELD, APPEALED, DISMISSED = 0.75, 0.4, 0.35  # shares
WORDS = {
    "false_close": "抽查发现现场未处置，结案所附照片与现场不符。",
    "fake_photo": "核查发现反馈照片与现场不符，疑为旧照。",
}


def suspect(town: Town, case: Case, kind: str, now: datetime) -> After:
    """A supervisor takes the matter up some hours later."""
    return then((_later(town, now, FOUND_AFTER), _record(case.number, kind)))


def _later(town: Town, now: datetime, hours: tuple[int, int]) -> datetime:
    """So many hours later, in the hours of an office."""
    at = now + timedelta(hours=town.chance.uniform(*hours))
    return in_hours(town, "supervisor", at)


def _record(number: str, kind: str) -> Errand:
    def record(town: Town, now: datetime) -> After | None:
        case = Case.objects.defer("search").get(number=number)
        finish = CaseEvent.objects.filter(case=case, action="finish").order_by("-version").first()
        if finish is None:  # nobody said that it was done
            return None
        unit = town.units[town.member(finish.member_id or 0).organisation_id]
        photos = Attachment.objects.filter(case=case, stage="after", version__lte=finish.version)
        shown = photos.order_by("-pk").values_list("file__sha256", flat=True)[:1]
        given = discipline.Accusation(
            kind=kind, unit=unit, numbers=[number], account=WORDS[kind], photos=list(shown),
            lines=[(number, finish.version)],
        )  # fmt: skip
        found = discipline.record_fraud(given, actor=town.person("supervisor", now=now), now=now)
        at = _later(town, now, STATED_AFTER)
        return then((at, _state(found.pk, unit.pk)), counted="fraud found")

    return record


def _state(finding: int, unit: int) -> Errand:
    def state(town: Town, now: datetime) -> After:
        desk = town.person("unit_desk", now=now, unit=unit)
        discipline.state_case(finding_id=finding, text="经自查，系外包人员误传照片，已责成整改。",
                              actor=desk, now=now)  # fmt: skip
        return then((_later(town, now, DECIDED_AFTER), _decide(finding, unit)))

    return state


def _decide(finding: int, unit: int) -> Errand:
    def decide(town: Town, now: datetime) -> After:
        upheld = town.chance.random() < UPHELD
        discipline.decide_fraud(
            finding_id=finding, verdict="upheld" if upheld else "dismissed",
            reason="证据确凿，予以认定。" if upheld else "现场系事后再次堆放，不予认定。",
            actor=town.person("leader", now=now), now=now,
        )  # fmt: skip
        if not upheld:
            return After(counted="fraud dismissed")
        more = [(_later(town, now, FOUND_AFTER), _card(unit))]
        if town.chance.random() < APPEALED:
            more.append((_later(town, now, APPEALED_AFTER), _appeal(finding, unit)))
        return then(*more, counted="fraud upheld")

    return decide


def _card(unit: int) -> Errand:
    """The card that a rule proposes on this is issued by a leader."""

    def card(town: Town, now: datetime) -> After:
        proposed = Card.objects.filter(unit_id=unit, state=State.PROPOSED).order_by("pk")
        for one in proposed:
            discipline.approve_card(card_id=one.pk, reason="情节属实，同意发牌。",
                                    actor=town.person("leader", now=now), now=now)  # fmt: skip
        return After(counted="cards issued" if proposed else "")

    return card


def _appeal(finding: int, unit: int) -> Errand:
    def appeal(town: Town, now: datetime) -> After:
        desk = town.person("unit_desk", now=now, unit=unit)
        discipline.appeal(finding_id=finding, text="当日已处置，有清运单为证，请求复核。",
                          actor=desk, now=now)  # fmt: skip
        return then((_later(town, now, DECIDED_AFTER), _last_word(finding)))

    return appeal


def _last_word(finding: int) -> Errand:
    """Another leader than the one who decided first."""

    def last_word(town: Town, now: datetime) -> After:
        first = FraudNote.objects.get(finding_id=finding, step=FraudNote.Step.DECISION).by_id
        dismissed = town.chance.random() < DISMISSED
        discipline.decide_appeal(
            finding_id=finding, verdict="dismissed" if dismissed else "upheld",
            reason="清运单属实，撤销认定。" if dismissed else "申诉理由不成立，维持认定。",
            actor=_another(town, first, now), now=now,
        )  # fmt: skip
        return After(counted="fraud withdrawn" if dismissed else "")

    return last_word


def _another(town: Town, than: int | None, now: datetime) -> Actor:
    others = [one for one in town.city("leader") if one.member_id != than]
    return town.actor(town.chance.choice(others).member_id, now)
