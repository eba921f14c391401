"""A database in which nobody is yet: the first account, editions that come along."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from cityloop.kernel import clock, manifest
from cityloop.kernel.models import Marker
from cityloop.people.models import Member, Organisation
from cityloop.setup import operations
from cityloop.standards.models import Edition

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("L16")]

PASSWORD = "Lotus-Bridge-2026"
FORM = {
    "region_code": "330100", "organisation_code": "HZ-PLAT", "organisation_name": "杭州平台",
    "name": "管理", "username": "admin", "password": PASSWORD, "again": PASSWORD,
}  # fmt: skip


@pytest.fixture(autouse=True)
def plain(settings: Any) -> None:
    kind = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": kind}


def said(answer: HttpResponse) -> str:
    """The words of a page."""
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def stranger() -> Client:
    client = Client()
    client.cookies["django_language"] = "en"
    return client


@pytest.mark.requirement("O10")
def test_only_who_reads_the_servers_code_founds_the_city(db: None) -> None:
    guest = stranger()
    assert guest.get("/sign-in/")["Location"] == "/set-up/", "nobody could sign in"
    assert guest.post("/set-up/", {**FORM, "code": ""}).status_code == 400
    refused = guest.post("/set-up/", {**FORM, "code": "aaaa-bbbb-cccc-dddd"})
    assert refused.status_code == 400, "no code was printed yet"
    first = operations.new_setup_code(now=clock.now())
    code = operations.new_setup_code(now=clock.now())
    refused = guest.post("/set-up/", {**FORM, "code": first})
    assert "not the code that the server printed when it was started last" in said(refused)
    assert not Member.objects.exists() and not Organisation.objects.exists()
    assert code not in json.dumps(list(Marker.objects.values_list("value", flat=True)))
    weak = guest.post("/set-up/", {**FORM, "code": code, "password": "1", "again": "1"})
    assert weak.status_code == 400 and not Member.objects.exists()
    answer = guest.post("/set-up/", {**FORM, "code": f" {code.upper()} "})
    assert answer["Location"] == "/office/first-steps/"
    page = said(guest.get("/office/first-steps/"))
    assert "The city has no regions" in page and "杭州平台" in page
    member = Member.objects.get()
    assert not member.initial_password, "it was their own choice"
    assert guest.get("/set-up/")["Location"] == "/sign-in/", "there is no such page any more"
    again = stranger().post("/set-up/", {**FORM, "code": code, "username": "other"})
    assert again["Location"] == "/sign-in/" and Member.objects.count() == 1
    assert operations.new_setup_code(now=clock.now()) == ""
    assert not Marker.objects.filter(name="setup code").exists()


def test_the_server_prints_the_code_only_while_nobody_administers(db: None) -> None:
    from cityloop.cli.serve import greeting_of

    told = greeting_of("http://localhost:8000/", "abcd-efgh", as_json=False)
    assert "http://localhost:8000/set-up/" in told and "abcd-efgh" in told
    assert "set-up" not in greeting_of("http://localhost:8000/", "", as_json=False)
    as_json = json.loads(greeting_of("http://localhost:8000/", "abcd", as_json=True))
    assert as_json == {"address": "http://localhost:8000/", "setup_code": "abcd"}


def test_an_edition_that_comes_along_is_chosen_and_published(db: None) -> None:
    code = operations.new_setup_code(now=clock.now())
    admin = stranger()
    admin.post("/set-up/", {**FORM, "code": code})
    page = said(admin.get("/office/first-steps/editions/"))
    assert "GBT30428.2-2013" in page
    none = admin.post("/office/first-steps/editions/")
    assert none.status_code == 422 and "choose at least one" in said(none)
    assert admin.post("/office/first-steps/editions/", {"edition": "../x"}).status_code == 422
    alone = admin.post("/office/first-steps/editions/", {"edition": "330100-2026"})
    assert alone.status_code == 422 and not Edition.objects.exists(), "it needs the one below it"
    answer = admin.post("/office/first-steps/editions/", {"edition": "GBT30428.2-2013"})
    assert answer["Location"] == "/office/first-steps/"
    assert Edition.objects.get().is_published
    found = {one.title: one for one in manifest.missing(clock.now())}
    assert found["Catalogue edition"].done and "calendar" in found["Calendar of the year"].page
