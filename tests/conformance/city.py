"""The town as machine clients and browsers meet it: cases at every stage, a key for everybody."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from cityloop.assets.models import Component
from cityloop.cases import proof
from cityloop.cases.models import Case, Seal
from cityloop.coordination import operations as coordination
from cityloop.coordination.models import (
    Dispute,
    JointMeeting,
    JointOperation,
    KeyMatter,
    MeetingTask,
    Milestone,
    SiteMeeting,
)
from cityloop.discipline import operations as discipline
from cityloop.discipline.models import Card, FraudFinding
from cityloop.duty import operations as duty
from cityloop.duty.models import Absence, Handover, Shift, Turn
from cityloop.hotline import operations as hotline
from cityloop.hotline.models import Call as HotlineCall
from cityloop.hotline.reading import Row
from cityloop.intake import operations as intake
from cityloop.intake.models import ReporterNotice
from cityloop.kernel import clock
from cityloop.notify import operations as notify
from cityloop.notify.models import Message, ReplyCheck, ReplyDraw
from cityloop.oversight import operations as oversight
from cityloop.oversight.models import NamedList, Sending
from cityloop.people import operations as people
from cityloop.people.models import Holding, Post, Responsibility, Territory, Token
from cityloop.petitions import operations as petitions
from cityloop.petitions.models import Letter, Suggestion
from cityloop.precedents import operations as precedents
from cityloop.standards import operations as standards
from cityloop.works.models import BudgetLine, Claim, Designation, PriceItem
from tests import town as towns
from tests.conformance import browsers
from tests.duty import DAY, away, on_duty, person, shift
from tests.works import Story

PHONE = "13800000000"
BACKEND = "django.contrib.auth.backends.ModelBackend"
ALL_ROWS = """
SELECT table_name FROM information_schema.tables
WHERE table_schema = 'public' AND table_type = 'BASE TABLE'
  AND table_name NOT IN ('kernel_remembered_call', 'spatial_ref_sys')
