"""The city of the browser tests: one real district, its units, one person a post, some cases.

Built by the same operations that a city uses; every account has the password PASSWORD.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.utils import timezone
from PIL import Image, ImageDraw

from cityloop.cases import operations as cases
from cityloop.cases import proof
from cityloop.cases.change import Paper
from cityloop.cases.models import Case, CaseEvent, Flow, Seal
from cityloop.discipline import operations as discipline
from cityloop.discipline.models import Lot, Sample
from cityloop.duty import operations as duty
from cityloop.geo import operations as geo
from cityloop.geo.models import UnitGrid
from cityloop.kernel import files
from cityloop.kernel.actor import Actor
from cityloop.oversight import operations as oversight
from cityloop.people import operations as people
from cityloop.people import queries as people_queries
from cityloop.people.models import Member, Organisation, Post
from cityloop.permits import operations as permits
from cityloop.petitions import operations as petitions
from cityloop.precedents import operations as precedents
from cityloop.standards import operations as standards
from cityloop.standards import queries as standards_queries
from cityloop.standards import writing
from cityloop.standards.queries.editions import stored_edition
from cityloop.works import operations as works

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "E2E-only-pass-7391"
DISTRICT = "330102"

# username, name, organisation code, post (zh, en), roles
PEOPLE = (
    ("inspector", "李巡", "HZ-CJ1", "信息采集员", "Inspector", ("inspector",)),
    ("inspector2", "赵查", "HZ-CJ1", "信息采集员", "Inspector", ("inspector",)),
    ("acceptor", "王芳", "HZ-PLAT", "受理员", "Acceptance operator", ("acceptor",)),
    ("leader", "周长", "HZ-PLAT", "值班长", "Shift leader", ("shift_leader",)),
    ("dispatcher", "陈派", "HZ-PLAT", "派遣员", "Dispatcher", ("dispatcher",)),
    ("supervisor", "孙督", "HZ-PLAT", "督查员", "Supervisor", ("supervisor",)),
    ("unit", "吴内", "SC-SZ", "责任单位内勤", "Unit desk", ("unit_desk",)),
    ("worker", "郑工", "SC-SZ", "处置人员", "Worker", ("worker",)),
    ("fixer", "郭抢", "HZ-YL", "责任单位内勤", "Unit desk", ("unit_desk",)),
    ("admin", "管理", "HZ-PLAT", "系统管理员", "Administrator", ("administrator",)),
    ("chief", "主管", "HZ-PLAT", "系统管理员", "Administrator", ("administrator",)),
)
TEXTS = (
    ("解放路与中河中路交叉口东北角，污水井盖破损下沉，车辆经过有响声。", "event"),
    ("小区门口堆放大件垃圾已有三天，影响通行。", "event"),
    ("人行道砖松动缺失约两平方米，雨天积水。", "component"),
    ("路灯连续三盏不亮，夜间行走不便。", "component"),
    ("沿街店铺占道经营，桌椅摆到盲道上。", "event"),
)


@dataclass
class City:
    """What the tests need to know of the world."""

    actors: dict[str, Actor]
    cases: dict[str, Case] = field(default_factory=dict)
    pages: dict[str, str] = field(default_factory=dict)  # addresses by short names


def build(now: datetime) -> City:
    """Build everything; about fifteen seconds."""
    system = Actor.system()
    standards.seed_calendar(actor=system, now=now)
    folders = [path.parent for path in sorted((ROOT / "data/standards").glob("*/edition.toml"))]
    standards.load_editions(folders, actor=system, now=now, publish=True)
    geo.outline_city(city_code="3301", districts=[DISTRICT], actor=system, now=now)
    geo.generate_grids(districts=[DISTRICT], actor=system, now=now)
    duties = ROOT / "data/responsibilities"
    people.import_organisations(duties / "organisations.csv", actor=system, now=now)
    people.import_responsibilities(duties / "hangzhou.csv", actor=system, now=now)
    people.seed_roles(now=now)
    if not Flow.objects.exists():
        Flow.objects.create(code="e2e", parameters={}, published_at=now)
    for row in PEOPLE:
        _person(*row, actor=system, now=now)
    members = Member.objects.filter(username__in=[row[0] for row in PEOPLE])
    return City({m.username: people_queries.actor_for(m.pk, now) for m in members})


def _person(
    username: str, name: str, unit: str, zh: str, en: str, roles: tuple[str, ...],
    *, actor: Actor, now: datetime,
) -> None:  # fmt: skip
    organisation = Organisation.objects.get(code=unit)
    member = people.create_member(
        username=username, name=name, organisation=organisation, password=PASSWORD,
        initial_password=False, actor=actor, now=now,
    )  # fmt: skip
    areas = [DISTRICT] if "inspector" in roles else None
    post = people.create_post(
        code=f"{unit}-{username}", organisation=organisation, name_zh=zh, name_en=en, roles=roles,
        region_codes=areas, actor=actor, now=now,
    )  # fmt: skip
    people.hold_post(
        member=member,
        post=post,
        actor=actor,
        now=now,
        valid_from=timezone.localdate(now) - timedelta(days=2),
    )
    if "inspector" in roles:
        people.assign_patrol(member=member, area_codes=[DISTRICT], actor=actor, now=now)


def photo(text: str, colour: str, now: datetime) -> Paper:
    """A real JPEG with words on it."""
    picture = Image.new("RGB", (960, 720), colour)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((300, 260, 660, 480), fill="#555a60")
    draw.ellipse((380, 300, 580, 440), fill="#2d3136", outline="#c9ccd1", width=8)
    draw.text((20, 20), text, fill="white")
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=85)
    row = files.store(chunks=[out.getvalue()], filename="photo.jpg", now=now)
    return Paper(file=row, stage="report", filename="photo.jpg")


class Stories:
    """Opens cases and carries them along the flow."""

    def __init__(self, city: City, now: datetime) -> None:
        self.city, self.now = city, now
        self.grids = list(UnitGrid.objects.filter(district_code=DISTRICT).order_by("code")[::997])
        self.opened = 0
        edition = standards_queries.current_edition(timezone.localdate(now))
        self.classes = [
            chosen
            for chosen in standards_queries.classes(edition)
            if standards_queries.rules_for(chosen.pk, on=timezone.localdate(now))
        ]
        self.flow = Flow.objects.order_by("-id")[0]

    def open(self, at: datetime, *, channel: str = "inspector") -> Case:
        """A report of the inspector, with a photo."""
        self.opened += 1
        grid = self.grids[self.opened % len(self.grids)]
        point = grid.geom.point_on_surface
        text, _kind = TEXTS[self.opened % len(TEXTS)]
        chosen = self.classes[(self.opened * 7) % len(self.classes)]
        colour = ("#7a8a6a", "#8a7a6a", "#6a7a8a")[self.opened % 3]
        picture = photo(f"before {self.opened}", colour, at)
        new = cases.NewCase(
            channel=channel, flow=self.flow, description=text, problem_class_id=chosen.pk,
            lon=point.x, lat=point.y, address="解放路 12 号", area_code=grid.community_code,
            grid_code=grid.code, papers=[picture],
        )  # fmt: skip
        return cases.open_case(new, action="report", actor=self.city.actors["inspector"], now=at)

    def step(
        self, case: Case, action: str, by: str, at: datetime, *, photos: tuple[str, ...] = (),
        **inputs: Any,
    ) -> Case:  # fmt: skip
        """One step."""
        made = [photo(f"{stage} {case.number}", "#5f7f5f", at) for stage in photos]
        pairs = zip(made, photos, strict=True)
        papers = [Paper(one.file, stage, "photo.jpg") for one, stage in pairs]
        return cases.perform(
            case.number, action, actor=self.city.actors[by], now=at, inputs=inputs, papers=papers
        )

    def carry(self, status: str, *, start: datetime) -> Case:
        """A case carried along the mainstream until it has this status, ten minutes a step."""
        case, at = self.open(start), start
        unit = Organisation.objects.get(code="SC-SZ").pk
        inspector = self.city.actors["inspector2"].member_id
        road: list[tuple[str, str, dict[str, Any], tuple[str, ...]]] = [
            ("accept", "acceptor", {}, ()),
            ("file", "leader", {"filing_rule": self._rule(case)}, ()),
            ("dispatch", "dispatcher", {"unit": unit}, ()),
            ("receive", "unit", {}, ()),
            ("finish", "unit", {"result": "已更换井盖并清理现场。"}, ("after",)),
            ("send_check", "acceptor", {"inspector": inspector}, ()),
            ("check_passed", "inspector2", {}, ("check",)),
            ("close", "leader", {"closing_condition": "1"}, ()),
        ]
        for action, by, inputs, photos in road:
            if case.status == status:
                break
            at += timedelta(minutes=10)
            case = self.step(case, action, by, at, photos=photos, **inputs)
        return case

    def close_substituted(self, case: Case, *, start: datetime) -> None:
        """What the designated unit fixed is checked and closed, ten minutes a step."""
        inspector, at = self.city.actors["inspector2"].member_id, start
        road: list[tuple[str, str, dict[str, Any], tuple[str, ...]]] = [
            ("receive", "fixer", {}, ()),
            ("finish", "fixer", {"result": "倒树已清运。"}, ("after",)),
            ("send_check", "acceptor", {"inspector": inspector}, ()),
            ("check_passed", "inspector2", {}, ("check",)),
            ("close", "leader", {"closing_condition": "1"}, ()),
        ]
        for action, by, inputs, photos in road:
            at += timedelta(minutes=10)
            case = self.step(case, action, by, at, photos=photos, **inputs)

    def _rule(self, case: Case) -> int:
        assert case.problem_class_id
        on = timezone.localdate(self.now)
        return standards_queries.rules_for(case.problem_class_id, on=on)[0].pk


STATUSES = (
    "reported", "accepted", "filed", "dispatched", "handling", "handled", "checking", "checked",
    "closed",
)  # fmt: skip


def fill(city: City, now: datetime, *, each: int = 1) -> City:
    """Cases at every stage of the mainstream, the youngest first."""
    stories = Stories(city, now)
    for number, status in enumerate(STATUSES * each):
        start = now - timedelta(minutes=95 + 37 * number)
        city.cases[status] = stories.carry(status, start=start)
    returned = stories.carry("dispatched", start=now - timedelta(hours=3))
    city.cases["returned"] = stories.step(
        returned, "return", "unit", now - timedelta(hours=2),
        reason_code="not_ours", reason="此处道路由区交通局养护。",
    )  # fmt: skip
    _substitute(stories)
    _oversee(stories)
    _permit(stories)
    _duty(stories)
    _petition(stories)
    _next_edition(stories)
    _sampled(stories)
    return city


def _next_edition(stories: Stories) -> None:
    """A draft of the city's next catalogue, and a file that would change it."""
    city, now = stories.city, stories.now
    old = standards_queries.edition("330100-2026")
    classes = list(standards_queries.stored_classes(old).values())
    rules = list(standards_queries.stored_rules(old).values())
    row = replace(stored_edition(old), code="330100-2099", valid_from=date(2099, 1, 1))
    gone = classes.pop()
    rules = [one for one in rules if one.of != gone.key]
    draft = [("目录.xlsx", writing.workbook(row, classes, rules))]
    classes[1] = replace(classes[1], name_zh=f"{classes[1].name_zh}（新）", level=3)
    changed = [("目录.xlsx", writing.workbook(row, classes, rules[1:]))]
    by: dict[str, Any] = {"actor": city.actors["admin"], "now": now}
    kept = standards.put_up(draft, **by)
    standards.keep_upload(kept.pk, stamp=standards_queries.stamp(), **by)
    city.pages["upload"] = f"/office/editions/uploads/{standards.put_up(changed, **by).pk}/"


