"""Who is on duty: rosters of the hall and of a unit, somebody called, somebody lent."""

from __future__ import annotations

from datetime import date, time, timedelta

from django.utils import timezone

from cityloop.demo.situations.scene import Scene
from cityloop.duty import operations as duty
from cityloop.duty import queries
from cityloop.people import operations as people
from cityloop.people.models import Member, Organisation, Post

WEEK = (1, 2, 3, 4, 5, 6, 7)
SHIFTS = (("早班", time(6), time(14)), ("中班", time(14), time(22)), ("夜班", time(22), time(6)))


def make(scene: Scene) -> list[str]:
    """The hall is covered but for a night, a unit keeps its roster and was called."""
    scene.begin(hours=4)
    _hall(scene)
    numbers = [_called(scene), _opened(scene)]
    _seconded(scene)
    return numbers


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
    if not queries.has_roster(unit.pk):
        _roster(scene, unit, [scene.town.member(desk.member_id or 0)])
    duty.call_on_duty(number=case.number, version=case.version, now=scene.now)
    zh, en = "派遣给当班人员，附照片和地图", "Sent to who is on duty, with photos and map"
    return scene.show(case, zh, en, "unit_desk")


def _opened(scene: Scene) -> str:
    """Who was called has opened the dispatch: the read receipt stands in the history."""
    case = scene.case("dispatched", district="330106")
    duty.call_on_duty(number=case.number, version=case.version, now=scene.now)
    case = scene.step(scene.again(case), "open_dispatch", "unit_desk")
    return scene.show(case, "派遣已打开：阅读回执", "A dispatch that was opened: its read receipt",
                      "dispatcher")  # fmt: skip


def _seconded(scene: Scene) -> None:
    """A dispatcher lent by a unit goes back in five days; who takes over has been named."""
    administrator = scene.actor("administrator")
    holders = [one for one in scene.town.posts["dispatcher"] if one.region[4:] in ("", "00")]
    post = Post.objects.filter(roles__code="dispatcher", organisation=holders[0].organisation_id)[0]
    lent = people.create_member(
        username="lent-dispatcher", name="挂职派遣员", organisation=post.organisation,
        actor=administrator, now=scene.now,
    )  # fmt: skip
    today = timezone.localdate(scene.now)
    holding = people.second_member(
        member=lent, post=post, valid_from=today - timedelta(days=60),
        valid_to=today + timedelta(days=5), source_document="杭城管〔2026〕挂职12号",
        actor=administrator, now=scene.now,
    )  # fmt: skip
    duty.name_successor(
        holding_id=holding.pk, successor=scene.town.member(holders[0].member_id),
        actor=administrator, now=scene.now,
    )  # fmt: skip
    scene.show("/duty/secondments/", "挂职派遣员五日后期满，已指定接替人",
               "A seconded dispatcher leaves in five days; a successor is named",
               "administrator")  # fmt: skip
