"""The hall: shifts handed over and taken over, rosters of some units, somebody lent."""

from __future__ import annotations

import zlib
from datetime import datetime, time, timedelta

from django.utils import timezone

from cityloop.demo.errands.shape import After, Errand, then
from cityloop.demo.town import Holder, Town
from cityloop.duty import operations as duty
from cityloop.duty.models import Shift
from cityloop.people import operations as people
from cityloop.people.models import Holding, HoldingKind, Member, Organisation, Post

SHIFTS = {"夜班": time(6), "早班": time(14), "中班": time(22)}  # and when each ends
REMARKS = ("雨后路面积水较多，注意复核。", "有一件领导批示待跟进。", "无特殊情况。", "")
TAKEN_OVER = (2, 15)  # minutes
ROSTERED = 3  # units that keep a roster, always the same ones
ALL_DAYS = (1, 2, 3, 4, 5, 6, 7)
LENT = 4  # days
DUTY = (("日班", time(7, 30), time(19, 30)), ("夜间值守", time(19, 30), time(7, 30)))


def hand_over(role: str, shift: str) -> Errand:
    """The shift of a desk of the city's hall ends; the coming one signs for it minutes later."""

    def ends(town: Town, now: datetime) -> After:
        here = town.city(role)
        turn = timezone.localdate(now).toordinal() * len(SHIFTS) + list(SHIFTS).index(shift)
        leaving, coming = (here[(turn + n) % len(here)].member_id for n in (0, 1))
        row = duty.end_shift(
            shift=shift, remark=town.chance.choice(REMARKS), actor=town.actor(leaving, now), now=now
        )
        at = now + timedelta(minutes=town.chance.uniform(*TAKEN_OVER))
        return then((at, _taken_over(row.pk, coming)), counted="shifts handed over")

    return ends


def _taken_over(handover: int, member: int) -> Errand:
    def taken_over(town: Town, now: datetime) -> After:
        duty.accept_handover(handover_id=handover, actor=town.actor(member, now), now=now,
                             answer="已逐件核对。")  # fmt: skip
        return After(counted="shifts taken over")

    return taken_over


def rosters(town: Town, now: datetime) -> None:
    """Some units keep a roster, always the same ones: from now on who is on duty is called."""
    kept = Shift.objects.filter(ended_at=None).values_list("organisation_id", flat=True)
    town.rostered = set(kept)
    desks = {one.organisation_id for one in town.posts["unit_desk"]}
    lot = sorted(desks, key=lambda pk: zlib.crc32(town.units[pk].code.encode()))
    for pk in lot[:ROSTERED]:
        if pk not in town.rostered:
            _roster(town, town.units[pk], now)
            town.rostered.add(pk)


def _roster(town: Town, unit: Organisation, now: datetime) -> None:
    manager = town.person("administrator", now=now)
    workers = [one for one in town.posts["worker"] if one.organisation_id == unit.pk]
    since = timezone.localdate(now) - timedelta(days=1)
    for n, (name, starts, ends) in enumerate(DUTY):
        row = duty.set_shift(unit=unit, name=name, starts=starts, ends=ends, actor=manager, now=now)
        for rank, one in enumerate(workers[n : n + 2], start=1):
            new = duty.NewTurn(town.member(one.member_id), ALL_DAYS, since, rank=rank)
            duty.put_on_duty(shift_id=row.pk, new=new, actor=manager, now=now)


def lend(town: Town, now: datetime) -> After | None:
    """A dispatcher is lent to the city's hall for some days; one after the other."""
    today = timezone.localdate(now)
    lent = Holding.objects.filter(kind=HoldingKind.SECONDMENT, valid_to__gt=today)
    if lent.exists():
        return None
    manager, stays = town.person("administrator", now=now), town.city("dispatcher")[0]
    post = Post.objects.filter(roles__code="dispatcher", organisation=stays.organisation_id)[0]
    member = people.create_member(
        username=f"lent-{today:%m%d}", name="挂职派遣员", organisation=post.organisation,
        actor=manager, now=now,
    )  # fmt: skip
    ends = today + timedelta(days=LENT)
    holding = people.second_member(
        member=member, post=post, valid_from=today, valid_to=ends,
        source_document=f"挂职函〔{today.year}〕{today:%j}号", actor=manager, now=now,
    )  # fmt: skip
    duty.name_successor(
        holding_id=holding.pk, successor=town.member(stays.member_id), actor=manager, now=now
    )
    town.posts["dispatcher"].append(Holder(member.pk, stays.organisation_id, stays.region))
    back = timezone.make_aware(datetime.combine(ends, time(0, 30)))
    return then((back, _gone(member)), counted="lent")


def _gone(member: Member) -> Errand:
    def gone(town: Town, now: datetime) -> After:
        """What they had in hand goes to who was named."""
        held = town.posts["dispatcher"]
        town.posts["dispatcher"] = [one for one in held if one.member_id != member.pk]
        return After(counted="handed on" if duty.hand_over_ended(now=now) else "")

    return gone
