"""Deadlines: the engineering limit asked and granted, a day off declared, days of protection."""

from __future__ import annotations

from datetime import time, timedelta
from decimal import Decimal

from django.utils import timezone

from cityloop.cases import operations as cases
from cityloop.cases.models import Case
from cityloop.demo.situations.scene import Scene
from cityloop.duty import operations as duty
from cityloop.people.models import Member
from cityloop.standards import operations as standards

GUARDED = "E0113"
WORKS = "E0184"  # a class of the city's own catalogue with a limit for works


def make(scene: Scene) -> list[str]:
    """One of each."""
    scene.begin(days=1)
    numbers = [_asked(scene), _granted(scene)]
    scene.begin(hours=5)
    return [*numbers, _moved(scene), _protected(scene)]


def _wanted(scene: Scene) -> Case:
    case = scene.case(class_code=WORKS)
    return scene.step(case, "ask_long_limit", "unit_desk", reason="须开挖施工，工程量大。")


def _asked(scene: Scene) -> str:
    return scene.show(_wanted(scene), "申请工程时限，待值班长审批",
                      "The engineering limit asked for", "shift_leader")  # fmt: skip


def _granted(scene: Scene) -> str:
    case = scene.step(_wanted(scene), "approve_long_limit", "shift_leader", opinion="同意。")
    return scene.show(case, "已批准工程时限", "The engineering limit granted", "unit_desk")


def _moved(scene: Scene) -> str:
    """A day off is declared where the case would have been due, days ahead."""
    case = scene.case(class_code=WORKS)
    day, manager = timezone.localdate(case.handling_due_at), scene.actor("administrator")
    standards.set_special_day(day, "holiday", name="台风停工", actor=manager, now=scene.now,
                              why="台风红色预警")  # fmt: skip
    cases.follow_calendar(now=scene.now)
    return scene.show(scene.again(case), "日历调整，在办时限重新计算并留痕",
                      "A day off declared: the deadline was recomputed", "unit_desk")  # fmt: skip


def _protected(scene: Scene) -> str:
    """One class has another limit in these days; what else is filed keeps its own."""
    manager, today = scene.actor("administrator"), timezone.localdate(scene.now)
    new = standards.NewProtection(
        "国际会议保障", today, today + timedelta(days=1), name_en="Conference in the city",
        limits=[(GUARDED, Decimal(2), "urgent_hour")], duty="领导带班，应急队伍待命。",
    )  # fmt: skip
    period = standards.add_protection(new, actor=manager, now=scene.now, why="市政府通知")
    case = scene.case(class_code=GUARDED)
    _standing_by(scene, period.pk, case)
    scene.show("/protection/", "重大活动保障期：时限与值守", "Days of protection: limits and duty",
               "administrator")  # fmt: skip
    return scene.show(case, "保障期内立案，适用保障期时限",
                      "Filed in days of protection: another limit", "unit_desk")  # fmt: skip


def _standing_by(scene: Scene, period: int, case: Case) -> None:
    """Somebody of the emergency team by day, somebody at any time; a camera that is watched."""
    manager = scene.actor("administrator")
    reached = {
        "shift_leader": duty.Reached("0571-86010001", time(8), time(20)),
        "dispatcher": duty.Reached("0571-86010002"),
    }
    for post, how in reached.items():
        member = Member.objects.get(pk=scene.actor(post).member_id or 0)
        duty.put_on_team(period_id=period, member=member, reached=how, actor=manager, now=scene.now)
    if case.point is not None:
        duty.add_camera(
            period_id=period, code="K-0001", name="会场正门", lon=case.point.x, lat=case.point.y,
            actor=manager, now=scene.now,
        )  # fmt: skip
    scene.show(f"/duty/protection/{period}/", "保障期应急队伍与重点监控",
               "Days of protection: emergency team and cameras", "administrator")  # fmt: skip
