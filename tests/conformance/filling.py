"""The city of the conformance tests filled: a case at every stage, one row of every kind."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from django.utils import timezone

from cityloop.cases import proof
from cityloop.cases.models import Case, CaseEvent, Seal
from cityloop.coordination import operations as coordination
from cityloop.desks import operations as desks
from cityloop.discipline import operations as discipline
from cityloop.discipline.models import Lot, Sample
from cityloop.duty import operations as duty
from cityloop.feedback import operations as feedback
from cityloop.geo import operations as geo
from cityloop.geo.models import MapChange, UnitGrid
from cityloop.geo.tests import world as ground
from cityloop.hotline import operations as hotline
from cityloop.hotline.reading import Row
from cityloop.intake import operations as intake
from cityloop.intake.models import ReporterNotice
from cityloop.kernel import clock, uploads
from cityloop.kernel.models import StoredFile
from cityloop.notify import operations as notify
from cityloop.notify.models import Message, ReplyCheck, ReplyDraw
from cityloop.oversight import operations as oversight
from cityloop.people import operations as people
from cityloop.permits import operations as permits
from cityloop.petitions import operations as petitions
from cityloop.precedents import operations as precedents
from cityloop.standards import operations as standards
from cityloop.standards.tests.editions import Files
from tests import town as towns
from tests.conformance import browsers
from tests.conformance.city import DRAFT, PHONE, City
from tests.duty import DAY, away, on_duty, person, shift
from tests.works import Story


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
        _feedback,
        _dispute,
        _meetings,
        _matters,
        _operations,
        _discipline,
        _works,
        _territory,
        _settings,
        _oversight,
        _duty,
        _standing_by,
        _permits,
        _reply_check,
        _sampled,
        _browser,
        _editions,
        _table,
    ):
        part(city)
    case = Case.objects.get(number=city.cases["closed"])
    paper = case.attachments.select_related("file").order_by("pk")[0]
    city.photo, city.paper = paper.file.sha256, paper.pk
    return city


def _editions(city: City) -> None:
    """A draft of the city's next catalogue, and a file for another that waits to be looked at."""
    files = Files(DRAFT, family="hangzhou", valid_from="2099-01-01", based_on="GBT30428.2-2013")
    with TemporaryDirectory() as folder:
        path = files.workbook(Path(folder) / "a.xlsx")
        standards.load_edition(path, actor=towns.SYSTEM, now=city.town.now)
        files.rules[0]["limit_amount"] = "8"
        sent = [("b.xlsx", files.workbook(Path(folder) / "b.xlsx").read_bytes())]
    standards.put_up(sent, actor=city.town.actor("administrator"), now=city.town.now)


def _table(city: City) -> None:
    """A table of organisations that waits to be looked at, and somebody who was invited."""
    by = {"actor": city.town.actor("administrator"), "now": city.town.now}
    table = "code,name_zh,kind,parent_code\nNEW,新单位,department,CITY\n".encode()
    uploads.put_up("organisations", "units.csv", table, **by)
    city.invitation = people.invite(member_id=city.town.members["stranger"].pk, **by).code


def _territory(city: City) -> None:
    """The waterworks manages an area of its own."""
    town = city.town
    people.set_territory(
        organisation=town.units["WATER"], name="水厂自管区", source_document="试验",
        outline=town.grid(900).geom.geojson, actor=towns.SYSTEM, now=town.now,
    )  # fmt: skip
    # One grid is to leave the city in many years.
    geo.retire_grid(
        code=UnitGrid.objects.order_by("-code")[0].code, on=date(2099, 6, 1), leaves_city=True,
        actor=towns.SYSTEM, now=town.now,
    )  # fmt: skip


def _settings(city: City) -> None:
    """The whole town is served; a map service that nobody sees yet; an example of a filing rule."""
    town, by = city.town, {"actor": towns.SYSTEM, "now": city.town.now}
    area = geo.set_service_area(name="全区", shape=ground.OUTLINE, starts_on=towns.SINCE, **by)
    source = geo.set_map_source(
        name="影像", kind="xyz", url="https://maps.test/{z}/{x}/{y}.png", enabled=False, **by
    )
    file = StoredFile.objects.get(sha256=town.stored())
    shown = standards.attach_example(rule_id=town.rule().pk, file_id=file.pk, verdict="bad", **by)
    city.ready_text = desks.keep_text(
        use="opinion", title="已核实", text="情况属实", actor=by["actor"], now=by["now"]
    ).pk
    city.service_area, city.map_source, city.example = area.pk, source.pk, shown.pk
    city.map_change = MapChange.objects.order_by("pk")[0].pk


def _hotline(city: City) -> None:
    """A call of somebody who reported before, and an order of 12345."""
    town, machine = city.town, city.town.actor("exchange")
    hotline.sign_on("8001", actor=town.actor("acceptor"), now=town.now)
    event = hotline.CallEvent("C-1", "answered", "8001", caller=PHONE)
    hotline.note_call(event, actor=machine, now=clock.now())
    point = town.grid(50).geom.point_on_surface
    cells = {"number": "A1", "text": "路面塌陷", "lon": str(point.x), "lat": str(point.y)}
    hotline.import_orders([Row(1, cells)], name="A", actor=machine, now=town.now)


