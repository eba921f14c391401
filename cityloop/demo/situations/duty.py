"""Who is on duty: rosters of the hall and of a unit, somebody called, a shift handed over."""

from __future__ import annotations

from datetime import date, time, timedelta

from django.utils import timezone

from cityloop.demo.situations.scene import Scene
from cityloop.duty import operations as duty
from cityloop.people.models import Member, Organisation

WEEK = (1, 2, 3, 4, 5, 6, 7)
SHIFTS = (("早班", time(6), time(14)), ("中班", time(14), time(22)), ("夜班", time(22), time(6)))


def make(scene: Scene) -> list[str]:
    """The hall is covered but for a night, a unit keeps its roster and was called."""
    scene.begin(hours=4)
    _hall(scene)
    number = _called(scene)
    _handed_over(scene)
    return [number]


def _hall(scene: Scene) -> None:
    """The city's centre: each shift has somebody; at night of Sunday there is a gap to see."""
    leader = scene.actor("shift_leader")
    hall = scene.town.units[leader.organisation_id or 0]
    people = [scene.town.member(one.member_id) for one in scene.town.posts["acceptor"]
              if one.organisation_id == hall.pk]  # fmt: skip
    _roster(scene, hall, people)
    scene.show(f"/duty/coverage/?unit={hall.pk}", "时段覆盖：周日夜间缺人",
               "Coverage by hour, with a gap on Sunday night", "shift_leader")  # fmt: skip


def _roster(scene: Scene, unit: Organisation, people: list[Member]) -> None:
    actor = scene.actor("administrator")
    for n, (name, starts, ends) in enumerate(SHIFTS):
        row = duty.set_shift(
            unit=unit, name=name, starts=starts, ends=ends, actor=actor, now=scene.now
        )
        days = WEEK[:-1] if ends < starts else WEEK
        for rank, member in enumerate((people[n % len(people)], people[(n + 1) % len(people)]), 1):
            if rank == 1 or len(people) > 1:
                new = duty.NewTurn(member, days, _since(scene), rank=rank)
                duty.put_on_duty(shift_id=row.pk, new=new, actor=actor, now=scene.now)


def _since(scene: Scene) -> date:
    return timezone.localdate(scene.now) - timedelta(days=14)


def _called(scene: Scene) -> str:
    """A unit with a roster got a case: who is on duty was called and told."""
    case = scene.case("dispatched", district="330106")
    unit = scene.town.units[case.lead_id or 0]
    desk = scene.actor("unit_desk", case=case)
    _roster(scene, unit, [scene.town.member(desk.member_id or 0)])
    duty.call_on_duty(number=case.number, version=case.version, now=scene.now)
    zh, en = "派遣给当班人员，附照片和地图", "Sent to who is on duty, with photos and map"
    return scene.show(case, zh, en, "unit_desk")


def _handed_over(scene: Scene) -> None:
    """A shift ended and waits to be accepted."""
    actor = scene.actor("shift_leader")
    row = duty.end_shift(shift="早班", remark="雨后路面积水较多。", actor=actor, now=scene.now)
    scene.show(f"/duty/handovers/{row.pk}/", "交班待接：所有在办案件逐件移交",
               "A shift that waits to be taken over", "shift_leader")  # fmt: skip
