"""The manual as a page and the standards over HTTP."""

from __future__ import annotations

import html
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from cityloop.standards import operations, queries
from cityloop.standards.models import Edition, FilingRule
from cityloop.standards.tests.editions import COVER, GONE, NOW, SYSTEM, Files, stored
from cityloop.standards.tests.pictures import picture

pytestmark = pytest.mark.django_db


class Visitor:
    """A client that says who it is."""

    def __init__(self, name: str) -> None:
        self.client, self.headers = Client(), {"Authorization": f"Bearer {name}"}

    def get(self, path: str, headers: dict[str, str] | None = None, **data: Any) -> HttpResponse:
        return self.client.get(path, data, headers={**self.headers, **(headers or {})})

    def send(self, method: str, path: str, data: Any = None) -> HttpResponse:
        act = getattr(self.client, method)
        return act(path, data or {}, content_type="application/json", headers=self.headers)


@pytest.fixture(autouse=True)
def world(settings: Any, tmp_path: Path) -> None:
    settings.ACTOR_OF = "cityloop.standards.tests.visitors.caller"
    settings.MEDIA_ROOT = tmp_path / "files"
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
    settings.LANGUAGE_CODE = "en"
    files = Files()
    files.rules[0].update(season_from="11-01", season_to="03-31", place_level="A")
    files.rules[1].update(engineering_amount="9", engineering_unit="work_day")
    files.load(tmp_path, publish=True)
    operations.seed_calendar([2026], actor=SYSTEM, now=NOW)


@pytest.fixture
def reader() -> Visitor:
    return Visitor("reader")


@pytest.mark.requirement("B06", "B15")
def test_the_manual_is_a_table_with_a_search_box(reader: Visitor) -> None:
    rule = FilingRule.objects.get(position__startswith="C0101-001")
    photo = operations.attach_example(
        rule_id=rule.pk, file_id=picture(90, now=NOW).pk, verdict="bad", actor=SYSTEM, now=NOW
    )
    answer = reader.get("/manual/", headers={"Accept-Language": "en"})
    page = answer.content.decode()
    assert answer.status_code == 200
    for part in (
        "C0101", "Water manhole cover", "Cover missing", "2 urgent hours", "In place", "供水企业",
        "Only from 11-01 to 03-31", "Place of level A", "Engineering: 9 working days",
        f"/manual/examples/{photo.pk}", 'type="search"', "<caption",
    ):  # fmt: skip
        assert part in page, part
    picture_answer = reader.get(f"/manual/examples/{photo.pk}")
    assert picture_answer["Content-Type"] == "image/jpeg"
    assert reader.get("/manual/examples/0").status_code == 404


@pytest.mark.requirement("B06")
def test_the_same_address_answers_the_fragment(reader: Visitor) -> None:
    answer = reader.get("/manual/", headers={"HX-Request": "true"}, q="路灯")
    page = answer.content.decode()
    assert page.lstrip().startswith('<div id="manual">')
    assert "C0102" in page
    assert "C0101" not in page
    assert "HX-Request" in answer["Vary"]
    nothing = reader.get("/manual/", headers={"Accept-Language": "en"}, q="囧囧")
    assert "Nothing found" in nothing.content.decode()


def test_the_manual_is_paged_and_filtered(reader: Visitor, tmp_path: Path) -> None:
    many = Files("MANY", family="many", valid_from="2026-02-01")
    many.classes += [{**COVER, "minor_code": f"{n:03}"} for n in range(100, 320)]
    many.rules += [{**GONE, "minor_code": f"{n:03}"} for n in range(100, 320)]
    many.load(tmp_path)
    seen, path, pages = 0, "/manual/?edition=MANY&kind=component", 0
    while path and pages < 5:
        page = reader.get(path).content.decode()
        seen, pages = seen + page.count('scope="rowgroup"'), pages + 1
        found = re.search(r'href="([^"]*)" rel="next"', page)
        path = html.unescape(found.group(1)) if found else ""
    assert pages == 3
    assert seen == 2 + 220
    assert reader.get("/manual/?edition=MANY&kind=event").status_code == 200
    assert reader.get("/manual/?edition=NOWHERE").status_code == 200  # not a choice: ignored
    assert reader.get("/manual/?cursor=nonsense").status_code == 422


def test_an_empty_installation_says_what_to_do(reader: Visitor) -> None:
    Edition.objects.all().update(valid_to=date(2026, 1, 2))  # none in force today
    answer = reader.get("/manual/", headers={"Accept-Language": "en"})
    assert "No catalogue is in force" in answer.content.decode()
    assert reader.get("/api/v1/standards/classes").status_code == 404


def test_who_may_not_read_is_refused() -> None:
    assert Visitor("stranger").get("/manual/").status_code == 403
    assert Visitor("nobody").get("/manual/").status_code == 302
    assert Visitor("nobody").get("/api/v1/standards/editions").status_code == 401
    for path in (
        "editions", "editions/TEST-1/difference/TEST-1", "classes", "classes/1/rules", "manual",
        "due?start=2026-03-02T09:00:00&amount=1&unit=minute", "calendar?year=2026",
    ):  # fmt: skip
        answer = Visitor("stranger").get(f"/api/v1/standards/{path}")
        assert (answer.status_code, answer["Content-Type"]) == (403, "application/problem+json")


