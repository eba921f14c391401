"""A marathon in the city: who is of the emergency team, which cameras are watched, who is told."""

from __future__ import annotations

from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

from cityloop.duty import operations as duty
from cityloop.duty import queries
from cityloop.duty.models import Camera, TeamMember
from cityloop.duty.operations import Reached
from cityloop.kernel.errors import Invalid, NotAllowed, NotFound, Refused
from cityloop.notify.models import Message
from cityloop.people import operations as people
from cityloop.standards import operations as standards
from tests.browser import Browse
from tests.town import SYSTEM, Town

pytestmark = [pytest.mark.requirement("H10")]
FIRST = date(2026, 3, 10)
DUTY = "带班：王局；监控：广场、体育馆；应急队：市政一队"


@pytest.fixture
def period(town: Town) -> int:
    """Three days from next week on, with what a city wrote about it before."""
    new = standards.NewProtection("马拉松", FIRST, FIRST + timedelta(days=2), duty=DUTY)
    actor = town.actor("administrator")
    return standards.add_protection(new, actor=actor, now=town.now, why="市政府通知").pk


def put(town: Town, period: int, name: str, *reached: Any, by: str = "administrator") -> TeamMember:
    """Somebody for the team."""
    return duty.put_on_team(
        period_id=period, member=town.members[name], reached=Reached(*reached),
        actor=town.actor(by), now=town.now,
    )  # fmt: skip


def told(town: Town, name: str) -> list[tuple[str, str]]:
    """What somebody was told of the team, in order."""
    while town.deliver():
        pass
    rows = Message.objects.filter(member=town.members[name], topic__startswith="team_")
    return list(rows.order_by("pk").values_list("topic", "text"))


def watched(period: int) -> list[str]:
    return [one.code for one in queries.cameras_of(period)]


def test_the_team_is_told_when_named_when_changed_and_when_it_begins(
    town: Town, period: int
) -> None:
    row = put(town, period, "water", "13900000012", time(8), time(20))
    put(town, period, "roads", "13900000013")
    assert [(topic, "08:00–20:00" in text) for topic, text in told(town, "water")] == [
        ("team_named", True)
    ]
    assert "13900000013" in told(town, "roads")[0][1] and "全天" in told(town, "roads")[0][1]
    assert duty.tell_teams(now=town.now) == 0, "it has not begun"

    changed = duty.change_on_team(
        row_id=row.pk, reached=Reached("13900000099"), actor=town.actor("administrator"),
        now=town.now,
    )  # fmt: skip
    assert [topic for topic, _text in told(town, "water")] == ["team_named", "team_named"]
    assert "13900000099" in told(town, "water")[1][1]
    row.refresh_from_db()
    assert row.ended_at == town.now and row.phone == "13900000012", "as it was"

    town.wait(days=8)
    assert (duty.tell_teams(now=town.now), duty.tell_teams(now=town.now)) == (2, 0)
    assert told(town, "water")[-1][0] == "team_begins" and len(told(town, "roads")) == 2
    changed.refresh_from_db()
    assert changed.begun_at == town.now
    put(town, period, "green", "13900000014")  # comes in the middle: one message says it
    assert duty.tell_teams(now=town.now) == 0
    duty.take_off_team(row_id=changed.pk, actor=town.actor("administrator"), now=town.now)
    assert told(town, "water")[-1][0] == "team_left"
    assert [one.member.username for one in queries.team_of(period)] == ["green", "roads"]

    town.wait(days=9)
    with pytest.raises(Refused, match="is over"):
        put(town, period, "water", "13900000012")


def test_a_period_that_is_called_off_releases_its_team(town: Town, period: int) -> None:
    put(town, period, "water", "13900000012")
    actor = town.actor("administrator")
    duty.add_camera(
        period_id=period, code="K001", name="广场", lon=120.15, lat=30.28, actor=actor, now=town.now
    )
    standards.remove_protection(period, actor=actor, now=town.now, why="活动取消")
    assert (duty.tell_teams(now=town.now), duty.tell_teams(now=town.now)) == (1, 0)
    topic, text = told(town, "water")[-1]
    assert topic == "team_left" and "马拉松" in text
    assert TeamMember.objects.get().ended_at == Camera.objects.get().ended_at == town.now