ORDER BY table_name
"""
TOUCHED = """
SELECT relname FROM pg_stat_xact_user_tables
WHERE n_tup_ins + n_tup_del > 0 AND relname NOT IN ('kernel_remembered_call', 'spatial_ref_sys')
"""


@dataclass
class City:
    """The town, its cases by stage, the raw keys by member."""

    town: towns.Town
    keys: dict[str, str]
    cases: dict[str, str] = field(default_factory=dict)
    report: str = ""
    photo: str = ""
    orders: dict[str, str] = field(default_factory=dict)
    protection: int = 0
    dirty: str = ""
    reply_check: int = 0
    told_in: int = 0
    petitions: list[str] = field(default_factory=list)
    suggestion: Suggestion = field(default_factory=Suggestion)

    def call(self, method: str, path: str, *, by: str = "", **more: Any) -> HttpResponse:
        """A machine client's request: by key, or anonymous."""
        headers = dict(more.pop("headers", {}))
        if by:
            headers["Authorization"] = f"Bearer {self.keys.get(by, by)}"
        client = Client(raise_request_exception=False)
        return client.generic(method, path, headers=headers, **more)

    def browser(self, by: str = "") -> Client:
        """A browser, signed in or not."""
        client = Client(raise_request_exception=False)
        if by:
            client.force_login(self.town.members[by], backend=BACKEND)
        return client

    # what rows of the tables of calls and pages refer to
    @property
    def post(self) -> int:
        """A post."""
        return int(Post.objects.get(code="WATER-water").pk)

    @property
    def holding(self) -> int:
        """A holding."""
        return int(Holding.objects.get(member=self.town.members["green"]).pk)

    @property
    def letter(self) -> int:
        """The answer to the first petition."""
        return int(Letter.objects.order_by("pk")[0].pk)

    @property
    def line(self) -> int:
        """A line of the matrix."""
        return int(Responsibility.objects.order_by("pk")[0].pk)

    @property
    def territory(self) -> int:
        """An area of a company's own."""
        return int(Territory.objects.get().pk)

    @property
    def notice(self) -> int:
        """An answer that is owed."""
        return int(ReporterNotice.objects.order_by("pk")[0].pk)

    @property
    def call_row(self) -> int:
        """A call."""
        return int(HotlineCall.objects.get(outer_id="C-1").pk)

    @property
    def message(self) -> int:
        """A message to the inspector."""
        to = self.town.members["inspector"].pk
        return int(Message.objects.filter(member_id=to).order_by("pk")[0].pk)

    @property
    def planned(self) -> int:
        """A joint meeting that was called."""
        return int(JointMeeting.objects.get(title="月度联席会议").pk)

    @property
    def held(self) -> int:
        """A joint meeting that was held, with a task for ROADS."""
        return int(JointMeeting.objects.get(title="上月联席会议").pk)

    @property
    def meeting_task(self) -> int:
        """The task."""
        return int(MeetingTask.objects.get(meeting=self.held).pk)

    @property
    def matter(self) -> int:
        """A key matter of ROADS with a milestone."""
        return int(KeyMatter.objects.get(title="积水整治").pk)

    @property
    def finished(self) -> int:
        """One of which nothing is left to do."""
        return int(KeyMatter.objects.get(title="渣土整治").pk)

    @property
    def operation(self) -> int:
        """A joint operation of ROADS and GREEN that is under way, with a result."""
        return int(JointOperation.objects.get(title="夜市整治").pk)

    @property
    def unbegun(self) -> int:
        """One that has not begun."""
        return int(JointOperation.objects.get(title="渣土夜查").pk)

    @property
    def milestone(self) -> int:
        """Its milestone."""
        return int(Milestone.objects.get(matter=self.matter).pk)

    @property
    def finding(self) -> int:
        """A fraud finding about WATER that is not decided."""
        return int(FraudFinding.objects.get(kind="moved").pk)

    @property
    def card(self) -> int:
        """A yellow card that WATER owes an answer to."""
        return int(Card.objects.filter(colour="yellow").order_by("pk")[0].pk)

    @property
    def card_proposed(self) -> int:
        """One that is proposed."""
        return int(Card.objects.filter(state="proposed").order_by("pk")[0].pk)

    @property
    def dispute(self) -> int:
        """An open dispute."""
        return int(Dispute.objects.order_by("pk")[0].pk)

    @property
    def dispute_paper(self) -> str:
        """A paper of its site meeting."""
        return str(SiteMeeting.objects.order_by("pk")[0].file.sha256)

    @property
    def component(self) -> str:
        """The code of a component."""
        return str(Component.objects.order_by("code")[0].code)

    @property
    def claim(self) -> int:
        """A claim on somebody in words, without a notice."""
        return int(Claim.objects.get(party="翠苑物业公司").pk)

    @property
    def designation(self) -> int:
        """A designated unit."""
        return int(Designation.objects.get(organisation__code="GREEN").pk)

    @property
    def price(self) -> int:
        """A price of the designated unit."""
        return int(PriceItem.objects.get(code="T01").pk)

    @property
    def budget(self) -> int:
        """A budget line."""
        return int(BudgetLine.objects.get(code="DZZ").pk)

    @property
    def notice_paper(self) -> str:
        """A notice that was served."""
        return str(Claim.objects.get(party="已通知者").notice_file.sha256)

    @property
    def named_list(self) -> int:
        """A list of the supervisor's with a case, sent to WATER."""
        return int(NamedList.objects.get(title="卫生死角").pk)

    @property
    def other_list(self) -> int:
        """A list that nobody has received yet."""
        return int(NamedList.objects.get(title="夜间占道").pk)

    @property
    def sending(self) -> int:
        """What WATER received."""
        return int(Sending.objects.get(named_list=self.named_list).pk)

    @property
    def shift(self) -> int:
        """A shift of WATER, with a worker on duty."""
        return int(Shift.objects.get(organisation__code="WATER").pk)

    @property
    def turn(self) -> int:
        """The worker's turn."""
        return int(Turn.objects.get(shift=self.shift, rank=1).pk)

    @property
    def absence(self) -> int:
        """An absence in WATER."""
        return int(Absence.objects.order_by("pk")[0].pk)

    @property
    def handover(self) -> int:
        """A shift that waits to be accepted."""
        return int(Handover.objects.get(left_by__username="shift_leader").pk)

    @property
    def secondment(self) -> int:
        """A secondment to WATER."""
        return int(Holding.objects.get(member__username="guest").pk)

    @property
    def token(self) -> int:
        """A key of the worker."""
        return int(Token.objects.get(member=self.town.members["water_worker"]).pk)