def _sampled(stories: Stories) -> None:
    """Acceptances and dispatches drawn by lot: one found wrong, the others wait."""
    city, now = stories.city, stories.now
    proof.seal(now=now)
    seal, kinds = Seal.objects.latest("pk"), {"accept": "accept", "dispatch": "dispatch"}
    lot = Lot.objects.create(
        day=timezone.localdate(now), seed=seal.digest, seal=seal, share=0.03, decided=9,
        drawn_at=now,
    )  # fmt: skip
    rows = CaseEvent.objects.filter(action__in=kinds, member__isnull=False).order_by("pk")[:5]
    drawn = Sample.objects.bulk_create(
        Sample(
            lot=lot, case_id=row.case_id, version=row.version, kind=kinds[row.action],
            operator_id=row.member_id, decided_at=row.at,
        )
        for row in rows
    )  # fmt: skip
    wrong = next(one for one in drawn if one.kind == "accept")
    discipline.judge_decision(
        sample_id=wrong.pk, ruling="wrong", mistake="class", note="应为其他类别。",
        actor=city.actors["supervisor"], now=now,
    )  # fmt: skip
    waits = next(one for one in drawn if one.pk != wrong.pk)
    city.pages |= {"judged": f"/discipline/samples/{wrong.pk}/",
                   "sample": f"/discipline/samples/{waits.pk}/"}  # fmt: skip


