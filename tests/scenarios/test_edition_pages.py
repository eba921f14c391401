"""The city's next catalogue in the back office: sent, looked at, kept, published or withdrawn."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from cityloop.standards import operations as standards
from cityloop.standards.models import Edition, EditionChange
from cityloop.standards.tests.office import said, stamp
from tests.browser import Browse
from tests.scenarios.test_next_edition import (
    APRIL,
    LIGHTS,
    MAY,
    NEW,
    OLD,
    file_one,
    says,
    until,
    written,
)
from tests.town import SYSTEM, Town

pytestmark = [pytest.mark.slow, pytest.mark.requirement("B01", "B04", "L16")]
PUBLISH = f"/office/edition/{NEW}/publish/"


def send(client: Client, folder: Path) -> HttpResponse:
    """The three files of an edition, and what the office shows of them."""
    files = [SimpleUploadedFile(one.name, one.read_bytes()) for one in folder.iterdir()]
    return client.post("/office/editions/upload/", {"file": files}, follow=True)


def keep(client: Client, folder: Path) -> HttpResponse:
    """Sent, seen, kept as a draft."""
    seen = send(client, folder)
    path = seen.redirect_chain[-1][0]
    return client.post(f"{path}keep/", {"stamp": stamp(seen)}, follow=True)


def test_an_edition_is_made_and_published_without_a_shell(
    town: Town, browse: Browse, tmp_path: Path
) -> None:
    says(town, "GREEN")
    says(town, "GREEN", code="C0190")
    case = file_one(town)
    client = browse("administrator")
    listed = said(client.get("/office/editions/"))
    assert re.search(rf"{OLD} .* in force .* 58 156 1 ", listed), listed
    folder = written(tmp_path, begins=APRIL, renamed={LIGHTS: "电子显示屏"}, gone={"C0190"})
    seen = said(send(client, folder))
    follows = (
        f"once {NEW} is published, {OLD} ends on 2026-03-31",
        f"2 lines do not hold for {NEW}: their classes have other names or are gone",
        f"codes of {OLD} whose lines do not hold for {NEW}: C0189, C0190",
        "1 class changed", "1 class removed", "1 code meant another class before: C0189 电子显示屏",
    )  # fmt: skip
    for part in follows:
        assert part in seen, (part, seen)
    assert not Edition.objects.filter(code=NEW).exists()
    # What is told beforehand is what the command line tells of the draft.
    loaded = standards.load_edition(folder, actor=SYSTEM, now=town.now)
    assert [one for one in loaded.notes if one not in seen] == []
    standards.withdraw_draft(NEW, actor=SYSTEM, now=town.now, why="试验")

    kept = said(keep(client, folder))
    assert f"{NEW} is kept as a draft." in kept and f"{NEW} against {OLD}: 1 class changed" in kept
    page = client.get(PUBLISH)
    for part in follows[:3]:
        assert part in said(page)
    done = said(client.post(PUBLISH, {"stamp": stamp(page)}, follow=True))
    for part in (f"{NEW} is published.", f"{OLD} ends on 2026-03-31, before {NEW} begins",
                 f"{NEW} against {OLD}: 1 class changed"):  # fmt: skip
        assert part in done, (part, done)
    noted = EditionChange.objects.filter(edition=NEW).order_by("id")
    assert [one.what for one in noted] == ["loaded", "withdrawn", "loaded", "published"]
    assert noted.last().member_id == town.members["administrator"].pk
    until(town, APRIL)
    assert town.chosen(LIGHTS).edition.code == NEW
    case.refresh_from_db()
    assert case.filing_rule is not None and case.filing_rule.edition.code == OLD


def test_an_edition_that_begins_before_filed_cases_is_published_only_when_that_is_meant(
    town: Town, browse: Browse, tmp_path: Path
) -> None:
    until(town, MAY)
    file_one(town)
    client = browse("administrator")
    kept = keep(client, written(tmp_path, begins=APRIL))
    assert f"{NEW} is kept as a draft." in said(kept)
    page = client.get(PUBLISH)
    words = said(page)
    assert f"1 case was filed under {OLD} since 2026-04-01; it keeps its filing rule" in words
    assert "begin in the past, before 1 case that was filed" in words
    assert 'type="checkbox" name="backdated"' in page.content.decode()
    answer = client.post(PUBLISH, {"stamp": stamp(page)})
    assert answer.status_code == 422
    assert f"1 case was filed under {OLD} since" in said(answer)
    assert "--backdated" not in said(answer), "a word of the command line"
    assert Edition.objects.get(code=NEW).status == "draft"
    assert Edition.objects.get(code=OLD).valid_to is None
    answer = client.post(PUBLISH, {"stamp": stamp(answer), "backdated": "on"}, follow=True)
    assert f"{NEW} is published." in said(answer)
    assert Edition.objects.get(code=OLD).valid_to == date(2026, 3, 31)


def test_only_administrators_find_the_pages(town: Town, browse: Browse, tmp_path: Path) -> None:
    folder = written(tmp_path, begins=APRIL)
    for name in ("acceptor", "leader", "district"):
        client = browse(name)
        assert client.get("/office/editions/").status_code == 403
        assert send(client, folder).status_code == 403
    page = browse("administrator", "zh-hans").get("/office/members/")
    assert "/office/editions/" in page.content.decode(), "a group of tabs beside the others"
    assert not Edition.objects.filter(code=NEW).exists()
