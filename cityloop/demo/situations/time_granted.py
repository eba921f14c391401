"""More time: extension, engineering limit, suspension, deferral, backlog, appeal."""

from __future__ import annotations

from typing import Any

from cityloop.cases.models import Case
from cityloop.demo.situations.scene import Scene

SEASON: dict[str, Any] = {"reason_code": "season", "reason": "须待汛期结束后施工。"}
MATERIAL: dict[str, Any] = {"reason_code": "material", "reason": "井盖需定制，厂家排期。"}


def make(scene: Scene) -> list[str]:
    """One of each, asked for and decided."""
    scene.begin(hours=3)
    numbers = [_asked(scene), _advised(scene), _extended(scene), _refused(scene), _wished(scene)]
    scene.begin(days=2)
    numbers += [_suspension_asked(scene), _suspended(scene), _deferral_asked(scene),
                _deferred(scene)]  # fmt: skip
    scene.begin(days=75)
    numbers += [_backlog(scene), _resumed(scene)]
    scene.begin(days=6)
    return [*numbers, *_appeals(scene)]


def _ask(scene: Scene, kind: str, case: Case, **more: Any) -> Case:
    given = MATERIAL if kind == "extension" else SEASON
    return scene.step(case, f"ask_{kind}", "unit_desk", **given, **more)


def _asked(scene: Scene) -> str:
    case = _ask(scene, "extension", scene.case(), extra=1)
    return scene.show(case, "单位申请延期，待派遣员审批", "An extension asked for", "dispatcher")


def _advised(scene: Scene) -> str:
    case = _ask(scene, "extension", scene.case(), extra=20)
    case = scene.step(case, "advise_extension", "dispatcher", opinion="工程量大，建议同意。")
    return scene.show(
        case, "长延期，派遣员已签意见，待领导审批",
        "A long extension that a leader decides", "leader",
    )  # fmt: skip


def _extended(scene: Scene) -> str:
    case = scene.step(_ask(scene, "extension", scene.case(), extra=2), "approve_extension",
                      "dispatcher")  # fmt: skip
    return scene.show(case, "延期已批准", "An extension granted", "unit_desk")


def _refused(scene: Scene) -> str:
    case = scene.step(_ask(scene, "extension", scene.case(), extra=2), "refuse_extension",
                      "dispatcher", reason="材料已到位，不予延期。")  # fmt: skip
    return scene.show(case, "延期被拒", "An extension refused", "unit_desk")


def _wished(scene: Scene) -> str:
    case = scene.case()
    case = scene.step(case, "assign", "unit_desk", worker=scene.town.worker(case.lead_id or 0))
    case = scene.step(case, "wish_extension", "worker", extra=1, **MATERIAL)
    return scene.show(
        case, "处置员提出延期，待本单位内勤", "A worker wishes for an extension", "unit_desk"
    )


def _suspension_asked(scene: Scene) -> str:
    case = _ask(scene, "suspension", scene.case(), until=scene.day(days=40))
    return scene.show(case, "申请挂账，待督查员审批", "A suspension asked for", "supervisor")


def _suspended(scene: Scene) -> str:
    case = _ask(scene, "suspension", scene.case(), until=scene.day(days=90))
    case = scene.step(case, "approve_suspension", "supervisor", opinion="同意，待汛期后施工。")
    return scene.show(case, "挂账中，时钟暂停", "Suspended: the clocks stand still", "supervisor")


def _deferral_asked(scene: Scene) -> str:
    case = _ask(scene, "deferral", scene.case(), until=scene.day(days=100))
    case = scene.step(case, "support_deferral", "dispatcher", opinion="确需次年度安排资金。")
    return scene.show(
        case, "申请缓办，待领导第二级审批",
        "A deferral that waits for the second approval", "leader",
    )  # fmt: skip


def deferred(scene: Scene, days: int) -> Case:
    """A case deferred for so many days."""
    case = _ask(scene, "deferral", scene.case(), until=scene.day(days=days))
    case = scene.step(case, "support_deferral", "dispatcher", opinion="雨季后实施。")
    return scene.step(case, "approve_deferral", "leader", opinion="同意缓办。")


def _deferred(scene: Scene) -> str:
    case = deferred(scene, 120)
    return scene.show(case, "缓办中", "Deferred, with two approvals", "supervisor")


def _backlog(scene: Scene) -> str:
    case = deferred(scene, 200)
    begun = scene.now
    scene.wait(days=61)
    case = scene.sweep(case)
    scene.now = begun
    return scene.show(
        case, "缓办超过60天，转为积案",
        "Backlog: deferred for more than sixty days", "supervisor",
    )  # fmt: skip


def _resumed(scene: Scene) -> str:
    case = deferred(scene, 30)
    scene.wait(days=10)
    case = scene.step(case, "resume_early", "supervisor", reason="资金已落实，恢复办理。")
    case = scene.carry(case, "handled")
    return scene.show(case, "缓办提前恢复后已处置", "Released early, then handled", "supervisor")


def late(scene: Scene) -> Case:
    """A case that its unit handled too late, closed."""
    case = scene.case()
    while case.handling_due_at and scene.now <= case.handling_due_at < scene.present:
        scene.wait(hours=5)
    return scene.carry(scene.sweep(case), "closed")


def _appeals(scene: Scene) -> list[str]:
    lines = [
        ("超时申诉，待派遣员签署", "An appeal against lateness, asked for", (), "dispatcher"),
        ("超时申诉，待受理员裁定", "An appeal, supported", ("support",), "acceptor"),
        ("超时申诉获准，原始事实保留", "An appeal granted: the raw fact stays",
         ("support", "approve"), "unit_desk"),
        ("超时申诉被驳回", "An appeal refused", ("support", "refuse"), "unit_desk"),
    ]  # fmt: skip
    words: dict[str, tuple[str, dict[str, Any]]] = {
        "support": ("dispatcher", {"opinion": "暴雨预警期间，情况属实。"}),
        "approve": ("acceptor", {}), "refuse": ("acceptor", {"reason": "理由不成立。"}),
    }  # fmt: skip
    found = []
    for zh, en, steps, post in lines:
        scene.begin(days=6)
        case = scene.step(late(scene), "ask_appeal", "unit_desk", reason_code="weather",
                          reason="暴雨红色预警，无法施工。")  # fmt: skip
        for step in steps:
            by, given = words[step]
            case = scene.step(case, f"{step}_appeal", by, **given)
        found.append(scene.show(case, zh, en, post))
    return found
