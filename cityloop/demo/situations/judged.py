"""Decisions drawn by lot: one found wrong, for its operator to answer; one that waits."""

from __future__ import annotations

from django.utils import timezone

from cityloop.cases import proof
from cityloop.demo.situations.scene import Scene
from cityloop.discipline import operations as discipline
from cityloop.discipline import queries
from cityloop.discipline.models import Lot, Sample


def make(scene: Scene) -> list[str]:
    """A rejection and a dispatch of a day before the life of the city."""
    for back in range(10, 90):
        day = timezone.localdate(scene.begin(days=back))
        if not Lot.objects.filter(day=day).exists() and not queries.decided_on(day):
            break
    case = scene.step(scene.case("reported"), "reject", "acceptor", reason_code="too_vague",
                      reason="描述不清，无法定位。")  # fmt: skip
    waits = scene.case("dispatched")
    scene.wait(days=1)
    if proof.seal_after(day) is None:
        proof.seal(now=scene.now)
    discipline.draw_decisions(day=day, now=scene.now)
    row = Sample.objects.get(case=case, kind="reject")
    operator = scene.town.actor(row.operator_id, scene.now)
    discipline.judge_decision(
        sample_id=row.pk, ruling="wrong", mistake="to_accept", note="照片和地址都清楚，应予受理。",
        actor=scene.actor("supervisor"), now=scene.now,
    )  # fmt: skip
    scene.show(f"/discipline/samples/{row.pk}/", "抽查认定不应拒绝受理，经办人可答复一次",
               "A rejection found wrong: its operator may answer once", "acceptor",
               to=operator)  # fmt: skip
    other = Sample.objects.get(case=waits, kind="dispatch")
    scene.show(f"/discipline/samples/{other.pk}/", "派遣决定被抽中，待第二人评判",
               "A dispatch drawn by lot: it waits for a second person", "evaluator")  # fmt: skip
    return [case.number, waits.number]
