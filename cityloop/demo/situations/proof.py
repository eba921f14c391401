"""Proof that does not convince: a check late or failed, weak work sent back; an overdue notice."""

from __future__ import annotations

from cityloop.demo.situations.scene import Scene


def make(scene: Scene) -> list[str]:
    """One of each."""
    scene.begin(days=2)
    return [_late_check(scene), _failed(scene), _sent_back(scene), _better_proof(scene),
            _overdue(scene), _reopened(scene)]  # fmt: skip


def _late_check(scene: Scene) -> str:
    case = scene.case("checking")
    scene.wait(minutes=50)
    case = scene.step(case, "check_passed", "inspector", opinion="现场仍可辨认，已恢复。")
    return scene.show(case, "核查超时，附说明", "A late check, explained", "shift_leader")


def _failed(scene: Scene) -> str:
    case = scene.step(
        scene.case("checking"),
        "check_failed",
        "inspector",
        reason_code="partly",
        reason="仍有遗留。",
    )
    return scene.show(case, "核查未通过，待返工", "A check failed: to be done again", "dispatcher")


def _sent_back(scene: Scene) -> str:
    case = scene.step(scene.case("checked"), "send_back", "shift_leader", stage="handling",
                      reason_code="weak_proof", reason="照片看不清全貌。")  # fmt: skip
    return scene.show(case, "退回责任环节（处置）", "Sent back to handling", "unit_desk")


def _better_proof(scene: Scene) -> str:
    case = scene.step(scene.case("handled"), "ask_better_proof", "dispatcher",
                      reason_code="unclear_photo", reason="处置后照片模糊。")  # fmt: skip
    return scene.show(case, "照片不合格，要求补充", "A better photo is asked for", "unit_desk")


def _overdue(scene: Scene) -> str:
    begun, case = scene.now, scene.case()
    scene.wait(days=2)
    case = scene.sweep(case)
    if case.handling_overdue:
        case = scene.step(case, "give_notice", "supervisor", final_day=scene.day(days=3),
                          consequence="逾期未办，按办法扣分并代整治。")  # fmt: skip
    scene.now = begun
    return scene.show(case, "超时督办通知书，限期办结", "An overdue notice", "supervisor")


def _reopened(scene: Scene) -> str:
    case = scene.step(scene.case("closed"), "reopen", "supervisor", reason="市民再次反映。")
    return scene.show(case, "结案后重新打开", "A closed case, opened again", "dispatcher")
