"""Who dispatches: a case risen through the chain, one gone out by itself, one on a border."""

from __future__ import annotations

from typing import Any

from cityloop.cases.models import Case
from cityloop.demo.situations.scene import Scene

CORE: dict[str, Any] = {
    "command": [{"level": "city", "minutes": 20}, {"level": "district", "minutes": 40}],
    "dispatch_begins": "lowest",
}

A_DAY = 24 * 60  # minutes: so long nothing rises by itself, and whoever opens it can act
PATIENT = {**CORE, "command": [{**one, "minutes": A_DAY} for one in CORE["command"]]}


def make(scene: Scene) -> list[str]:
    """One of each; the variants of the flow end with their case."""
    scene.begin(hours=5)
    return [_risen(scene), *_passed(scene), _by_itself(scene), _border(scene)]


def _risen(scene: Scene) -> str:
    with scene.flow(**CORE):
        case = scene.case("filed", district="330106")
    begun = scene.now
    scene.wait(minutes=41)
    case = scene.sweep(case)
    scene.now = begun
    return scene.show(case, "区级未派遣，时限届满自动升至市级",
                      "Let lie by the district: risen to the city", "dispatcher")  # fmt: skip


def _passed(scene: Scene) -> list[str]:
    """One beyond the district, one sent down again: neither wins time by it."""
    with scene.flow(**PATIENT):
        up, down = (scene.case("filed", district="330106") for _ in range(2))
    why: dict[str, Any] = {"reason_code": "beyond_us", "reason": "涉及市属单位，区级无法协调。"}
    up = scene.step(up, "pass_up", "district_platform", **why)
    scene.show(up, "区级上交市级，附理由", "Passed up by the district, with its reason",
               "dispatcher")  # fmt: skip
    down = scene.step(down, "pass_up", "district_platform", **why)
    down = scene.step(down, "pass_down", "dispatcher", opinion="属区管范围，请区级派遣。")
    scene.show(down, "市级下交区级，时限接续计算",
               "Sent down again: the clock goes on with what was left",
               "district_platform")  # fmt: skip
    return [up.number, down.number]


def _by_itself(scene: Scene) -> str:
    with scene.flow(look_back_days=180, auto_from={"*": 0.5}):
        case = scene.case("dispatched", district="330106")
    return scene.show(case, "把握度高于阈值，系统自动派遣",
                      "Sure enough: dispatched by itself", "dispatcher")  # fmt: skip


def _border(scene: Scene) -> str:
    case: Case = scene.case("filed", district="330102", border=True, text="两街道交界处堆放渣土。")
    case = scene.step(case, "dispatch_across", "dispatcher", territories=scene.town.border(case),
                      subtask="清理本侧渣土。", reason="位于两街道交界。")  # fmt: skip
    return scene.show(case, "交界案件：上级牵头，两街道各清一侧",
                      "On a border: two streets, the unit above leads", "dispatcher")  # fmt: skip