def build(folder: Path) -> City:
    """The town three days ago, its cases of the last days."""
    town = towns.build(folder, now=clock.now() - timedelta(days=3))
    person(town, "night_leader", "PLAT", "shift_leader")
    person(town, "li", "WATER", "worker")
    _second(town, "guest", "WATER")
    keys = {}
    for name, member in town.members.items():
        _row, keys[name] = people.issue_token(
            member=member, name="tests", actor=towns.SYSTEM, now=town.now
        )
    city = City(town, keys)
    past = town.now.date() - timedelta(days=90)
    event = standards.NewProtection("运动会", past, past)
    period = standards.add_protection(event, actor=towns.SYSTEM, now=town.now, why="试验")
    city.protection = period.pk
    for stage in (*towns.OPEN_STAGES, "checked", "closed"):
        city.cases[stage] = town.case(stage).number
        town.wait(minutes=5)
    receipt = town.report("hotline12319", reporter_name="张三", reporter_phone=PHONE)
    city.report, city.cases["hotline"] = receipt.number, receipt.case
    told = town.report("hotline12345", reporter_name="李四", reporter_phone=PHONE)
    case = town.step(told.case, "reject", "acceptor", reason_code="too_vague", reason="无法定位")
    intake.owe_all(number=case.number, version=case.version, topic="rejected", now=town.now)
    call = town.report("hotline12319", reporter_name="王五", reporter_phone=PHONE)
    case = town.step(call.case, "send_verify", "acceptor", inspector="inspector")
    notify.tell(topic="to_verify", number=case.number, version=case.version, now=town.now)
    for part in (
        _hotline,
        _petitions,
        _dispute,
        _meetings,
        _matters,
        _operations,
        _discipline,
        _works,
        _territory,
        _oversight,
        _duty,
        _reply_check,
        _browser,
    ):
        part(city)
    case = Case.objects.get(number=city.cases["closed"])
    city.photo = case.attachments.order_by("pk")[0].file.sha256
    return city


def _territory(city: City) -> None:
    """The waterworks manages an area of its own."""
    town = city.town
    people.set_territory(
        organisation=town.units["WATER"], name="水厂自管区", source_document="试验",
        outline=town.grid(900).geom.geojson, actor=towns.SYSTEM, now=town.now,
    )  # fmt: skip


def _hotline(city: City) -> None:
    """A call of somebody who reported before, and an order of 12345."""
    town, machine = city.town, city.town.actor("exchange")
    hotline.sign_on("8001", actor=town.actor("acceptor"), now=town.now)
    event = hotline.CallEvent("C-1", "answered", "8001", caller=PHONE)
    hotline.note_call(event, actor=machine, now=town.now)
    point = town.grid(50).geom.point_on_surface
    cells = {"number": "A1", "text": "路面塌陷", "lon": str(point.x), "lat": str(point.y)}
    hotline.import_orders([Row(1, cells)], name="A", actor=machine, now=town.now)


def _petitions(city: City) -> None:
    """Three letters of one person, the third not yet compared, the first answered; a suggestion."""
    town, clerk = city.town, city.town.actor("acceptor")
    for _n in range(3):
        given = petitions.NewPetition(
            kind="letter", received_on=town.now.date(), subject="积水", text="逢雨积水，望整治",
            name="赵七", phone=PHONE, address="桥头街7号",
        )  # fmt: skip
        city.petitions.append(petitions.register(given, actor=clerk, now=town.now).number)
    first, second, _third = city.petitions
    petitions.send_letter(first, text="已转办", medium="post", actor=clerk, now=town.now)
    petitions.decide(second, first, same=True, actor=clerk, now=town.now)
    new = petitions.NewSuggestion(subject="公园", text="建议建公园", name="钱六")
    city.suggestion = petitions.suggest(new, caller="10.0.0.1", limited=False, now=town.now)


