"""A shift that ends: played last, so that its record holds what the other examples left open."""

from __future__ import annotations

from cityloop.demo.situations.scene import Scene
from cityloop.duty import operations as duty


def make(scene: Scene) -> list[str]:
    """It waits to be accepted; whoever opens it sees every open case, and what lies beside."""
    scene.begin(hours=0)
    actor = scene.actor("shift_leader")
    row = duty.end_shift(shift="早班", remark="雨后路面积水较多。", actor=actor, now=scene.now)
    scene.show(f"/duty/handovers/{row.pk}/", "交班待接：所有在办案件逐件移交",
               "A shift that waits to be taken over", "shift_leader")  # fmt: skip
    return []
