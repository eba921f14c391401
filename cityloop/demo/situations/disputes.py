"""Whose duty is it? A case frozen, one met over on site, one passed up, one decided into a rule."""

from __future__ import annotations

from cityloop.cases.models import Case
from cityloop.coordination import operations as coordination
from cityloop.coordination.models import Dispute
from cityloop.demo.situations.scene import Scene

TEXT = "绿化带与人行道之间堆放渣土，两家单位均称不归其管。"


def make(scene: Scene) -> list[str]:
    """Four disputes, each further on than the one before; and one fixed while it lasts."""
    scene.begin(days=3)
    numbers = [_frozen(scene), _met(scene), _raised(scene), _decided(scene), _fixed(scene)]
    scene.begin(hours=4)
    return [*numbers, _circling(scene)]


def sent_round(scene: Scene) -> Case:
    """A has had it and returned it, B has had it and returned it."""
    case = scene.case("dispatched", district="330102", text=TEXT)
    first = case.lead_id or 0
    case = scene.step(case, "return", "unit_desk", reason_code="not_ours", reason="位于绿化带内。")
    other = scene.unit(case, first)
    case = scene.step(case, "dispatch", "dispatcher", unit=other, reason="原单位称在绿化带内。")
    return scene.step(case, "return", "unit_desk", reason_code="not_ours", reason="属人行道范围。")


def dispute(scene: Scene) -> Dispute:
    """A case that was sent round, frozen."""
    case = scene.step(sent_round(scene), "freeze", "dispatcher", opinion="两家单位互相推诿。")
    return coordination.open_dispute(number=case.number, version=case.version)


def _circling(scene: Scene) -> str:
    with scene.flow(dispatch_minutes=24 * 60):  # it waits a day for who opens it
        case = sent_round(scene)
    return scene.show(
        case, "两家单位先后退回（A→B→A），待冻结",
        "Returned by two units, to be frozen", "dispatcher",
    )  # fmt: skip


def _frozen(scene: Scene) -> str:
    row = dispute(scene)
    return scene.show(row.case, "权属争议，已冻结", "A dispute, the case frozen", "dispatcher")


def _met(scene: Scene) -> str:
    row = dispute(scene)
    scene.wait(hours=3)
    coordination.record_site_meeting(
        dispute_id=row.pk, held_at=scene.now, place=row.case.address or "现场",
        present="两家单位内勤、派遣员", minutes="渣土位于绿化带红线与人行道交界处，双方各执一词。",
        actor=scene.actor("dispatcher"), now=scene.now,
    )  # fmt: skip
    zh, en = "争议案件，已开现场协调会", "A dispute with the record of a site meeting"
    scene.show(f"/disputes/{row.pk}/", zh, en, "supervisor")
    return scene.show(row.case, zh, en, "supervisor")


def _raised(scene: Scene) -> str:
    row = dispute(scene)
    for reason in ("区级未达成一致。", "指挥中心未达成一致。"):
        row = coordination.raise_dispute(
            dispute_id=row.pk, level=row.level, reason=reason, actor=scene.actor("supervisor"),
            now=scene.now,
        )  # fmt: skip
    return scene.show(
        row.case, "争议逐级上报至市政府",
        "A dispute passed up to the city government", "leader",
    )  # fmt: skip


def _decided(scene: Scene) -> str:
    row = dispute(scene)
    scene.wait(hours=20)
    decision = coordination.Decision(
        unit=scene.town.units[row.parties[-1]], reason="红线内由该单位负责清运。", reach="street",
        document="会商纪要〔2026〕17号",
    )  # fmt: skip
    row = coordination.decide_dispute(
        dispute_id=row.pk, decision=decision, actor=scene.actor("supervisor"), now=scene.now
    )
    return scene.show(
        row.case, "争议已裁定，写入责任清单",
        "A dispute decided: the matrix has a new line", "supervisor",
    )  # fmt: skip


def _fixed(scene: Scene) -> str:
    row = dispute(scene)
    scene.wait(hours=2)
    case = scene.step(row.case, "fixed_meanwhile", "dispatcher", result="街道先行清运。")
    coordination.follow_case(number=case.number, version=case.version)
    case = scene.carry(case, "closed")
    return scene.show(
        case, "问题已先行处置结案，权属仍在争议",
        "Fixed and closed while the dispute stays open", "supervisor",
    )  # fmt: skip
