"""Who approves, supervises: permits at the place speak for their body, and stand on the case."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from cityloop.cases import operations as cases
from cityloop.cases import precision
from cityloop.cases.models import Case
from cityloop.geo import operations as geo
from cityloop.kernel import clock
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Invalid, NotAllowed, NotFound, Refused
from cityloop.people import operations as people
from cityloop.people.reasons import words_of
from cityloop.permits import operations as permits
from cityloop.permits import queries
from cityloop.permits.kinds import CATALOGUE, SEEDS
from cityloop.permits.models import Permit, PermitChange
from cityloop.standards.models import ProblemClass
from tests.town import DISTRICT, SYSTEM, Town, forget

pytestmark = pytest.mark.slow

DUG = "E0303"  # 无证掘路
HOLDER = "城建一公司"


def middle(town: Town, n: int = 3) -> tuple[float, float]:
    """A point in the n-th grid."""
    point = town.grid(n).geom.point_on_surface
    return point.x, point.y


def allow(town: Town, number: str = "掘2026-1", *, issuer: str = "GREEN", **given: Any) -> Permit:
    """A permit to dig in the third grid, in force for a month."""
    lon, lat = middle(town)
    today = timezone.localdate(town.now)
    facts = {
        "kind": "excavation", "holder": HOLDER, "phone": "0571-8888 0000", "lon": lon, "lat": lat,
        "valid_from": today - timedelta(days=10), "valid_until": today + timedelta(days=20),
    }  # fmt: skip
    return permits.record_permit(
        number=number, issuer_id=town.units[issuer].pk, actor=SYSTEM, now=town.now,
        **{**facts, **given},
    )  # fmt: skip


def file_one(town: Town, *, code: str = DUG, metres_east: float = 0.0, **given: Any) -> Case:
    """A filed case so many metres east of the middle of the third grid."""
    lon, lat = middle(town)
    given = {"x": lon + metres_east / 96_000, "y": lat, **given}
    # Another text each time: a report of the same class here would join the case before.
    text = "".join(chr(0x4E00 + (town.reports * 997 + n * 131) % 20_000) for n in range(12))
    number = town.report(class_code=code, text=text, **given).case
    town.step(number, "accept", "acceptor")
    return town.step(number, "file", "shift_leader", filing_rule=town.rule(code).pk)


def said(case: Case) -> str:
    """The reasons of the proposal in words."""
    return " ".join(words_of(one) for one in case.proposal["why"])


def settle(town: Town, case: Case, unit: str) -> Case:
    """From filed to closed by this unit."""
    number, desk = case.number, unit.lower()
    town.step(number, "dispatch", "dispatcher", unit=unit)
    town.step(number, "receive", desk)
    town.step(number, "finish", desk, result="已恢复", photos=("after",))
    town.step(number, "send_check", "dispatcher", inspector="inspector2")
    town.step(number, "check_passed", "inspector2", photos=("check",))
    town.wait(minutes=1)
    return town.step(number, "close", "shift_leader", closing_condition=True)


@pytest.mark.requirement("E11", "E02")
def test_who_approved_goes_before_a_line_that_does_not_name_the_class(town: Town) -> None:
    row = allow(town)
    case = file_one(town, metres_east=35)
    kept = case.proposal
    # The district's line for any event names ROADS; who approved the digging is GREEN.
    assert kept["unit"] == town.units["GREEN"].pk
    assert kept["also"] == [town.units["ROADS"].pk]
    assert kept["decided_by"] == "permits.excavation"
    (fact,) = kept["testimony"]
    assert (fact["number"], fact["kind"], fact["standing"]) == (row.number, "excavation", "valid")
    assert fact["until"] == str(row.valid_until)
    assert 10 <= fact["metres"] <= 20  # 35 m from the middle, the permit holds 20 m around
    assert (kept["contested"], kept["unambiguous"], kept["sure"]) == (True, False, 0.4)
    words = said(case)
    assert f"{row.number} (Excavation and road occupation) holds" in words
    assert "GREEN单位 goes before ROADS单位" in words
    # The holder may be a person: a case, which units read, does not keep the name.
    assert HOLDER not in str(kept)
    assert queries.holders(town.actor("dispatcher"), kept["testimony"]) == [(row.number, HOLDER)]
    assert queries.holders(town.actor("roads"), kept["testimony"]) == []


@pytest.mark.requirement("E11", "D04")
def test_what_line_and_permit_say_differently_never_goes_out_by_itself(town: Town) -> None:
    cases.publish_flow(
        code="eager", parameters={"auto_dispatch": True, "auto_from": {"*": 0.1}},
        actor=SYSTEM, now=clock.now(),
    )  # fmt: skip
    forget()
    assert file_one(town).status == "dispatched", "without a permit the line is sure enough"
    row = allow(town)
    assert file_one(town).status == "filed"
    # The same body by both: surer than the line alone, and it goes out.
    permits.revoke_permit(permit_id=row.pk, reason="误发", on=row.valid_from, actor=SYSTEM,
                          now=town.now)  # fmt: skip
    allow(town, "掘2026-2", issuer="ROADS")
    case = file_one(town)
    assert case.status == "dispatched"
    assert (case.proposal["unit"], case.proposal["sure"]) == (town.units["ROADS"].pk, 0.8)
    assert "as the matrix says" in said(case)


@pytest.mark.requirement("E11", "E13")
def test_a_line_for_this_class_at_this_place_goes_before_the_permit(town: Town) -> None:
    allow(town)
    people.set_responsibility(
        kind="event", major_code="03", minor_code="03", lead=town.units["WATER"],
        region_code=DISTRICT, source_document="会商纪要5号", actor=SYSTEM, now=town.now,
    )  # fmt: skip
    case = file_one(town)
    assert case.proposal["unit"] == town.units["WATER"].pk
    assert case.proposal["also"] == [town.units["GREEN"].pk]
    assert "decided_by" not in case.proposal
    assert (case.proposal["contested"], case.proposal["sure"]) == (True, 0.4)
    assert "WATER单位 goes before GREEN单位, who approved" in said(case)


@pytest.mark.requirement("E11")
def test_a_permit_speaks_only_of_its_classes_its_place_and_its_days(town: Town) -> None:
    row = allow(town)
    assert "testimony" not in file_one(town, code="E0110").proposal, "refuse is no digging"
    assert "testimony" not in file_one(town, metres_east=90).proposal, "70 m beside its ground"
    town.wait(days=40)
    case = file_one(town)
    assert case.proposal["testimony"][0]["standing"] == "ended"
    assert "held" in said(case) and case.proposal["unit"] == town.units["GREEN"].pk
    # The city says how long after its end a kind of permit speaks, and of what.
    permits.set_kind(code="excavation", after_days=10, actor=SYSTEM, now=town.now)
    assert "testimony" not in file_one(town).proposal
    permits.set_kind(code="excavation", after_days=60, classes=["E0110"], actor=SYSTEM,
                     now=town.now)  # fmt: skip
    assert "testimony" not in file_one(town).proposal
    assert file_one(town, code="E0110").proposal["testimony"][0]["id"] == row.pk
    # A body that handles nothing is named, and proposed for nothing.
    permits.change_permit(
        permit_id=row.pk, supervisor_id=town.units["PLAT"].pk, reason="移交", actor=SYSTEM,
        now=town.now,
    )  # fmt: skip
    assert file_one(town, code="E0110").proposal["unit"] == town.units["GREEN"].pk
    permits.change_permit(
        permit_id=row.pk, supervisor_id=town.units["WATER"].pk, reason="移交", actor=SYSTEM,
        now=town.now,
    )  # fmt: skip
    assert file_one(town, code="E0110").proposal["unit"] == town.units["WATER"].pk
    other = allow(town, "掘2026-9", issuer="PLAT", holder="另一家", valid_until=date(2027, 12, 31))
    case = file_one(town, code="E0110")
    assert case.proposal["testimony"][0]["id"] == other.pk, "in force goes before ended"
    assert case.proposal["unit"] == town.units["WATER"].pk


@pytest.mark.requirement("E11", "E02")
def test_a_permit_recorded_after_the_report_moves_no_duty(town: Town) -> None:
    """Whoever may record permits could name another body for a problem already told."""
    lon, lat = middle(town)
    number = town.report(class_code=DUG, x=lon, y=lat, text="路面开挖未恢复").case
    town.step(number, "accept", "acceptor")
    town.wait(minutes=5)
    allow(town, "掘9")
    case = town.step(number, "file", "shift_leader", filing_rule=town.rule(DUG).pk)
    assert not case.proposal.get("testimony")
    town.wait(minutes=5)
    assert file_one(town).proposal["testimony"], "of a later report it speaks"


@pytest.mark.requirement("E11", "E02")
def test_a_permit_changed_after_the_report_testifies_as_it_stood(town: Town) -> None:
    """Whoever may change permits could move an old one to the place, or name another body."""
    lon, lat = middle(town)
    far_lon, far_lat = middle(town, 8)
    today = timezone.localdate(town.now)
    here = allow(town, "掘1")
    moved_here = allow(town, "掘2", issuer="WATER", lon=far_lon, lat=far_lat)
    prolonged = allow(town, "掘3", issuer="WATER", valid_from=today - timedelta(days=900),
                      valid_until=today - timedelta(days=600))  # fmt: skip
    dug = allow(town, "掘4", issuer="WATER", kind="trees")
    number = town.report(class_code=DUG, x=lon, y=lat, text="路面开挖未恢复").case
    town.step(number, "accept", "acceptor")
    town.wait(minutes=5)

    def change(row: Permit, **changes: Any) -> None:
        permits.change_permit(
            permit_id=row.pk, reason="更正", actor=SYSTEM, now=town.now, **changes
        )

    change(here, supervisor_id=town.units["WATER"].pk)
    change(here, lon=far_lon, lat=far_lat, valid_until=today - timedelta(days=5))
    change(moved_here, lon=lon, lat=lat, supervisor_id=town.units["ROADS"].pk)
    change(prolonged, valid_until=today + timedelta(days=5))
    change(dug, kind="excavation")
    permits.revoke_permit(permit_id=here.pk, reason="误发", on=today - timedelta(days=9),
                          actor=SYSTEM, now=town.now)  # fmt: skip
    case = town.step(number, "file", "shift_leader", filing_rule=town.rule(DUG).pk)
    (fact,) = case.proposal["testimony"]
    assert (fact["id"], fact["standing"], fact["metres"]) == (here.pk, "valid", 0)
    assert fact["unit"] == case.proposal["unit"] == town.units["GREEN"].pk
    assert "So it stood at the report; it was changed afterwards" in said(case)
    assert Permit.objects.get(pk=here.pk).revoked_on == today - timedelta(days=9)
    # Of a later report the register speaks as it is now.
    town.wait(minutes=5)
    later = file_one(town).proposal
    assert {one["number"] for one in later["testimony"]} == {"掘2", "掘3", "掘4"}
    assert "it was changed afterwards" not in str(later)


@pytest.mark.requirement("E02", "E11")
def test_precision_counts_permits_as_a_rule_of_their_own(town: Town) -> None:
    line = file_one(town, code="E0110").proposal["rows"][0]
    allow(town)
    settle(town, file_one(town), "GREEN")
    settle(town, file_one(town), "ROADS")
    found = {(one.rule, one.by): one
             for one in precision.by_rule(town.actor("supervisor"),
                                          since=town.now - timedelta(days=30))}  # fmt: skip
    assert set(found) == {(line, ""), (0, "permits.excavation")}
    by_permit = found[0, "permits.excavation"]
    assert (by_permit.proposed, by_permit.settled, by_permit.right) == (2, 2, 1)
    assert found[line, ""].proposed == 1


@pytest.mark.requirement("E11")
def test_every_class_of_a_seeded_kind_is_in_the_catalogue(town: Town) -> None:
    wanted = {f"{CATALOGUE}/{code}" for one in SEEDS for code in one.classes}
    known = set(ProblemClass.objects.filter(code__in=wanted).values_list("code", flat=True))
    assert wanted - known == set()
    with pytest.raises(Invalid, match="E9999"):
        permits.set_kind(code="stall", classes=["E0401", "E9999"], actor=SYSTEM, now=town.now)
    with pytest.raises(NotAllowed):
        permits.set_kind(code="stall", classes=[], actor=town.actor("roads"), now=town.now)
    new = permits.set_kind(code="film", name_zh="影视拍摄", name_en="Filming", near_m=50,
                           classes=["e0302"], actor=SYSTEM, now=town.now)  # fmt: skip
    assert (new.classes, new.near_m) == (["E0302"], 50)
    assert PermitChange.objects.filter(kind=new, action="recorded").count() == 1


@pytest.mark.requirement("E12", "L08")
def test_permits_are_found_by_place_number_and_holder(town: Town) -> None:
    row = allow(town, address="人民路12号")
    ended = allow(town, "掘2025-7", valid_from=date(2025, 1, 1), valid_until=date(2025, 3, 1))
    elsewhere = allow(town, "广2026-3", kind="advertising", holder="王五",
                      **dict(zip(("lon", "lat"), middle(town, 40), strict=True)))  # fmt: skip
    dispatcher, on = town.actor("dispatcher"), timezone.localdate(town.now)

    def found(actor: Actor = dispatcher, **given: Any) -> set[Permit]:
        return set(queries.permits(actor, queries.Filters(on=on, **given)))

    assert found() == {row, ended, elsewhere}
    assert found(words="掘2026-1") == {row}
    assert found(words="人民路") == {row}
    assert found(holder="王五") == {elsewhere}
    assert found(holder="王五", actor=town.actor("evaluator")) == set()  # may not know holders
    assert found(at=middle(town), within_m=30) == {row, ended}
    assert found(standing="ended") == {ended}
    assert found(standing="valid", kind="advertising") == {elsewhere}
    # Who sees what: own bodies, own area.
    assert found(actor=town.actor("green")) == {row, ended, elsewhere}
    assert found(actor=town.actor("roads")) == set()
    with pytest.raises(NotFound):
        queries.permit_seen(town.actor("roads"), row.pk)
    here = queries.near(dispatcher, *middle(town), on=on)
    assert [(one.permit, round(one.metres)) for one in here] == [(row, 0)]  # the other is long over


@pytest.mark.requirement("L08")
def test_a_permit_is_changed_and_revoked_with_its_history_and_never_deleted(town: Town) -> None:
    green, now = town.actor("green"), town.now
    row = allow(town)
    assert row.phone == "057188880000"
    permits.change_permit(permit_id=row.pk, holder="城建二公司", radius_m=60, reason="更正",
                          actor=green, now=now)  # fmt: skip
    permits.change_permit(permit_id=row.pk, holder="城建二公司", reason="又一次", actor=green,
                          now=now)  # fmt: skip
    line, first = queries.changes_of(green, row)
    assert first.action == "recorded"
    assert line.fields["holder"] == [HOLDER, "城建二公司"]
    assert line.fields["radius_m"] == [20, 60]
    hidden = queries.changes_of(town.actor("evaluator"), row)[0]
    assert "holder" not in hidden.fields
    with pytest.raises(NotAllowed):
        permits.change_permit(permit_id=row.pk, holder="x", reason="x", actor=town.actor("roads"),
                              now=now)  # fmt: skip
    with pytest.raises(Invalid, match="reason: fill this in"):
        permits.revoke_permit(permit_id=row.pk, reason="。", actor=green, now=now)
    with pytest.raises(Invalid, match="ends before"):
        permits.change_permit(permit_id=row.pk, valid_until=date(2020, 1, 1), reason="x",
                              actor=green, now=now)  # fmt: skip
    with pytest.raises(Refused, match="already"):
        allow(town)
    permits.revoke_permit(permit_id=row.pk, reason="超范围施工", actor=green, now=now)
    row.refresh_from_db()
    assert row.standing(timezone.localdate(now)) == "revoked"
    with pytest.raises(Refused, match="stays as it is"):
        permits.change_permit(permit_id=row.pk, holder="x", reason="x", actor=green, now=now)
    with pytest.raises(Refused, match="revoked already"):
        permits.revoke_permit(permit_id=row.pk, reason="x", actor=green, now=now)
    for rows in (Permit.objects.filter(pk=row.pk), PermitChange.objects.filter(permit=row)):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.delete()


@pytest.mark.requirement("L08")
def test_a_permit_holds_in_an_area_and_follows_its_grid(town: Town) -> None:
    lon, lat = middle(town)
    ring = ", ".join(f"{lon + x} {lat + y}" for x, y in
                     ((-1e-4, -1e-4), (1e-4, -1e-4), (1e-4, 1e-4), (-1e-4, 1e-4),
                      (-1e-4, -1e-4)))  # fmt: skip
    row = allow(town, lon=None, lat=None, area=f"POLYGON(({ring}))")
    assert row.radius_m is None and row.grid_code == town.grid(3).code
    for bad in ("POLYGON((1 1))", "POINT(1 1)", "x", "POLYGON((0 0, 90 0, 90 80, 0 0))"):
        with pytest.raises(Invalid):
            allow(town, "坏", lon=None, lat=None, area=bad)
    with pytest.raises(Invalid, match="no unit grid"):
        allow(town, "远", lon=10.0, lat=10.0)
    with pytest.raises(Invalid, match="give a point"):
        allow(town, "无", lon=None, lat=None)
    on = timezone.localdate(town.now)
    geo.retire_grid(code=row.grid_code, on=on, leaves_city=True, actor=SYSTEM, now=town.now)
    town.deliver()
    row.refresh_from_db()
    assert (row.grid_code, queries.changes_of(SYSTEM, row)[0].action) == ("", "moved")
    assert queries.permit_seen(town.actor("district"), row.pk) == row  # still its community's


@pytest.mark.requirement("L08")
def test_a_file_of_permits_is_taken_row_by_row(town: Town, tmp_path: Path) -> None:
    lon, lat = middle(town)
    table = tmp_path / "permits.csv"
    table.write_text(
        "许可编号,许可类别,发证单位,持证人,联系电话,经度,纬度,有效期起,有效期止,地址\n"
        f"掘1,占道挖掘,GREEN,甲公司,,{lon},{lat},2026-01-01,2026-12-31,人民路\n"
        f"掘2,占道挖掘,GREEN单位,乙公司,,{lon},{lat},2026/1/1,2026-12-31,\n"
        f"掘3,打井,GREEN,丙公司,,{lon},{lat},2026-01-01,2026-12-31,\n"
        f"掘4,excavation,NOBODY,丁公司,,{lon},{lat},2026-01-01,2026-12-31,\n"
        "掘5,excavation,GREEN,戊公司,,10,10,2026-01-01,2026-12-31,\n"
        f"掘6,excavation,GREEN,,,{lon},{lat},2026-01-01,2025-12-31,\n"
        f"掘1,占道挖掘,GREEN,甲公司,,{lon},{lat},2026-01-01,2026-12-31,人民路\n",
        encoding="utf-8",
    )
    report = permits.import_permits(table, actor=SYSTEM, now=town.now)
    assert report.imported == 1
    assert [(one.row, one.key) for one in report.rejected] == [
        (3, "掘2"), (4, "掘3"), (5, "掘4"), (6, "掘5"), (7, "掘6"), (8, "掘1")]  # fmt: skip
    # The file again is known; with another holder it is refused, or taken with `update`.
    assert permits.import_permits(table, actor=SYSTEM, now=town.now).joined == 1
    table.write_text(table.read_text().replace("甲公司", "甲集团").split("掘2")[0])
    report = permits.import_permits(table, actor=SYSTEM, now=town.now)
    assert (report.joined, [one.reason for one in report.rejected]) == (
        0, ["the register has this number with other facts"])  # fmt: skip
    assert Permit.objects.get(number="掘1").holder == "甲公司"
    report = permits.import_permits(table, actor=SYSTEM, now=town.now, update=True)
    assert (report.joined, report.rejected) == (1, [])
    row = Permit.objects.get(number="掘1")
    assert (row.holder, row.changes.count()) == ("甲集团", 2)
    with pytest.raises(NotAllowed):
        permits.import_permits(table, actor=town.actor("dispatcher"), now=town.now)