def _dispute(city: City) -> None:
    """A case that two units have returned, frozen; they have met on site."""
    town = city.town
    number = town.case("filed").number
    for unit, desk in (("ROADS", "roads"), ("GREEN", "green")):
        town.step(number, "dispatch", "dispatcher", unit=unit, reason="再派")
        town.step(number, "return", desk, reason_code="not_ours", reason="不属我方")
    case = town.step(number, "freeze", "dispatcher")
    row = coordination.open_dispute(number=number, version=case.version)
    coordination.record_site_meeting(
        dispute_id=row.pk, held_at=town.now, place="现场", present="两家", minutes="看图",
        file=town.paper("paper").file, actor=town.actor("dispatcher"), now=town.now,
    )  # fmt: skip
    city.cases["coordinating"] = number


def _meetings(city: City) -> None:
    """One is called; one was held, and gave ROADS a task."""
    town, actor = city.town, city.town.actor("supervisor")
    for title in ("月度联席会议", "上月联席会议"):
        call = coordination.Call("joint", title, town.now + timedelta(days=9), "指挥中心")
        row = coordination.call_meeting(call, actor=actor, now=town.now)
    held = coordination.Minutes(town.now, "各单位", "一、…", town.paper("paper").file)
    coordination.record_minutes(meeting_id=row.pk, minutes=held, actor=actor, now=town.now)
    coordination.give_task(
        meeting_id=row.pk, unit=town.units["ROADS"], what="划定边界",
        due_on=town.now.date() + timedelta(days=90), actor=actor, now=town.now,
    )  # fmt: skip


def _matters(city: City) -> None:
    """Two key matters of ROADS; one has a case and a milestone."""
    town, actor = city.town, city.town.actor("supervisor")
    day = town.now.date() + timedelta(days=90)
    for title in ("渣土整治", "积水整治"):
        facts = coordination.Matter(title, "逢雨积水", town.units["ROADS"], day)
        row = coordination.open_matter(facts, actor=actor, now=town.now)
    coordination.set_milestone(
        matter_id=row.pk, title="摸底", due_on=day, actor=actor, now=town.now
    )
    coordination.add_case(
        matter_id=row.pk, number=city.cases["handling"], actor=actor, now=town.now
    )


def _operations(city: City) -> None:
    """Two joint operations of ROADS with GREEN; one is under way and has a result."""
    town, actor = city.town, city.town.actor("supervisor")
    lead, other = town.units["ROADS"], town.units["GREEN"]
    day = timezone.localdate(town.now)
    for title in ("夜市整治", "渣土夜查"):
        plan = coordination.OperationPlan(title, "集中整治", lead, day, day, [other])
        row = coordination.plan_operation(plan, actor=actor, now=town.now)
        if title == "夜市整治":
            coordination.start_operation(operation_id=row.pk, actor=actor, now=town.now)
            coordination.tell_result(
                coordination.Count(lead, "inspected", 12),
                operation_id=row.pk, actor=actor, now=town.now,
            )  # fmt: skip


def _discipline(city: City) -> None:
    """Findings about WATER: one not decided, two upheld; one card issued, one proposed."""
    town, number = city.town, city.cases["handling"]
    for kind in ("other", "split", "moved"):
        given = discipline.Accusation(
            kind, town.units["WATER"], [number], "位置不符", lines=[(number, 1)]
        )
        row = discipline.record_fraud(given, actor=town.actor("supervisor"), now=town.now)
        leader = town.actor("leader")
        if kind != "moved":
            discipline.decide_fraud(
                finding_id=row.pk, verdict="upheld", reason="属实", actor=leader, now=town.now
            )
        if kind == "other":
            discipline.approve_card(
                card_id=city.card_proposed, reason="属实", actor=leader, now=town.now
            )


def _works(city: City) -> None:
    """An order at every stage, claims on four parties."""
    story = Story(city.town)
    city.orders["opened"] = story.ordered().number
    city.orders["priced"] = story.priced(trees=1).number
    city.orders["to_cancel"] = story.priced(trees=1).number
    done = story.priced(trees=1)
    story.invoice(done, 800)
    city.orders["invoiced"] = done.number
    for party in ("翠苑物业公司", "已通知者", "张三", "李四"):
        claim = story.claim(done, 100, party=party)
        if party == "已通知者":
            story.notice(claim)


