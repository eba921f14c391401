"""Lists cost the same for two rows and for two hundred, and turn their pages without a slip."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cityloop.cases.models import Case, Task
from cityloop.coordination.models import Dispute, JointMeeting, JointOperation, KeyMatter
from cityloop.discipline.models import Card, CardRule, FraudFinding
from cityloop.duty.models import Absence, Handover, Turn
from cityloop.duty.models import Call as DutyCall
from cityloop.feedback import operations as feedback
from cityloop.geo import operations as geo
from cityloop.geo.models import UnitGrid
from cityloop.hotline import operations as hotline
from cityloop.hotline.reading import Row
from cityloop.intake import operations as intake
from cityloop.notify import operations as notify
from cityloop.oversight.models import NamedList
from cityloop.people import operations as people
from cityloop.people.models import Member, Organisation
from cityloop.permits.models import Permit, PermitKind
from cityloop.petitions import operations as petitions
from cityloop.petitions.models import Petition, Repetition
from cityloop.precedents.models import Precedent
from cityloop.standards.models import Edition, EditionChange
from cityloop.works.models import BudgetLine, Claim, Designation, Order, PriceItem
from tests import town as towns
from tests.conformance.calls import CALLS, Call
from tests.conformance.city import DRAFT, PHONE, City
from tests.conformance.filling import draw_all
from tests.conformance.pages import PAGES
from tests.conformance.test_api import assert_problem, described

pytestmark = pytest.mark.slow

MANY = 200  # rows of the longest page
ROWS = 200  # more of everything, as many as the longest page shows
READS = [call for call in CALLS if call.method == "GET"]
PAGED = {
    name: {one["name"] for one in operation["parameters"] if one["in"] == "query"}
    for name, operation in described().items()
}
LISTS = [call for call in READS if "cursor" in PAGED[call.name]]


def by_name(call: Call) -> str:
    return call.name


def _unit(city: City, n: int, grid: str) -> tuple[Organisation, Member]:
    """A unit that leads for a unit grid, and whoever sits at its desk."""
    town, root = city.town, towns.SYSTEM
    unit = people.create_organisation(
        code=f"U{n:03}", name_zh=f"第{n}单位", kind="department", parent=town.units["DIST"],
        region_code=towns.DISTRICT, actor=root, now=town.now,
    )  # fmt: skip
    member = people.create_member(
        username=f"u{n:03}", name=f"第{n}人", organisation=unit, actor=root, now=town.now
    )
    post = people.create_post(
        code=f"P{n:03}", organisation=unit, name_zh=f"第{n}岗", roles=["unit_desk"],
        actor=root, now=town.now,
    )  # fmt: skip
    people.hold_post(member=member, post=post, actor=root, now=town.now)
    people.set_responsibility(
        kind="event", lead=unit, region_code=grid, source_document="试验",
        actor=root, now=town.now,
    )  # fmt: skip
    return unit, member


def _fill(city: City, count: int) -> None:
    """So many more of everything that lists show, with different units, classes and people."""
    town = city.town
    grids = [town.grid(n) for n in range(count)]
    _fill_ground(city)
    units = [_unit(city, n, grids[n].code) for n in range(count)]  # first: each line is read anew
    for n, (unit, member) in enumerate(units):
        _fill_works(city, unit, n)
        _fill_lists(city, unit, n)
        _fill_duty(city, unit, member, n)
        _fill_orders(city, n)
        _fill_editions(city, n)
        _fill_permits(city, unit, n)
        if n % 4 == 0 or n < 7:
            _fill_petitions(city, n)
            _fill_feedback(city, n)
        town.wait(seconds=1)
        channel = "hotline12319" if n % 2 else "inspector"
        point = grids[n].geom.point_on_surface
        contact = {"reporter_phone": PHONE} if n % 2 else {}
        receipt = town.report(
            channel, x=point.x, y=point.y, class_code=f"C010{1 + n % 3}", text=f"第{n}件", **contact
        )
        intake.owe_all(number=receipt.case, version=1, topic="filed", now=town.now)
        notify.order(
            notify.Recipient(member=town.members["acceptor"]), topic="to_check", text=f"第{n}条",
            case=Case.objects.get(number=receipt.case), version=n + 1, media=("inbox",),
            ordered_by="tests", now=town.now,
        )  # fmt: skip
        _fill_together(city, unit, n)
        if not receipt.joined:
            Dispute.objects.create(
                case=Case.objects.get(number=receipt.case), parties=[unit.pk], level="district",
                opened_at=town.now, last_version=1,
            )  # fmt: skip
        if n % 8 == 0 and receipt.status == "reported" and not receipt.joined:
            town.carry(receipt.case, "accepted")
    draw_all()
    towns.forget()


def _fill_ground(city: City) -> None:
    """Grids that are to leave the city in many years, at its end; map services switched off."""
    by, away = {"actor": towns.SYSTEM, "now": city.town.now}, date(2099, 6, 1)
    for grid in UnitGrid.objects.filter(valid_to=None).order_by("-code")[:7]:
        geo.retire_grid(code=grid.code, on=away, leaves_city=True, **by)
        url = f"https://{grid.code}.test/{{z}}/{{x}}/{{y}}"
        geo.set_map_source(name=grid.code, kind="xyz", url=url, enabled=False, **by)


def _fill_together(city: City, unit: Organisation, n: int) -> None:
    """What several units do together, and what they answer for: one more of each."""
    town = city.town
    JointMeeting.objects.create(
        kind="joint", title=f"第{n}次", planned_at=town.now, place="厅", called_by="试验",
        called_at=town.now, region_code=towns.DISTRICT,
    )  # fmt: skip
    KeyMatter.objects.create(
        title=f"第{n}项", description="整治", owner=unit, due_on=town.now.date(),
        opened_at=town.now, opened_by="试验", region_code=towns.DISTRICT,
    )  # fmt: skip
    JointOperation.objects.create(
        title=f"第{n}次行动", plan="整治", lead=unit, begins_on=town.now.date(),
        ends_on=town.now.date(), planned_at=town.now, planned_by="试验",
        region_code=towns.DISTRICT,
    )  # fmt: skip
    by = town.members["supervisor"]
    FraudFinding.objects.create(
        kind="other", unit=unit, account="试验", found_by=by, found_at=town.now
    )
    Card.objects.create(
        colour="yellow", unit=unit, rule=CardRule.objects.all()[0], proposed_at=town.now
    )


def _fill_editions(city: City, n: int) -> None:
    """One more edition, one more line of the record, one more class and rule of the draft."""
    draft = Edition.objects.get(code=DRAFT)
    Edition.objects.create(
        code=f"E-{n:03}", name_zh=f"第{n}版", kind="foreign", family=f"e-{n:03}", based_on=draft,
        valid_from=date(2020, 1, 1), loaded_at=city.town.now, loaded_by="试验",
    )  # fmt: skip
    EditionChange.objects.create(edition=DRAFT, what="loaded", at=city.town.now, actor="试验")
    one = draft.classes.create(
        kind="component", major_code="01", major_zh="公用设施", minor_code=f"{200 + n}",
        name_zh=f"第{n}类", code=f"{DRAFT}/C01{200 + n}",
    )  # fmt: skip
    draft.rules.create(
        problem_class=one, seq=1, condition_zh="破损", closing_zh="修复", limit_amount=1,
        limit_unit="work_day", position=f"C01{200 + n}-001",
    )  # fmt: skip


def _fill_orders(city: City, n: int) -> None:
    """An order of 12345 and a call."""
    town, machine = city.town, city.town.actor("exchange")
    point = town.grid(n).geom.point_on_surface
    cells = {"number": f"L{n}", "text": f"路灯不亮{n}号", "lon": str(point.x), "lat": str(point.y)}
    hotline.import_orders([Row(1, cells)], name="L", actor=machine, now=town.now)
    event = hotline.CallEvent(f"L-{n}", "ended", "8009", caller=f"1380000{n:04}")
    hotline.note_call(event, actor=machine, now=town.now)


def _fill_feedback(city: City, n: int) -> None:
    """One more wish of the acceptor that the staff is shown, answered; one more note on another."""
    town, boss = city.town, city.town.actor("administrator")
    said = feedback.NewEntry("wish", f"第{n}愿", "/cases/", "案件", "zh-hans")
    row = feedback.say(said, actor=town.actor("acceptor"), limited=False, now=town.now)
    feedback.publish(row.pk, words=said.text, actor=boss, now=town.now)
    feedback.support(row.pk, actor=town.actor("inspector"), now=town.now)
    shown = city.feedback["wish"]
    for one in (row.pk, shown):
        feedback.answer(one, state="planned", text=f"第{n}次", actor=boss, now=town.now)
    like = feedback.NewEntry("fault", f"第{n}次坏了", "/cases/", "案件", "zh-hans")
    other = feedback.say(like, actor=town.actor("water"), limited=False, now=town.now)
    feedback.mark_same(other.pk, other_id=shown, actor=boss, now=town.now)


def _fill_petitions(city: City, n: int) -> None:
    """A matter that came twice, with a letter, a proposal; a suggestion."""
    town, clerk = city.town, city.town.actor("acceptor")

    def told(mark: str) -> Petition:
        given = petitions.NewPetition(
            kind="visit", received_on=town.now.date(), subject="油烟",
            text=f"第{n}家油烟扰民{mark}", name=f"第{n}人", phone=f"1390000{n:04}",
        )  # fmt: skip
        return petitions.register(given, actor=clerk, now=town.now)

    told("")
    row = told("。")
    petitions.decide(
        row.number, row.repetitions.get().earlier.number, same=True, actor=clerk, now=town.now
    )
    third = told("！")
    shown = Petition.objects.get(number=city.petitions[1])
    shown.letters.create(text="x", medium="post", sent_at=town.now, sent_by=row.registered_by)
    Repetition.objects.create(petition=shown, earlier=row, why=["same_phone"])
    Petition.objects.filter(pk=third.pk).update(first=shown.first)
    petitions.enter_suggestion(
        petitions.NewSuggestion(subject=f"第{n}条", text="建议", name="孙八"), actor=clerk,
        now=town.now,
    )  # fmt: skip


def _fill_works(city: City, unit: Organisation, n: int) -> None:
    """One more order, claim, designated unit, price and budget line."""
    town = city.town
    invoiced, day = Order.objects.get(number=city.orders["invoiced"]), town.now.date()
    Order.objects.create(
        number=f"X{n:03}", case=invoiced.case, version=1000 + n, unit=unit, opened_at=town.now
    )
    Claim.objects.create(order=invoiced, party=f"第{n}方", liable=unit, amount=1, opened_on=day)
    held = Designation.objects.create(
        organisation=unit, skills="抢修", source_document="试验", valid_from=day
    )
    PriceItem.objects.create(
        designation=held, code="T01", name="清运", measure="车", price=1, valid_from=day
    )
    BudgetLine.objects.create(year=2026, code=f"B{n:03}", name=f"第{n}科目", amount=1)


def _fill_permits(city: City, unit: Organisation, n: int) -> None:
    """One more permit, of another body; many end on one day, at one place."""
    town, first = city.town, Permit.objects.order_by("pk")[0]
    Permit.objects.create(
        kind=PermitKind.objects.order_by("pk")[n % 6], number=f"证{n:03}", issuer=unit,
        supervisor=unit, holder=f"第{n}家", point=first.point, ground=first.ground, radius_m=20,
        grid_code=first.grid_code, area_code=first.area_code, recorded_at=town.now,
        valid_from=date(2026, 1, 1), valid_until=date(2026, 12, 1 + n % 28),
    )  # fmt: skip


def _fill_lists(city: City, unit: Organisation, n: int) -> None:
    """One more list that was sent, an order on a case of its own unit, a reminder."""
    town, by = city.town, city.town.members["supervisor"]
    row = NamedList.objects.create(
        kind="other", title=f"第{n}份", organisation=by.organisation, made_by=by, made_at=town.now
    )
    case = Case.objects.get(number=city.cases["handling"])
    row.entries.create(case=case, added_by=by, added_at=town.now)
    row.sendings.create(
        organisation=unit, note="请办", due_on=town.now.date(), sent_by=by, sent_at=town.now
    )
    Task.objects.create(
        case=case, kind="order", organisation=unit, what=f"第{n}次", opened_at=town.now,
        closed_at=town.now, result="accepted", asked={"by": by.pk},
    )  # fmt: skip
    settled = Case.objects.filter(status="closed", closing_kind="normal")
    free = settled.exclude(pk__in=Precedent.objects.values("case")).first()
    if free is None:
        free = Case.objects.get(number=town.case("closed").number) if n < 20 else None
    if free is not None:
        Precedent.objects.create(case=free, note=f"第{n}例", marked_by=by, marked_at=town.now)
    if n % 2 == 0:
        town.report(kind="remind", class_code="E0110", text=f"提示第{n}件")
    shown = NamedList.objects.get(pk=city.named_list)
    other = Case.objects.exclude(pk__in=shown.entries.values("case")).order_by("pk").first()
    if other is not None:
        shown.entries.create(case=other, added_by=by, added_at=town.now)


def _fill_duty(city: City, unit: Organisation, member: Member, n: int) -> None:
    """One more on duty, called, away, seconded; a shift handed over."""
    town, day = city.town, city.town.now.date()
    called = Case.objects.get(number=city.cases["called"])
    Turn.objects.create(
        shift_id=city.shift, member=member, rank=3, weekdays=[1], first_on=day, set_at=town.now,
        set_by="试验",
    )  # fmt: skip
    Absence.objects.create(
        member=member, kind="ill", first_on=day, last_on=day, set_at=town.now, set_by="试验"
    )
    Handover.objects.create(
        hall=town.units["PLAT"], desk="acceptance", shift=f"第{n}班", ended_at=town.now,
        left_by=member, left_as="试验", accepted_at=town.now, accepted_by=town.members["leader"],
    )  # fmt: skip
    DutyCall.objects.create(
        case=called, version=1000 + n, place=1, unit=unit, member=member, called_as="on_duty",
        called_at=town.now, opened_at=town.now, opened_by=member, state="opened",
    )  # fmt: skip
    people.second_member(
        member=member, post=town.members["water_worker"].holdings.get().post, actor=towns.SYSTEM,
        valid_to=day + timedelta(days=5), now=town.now,
    )  # fmt: skip


def _thicken(city: City, count: int) -> None:
    """A long history and many reports for the case that single pages show."""
    number = city.cases["handling"]
    case = Case.objects.get(number=number)
    for _ in range(count):
        receipt = city.town.report(
            "hotline12319", x=case.point.x, y=case.point.y, text=case.description,
            reporter_phone=PHONE,
        )  # fmt: skip
        assert receipt.case == number
    for n in range(count):
        city.town.step(number, "urge", "supervisor", reason=f"第{n}次")
        city.town.step(number, "reply", "water", opinion=f"第{n}次")
        city.town.step(number, "accept_reply", "supervisor")


def _cost(visit: Callable[[], Any]) -> int:
    """Statements of the second visit: what a process remembers is remembered by then."""
    towns.forget()
    visit()
    with CaptureQueriesContext(connection) as seen:
        answer = visit()
    assert answer.status_code in (200, 302), answer.content[:300]
    return len(seen)


def _costs(city: City) -> dict[str, int]:
    found = {}
    for call in READS:
        address = _asked(call, city, **{"size": MANY} if "size" in PAGED[call.name] else {})
        found[call.name] = _cost(lambda at=address, by=call.by: city.call("GET", at, by=by))
    for page in PAGES:
        if page.data is None and page.by:
            browser = city.browser(page.by)
            found[page.name] = _cost(lambda one=page, b=browser: one.visit(city, b))
    return found


@pytest.mark.slow
@pytest.mark.requirement("O06")
def test_two_hundred_rows_cost_as_many_statements_as_two(city: City, monkeypatch) -> None:
    monkeypatch.setattr("cityloop.kernel.health.examine", lambda *, now: [])
    # The filling writes tasks past the life cycle, which a case's page notices and looks at twice.
    Task.objects.create(
        case=Case.objects.get(number=city.cases["handling"]), kind="order", result="accepted",
        opened_at=city.town.now, closed_at=city.town.now,
    )  # fmt: skip
    few = _costs(city)
    _fill(city, ROWS)
    _thicken(city, 20)
    many = _costs(city)
    dearer = {name: (few[name], many[name]) for name in few if many[name] > few[name]}
    assert dearer == {}
    # Whoever looks into the matrix reads it anew after each of these changes of people.
    assert max(many.values()) <= 45, sorted(many.items(), key=lambda one: -one[1])[:5]


@pytest.mark.slow
@pytest.mark.requirement("O06")
def test_pages_hold_every_row_once(city: City) -> None:
    """One test for all lists: filling them costs more than walking them."""
    _fill(city, 7)
    for call in LISTS:
        whole = _walk(city, call, size=MANY)
        assert len(whole) > 3, call.name
        assert _walk(city, call, size=3) == whole, call.name
        assert len(whole) == len({_identity(one) for one in whole}), call.name


@pytest.mark.requirement("O06")
def test_a_row_that_comes_in_between_moves_no_other(city: City) -> None:
    """The latest cases first: new ones come before the page, none is seen twice."""
    call = next(one for one in LISTS if one.path == "/cases")
    before = _walk(city, call, size=MANY)
    first = city.call("GET", f"{call.address(city)}?size=4", by=call.by).json()
    for _ in range(3):
        city.town.report()
    rest = _walk(city, call, size=4, cursor=first["next"])
    assert [*first["items"], *rest] == before


@pytest.mark.parametrize("call", LISTS, ids=by_name)
def test_a_cursor_of_nobody_is_refused(city: City, call: Call) -> None:
    for cursor in ("x", "W10", "bnVsbA", "WyJhIiwiYiIsImMiLCJkIl0", "W3t9LHt9XQ", "%00", "🙂"):
        answer = city.call("GET", _asked(call, city, cursor=quote(cursor)), by=call.by)
        assert_problem(answer, 422)


def test_a_cursor_of_another_order_is_refused(city: City) -> None:
    call = next(one for one in LISTS if one.path == "/cases")
    for _ in range(2):
        city.town.report()
    first = city.call("GET", _asked(call, city, size=1, order="latest"), by=call.by).json()
    for order, status in (("latest", 200), ("due", 422)):
        asked = _asked(call, city, size=1, order=order, cursor=quote(first["next"]))
        assert city.call("GET", asked, by=call.by).status_code == status


@pytest.mark.parametrize(
    ("path", "name"),
    [("/petitions", "kind"), ("/intake/notices", "topic"), ("/cases", "record_type")],
)
def test_a_word_that_a_list_does_not_know_is_named_by_its_field(
    city: City, path: str, name: str
) -> None:
    """The field as the caller knows it, without the parameter that gathers it."""
    call = next(one for one in LISTS if one.path == path)
    answer = city.call("GET", _asked(call, city, **{name: "nix"}), by=call.by)
    assert_problem(answer, 422)
    told = answer.json()
    (one,) = told["invalid_params"]
    assert one["name"] == name and "nix" in one["reason"]
    assert told["detail"] == f"{name}: {one['reason']}"


@pytest.mark.parametrize("call", LISTS, ids=by_name)
def test_a_page_has_its_limits(city: City, call: Call) -> None:
    for size in ("0", "201", "-1", "x", "1e9"):
        answer = city.call("GET", _asked(call, city, size=size), by=call.by)
        assert_problem(answer, 422)


def _walk(city: City, call: Call, *, size: int, cursor: str | None = None) -> list[Any]:
    """All rows, page by page."""
    found: list[Any] = []
    for _ in range(400):
        more = {"cursor": quote(cursor)} if cursor else {}
        answer = city.call("GET", _asked(call, city, size=size, **more), by=call.by)
        assert answer.status_code == 200, answer.content
        page = answer.json()
        assert len(page["items"]) <= size
        found += page["items"]
        cursor = page["next"]
        if cursor is None:
            return found
    raise AssertionError("the pages do not end")


def _asked(call: Call, city: City, **more: Any) -> str:
    """The call's address with more in its query."""
    address = call.address(city)
    query = "&".join(f"{name}={value}" for name, value in more.items())
    return f"{address}{'&' if '?' in address else '?'}{query}"


def _identity(row: dict[str, Any]) -> str:
    return str(row.get("id") or row.get("number") or row.get("code") or sorted(row.items()))
