"""Example pictures of filing rules over HTTP: uploaded or named, in the manual, taken off again."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from cityloop.kernel import files
from cityloop.kernel.models import StoredFile
from cityloop.standards.models import FilingRule, RulePhoto
from cityloop.standards.tests.editions import NOW, Files
from cityloop.standards.tests.pictures import picture

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("B15")]
Send = Callable[..., Any]
PDF = b"%PDF-1.4\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n"


def jpeg(shade: int, **exif: Any) -> SimpleUploadedFile:
    """A small picture with a place in its EXIF."""
    out, facts = io.BytesIO(), Image.Exif()
    facts[0x010E] = "taken by somebody"
    Image.new("RGB", (64, 48), (shade, 90, 80)).save(out, "JPEG", exif=facts)
    return SimpleUploadedFile("p.jpg", out.getvalue(), "image/jpeg")


@pytest.fixture
def send(settings: Any, tmp_path: Path) -> Send:
    """A client that says who it is."""
    settings.ACTOR_OF = "cityloop.standards.tests.visitors.caller"
    settings.MEDIA_ROOT = tmp_path / "files"
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
    Files().load(tmp_path, publish=True)
    client = Client()

    def call(method: str, path: str, form: Any = None, by: str = "clerk", key: str = "") -> Any:
        headers = {"Authorization": f"Bearer {by}", "Accept-Language": "en"}
        headers |= {"Idempotency-Key": key} if key else {}
        return getattr(client, method)(path, form, headers=headers)

    return call


def rule() -> FilingRule:
    return FilingRule.objects.get(position="C0101-001")


def examples(row: FilingRule | None = None) -> str:
    return f"/api/v1/standards/rules/{(row or rule()).pk}/examples"


def in_the_manual(send: Send) -> list[tuple[str, str]]:
    """Verdict and caption of the examples that the manual shows."""
    lines = send("get", "/api/v1/standards/manual", by="reader").json()["items"]
    line = next(one for one in lines if one["id"] == rule().pk)
    return [(one["verdict"], one["caption"]) for one in line["photos"]]


def test_an_uploaded_picture_stands_in_the_manual_until_it_is_taken_off(send: Send) -> None:
    bad = send("post", examples(), {"file": jpeg(30), "verdict": "bad", "caption": "井盖缺失"})
    assert bad.status_code == 200, bad.content
    told = bad.json()
    assert (told["verdict"], told["added_by"]) == ("bad", "clerk")
    assert send("post", examples(), {"file": jpeg(200), "verdict": "good"}).status_code == 200
    assert in_the_manual(send) == [("good", ""), ("bad", "井盖缺失")]
    page = send("get", "/manual/", by="reader").content.decode()
    assert told["url"] in page and "井盖缺失" in page
    shown = send("get", told["url"], by="reader")
    assert shown["Content-Type"] == "image/jpeg" and b"taken by" not in shown.content
    listed = send("get", examples(), by="reader").json()
    assert [one["id"] for one in listed][1] == told["id"]
    off = f"/api/v1/standards/examples/{told['id']}"
    assert send("delete", off, by="reader").status_code == 403
    assert send("delete", off).status_code == 204
    assert in_the_manual(send) == [("good", "")]
    assert send("delete", off).status_code == 404
    assert StoredFile.objects.filter(sha256=told["sha256"]).exists()


def test_a_picture_handed_in_is_named_by_its_digest(send: Send) -> None:
    mine = picture(40, now=NOW)
    named = {"sha256": mine.sha256, "verdict": "bad"}
    refused = send("post", examples(), named)
    unknown = send("post", examples(), {**named, "sha256": "0" * 64})
    for answer in (refused, unknown):  # somebody else's photo, and one that is not there
        assert answer.status_code == 422
        assert "hand the picture in" in answer.json()["invalid_params"][0]["reason"]
    files.note_handed_in(mine, member_id=1, now=NOW)
    assert send("post", examples(), named).status_code == 200
    again = send("post", examples(), {**named, "verdict": "good", "caption": "完好"})
    assert again.status_code == 200
    assert in_the_manual(send) == [("good", "完好")]
    # What is an example already may stand beside another rule too, whoever handed it in.
    other = FilingRule.objects.exclude(pk=rule().pk)[0]
    RulePhoto.objects.filter(file=mine).update(added_by="another")
    assert send("post", examples(other), named).status_code == 200


@pytest.mark.parametrize(
    ("form", "status", "field"),
    [
        ({"verdict": "bad"}, 422, "file"),
        ({"verdict": "bad", "file": True, "sha256": "0" * 64}, 422, "file"),
        ({"verdict": "ugly", "file": True}, 422, "verdict"),
        ({"file": True}, 422, "verdict"),
        ({"verdict": "bad", "file": True, "caption": "x" * 201}, 422, "caption"),
        ({"verdict": "bad", "sha256": "xyz"}, 422, "sha256"),
        ({"verdict": "bad", "file": SimpleUploadedFile("p.pdf", PDF)}, 422, ""),
        ({"verdict": "bad", "file": SimpleUploadedFile("p.jpg", b"no picture")}, 422, ""),
        ({"verdict": "bad", "file": SimpleUploadedFile("p.jpg", b"")}, 422, ""),
        ({"verdict": "bad", "file": True, "caption": "a\x00b"}, 422, ""),
    ],
)
def test_what_can_be_no_example_is_refused(
    send: Send, form: dict[str, Any], status: int, field: str
) -> None:
    body = {**form, "file": jpeg(90)} if form.get("file") is True else dict(form)
    if isinstance(body.get("file"), SimpleUploadedFile):
        body["file"].seek(0)
    answer = send("post", examples(), body)
    told = answer.json()
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    if field:
        assert [one["name"] for one in told["invalid_params"]] == [field]
    assert not RulePhoto.objects.exists()


def test_who_may_not_and_what_is_not_there(send: Send) -> None:
    form = {"file": jpeg(90), "verdict": "bad"}
    assert send("post", examples(), form, by="reader").status_code == 403
    assert send("get", examples(), by="stranger").status_code == 403
    assert not StoredFile.objects.exists()  # refused before it was stored
    for method in ("get", "post"):
        answer = send(method, "/api/v1/standards/rules/999999/examples", {
            **({"file": jpeg(90), "verdict": "bad"} if method == "post" else {})})  # fmt: skip
        assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
    assert not StoredFile.objects.exists()


def test_the_same_key_shows_one_example(send: Send) -> None:
    for _ in range(2):
        form = {"file": jpeg(90), "verdict": "bad"}
        assert send("post", examples(), form, key="one-example").status_code == 200
    other = send("post", examples(), {"file": jpeg(10), "verdict": "bad"}, key="one-example")
    assert other.status_code == 409
    assert RulePhoto.objects.count() == 1
