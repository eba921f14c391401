"""Works that occupy the road where somebody was allowed to dig: matrix and permit say two units."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from cityloop.cases.models import Case
from cityloop.demo.situations.scene import Scene
from cityloop.kernel.actor import Actor
from cityloop.people.models import Organisation
from cityloop.permits import operations as permits
from cityloop.permits.models import Permit

ISSUER = "SC-SZ"  # the district's office of municipal facilities


def make(scene: Scene) -> list[str]:
    """One case to be dispatched, and the permit at its place."""
    scene.begin(hours=2)
    case = scene.case("reported", class_code="E0302", district="330102")
    row = _allowed(scene, case)
    case = scene.carry(case, "filed")
    scene.show(case, "占道施工处有挖掘许可：责任清单与审批单位不同，由人工派遣",
               "Works in the road with a permit to dig: matrix and issuer differ, a person decides",
               "dispatcher")  # fmt: skip
    scene.show(f"/permits/{row.pk}/", "行政许可：谁审批谁监管",
               "A permit: who approves, supervises", "dispatcher")  # fmt: skip
    return [case.number]


def _allowed(scene: Scene, case: Case) -> Permit:
    assert case.point is not None  # noqa: S101 (an inspector's report has a place)
    today = timezone.localdate(scene.now)
    return permits.record_permit(
        kind="excavation", number=f"上城市政掘〔{today.year}〕18号",
        issuer_id=Organisation.objects.get(code=ISSUER).pk, holder="江南市政养护公司",
        phone="0571-00001399", lon=case.point.x, lat=case.point.y, radius_m=25,
        address=case.address[:200], valid_from=today - timedelta(days=14),
        valid_until=today + timedelta(days=16),
        conditions="夜间二十二时前停工；完工三日内恢复路面。",
        document="挖掘城市道路许可决定书", actor=Actor.system("demo"), now=scene.now,
    )  # fmt: skip