def _petitions(city: City) -> None:
    """Three letters of one person, the third not yet compared, the first answered; a suggestion."""
    town, clerk = city.town, city.town.actor("acceptor")
    for text in ("逢雨积水，望整治", "逢雨积水，望整治。", "逢雨积水，望整治！"):
        given = petitions.NewPetition(
            kind="letter", received_on=town.now.date(), subject="积水", text=text,
            name="赵七", phone=PHONE, address="桥头街7号",
        )  # fmt: skip
        city.petitions.append(petitions.register(given, actor=clerk, now=town.now).number)
    first, second, _third = city.petitions
    petitions.send_letter(first, text="已转办", medium="post", actor=clerk, now=town.now)
    petitions.decide(second, first, same=True, actor=clerk, now=town.now)
    new = petitions.NewSuggestion(subject="公园", text="建议建公园", name="钱六")
    city.suggestion = petitions.suggest(new, caller="10.0.0.1", limited=False, now=town.now)


def _feedback(city: City) -> None:
    """A wish with a picture that the staff is shown, a fault, and what is the same as the wish."""
    town, boss = city.town, city.town.actor("administrator")
    shot = StoredFile.objects.get(sha256=town.stored())
    for name, by, kind, picture in (("wish", "acceptor", "wish", shot),
                                    ("fault", "inspector", "fault", None),
                                    ("same", "water", "fault", None)):  # fmt: skip
        said = feedback.NewEntry(kind, f"{name}：列宽", "/cases/", "案件", "zh-hans", picture)
        row = feedback.say(said, actor=town.actor(by), limited=False, now=town.now)
        city.feedback[name] = row.pk
    wish = city.feedback["wish"]
    feedback.publish(wish, words="列表记住列宽", actor=boss, now=town.now)
    feedback.mark_same(city.feedback["same"], other_id=wish, actor=boss, now=town.now)


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
    for version, kind in ((1, "other"), (3, "split"), (4, "moved")):  # each another deed
        given = discipline.Accusation(
            kind, town.units["WATER"], [number], "位置不符", lines=[(number, version)]
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
    worked = story.priced(trees=1)
    story.close(worked)
    city.orders["done"] = worked.number
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
    town.report(kind="remind", class_code="E0102", text="提示一件")


def _permits(city: City) -> None:
    """A permit of GREEN where a case is."""
    town, point = city.town, Case.objects.get(number=city.cases["handling"]).point
    assert point is not None
    permits.record_permit(
        kind="excavation", number="掘1", issuer_id=town.units["GREEN"].pk, holder="城建公司",
        phone="13800000001", lon=point.x, lat=point.y, valid_from=date(2026, 1, 1),
        valid_until=date(2027, 12, 31), actor=towns.SYSTEM, now=town.now,
    )  # fmt: skip


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


def _standing_by(city: City) -> None:
    """A period ahead with somebody of its team and a camera."""
    town, first = city.town, city.town.now.date() + timedelta(days=30)
    by = {"actor": town.actor("administrator"), "now": town.now}
    period = standards.add_protection(
        standards.NewProtection("马拉松", first, first), why="试验", **by
    )
    member = duty.put_on_team(
        period_id=period.pk, member=town.members["li"], reached=duty.Reached("13900000011"), **by
    )
    camera = duty.add_camera(
        period_id=period.pk, code="K001", name="广场东口", lon=120.155, lat=30.281, **by
    )
    city.standing_by = {"period": period.pk, "member": member.pk, "camera": camera.pk}


def _browser(city: City) -> None:
    """A browser in which the acceptor is told."""
    actor = city.town.actor("acceptor")
    city.view = desks.save_view(
        title="逾期", address="/cases/?overdue=on", actor=city.town.actor("acceptor"),
        now=city.town.now,
    ).pk  # fmt: skip
    city.told_in = browsers.told_in_a_browser(actor, now=city.town.now)


def _sampled(city: City) -> None:
    """Every decision of the day drawn; a rejection of the acceptor's found wrong."""
    town, seal = city.town, Seal.objects.order_by("-pk")[0]
    Lot.objects.create(
        day=town.now.date(), seed=seal.digest, seal=seal, share=1.0, decided=0, drawn_at=town.now
    )
    draw_all()
    row = Sample.objects.filter(operator=town.members["acceptor"], kind="reject").order_by("pk")[0]
    discipline.judge_decision(
        sample_id=row.pk, ruling="wrong", mistake="to_accept", note="应予受理",
        actor=town.actor("supervisor"), now=town.now,
    )  # fmt: skip


def draw_all() -> None:
    """Every decision of people that was not drawn yet, into the lot that there is."""
    lot, known = Lot.objects.get(), set(Sample.objects.values_list("case", "version"))
    kinds = {"accept": "accept", "reject": "reject", "dispatch": "dispatch"}
    rows = CaseEvent.objects.filter(action__in=kinds, member__isnull=False).order_by("pk")
    Sample.objects.bulk_create(
        Sample(
            lot=lot, case_id=row.case_id, version=row.version, kind=kinds[row.action],
            operator_id=row.member_id, decided_at=row.at,
        )
        for row in rows
        if (row.case_id, row.version) not in known
    )  # fmt: skip


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