def _petition(stories: Stories) -> None:
    """A petition answered and repeated, the repetition not yet decided; a suggestion."""
    city, now = stories.city, stories.now
    clerk, today = city.actors["acceptor"], timezone.localdate(now)
    for days, kind in ((20, "letter"), (9, "visit"), (2, "letter")):
        given = petitions.NewPetition(
            kind=kind, received_on=today - timedelta(days=days), subject="河道边暴露垃圾",
            text="河道边长期有人倾倒垃圾，夏天气味难闻，盼尽快清理。", name="周女士",
            phone="0571-00006699", address="试验街9号", place="河道边",
        )  # fmt: skip
        row = petitions.register(given, actor=clerk, now=now)
        if kind == "letter":
            sent = petitions.send_letter(
                row.number, text="您反映的事项已安排清理。\n\n感谢您的关心。", medium="post",
                actor=clerk, now=now,
            )  # fmt: skip
            city.pages["letter"] = f"/petitions/{row.number}/letters/{sent.pk}/"
        else:
            first = row.repetitions.get().earlier.number
            petitions.decide(row.number, first, same=True, actor=clerk, now=now)
    city.pages["petition"] = f"/petitions/{row.number}/"
    new = petitions.NewSuggestion(subject="公厕夜间照明", text="建议公厕指示牌夜间发光。")
    made = petitions.suggest(new, caller="10.0.0.1", limited=False, now=now)
    city.pages["suggestion"] = f"/suggestions/{made.number}/"
    city.pages["suggested"] = f"/suggest/{made.token}/"


