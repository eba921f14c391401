"""A list of dead corners that was sent and answered, a typical case, a reminder."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from cityloop.demo.situations.scene import Scene
from cityloop.oversight import operations as oversight
from cityloop.precedents import operations as precedents


def make(scene: Scene) -> list[str]:
    """One of each."""
    scene.begin(days=3)
    corner, again = scene.case(district="330102"), scene.case(district="330102")
    _list(scene, [corner.number, again.number], unit=corner.lead_id or 0)
    typical = scene.case("closed", district="330106")
    precedents.mark(number=typical.number, note="成堆暴露、占道影响通行的，按此立案。",
                    actor=scene.actor("acceptor"), now=scene.now)  # fmt: skip
    scene.show(f"/precedents/{typical.number}/", "典型案例：供立案、派遣时参考",
               "A typical case, shown when one like it is filed", "acceptor")  # fmt: skip
    return [corner.number, again.number, typical.number]


def _list(scene: Scene, numbers: list[str], *, unit: int) -> None:
    """Sent to the unit that has these cases."""
    actor = scene.actor("supervisor")
    row = oversight.make_list(
        kind="dead_corners", title="主城区卫生死角", actor=actor, now=scene.now
    )
    oversight.add_cases(
        list_id=row.pk, numbers=numbers, remark="长期反复", actor=actor, now=scene.now
    )
    due = timezone.localdate(scene.present) + timedelta(days=7)
    sent = oversight.send_list(
        list_id=row.pk, organisation=scene.town.units[unit], due_on=due,
        note="请部署专项整治并答复。", actor=actor, now=scene.now,
    )  # fmt: skip
    scene.wait(hours=6)
    answerer = scene.actor("unit_desk", unit=unit)
    oversight.answer_list(
        sending_id=sent.pk, text="已部署，本周完成。", actor=answerer, now=scene.now
    )
    scene.show(f"/oversight/lists/{row.pk}/", "卫生死角清单：已送达并答复",
               "A list of dead corners, sent and answered", "supervisor")  # fmt: skip