def _oversight(city: City) -> None:
    """A list that WATER has received, one in the making, an order on a case, a reminder."""
    town, actor = city.town, city.town.actor("supervisor")
    city.dirty = town.grid(40).code
    point = town.grid(40).geom.point_on_surface
    for n in range(2):
        town.wait(days=0, hours=1)
        town.report(class_code="E0110", x=point.x, y=point.y, text=f"暴露垃圾，第{n}次")
    city.cases["settled"] = town.case("closed").number
    for title in ("卫生死角", "夜间占道"):
        row = oversight.make_list(kind="dead_corners", title=title, actor=actor, now=town.now)
        oversight.add_cases(
            list_id=row.pk, numbers=[city.cases["handling"]], actor=actor, now=town.now
        )
    oversight.send_list(
        list_id=city.named_list, organisation=town.units["WATER"], note="请整治",
        due_on=town.now.date() + timedelta(days=30), actor=actor, now=town.now,
    )  # fmt: skip
    precedents.mark(
        number=city.cases["closed"], note="典型", actor=town.actor("acceptor"), now=town.now
    )
    town.step(city.cases["dispatched"], "urge", "supervisor", reason="请答复")
    town.report(kind="remind", class_code="E0101", text="提示一件")


def _second(town: towns.Town, name: str, unit: str) -> None:
    """Somebody lent to WATER's worker's post for some days."""
    town.members[name] = people.create_member(
        username=name, name=name, organisation=town.units[unit], actor=towns.SYSTEM, now=town.now
    )
    people.second_member(
        member=town.members[name], post=town.members["water_worker"].holdings.get().post,
        valid_to=town.now.date() + timedelta(days=9), actor=towns.SYSTEM, now=town.now,
    )  # fmt: skip
    towns.forget()


def _duty(city: City) -> None:
    """WATER keeps a roster, somebody was called, a shift waits to be accepted."""
    town = city.town
    row = shift(town, "白班", DAY)
    on_duty(town, row, "water_worker")
    on_duty(town, row, "li", rank=2)
    away(town, "li")
    case = town.case("dispatched")
    duty.call_on_duty(number=case.number, version=case.version, now=town.now)
    city.cases["called"] = case.number
    duty.end_shift(shift="白班", actor=town.actor("shift_leader"), now=town.now)


def _browser(city: City) -> None:
    """A browser in which the acceptor is told."""
    actor = city.town.actor("acceptor")
    city.told_in = browsers.told_in_a_browser(actor, now=city.town.now)


def _reply_check(city: City) -> None:
    """A reply that the shift leader has sent, drawn for a second person."""
    town, author = city.town, city.town.members["shift_leader"]
    notice = ReporterNotice.objects.order_by("-pk")[0]
    sent = Message.objects.create(
        topic=notice.topic, notice=notice, case=notice.report.case, version=1, media=["console"],
        medium="console", text="已处理。", state="sent", ordered_at=town.now, ordered_by="值班长",
        author=author, sent_at=town.now,
    )  # fmt: skip
    proof.seal(now=town.now)
    seal = Seal.objects.order_by("-pk")[0]
    draw = ReplyDraw.objects.create(
        day=town.now.date(), seed=seal.digest, seal=seal, share=1.0, sent=1, drawn=[str(sent.pk)],
        drawn_at=town.now,
    )  # fmt: skip
    city.reply_check = ReplyCheck.objects.create(draw=draw, message=sent, author=author).pk


def fingerprint(base: dict[str, int] = {}) -> dict[str, int]:  # noqa: B006 (the module's memory)
    """Rows of every table: what a write has done.

    Counted as a whole once, outside of any test; then only the tables in which the test's own
    transaction made or removed rows: no other can have another number.
    """
    if not connection.in_atomic_block:
        base.clear()
        base.update(_counted(ALL_ROWS))
    return {**base, **_counted(TOUCHED)}


def _counted(which: str) -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(which)
        names = [row[0] for row in cursor.fetchall()]
        counts = ", ".join(f'(SELECT count(*) FROM "{name}")' for name in names)
        cursor.execute(f"SELECT {counts}" if names else "SELECT")
        return dict(zip(names, cursor.fetchone() or (), strict=True))