def test_who_is_put_on_a_team_and_by_whom(town: Town, period: int) -> None:
    for by in ("acceptor", "water"):
        with pytest.raises(NotAllowed):
            put(town, period, "roads", "13900000013", by=by)
    with pytest.raises(Invalid, match="fill this in"):  # the account has no telephone either
        put(town, period, "roads")
    with pytest.raises(Invalid, match="beginning and an end"):
        put(town, period, "roads", "13900000013", time(8))
    with pytest.raises(NotFound):
        put(town, period + 99, "roads", "13900000013")
    people.change_member(
        member_id=town.members["roads"].pk, phone="0571-12345", actor=SYSTEM, now=town.now
    )
    town.members["roads"].refresh_from_db()
    row = put(town, period, "roads")
    assert (row.phone, row.hours) == ("0571-12345", "")
    with pytest.raises(Refused, match="of the team already"):
        put(town, period, "roads", "13900000013")
    with pytest.raises(Refused, match="nothing would change"):
        duty.change_on_team(
            row_id=row.pk, reached=Reached(), actor=town.actor("administrator"), now=town.now
        )
    for change in ({"phone": "1"}, {"member": town.members["water"]}, {"starts": time(1)}):
        with pytest.raises(IntegrityError), transaction.atomic():
            TeamMember.objects.filter(pk=row.pk).update(**change)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        TeamMember.objects.all().delete()


def test_cameras_are_imported_all_or_none_with_each_bad_row_named(
    town: Town, period: int, tmp_path: Path
) -> None:
    actor, path = town.actor("administrator"), tmp_path / "cameras.csv"

    def given(*lines: str) -> Any:
        path.write_text("\n".join(("code,name,lon,lat,system", *lines)), encoding="utf-8")
        return duty.import_cameras(path, period_id=period, actor=actor, now=town.now)

    report = given(
        "K001,广场东口,120.155,30.281,", "K001,广场西口,120.156,30.281,", "K002,,120.1,30.2,",
        "K003,体育馆,一百二十,30.2,", "K004,车站,220,30.2,", "K005,码头,120.1,30.2,mars",
    )  # fmt: skip
    assert [(one.row, one.key) for one in report.rejected] == [
        (3, "K001"), (4, "K002"), (5, "K003"), (6, "K004"), (7, "K005"),
    ]  # fmt: skip
    assert report.imported == 0 and watched(period) == []
    report = given("K001,广场东口,120.155,30.281,", "K002,体育馆,120.1550,30.2810,gcj02")
    assert (report.imported, report.rejected, watched(period)) == (2, [], ["K001", "K002"])
    plain, shifted = queries.cameras_of(period)
    assert (plain.point.x, plain.point.y) == (120.155, 30.281)
    assert abs(shifted.point.x - 120.155) > 0.001, "kept as WGS 84"
    report = given("K001,广场东口,120.155,30.281,", "K003,车站,120.16,30.29,")
    assert (report.imported, report.joined) == (1, 1)
    duty.end_camera(row_id=plain.pk, actor=actor, now=town.now)
    assert watched(period) == ["K002", "K003"]
    for change in ({"name": "x"}, {"point": shifted.point}, {"ended_at": None}):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            Camera.objects.filter(pk=plain.pk).update(**change)
    with pytest.raises(NotAllowed):
        duty.import_cameras(path, period_id=period, actor=town.actor("water"), now=town.now)


@pytest.mark.parametrize(("language", "team", "hours"), [
    ("en", "Emergency team", "day and night"), ("zh-hans", "应急队伍", "全天"),
])  # fmt: skip
def test_the_page_of_a_period_names_them_and_keeps_what_was_written_before(
    town: Town, period: int, browse: Browse, language: str, team: str, hours: str
) -> None:
    office, there = browse("administrator", language), f"/duty/protection/{period}/"
    assert there in office.get("/protection/").content.decode()
    sent = {"member": "water", "phone": "", "starts": "", "ends": ""}
    answer = office.post(f"{there}team/", sent)
    assert answer.status_code == 400 and 'value="water"' in answer.content.decode()
    assert office.post(f"{there}team/", {**sent, "phone": "13900000012"}).status_code == 302
    camera = {"code": "K001", "name": "广场东口", "lon": "120.155", "lat": "30.281",
              "system": "wgs84"}  # fmt: skip
    assert office.post(f"{there}cameras/", camera).status_code == 302
    bad = SimpleUploadedFile("c.csv", "code,name,lon,lat\nK002,西口,x,30\n".encode(), "text/csv")
    answer = office.post(f"{there}cameras/import/", {"file": bad})
    assert answer.status_code == 400 and "2 K002" in answer.content.decode()

    page = browse("acceptor", language).get(there).content.decode()
    place = "lon=120.155&amp;lat=30.281"
    for words in (DUTY, team, hours, "13900000012", "K001", "广场东口", place):
        assert words in page
    assert f"{there}team/" not in page, "who enters no periods changes nothing"
    assert browse("water_worker").get(there).status_code == 403
    put(town, period, "water_worker", "13900000077")
    assert browse("water_worker").get(there).status_code == 200, "of the team itself"

    row = TeamMember.objects.get(member=town.members["water"])
    times = {"phone": "13900000012", "starts": "08:00", "ends": "20:00"}
    assert office.post(f"/duty/team/{row.pk}/change/", times).status_code == 302
    assert "08:00–20:00" in office.get(there).content.decode()
