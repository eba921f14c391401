"""A shift that ends: played last, so that its record holds what the other examples left open."""

from __future__ import annotations

from cityloop.demo.situations.scene import Scene
from cityloop.duty import operations as duty
from cityloop.duty.models import Handover


def make(scene: Scene) -> list[str]:
    """One shift that was taken over, the next one waits: whoever opens it sees every open case, and
    what lies beside."""
    scene.begin(hours=0)
    leaders = [one.member_id for one in scene.town.city("shift_leader")]
    first, second = (scene.town.actor(one, scene.now) for one in leaders[:2])
    for left in Handover.objects.filter(hall_id=first.platforms[0][0], accepted_at=None):
        after = second if left.left_by_id == first.member_id else first
        if left.desk == "acceptance":
            duty.accept_handover(handover_id=left.pk, actor=after, now=scene.now)
    taken = duty.end_shift(shift="夜班", remark="夜间接报平稳。", actor=second, now=scene.now)
    duty.accept_handover(
        handover_id=taken.pk, actor=first, now=scene.now, answer="已逐件核对，接班。"
    )
    scene.show(f"/duty/handovers/{taken.pk}/", "交接班已签收：逐件移交、双方签字",
               "A shift that was taken over, signed by both", "shift_leader")  # fmt: skip
    row = duty.end_shift(shift="早班", remark="雨后路面积水较多。", actor=first, now=scene.now)
    scene.show(f"/duty/handovers/{row.pk}/", "交班待接：所有在办案件逐件移交",
               "A shift that waits to be taken over", "shift_leader", to=second)  # fmt: skip
    return []