def _oversee(stories: Stories) -> None:
    """A case with an answered order, a list that was sent and answered, a typical case."""
    city, now = stories.city, stories.now
    supervisor, start = city.actors["supervisor"], now - timedelta(hours=6)
    case = stories.carry("handling", start=start)
    case = stories.step(
        case, "urge", "supervisor", now - timedelta(hours=3), reason="市民三次来电，请说明原因。"
    )
    city.cases["ordered"] = stories.step(
        case, "reply", "unit", now - timedelta(hours=1), opinion="配件已到，今日完成。"
    )
    late = stories.carry("handling", start=start)
    stories.step(
        late, "urge", "supervisor", now - timedelta(hours=2), reason="请答复完成时间。",
        answer_by=now - timedelta(minutes=5),
    )  # fmt: skip
    row = oversight.make_list(
        kind="dead_corners", title="三月卫生死角", actor=supervisor, now=start
    )
    numbers = [city.cases[status].number for status in ("handling", "filed", "closed")]
    by: dict[str, Any] = {"actor": supervisor, "now": now}
    oversight.add_cases(list_id=row.pk, numbers=numbers, remark="长期反复", **by)
    sent = oversight.send_list(
        list_id=row.pk, organisation=Organisation.objects.get(code="SC-SZ"),
        note="请部署专项整治并答复。", due_on=timezone.localdate(now) + timedelta(days=7), **by,
    )  # fmt: skip
    oversight.answer_list(
        sending_id=sent.pk, text="已部署，本周完成。", actor=city.actors["unit"], now=now
    )
    city.pages["list"] = f"/oversight/lists/{row.pk}/"
    typical = city.cases["closed"].number
    precedents.mark(
        number=typical, note="按缺失立案，先围挡。", actor=city.actors["acceptor"], now=now
    )
    city.pages["typical"] = f"/precedents/{typical}/"


def _permit(stories: Stories) -> None:
    """A permit to dig and one that was revoked where a case is to be dispatched."""
    city, now = stories.city, stories.now
    today, root = timezone.localdate(now), Actor.system("tests")
    case = stories.carry("filed", start=now - timedelta(minutes=50))
    assert case.point is not None
    for number, holder in (("掘〔2026〕18号", "城建第一工程公司"), ("掘〔2025〕7号", "王五")):
        row = permits.record_permit(
            kind="excavation", number=number, holder=holder, phone="057100007788",
            issuer_id=Organisation.objects.get(code="SC-SZ").pk, lon=case.point.x,
            lat=case.point.y, radius_m=40, address="试验街9号门前", document="市政许可决定书",
            valid_from=today - timedelta(days=30), valid_until=today + timedelta(days=15),
            conditions="夜间二十二时前停工；完工三日内恢复路面。", actor=root, now=now,
        )  # fmt: skip
        if holder != "王五":
            permits.change_permit(
                permit_id=row.pk, valid_until=today + timedelta(days=30), reason="延期",
                actor=root, now=now,
            )  # fmt: skip
            city.pages["permit"] = f"/permits/{row.pk}/"
    permits.revoke_permit(permit_id=row.pk, reason="超范围施工", actor=root, now=now)
    city.pages["permitted"] = f"/cases/{case.number}/"