@pytest.mark.requirement("B01", "B04", "B06", "B09")
def test_catalogue_over_the_api(reader: Visitor, tmp_path: Path) -> None:
    def get(path: str, **data: Any) -> Any:
        answer = reader.get(f"/api/v1/standards/{path}", **data)
        assert answer.status_code == 200, answer.content
        return answer.json()

    assert [row["code"] for row in get("editions")] == ["TEST-1"]
    assert [row["name_zh"] for row in get("classes", q="jg")] == ["上水井盖"]
    assert get("classes", q="暴露")[0]["on_the_spot"] is True
    cover = stored("TEST-1/C0101").pk
    rules = get(f"classes/{cover}/rules", on="2026-01-15", place_level="A")
    assert [(row["seq"], row["limit_amount"]) for row in rules] == [(1, "2.00"), (2, "2.50")]
    assert len(get(f"classes/{cover}/rules", on="2026-07-15")) == 1
    page = get("manual", q="井盖", size=1)
    assert page["items"][0]["problem_class"]["code"] == "TEST-1/C0101"
    assert get("manual", q="井盖", size=1, cursor=page["next"])["next"] is None
    Files("TEST-2", valid_from="2027-01-01").load(tmp_path)
    difference = get("editions/TEST-1/difference/TEST-2")
    assert difference["counts"]["rules_changed"] == 1
    assert set(difference["rules"][0]) == {"what", "key", "name", "fields"}
    assert get("editions/TEST-2/difference") == difference, "to the edition in force before it"
    assert get("editions/TEST-1/difference")["old"] == "", "the first of its family"


@pytest.mark.requirement("H05")
def test_a_deadline_explains_itself(reader: Visitor) -> None:
    answer = reader.get(
        "/api/v1/standards/due", start="2026-09-30T17:00:00", amount="1", unit="work_day",
        headers={"Accept-Language": "en"},
    )  # fmt: skip
    told = answer.json()
    assert told["due"] == "2026-10-08T17:00:00+08:00"
    assert told["warnings"] == []
    holiday = next(one for one in told["intervals"] if one["reason"] == "holiday")
    assert (holiday["counted"], holiday["text"]) == (False, "holiday 国庆节")
    zoned = reader.get(
        "/api/v1/standards/due", start="2026-09-30T09:00:00Z", amount="1", unit="work_day"
    )
    assert zoned.json()["due"] == told["due"]
    later = reader.get(
        "/api/v1/standards/due", start="2026-12-31T17:00:00", amount="9", unit="work_day"
    )
    assert len(later.json()["warnings"]) == 1


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("due?start=2026-09-30T17:00:00&amount=-1&unit=work_day", 422),
        ("due?start=2026-09-30T17:00:00&amount=NaN&unit=work_day", 422),
        ("due?start=2026-09-30T17:00:00&amount=999999&unit=work_day", 422),
        ("due?start=2026-09-30T17:00:00&amount=1&unit=week", 422),
        ("due?start=9999-12-31T23:59:59&amount=1&unit=minute", 422),
        ("due?start=0001-01-01T00:00:00Z&amount=1&unit=minute", 422),
        ("due?start=tomorrow&amount=1&unit=minute", 422),
        ("due?start=2026-09-30T17:00:00&amount=1&unit=minute&calendar=nowhere", 404),
        ("classes?edition=nowhere", 404),
        ("classes?limit=0", 422),
        ("classes/0/rules", 422),
        ("classes/999999999/rules", 404),
        ("classes/9223372036854775808/rules", 422),
        ("manual?cursor=nonsense", 422),
        ("manual?q=%00", 422),
        ("classes?q=%00", 422),
        ("classes?edition=%00", 422),
        ("calendar?year=2026&calendar=%00", 422),
        ("editions/a/difference/b", 404),
        ("editions/a/difference", 404),
    ],
)
def test_wrong_questions_get_a_clear_answer(reader: Visitor, path: str, status: int) -> None:
    answer = reader.get(f"/api/v1/standards/{path}")
    assert answer.status_code == status, answer.content
    if status >= 400:
        assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.requirement("H05", "H01")
def test_the_calendar_is_edited_over_the_api() -> None:
    clerk, path = Visitor("clerk"), "/api/v1/standards/calendar/2026-03-04"
    body = {"kind": "workday", "name": "半天", "periods": [["08:00", "12:00"]], "why": "通知"}
    assert Visitor("reader").send("put", path, body).status_code == 403
    answer = clerk.send("put", path, body)
    assert answer.status_code == 200, answer.content
    days = {row["day"]: row for row in clerk.get("/api/v1/standards/calendar?year=2026").json()}
    assert days["2026-03-04"]["periods"] == [["08:00", "12:00"]]
    assert days["2026-10-01"]["kind"] == "holiday"
    assert clerk.send("put", path, {**body, "why": " "}).status_code == 422
    assert clerk.send("put", path, {**body, "kind": "feast"}).status_code == 422
    assert clerk.send("put", path, {**body, "periods": [["12:00", "08:00"]]}).status_code == 422
    assert clerk.send("put", path, {**body, "name": "\x00"}).status_code == 422
    assert clerk.send("delete", f"{path}?why=again").status_code == 204
    assert clerk.send("delete", path).status_code == 422
    assert queries.calendar_changes().count() == 4
