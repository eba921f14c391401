"""Fraud upheld and its yellow card, answered by the unit; one finding not yet decided."""

from __future__ import annotations

from cityloop.cases.models import Attachment, Case, CaseEvent
from cityloop.demo.situations.scene import Scene
from cityloop.discipline import operations as discipline
from cityloop.discipline.models import Card, FraudFinding
from cityloop.people.models import Organisation


def make(scene: Scene) -> list[str]:
    """Three findings about one unit: a card answered, a card proposed, a finding open; another
    unit with two yellow cards, of which the rule makes a red one."""
    scene.begin(days=4)
    red = _red(scene)
    scene.begin(days=4)
    cases = [scene.case("handled", district="330106") for _ in range(3)]
    unit = scene.town.units[cases[0].lead_id or 0]
    found = [_found(scene, case, unit) for case in cases]
    _decide(scene, found[0])
    _issued(scene, unit)
    scene.wait(hours=20)
    _decide(scene, found[1])
    proposed = Card.objects.filter(unit=unit, state="proposed", colour="yellow").latest("pk")
    scene.show(f"/discipline/cards/{proposed.pk}/", "黄牌警示：系统拟发，待领导批准",
               "A yellow card proposed by a rule, for a leader to issue", "leader")  # fmt: skip
    scene.show(f"/discipline/fraud/{found[2].pk}/", "弄虚作假：证据固定，待单位陈述和认定",
               "Fraud with its evidence, not yet decided", "unit_desk", unit=unit.pk)  # fmt: skip
    scene.show(cases[0], "案件流程中记有弄虚作假认定", "A case whose history names upheld fraud",
               "supervisor")  # fmt: skip
    return [*red, *(case.number for case in cases)]


def _red(scene: Scene) -> list[str]:
    cases = [scene.case("handled", district="330102") for _ in range(2)]
    unit = scene.town.units[cases[0].lead_id or 0]
    for case in cases:
        _decide(scene, _found(scene, case, unit))
        card = Card.objects.filter(unit=unit, state="proposed", colour="yellow").latest("pk")
        discipline.approve_card(card_id=card.pk, reason="照片造假，情节属实。",
                                actor=scene.actor("leader"), now=scene.now)  # fmt: skip
        scene.wait(hours=20)
    discipline.propose_cards(now=scene.now)
    card = Card.objects.filter(unit=unit, colour="red").latest("pk")
    scene.show(f"/discipline/cards/{card.pk}/", "红牌警示：期内第二张黄牌，系统拟发红牌",
               "A red card proposed: the second yellow one in its time", "leader")  # fmt: skip
    return [case.number for case in cases]


def _found(scene: Scene, case: Case, unit: Organisation) -> FraudFinding:
    photo = Attachment.objects.filter(case=case, stage="after").select_related("file")[0]
    finish = CaseEvent.objects.filter(case=case, action="finish").latest("version")
    given = discipline.Accusation(
        kind="fake_photo", unit=unit, numbers=[case.number],
        account="反馈照片并非该点位，系旧照冒充。", photos=[photo.file.sha256],
        lines=[(case.number, finish.version)],
    )  # fmt: skip
    return discipline.record_fraud(given, actor=scene.actor("supervisor"), now=scene.now)


def _decide(scene: Scene, finding: FraudFinding) -> None:
    discipline.decide_fraud(
        finding_id=finding.pk, verdict="upheld", reason="经比对，照片与现场不符。",
        actor=scene.actor("leader"), now=scene.now,
    )  # fmt: skip


def _issued(scene: Scene, unit: Organisation) -> None:
    card = Card.objects.filter(unit=unit, state="proposed", colour="yellow").latest("pk")
    discipline.approve_card(
        card_id=card.pk, reason="照片造假，情节属实。", actor=scene.actor("leader"), now=scene.now
    )
    scene.wait(hours=20)
    answerer = scene.actor("unit_desk", unit=card.unit_id)
    discipline.answer_card(
        card_id=card.pk, text="已批评教育当事人，重新处置，并对近一月反馈照片逐件自查。",
        actor=answerer, now=scene.now,
    )  # fmt: skip
    scene.show(f"/discipline/cards/{card.pk}/", "黄牌警示：已发通知书，单位已整改答复",
               "A yellow card with its notice, answered by the unit", "leader")  # fmt: skip
