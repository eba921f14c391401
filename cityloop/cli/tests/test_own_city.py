"""A city of its own, from an empty database to its people, by the commands that README names."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
import xlsxwriter
from django.db import connection, connections
from django.test import Client
from django.urls import reverse

from cityloop.geo.models import Road
from cityloop.people import queries
from cityloop.people.models import (
    Holding,
    Member,
    Organisation,
    PeopleChange,
    Post,
    Responsibility,
)
from config import env

Call = Callable[..., subprocess.CompletedProcess[str]]
FIRST, OWN = "Willow-Canal-31", "Lotus-Bridge-2026"
FOUNDING = (
    "first-administrator", "--organisation", "PS-PLAT", "--organisation-name", "坪山区平台",
    "--region", "440300", "--username", "zhang", "--name", "张三",
)  # fmt: skip
UNITS = (
    ("code", "name_zh", "kind", "parent_code", "region_code"),
    ("PS", "坪山", "department", "", 440300),
    ("PS-PLAT", "坪山区平台", "city_platform", "PS", 440300),
    ("PS-ROADS", "道路管养中心", "department", "PS", 440300),
)


@pytest.fixture
def empty(test_database, django_db_blocker, settings, tmp_path) -> Iterator[Call]:
    """Runs commands on a database without a table; Django looks at the same one."""
    usual, name = connection.settings_dict["NAME"], "test_own_city"
    parameters = connection.get_connection_params()
    keep = {key: parameters[key] for key in ("host", "port", "user", "password")
            if parameters.get(key)}  # fmt: skip
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
    url = "postgresql:///{}?{}".format(name, "&".join(f"{k}={v}" for k, v in keep.items()))
    with psycopg.connect(**keep, dbname="postgres", autocommit=True) as raw:
        raw.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        raw.execute(f'CREATE DATABASE "{name}"')
        connections.close_all()
        connection.settings_dict["NAME"] = name
        try:
            with django_db_blocker.unblock():
                yield _caller({**os.environ, "DATABASE_URL": url, "DATA_DIR": str(tmp_path)})
        finally:
            connections.close_all()
            connection.settings_dict["NAME"] = usual
            raw.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _caller(variables: dict[str, str]) -> Call:
    def call(*arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "cityloop.cli.main", *arguments, "--json"],
            cwd=env.ROOT, env=variables, capture_output=True, text=True, check=False, input=typed,
        )  # fmt: skip

    return call


def told(done: subprocess.CompletedProcess[str], code: int = 0) -> dict:
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.requirement("L16", "A24", "O04")
def test_an_empty_database_becomes_a_city_with_people(empty: Call, tmp_path: Path) -> None:
    _first_steps(empty, tmp_path)
    assert told(empty("load-standards"))["imported"] > 1000
    assert "people_member" in connection.introspection.table_names()
    assert not Member.objects.exists()

    weak = told(empty(*FOUNDING, "--password-stdin", typed="short\n"), 1)
    assert "10 characters" in weak["error"]
    assert not Organisation.objects.exists()  # all or nothing
    assert "terminal" in told(empty(*FOUNDING), 1)["error"]
    founded = told(empty(*FOUNDING, "--password-stdin", typed=f"{FIRST}\n"))
    assert founded == {
        "username": "zhang", "organisation": "PS-PLAT", "post": "PS-PLAT-administrator",
    }  # fmt: skip
    again = told(empty(*FOUNDING, "--generate"), 1)
    assert "has an administrator already" in again["error"] and "zhang" in again["error"]

    browser = Client()
    signing = {"username": "zhang", "password": FIRST}
    answer = browser.post(reverse("sign-in"), signing)
    assert answer["Location"] == reverse("new-password")
    assert browser.get(reverse("office")).status_code == 302  # not before the password is changed
    answer = browser.post(reverse("new-password"), {"password": OWN, "again": OWN})
    assert answer.status_code == 302
    assert browser.get(reverse("office-members")).status_code == 200

    file = _workbook(tmp_path / "units.xlsx", UNITS)
    report = told(empty("import-organisations", file))
    assert (report["imported"], report["joined"], report["rejected"]) == (2, 1, 0)
    assert Organisation.objects.get(code="PS-PLAT").parent.code == "PS"
    _another_member(browser)
    _matrix(empty, tmp_path)
    assert (
        "holds another city (3 organisations, 2 accounts)"
        in told(empty("demo", "--days", "0", "--port", "0"), 1)["error"]
    )
    _ground(empty, browser)
    _forgotten(empty)


def _first_steps(empty: Call, folder: Path) -> None:
    """Before there are tables; then the tables, and a file in which there is nothing."""
    said = told(empty("check", "--chain"), 1)["error"]
    assert "The empty database test_own_city on" in said and "Run: cityloop migrate" in said
    assert told(empty("migrate"))["applied"]
    hollow = folder / "hollow.geojson"
    hollow.write_text('{"type": "FeatureCollection", "features": []}', encoding="utf-8")
    assert "holds nothing" in told(empty("import-regions", str(hollow)), 1)["error"]


def _ground(empty: Call, browser: Client) -> None:
    """A district from the packages; its roads are found, its grids are given to inspectors."""
    district = ("--city", "440300", "--district", "440308")
    assert told(empty("import-regions", *district))["imported"] > 30
    assert told(empty("import-regions", *district, "--kind", "grids"))["imported"] > 2000
    assert told(empty("share-out-grids", "440308"))["imported"] > 400
    road = Road.objects.exclude(name="").order_by("pk").first()
    page = browser.get(reverse("map"), {"address": road.name}).content.decode()
    assert f"盐田区{road.name}" in page


def _forgotten(empty: Call) -> None:
    """The only administrator forgot the password, and tried until the door was locked."""
    browser = Client()
    for _ in range(7):
        answer = browser.post(reverse("sign-in"), {"username": "zhang", "password": "wrong"})
    assert answer.status_code == 429
    assert "no such member" in told(empty("reset-password", "nobody", "--generate"), 1)["error"]
    weak = told(empty("reset-password", "zhang", "--password-stdin", typed="short\n"), 1)
    assert "10 characters" in weak["error"]
    given = told(empty("reset-password", "zhang", "--generate"))
    answer = browser.post(reverse("sign-in"), {"username": "zhang", "password": given["password"]})
    assert answer["Location"] == reverse("new-password")
    [line] = PeopleChange.objects.filter(action="reset password")
    assert "reset-password" in line.actor


def _workbook(path: Path, rows: tuple[tuple[object, ...], ...]) -> str:
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return str(path)


def _another_member(browser: Client) -> None:
    """The administrator makes an account in an imported unit, and gives it a post."""
    roads = Organisation.objects.get(code="PS-ROADS")
    facts = {"username": "li", "name": "李四", "organisation": roads.pk, "password": FIRST,
             "phone": "", "email": "", "language": ""}  # fmt: skip
    answer = browser.post(reverse("office-member-new"), facts)
    member = Member.objects.get(username="li")
    assert answer["Location"] == reverse("office-member", args=[member.pk])
    post = {"code": "PS-ROADS-desk", "organisation": roads.pk, "name_zh": "内勤", "name_en": "",
            "roles": ["unit_desk"]}  # fmt: skip
    assert browser.post(reverse("office-post-new"), post).status_code == 302
    held = {"post": Post.objects.get(code="PS-ROADS-desk").pk, "valid_from": "2026-01-01"}
    answer = browser.post(reverse("office-member-hold", args=[member.pk]), held)
    assert answer.status_code == 302
    assert Holding.objects.filter(member=member).count() == 1


def _matrix(empty: Call, folder: Path) -> None:
    """A bad row keeps the whole file out and is named; the corrected file comes in."""
    head = "class_kind,major_code,minor_code,region_code,lead_code,source_document"
    file, good = folder / "matrix.csv", "event,01,10,*,PS-ROADS,文1"
    file.write_text(f"{head}\n{good}\nevent,77,01,*,NOBODY,文1\n", encoding="utf-8")
    bad = told(empty("import-responsibilities", str(file)), 1)
    assert (bad["imported"], bad["joined"], bad["rejected"]) == (0, 0, 1)
    assert bad["rejections"][0][0] == 3 and "NOBODY" in bad["rejections"][0][2]
    assert not Responsibility.objects.exists()
    file.write_text(f"{head}\n{good}\n", encoding="utf-8")
    assert told(empty("import-responsibilities", str(file)))["imported"] == 1
    assert told(empty("import-responsibilities", str(file)))["joined"] == 1
    queries.forget_actors()
    file.write_text("code;name\n", encoding="utf-8")
    none = told(empty("import-organisations", str(file)), 1)
    assert (none["imported"], none["joined"], none["rejected"]) == (0, 0, 1)
    assert none["seconds"] >= 0 and "columns are missing" in none["error"]
