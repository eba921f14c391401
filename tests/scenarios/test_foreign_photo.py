"""A digest is no key: nobody gets at a photo of a foreign case by naming it in a report."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from cityloop.cases import queries as cases
from cityloop.kernel import files
from cityloop.kernel.errors import Invalid
from cityloop.people import operations as people
from tests.town import SYSTEM, Town

pytestmark = pytest.mark.requirement("O10")


def call(town: Town, by: str, path: str, body: Any = None, **form: Any) -> HttpResponse:
    """A machine client with a key of this member."""
    _row, key = people.issue_token(
        member=town.members[by], name=path[:20], actor=SYSTEM, now=town.now
    )
    headers = {"Authorization": f"Bearer {key}"}
    client = Client(headers=headers)
    if form:
        return client.post(path, form)
    return client.post(path, json.dumps(body), content_type="application/json")


def report(town: Town, by: str, digest: str) -> HttpResponse:
    point = town.grid(3).geom.point_on_surface
    body = {"channel": "app", "text": "井盖破损，请尽快修复", "lon": point.x, "lat": point.y,
            "class_code": "C0101", "photos": [{"sha256": digest}]}  # fmt: skip
    return call(town, by, "/api/v1/reports", body)


def test_a_photo_of_a_foreign_case_cannot_be_claimed_by_its_digest(town: Town) -> None:
    digest = town.case("handled").attachments.filter(stage="after")[0].file.sha256
    water, green = town.actor("water"), town.actor("green")
    cases.require_files(water, [digest])  # its own case
    with pytest.raises(Invalid, match="store the file first"):
        cases.require_files(green, [digest])


def test_what_another_stored_is_as_if_it_were_not_there(town: Town) -> None:
    digest = town.stored()
    never = hashlib.sha256(b"never stored").hexdigest()
    refused, unknown = report(town, "exchange", digest), report(town, "exchange", never)
    assert refused.status_code == unknown.status_code == 422
    told = [one.json()["detail"] for one in (refused, unknown)]
    assert told[0].replace(digest[:12], "") == told[1].replace(never[:12], "")


def test_whoever_hands_the_content_in_may_name_it(town: Town) -> None:
    case = town.case("handled")
    digest = case.attachments.filter(stage="after")[0].file.sha256
    content = files.location(digest).read_bytes()
    upload = SimpleUploadedFile("again.jpg", content, "image/jpeg")
    stored = call(town, "exchange", "/api/v1/files", file=upload)
    assert stored.json()["sha256"] == digest
    assert report(town, "exchange", digest).status_code == 201