def _duty(stories: Stories) -> None:
    """A unit with a roster, a call that was opened, a shift handed over, a secondment that ends."""
    city, now = stories.city, stories.now
    unit, desk = Organisation.objects.get(code="SC-SZ"), city.actors["unit"]
    worker = Member.objects.get(username="worker")
    today = timezone.localdate(now)
    for name, start, end in (("白班", time(8), time(20)), ("夜班", time(20), time(8))):
        row = duty.set_shift(
            unit=unit, name=name, post="抢修", starts=start, ends=end, actor=desk, now=now
        )
        new = duty.NewTurn(worker, (1, 2, 3, 4, 5, 6, 7) if end > start else (1, 2, 3), today)
        duty.put_on_duty(shift_id=row.pk, new=new, actor=desk, now=now)
    member = Member.objects.get(username="unit")
    duty.note_absence(
        member=member, kind="training", first_on=today, last_on=today + timedelta(days=3),
        deputy=worker, actor=desk, now=now,
    )  # fmt: skip
    case = stories.carry("dispatched", start=now - timedelta(minutes=50))
    duty.call_on_duty(number=case.number, version=case.version, now=now - timedelta(minutes=15))
    city.pages["roster"] = str(unit.pk)
    city.pages["sheet"] = f"/cases/{case.number}/dispatch/"
    row = duty.end_shift(
        shift="夜班", remark="雨后路面积水较多。", remarks={"unit": "请盯泵站两件。"},
        actor=city.actors["leader"], now=now - timedelta(minutes=40),
    )  # fmt: skip
    city.pages["handover"] = f"/duty/handovers/{row.pk}/"
    holding = people.second_member(
        member=worker, post=Post.objects.get(code="HZ-PLAT-dispatcher"), actor=Actor.system(),
        valid_to=today + timedelta(days=5), now=now,
    )  # fmt: skip
    city.pages["secondment"] = f"/duty/secondments/{holding.pk}/end/"


def _substitute(stories: Stories) -> None:
    """A case that a designated unit fixes: priced, invoiced, claimed and partly paid."""
    city, now = stories.city, stories.now
    admin, supervisor = city.actors["admin"], city.actors["supervisor"]
    today, fixer = timezone.localdate(now), Organisation.objects.get(code="HZ-YL")
    held = works.designate(
        organisation_id=fixer.pk, skills="树木清障、抢险", phone="0571-12319", actor=admin, now=now,
        source_document="城管〔2026〕7号", valid_from=today - timedelta(days=9),
    )  # fmt: skip
    price = works.set_price(
        designation_id=held.pk, code="T01", name="倒树清运", measure="棵", price="800.00",
        valid_from=today - timedelta(days=9), actor=admin, now=now,
    )  # fmt: skip
    line = works.set_budget(
        year=today.year,
        code="DZZ",
        name="代整治专项",
        amount="50000",
        area_code="3301",
        actor=admin,
        now=now,
    )
    case = stories.carry("dispatched", start=now - timedelta(hours=5))
    city.cases["substituted"] = case = stories.step(
        case, "substitute", "supervisor", now - timedelta(hours=2), unit=fixer.pk,
        reason="权属单位不作为，先行清障。",
    )  # fmt: skip
    works.follow_case(number=case.number, now=now)
    number, by = f"W{case.number}-{case.version}", {"actor": supervisor, "now": now}
    works.price_order(
        number=number, lines=[works.OrderLine(price_item_id=price.pk, quantity=2)],
        budget_line_id=line.pk, **by,
    )  # fmt: skip
    city.pages["order"] = f"/works/orders/{number}/"
    stories.close_substituted(case, start=now - timedelta(hours=1, minutes=50))
    works.follow_case(number=case.number, now=now)
    stored = photo("F1", "#dddddd", now).file.sha256
    works.record_invoice(number=number, invoice_number="F1", amount="1700", issued_on=today,
                         sha256=stored, reason="加班清运", **by)  # fmt: skip
    claim = works.open_claim(order_number=number, party="翠苑物业公司", amount="1700", **by)
    works.send_notice(claim_id=claim.pk, notice_on=today, due_on=today + timedelta(days=30),
                      sha256=stored, **by)  # fmt: skip
    works.record_payment(
        claim_id=claim.pk, amount="500", paid_on=today, reference="银行回单0317号", **by
    )
    city.pages |= {"claim": f"/works/claims/{claim.pk}/", "designated": f"/works/units/{held.pk}/"}
