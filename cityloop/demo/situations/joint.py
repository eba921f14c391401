"""Several units together: sub-tasks, a meeting with its tasks, a key matter, substitute works."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from cityloop.coordination import operations as coordination
from cityloop.demo.situations.scene import Scene
from cityloop.works import operations as works


def make(scene: Scene) -> list[str]:
    """One of each, still going on."""
    scene.begin(hours=5)
    first, second = _subtasks(scene), _substituted(scene)
    third = _urged(scene)
    _matter(scene, [first, third])
    _operation(scene, first)
    scene.begin(days=2)
    _meeting(scene)
    return [first, second, third]


def _subtasks(scene: Scene) -> str:
    case = scene.case(district="330106")
    helper = scene.unit(case, *_house(scene, case.lead_id or 0))
    case = scene.step(case, "ask_assist", "dispatcher", unit=helper, subtask="围挡并疏导交通。")
    return scene.show(case, "牵头单位等待协办单位完成子任务", "The lead unit waits for a sub-task",
                      "unit_desk", unit=helper.pk)  # fmt: skip


def _house(scene: Scene, unit_id: int) -> list[int]:
    """The unit, those above it and those below it: whoever assists is another party."""
    path = scene.town.units[unit_id].path
    return [pk for pk, one in scene.town.units.items()
            if path.startswith(one.path) or one.path.startswith(path)]  # fmt: skip


def _substituted(scene: Scene) -> str:
    case = scene.case("dispatched", district="330102", text="大树倒伏在小区道路，权属单位未处置。")
    scene.wait(hours=1)
    case = scene.step(case, "substitute", "supervisor", unit=scene.unit(case, case.lead_id or 0),
                      reason="权属单位不作为，先行清障。")  # fmt: skip
    works.follow_case(number=case.number, now=scene.now)
    address = f"/works/orders/W{case.number}-{case.version}/"
    scene.show(address, "代整治工单，待计价", "An order of substitute works", "supervisor")
    return scene.show(case, "代整治：他单位先行处置", "Substitute works: another unit acts first",
                      "supervisor")  # fmt: skip


def _urged(scene: Scene) -> str:
    case = scene.step(scene.case(), "urge", "leader", reason="市民多次反映，请加快处置。")
    return scene.show(case, "领导督办，单位须回复", "Urged by a leader, answer owed", "unit_desk")


def _matter(scene: Scene, numbers: list[str]) -> None:
    leader, today = scene.actor("leader"), timezone.localdate(scene.now)
    matter = coordination.open_matter(
        coordination.Matter(
            title="主城区垃圾堆放整治", description="多处反复堆放，同一原因。",
            owner=scene.town.units[scene.town.posts["unit_desk"][0].organisation_id],
            due_on=today + timedelta(days=90),
        ),
        actor=leader, now=scene.now,
    )  # fmt: skip
    for number in numbers:
        coordination.add_case(matter_id=matter.pk, number=number, actor=leader, now=scene.now)
    coordination.set_milestone(
        matter_id=matter.pk, title="完成点位摸排", due_on=today + timedelta(days=14), actor=leader,
        now=scene.now,
    )  # fmt: skip
    scene.show(f"/key-matters/{matter.pk}/", "重点难点事项：多案合并、分节点推进",
               "A key matter that groups cases, with milestones", "leader")  # fmt: skip


def _operation(scene: Scene, number: str) -> None:
    leader, today = scene.actor("leader"), timezone.localdate(scene.now)
    desks = scene.town.posts["unit_desk"]
    lead, *others = list({one.organisation_id: scene.town.units[one.organisation_id]
                          for one in desks}.values())[:3]  # fmt: skip
    plan = coordination.OperationPlan(
        title="夜间渣土运输联合整治", plan="每晚八时至十二时，设卡检查渣土车辆与工地出入口。",
        lead=lead,
        units=others, begins_on=today, ends_on=today + timedelta(days=6),
    )  # fmt: skip
    row = coordination.plan_operation(plan, actor=leader, now=scene.now)
    coordination.start_operation(operation_id=row.pk, actor=leader, now=scene.now)
    coordination.add_operation_case(operation_id=row.pk, number=number, actor=leader, now=scene.now)
    for count in (coordination.Count(lead, "inspected", 26),
                  coordination.Count(others[0], "seized", 4)):  # fmt: skip
        coordination.tell_result(count, operation_id=row.pk, actor=leader, now=scene.now)
    scene.show(f"/joint-operations/{row.pk}/", "联合整治行动：多单位同时出动，成果逐项登记",
               "A joint operation under way, with results told by its units", "leader")  # fmt: skip


def _meeting(scene: Scene) -> None:
    actor = scene.actor("supervisor")
    call = coordination.Call(
        kind="joint", title="城市管理联席会议", planned_at=scene.now + timedelta(hours=1),
        place="指挥中心",
    )  # fmt: skip
    meeting = coordination.call_meeting(call, actor=actor, now=scene.now)
    coordination.add_agenda_item(meeting_id=meeting.pk, title="夜间施工扰民", actor=actor)
    scene.wait(hours=2)
    coordination.record_minutes(
        meeting_id=meeting.pk, actor=actor, now=scene.now,
        minutes=coordination.Minutes(
            held_at=scene.now, present="各责任单位", minutes="一、夜间施工由执法部门牵头。"
        ),
    )  # fmt: skip
    unit = scene.town.units[scene.town.posts["unit_desk"][0].organisation_id]
    coordination.give_task(
        meeting_id=meeting.pk, unit=unit, what="一周内完成夜间施工专项检查。", actor=actor,
        due_on=timezone.localdate(scene.now) + timedelta(days=7), now=scene.now,
    )  # fmt: skip
    scene.show(f"/meetings/{meeting.pk}/", "联席会议：议题、纪要、任务",
               "A joint meeting with agenda, minutes and a task", "supervisor")  # fmt: skip
