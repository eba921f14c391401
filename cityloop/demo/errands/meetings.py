"""Several units together: joint meetings with tasks, joint operations with results, key matters."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.utils import timezone

from cityloop.cases.models import IN_HANDLING, Case
from cityloop.coordination import operations as coordination
from cityloop.coordination.models import JointOperation, KeyMatter, Milestone
from cityloop.demo.errands.shape import After, Errand, then
from cityloop.demo.town import Town
from cityloop.kernel.actor import Actor
from cityloop.people.models import Organisation

POINTS = ("夜间施工扰民", "共享单车停放秩序", "背街小巷保洁", "占道经营反弹")
RESULTS = ("inspected", "corrected", "ordered", "seized")
TASKS, DONE_AFTER = 2, (1, 8)  # of a meeting; days
NIGHTS = 3  # of a joint operation
GROUPED = 3  # cases of a key matter at once
MOST = 9


def call_meeting(town: Town, now: datetime) -> After:
    """A supervisor calls a joint meeting: open disputes and worst figures are on its agenda."""
    actor, planned = town.person("supervisor", now=now), now + timedelta(days=2)
    call = coordination.Call(
        kind="joint", title="城市管理联席会议", planned_at=planned, place="指挥中心会议室"
    )
    row = coordination.call_meeting(call, actor=actor, now=now)
    coordination.add_agenda_item(meeting_id=row.pk, title=town.chance.choice(POINTS), actor=actor)
    ended = planned + timedelta(minutes=town.chance.uniform(80, 150))
    return then((ended, _held(row.pk, planned)), counted="meetings called")


def _held(meeting: int, began: datetime) -> Errand:
    def held(town: Town, now: datetime) -> After:
        actor = town.person("supervisor", now=now)
        coordination.record_minutes(
            meeting_id=meeting, actor=actor, now=now,
            minutes=coordination.Minutes(
                held_at=began, present="各责任单位分管负责人、街道、指挥中心",
                minutes="一、逐件研究权属争议；二、通报超时较多单位；三、明确下周任务。",
            ),
        )  # fmt: skip
        given = [_give(town, meeting, actor, now) for _ in range(TASKS)]
        return then(*given, counted="meetings held")

    return held


def _give(town: Town, meeting: int, actor: Actor, now: datetime) -> tuple[datetime, Errand]:
    unit = town.chance.choice(_units(town))
    row = coordination.give_task(
        meeting_id=meeting, unit=unit, what="一周内完成专项检查并报送结果。", actor=actor,
        due_on=timezone.localdate(now) + timedelta(days=7), now=now,
    )  # fmt: skip
    return now + timedelta(days=town.chance.uniform(*DONE_AFTER)), _done(row.pk, unit.pk)


def _done(task: int, unit: int) -> Errand:
    def done(town: Town, now: datetime) -> After:
        desk = town.person("unit_desk", now=now, unit=unit)
        coordination.finish_task(task_id=task, result="已完成检查，清单附后。", actor=desk, now=now)
        return After(counted="tasks of meetings done")

    return done


def _units(town: Town) -> list[Organisation]:
    """The units that have a desk, in a fixed order."""
    return [
        town.units[pk] for pk in sorted({one.organisation_id for one in town.posts["unit_desk"]})
    ]


# ---------------------------------------------------------------- joint operations


def plan_operation(town: Town, now: datetime) -> After | None:
    """Units go out together for some nights; one operation after the other."""
    if JointOperation.objects.filter(ended_at=None).exists():
        return None
    leader, today = town.person("leader", now=now), timezone.localdate(now)
    lead, *others = town.chance.sample(_units(town), 3)
    plan = coordination.OperationPlan(
        title="夜间市容联合整治", plan="每晚七时至十一时，沿主次干道检查占道经营和渣土运输。",
        lead=lead, units=others, begins_on=today, ends_on=today + timedelta(days=NIGHTS - 1),
    )  # fmt: skip
    row = coordination.plan_operation(plan, actor=leader, now=now)
    nights = [
        (_at(now, days, time(23)), _counts(row.pk, [lead, *others])) for days in range(NIGHTS)
    ]
    return then(
        (_at(now, 0, time(19)), _start(row.pk)), *nights,
        (_at(now, NIGHTS, time(10)), _report(row.pk)), counted="joint operations",
    )  # fmt: skip


def _at(now: datetime, days: int, clock: time) -> datetime:
    day = timezone.localdate(now) + timedelta(days=days)
    return timezone.make_aware(datetime.combine(day, clock))


def _start(operation: int) -> Errand:
    def start(town: Town, now: datetime) -> None:
        coordination.start_operation(
            operation_id=operation, actor=town.person("leader", now=now), now=now
        )

    return start


def _counts(operation: int, units: list[Organisation]) -> Errand:
    """Each unit tells what it counted that night; what was found this evening belongs to it."""

    def counts(town: Town, now: datetime) -> After:
        actor = town.person("leader", now=now)
        for unit in units:
            kind, number = town.chance.choice(RESULTS), town.chance.randrange(2, 40)
            told = coordination.Count(unit, kind, number)
            coordination.tell_result(told, operation_id=operation, actor=actor, now=now)
        evening = Case.objects.filter(
            reported_at__gte=now - timedelta(hours=3), reported_at__lt=now
        )
        for found in evening.order_by("pk").values_list("number", flat=True)[:2]:
            coordination.add_operation_case(
                operation_id=operation, number=found, actor=actor, now=now
            )
        return After(counted="nights of operations")

    return counts


def _report(operation: int) -> Errand:
    def report(town: Town, now: datetime) -> After:
        words = "三晚共出动执法、保洁力量九十余人次，问题当场整改为主，反复点位转重点事项。"
        coordination.report_operation(
            operation_id=operation, report=words, actor=town.person("leader", now=now), now=now
        )
        return After(counted="operations reported")

    return report


# ---------------------------------------------------------------- key matters


def key_matter(town: Town, now: datetime) -> After | None:
    """A key matter is opened, or gets more cases of its street."""
    leader = town.person("leader", now=now)
    row = KeyMatter.objects.filter(closed_at=None).order_by("pk").first()
    if row is None:
        row = _opened(town, leader, now)
    if row.members.count() >= MOST:
        return None
    street = town.streets[0][0].grid[:9]
    cases = Case.objects.filter(status__in=IN_HANDLING, area_code__startswith=street)
    new = cases.exclude(pk__in=row.members.values("case_id")).order_by("-pk")
    for number in new.values_list("number", flat=True)[:GROUPED]:
        coordination.add_case(matter_id=row.pk, number=number, actor=leader, now=now)
    due = Milestone.objects.filter(matter=row, reached_on=None).order_by("pk").first()
    return then((now + timedelta(days=3), _reached(due.pk))) if due else None


def _opened(town: Town, leader: Actor, now: datetime) -> KeyMatter:
    today = timezone.localdate(now)
    matter = coordination.Matter(
        title="重点街区反复问题综合整治", description="同一街区反复发生，须多单位协同。",
        owner=town.chance.choice(_units(town)), due_on=today + timedelta(days=60),
    )  # fmt: skip
    row = coordination.open_matter(matter, actor=leader, now=now)
    for title, days in (("完成点位摸排", 7), ("完成首轮整治", 30), ("长效管理移交", 60)):
        coordination.set_milestone(
            matter_id=row.pk, title=title, due_on=today + timedelta(days=days), actor=leader,
            now=now,
        )  # fmt: skip
    return row


def _reached(milestone: int) -> Errand:
    def reached(town: Town, now: datetime) -> After:
        coordination.reach_milestone(
            milestone_id=milestone, note="按期完成。", actor=town.person("leader", now=now), now=now
        )
        return After(counted="milestones reached")

    return reached
