"""The door over HTTP: whatever comes in gets a clear answer, and nothing is lost or doubled."""

from __future__ import annotations

import hashlib
import http.client
import io
import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from importlib import import_module
from typing import Any
from wsgiref.simple_server import make_server

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from cityloop.cases.models import Case
from cityloop.intake.models import Report, Reporter, ReporterNotice
from cityloop.intake.tests import city as cities
from cityloop.intake.tests.city import MIDDLE, OUTSIDE, City, picture
from cityloop.kernel import clock, files
from cityloop.kernel.models import StoredFile
from cityloop.people import queries as people
from cityloop.people.models import Member, Post, Role, Token

URL = "/api/v1/reports"
GOOD: dict[str, Any] = {
    "channel": "hotline12345", "text": "路面井盖破损", "lon": MIDDLE[0], "lat": MIDDLE[1],
    "class_code": "C0101",
}  # fmt: skip


class Api:
    """Requests with the token of a post."""

    def __init__(self, post: str) -> None:
        self.headers = {"Authorization": f"Bearer {post}"}
        self.client = Client()

    def post(self, body: Any, url: str = URL, **headers: str) -> Any:
        """POST JSON: bytes as they are, anything else dumped."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.client.post(
            url, raw, content_type="application/json", headers={**self.headers, **headers}
        )

    def form(self, **fields: Any) -> Any:
        """POST a form with files."""
        given = {"channel": "app", "text": "路面井盖破损", "lon": MIDDLE[0], "lat": MIDDLE[1]}
        return self.client.post(URL, {**given, **fields}, headers=self.headers)

    def get(self, url: str, **query: Any) -> Any:
        """GET."""
        return self.client.get(f"/api/v1{url}", query, headers=self.headers)


def token(post: str, city: City) -> None:
    """A member in a post of one role, with a token named like the post."""
    member = Member.objects.get(username=post)
    held = Post.objects.create(code=post, organisation=member.organisation, name_zh=post)
    held.roles.add(Role.objects.get(code=post))
    member.holdings.create(post=held, valid_from=cities.SINCE, kind="regular")
    Token.objects.create(
        member=member, name=post, digest=hashlib.sha256(post.encode()).hexdigest(), hint="x",
        created_at=clock.now(), expires_at=clock.now() + timedelta(days=1),
    )  # fmt: skip


@pytest.fixture
def api(city: City) -> Iterator[Api]:
    """The acceptor's client."""
    people.forget_actors()
    for post in ("acceptor", "dispatcher", "inspector"):
        token(post, city)
    yield Api("acceptor")
    people.forget_actors()


def nothing_kept() -> bool:
    """True when no trace of a report is left."""
    return not (Case.objects.exists() or Report.objects.exists() or Reporter.objects.exists())


def problem(answer: Any, status: int, code: str = "") -> dict[str, Any]:
    """The body of a problem with this status, and nothing kept."""
    assert answer.status_code == status, answer.content[:500]
    assert answer["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == status and body["reasons"] and body["title"]
    assert not code or body["code"] == code
    assert nothing_kept()
    return body


@pytest.mark.requirement("C01", "C02")
def test_a_report_opens_a_case_and_the_answer_says_so(api):
    answer = api.post({**GOOD, "reporter": {"name": "甲", "phone": "13800000001"}})
    assert answer.status_code == 201
    body = answer.json()
    assert body["report"] == f"{body['case']}-1"
    assert (body["joined"], body["repeated"], body["status"]) == (False, False, "reported")
    second = api.post(GOOD).json()
    assert second["joined"] and second["case"] == body["case"]
    assert second["checks"][0]["code"] == "joined" and body["case"] in second["checks"][0]["text"]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "bad-body"),
        (b"{", 400, "bad-body"),
        (b'{"text": "\xff\xfe"}', 400, "bad-body"),
        (b'{"channel": "web", "text": "\\ud800"}', 400, "bad-body"),
        (b"[]", 422, "invalid"),
        (b"null", 422, "invalid"),
        (b'"text"', 422, "invalid"),
        ({}, 422, "invalid"),
        ({**GOOD, "channel": "pigeon"}, 422, "unknown-channel"),
        ({**GOOD, "channel": "inspector"}, 403, "wrong-channel"),
        ({**GOOD, "class_code": "C9999"}, 422, "unknown-class"),
        ({**GOOD, "lon": 500}, 422, "no-coordinate"),
        ({**GOOD, "lon": "NaN"}, 422, "invalid"),
        ({**GOOD, "lon": float("nan")}, 422, "invalid"),
        ({**GOOD, "lon": 1e400}, 422, "invalid"),
        ({**GOOD, "lat": None}, 422, "bad-report"),
        ({**GOOD, "system": "mars2000"}, 422, "invalid"),
        ({**GOOD, "occurred_at": "2999-01-01T00:00:00Z"}, 422, "bad-report"),
        ({**GOOD, "occurred_at": "1800-01-01T00:00:00Z"}, 422, "bad-report"),
        ({**GOOD, "occurred_at": "2026-02-30T00:00:00Z"}, 422, "invalid"),
        ({**GOOD, "occurred_at": "2026-03-01T00:00:00"}, 422, "bad-report"),
        ({**GOOD, "text": "长" * 2001}, 422, "invalid"),
        ({**GOOD, "text": "x" * 1_000_000}, 413, "too-large"),
        ({**GOOD, "photos": [{"sha256": "0" * 64}]}, 422, "invalid"),
        ({**GOOD, "photos": [{"sha256": "../../etc/passwd"}]}, 422, "invalid"),
        ({**GOOD, "photos": [{"sha256": "0" * 64}] * 21}, 422, "invalid"),
        ({**GOOD, "reporter": {"phone": "x" * 31}}, 422, "invalid"),
        ({**GOOD, "reporter": {"phone": "\u0000"}}, 422, "bad-report"),
        ({**GOOD, "source_key": "a\u0000b"}, 422, "bad-report"),
        ({**GOOD, "component_code": "\u0000"}, 422, "bad-report"),
        ({**GOOD, "channel": "sensor", "lon": OUTSIDE[0], "lat": OUTSIDE[1]}, 422, "outside-grids"),
        ({**GOOD, "kind": "close"}, 422, "invalid"),
        ({**GOOD, "status": "closed"}, 422, "invalid"),  # not a field
        ({"channel": "web", "text": "路灯"}, 422, "bad-report"),
    ],
)  # fmt: skip
def test_each_hostile_body_gets_its_own_clear_answer(api, body, status, code):
    problem(api.post(body), status, code)


def test_an_unknown_content_type_is_named(api):
    answer = api.client.post(URL, b"<report/>", content_type="text/xml", headers=api.headers)
    problem(answer, 415, "unknown-content-type")


def test_nul_and_control_characters_in_a_text_are_taken_out_and_told(api):
    answer = api.post({**GOOD, "text": "井盖\u0000破\u0007损"})
    assert answer.status_code == 201
    assert answer.json()["checks"][0]["code"] == "text_cleaned"
    assert Case.objects.get().description == "井盖破损"


@pytest.mark.requirement("A30")
def test_a_person_far_outside_is_taken_and_told(api):
    answer = api.post({**GOOD, "lon": OUTSIDE[0], "lat": OUTSIDE[1]})
    assert answer.status_code == 201
    assert answer.json()["checks"][0]["code"] == "outside_grids"


def test_the_same_request_twice_is_one_report(api):
    key = {"Idempotency-Key": "b0f6-77aa"}
    first, second = api.post(GOOD, **key), api.post(GOOD, **key)
    assert (first.status_code, second.status_code) == (201, 200)
    assert second.json() == {**first.json(), "repeated": True}
    other = api.post({**GOOD, "text": "别的事情"}, **key)
    assert other.status_code == 409 and other.json()["code"] == "source-key-reused"
    elsewhere = api.post({**GOOD, "channel": "web"}, **key)
    assert elsewhere.status_code == 409 and elsewhere.json()["code"] == "source-key-reused"
    assert api.post(GOOD, **{"Idempotency-Key": "short"}).status_code == 422
    assert Case.objects.get().reports == 1 and Report.objects.count() == 1


def test_the_senders_number_is_found_on_the_case(api):
    body = {**GOOD, "channel": "platform", "source_key": "12345-2026-0007"}
    first, second = api.post(body), api.post(body)
    assert second.json()["repeated"] and second.json()["case"] == first.json()["case"]
    assert Case.objects.get().external_number == "12345-2026-0007"


@pytest.mark.requirement("C01")
def test_a_form_with_photos_is_a_report_too(api):
    photo = SimpleUploadedFile("现场.jpg", picture("a"), "image/jpeg")
    answer = api.form(photos=[photo], reporter_phone="13800000001", class_code="C0101")
    assert answer.status_code == 201, answer.content
    assert Case.objects.get().attachments.get().filename == "现场.jpg"
    assert Reporter.objects.get().phone == "13800000001"


@pytest.mark.parametrize(
    ("name", "content", "status", "code"),
    [
        ("empty.jpg", b"", 422, "empty-file"),
        ("photo.jpg", b"MZ\x90\x00" + b"\x00" * 500, 422, "unknown-file-type"),
        ("photo.jpg", b"<svg onload='alert(1)'></svg>", 422, "unknown-file-type"),
        ("photo.jpg", b"GIF89a" + b"\x00" * 100, 422, "unknown-file-type"),
        ("photo.jpg", picture("cut")[:900], 422, "broken-photo"),
    ],
)
def test_a_disguised_empty_or_broken_file_is_refused(api, name, content, status, code):
    problem(api.form(photos=[SimpleUploadedFile(name, content, "image/jpeg")]), status, code)
    assert not StoredFile.objects.exists()


def test_one_bad_photo_among_good_ones_refuses_the_report_not_the_good_photo(api):
    good = SimpleUploadedFile("a.jpg", picture("a"), "image/jpeg")
    bad = SimpleUploadedFile("b.jpg", b"nothing", "image/jpeg")
    problem(api.form(photos=[good, bad]), 422, "unknown-file-type")
    good.seek(0)
    assert api.form(photos=[good]).status_code == 201


def test_a_form_in_a_broken_encoding_is_kept_and_noticed(api):
    body = b"channel=sms&text=\xbe\xae\xb8\xc7\xc6\xc6\xcb\xf0"  # GBK, not said so
    answer = api.client.post(
        URL, body, content_type="application/x-www-form-urlencoded", headers=api.headers
    )
    assert answer.status_code == 201
    assert "broken_text" in [one["code"] for one in answer.json()["checks"]]


def test_a_photo_of_100_mb_is_refused_by_its_announced_length(api):
    answer = api.client.generic(
        "POST", "/api/v1/files", b"x", content_type="multipart/form-data; boundary=b",
        headers=api.headers, CONTENT_LENGTH=str(100 * 1024 * 1024),
    )  # fmt: skip
    problem(answer, 413, "too-large")


def test_a_photo_larger_than_allowed_is_refused_while_it_comes(api, settings):
    settings.MAX_FILE_BYTES = 200_000
    noise = Image.effect_noise((700, 700), 90)
    out = io.BytesIO()
    noise.save(out, "PNG")
    assert out.tell() > 200_000
    answer = api.form(photos=[SimpleUploadedFile("big.png", out.getvalue(), "image/png")])
    problem(answer, 413, "file-too-large")


def test_a_real_stream_of_100_mb_is_cut_off_after_ten(city, settings, tmp_path):
    sent = 0

    def chunks() -> Iterator[bytes]:
        nonlocal sent
        for _ in range(1600):
            sent += 65536
            yield b"\xff\xd8\xff\xe0" + b"x" * 65532

    with pytest.raises(files.FileTooLarge):
        files.store(chunks=chunks(), filename="film.jpg", now=city.now)
    assert sent <= settings.MAX_FILE_BYTES + 2 * 65536
    assert not [path for path in (tmp_path / "files").rglob("*") if path.is_file()]


@pytest.mark.usefixtures("own_database")
def test_a_stream_without_a_length_over_a_socket_is_answered():
    """Chunked transfer: no announced length. The server reads nothing it was not told of."""
    server = make_server("127.0.0.1", 0, import_module("config.wsgi").application)
    threading.Thread(target=server.handle_request, daemon=True).start()
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=20)
    connection.putrequest("POST", URL)
    connection.putheader("Transfer-Encoding", "chunked")
    connection.putheader("Content-Type", "application/json")
    connection.putheader("Authorization", "Bearer nobody")
    connection.endheaders()
    connection.send(b"5\r\nhello\r\n0\r\n\r\n")
    answer = connection.getresponse()
    assert answer.status == 411 and b"length-required" in answer.read()
    connection.close()
    server.server_close()


@pytest.mark.requirement("O10")
def test_the_reporter_is_shown_to_few_and_the_report_to_those_who_see_the_case(api):
    report = api.post({**GOOD, "reporter": {"name": "甲", "phone": "13800000001"}}).json()["report"]
    seen = api.get(f"/reports/{report}").json()
    assert seen["reporter"]["name"] == "甲" and seen["entered_by"] == "acceptor"
    assert Api("dispatcher").get(f"/reports/{report}").json()["reporter"] is None
    listed = api.get(f"/cases/{seen['case']}/reports").json()["items"]
    assert [one["report"] for one in listed] == [report]
    assert Api("inspector").get(f"/reports/{report}").status_code == 404  # another area


@pytest.mark.parametrize("number", ["1-1", "x", "-", "1-", "1-99999999999999999999", "é-1"])
def test_a_report_that_is_none_is_not_found(api, number):
    assert api.get(f"/reports/{number}").status_code == 404


def test_nobody_reports_without_a_token_or_the_right(api):
    assert Client().post(URL, b"{}", content_type="application/json").status_code == 401
    problem(Api("dispatcher").post(GOOD), 403, "not-allowed")
    problem(Api("unknown").post(GOOD), 401)


def test_the_answers_in_chinese_and_english(api):
    body = {**GOOD, "lon": OUTSIDE[0], "lat": OUTSIDE[1]}
    english = api.post(body, **{"Accept-Language": "en"}).json()["checks"][0]["text"]
    assert "unit grid" in english


def test_suggestions_duplicates_channels_and_the_days_account(api):
    case = api.post(GOOD).json()["case"]
    rules = api.get("/intake/suggest", text="井盖破损", class_code="C0101").json()
    assert rules["classes"] == [] and rules["rules"][0]["confidence"] == 1 and not rules["model"]
    found = api.get("/intake/duplicates", lon=MIDDLE[0], lat=MIDDLE[1], class_code="C0101",
                    text="路面井盖破损").json()["items"]  # fmt: skip
    assert [(one["case"], one["same"]) for one in found] == [(case, True)]
    assert {one["code"] for one in api.get("/channels").json()} >= {"web", "leader"}
    day = api.get("/intake/account").json()
    assert (day["received"], day["missing"]) == (1, 0)
    assert api.get("/intake/account", day="9999-12-31").status_code == 422
    assert api.get("/intake/duplicates", lon=500, lat=0).status_code == 422
    assert api.get("/intake/suggest", text="\x00", class_code="\x00").status_code == 422


def test_owed_answers_are_listed_and_settled(api):
    api.post(GOOD)
    api.post({**GOOD, "reporter": {"phone": "13800000001"}})
    owed = api.get("/intake/notices").json()["items"]
    assert [(one["topic"], one["reporter"]["phone"]) for one in owed] == [("joined", "13800000001")]
    url = f"/api/v1/intake/notices/{owed[0]['id']}/settle"
    assert api.post({"medium": "phone", "note": "。"}, url).status_code == 422
    assert api.post({"medium": "phone", "note": "已告知"}, url).json()["state"] == "told"
    assert api.post({"medium": "phone"}, url).status_code == 409
    assert (
        api.post({"medium": "phone"}, url.replace(str(owed[0]["id"]), "9" * 30)).status_code == 404
    )
    assert Api("dispatcher").get("/intake/notices").status_code == 403
    assert ReporterNotice.objects.get().state == "told"
    earlier = api.post({"phone": "13800000001"}, "/api/v1/intake/earlier").json()["items"]
    assert [one["status"] for one in earlier] == ["reported"]


def test_channels_are_set_by_those_who_may(api):
    put = api.client.put(
        "/api/v1/channels/web", {"changes": {"metres": 80}, "reason": "order 1"},
        content_type="application/json", headers=api.headers,
    )  # fmt: skip
    assert put.status_code == 403


anything = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=20) | st.integers(),
    lambda children: (
        st.lists(children, max_size=3) | st.dictionaries(st.text(max_size=10), children, max_size=3)
    ),
    max_leaves=6,
)
fields = st.fixed_dictionaries(
    {},
    optional={
        "channel": st.sampled_from([*cities.reference.channels.BY_CODE]) | anything,
        "kind": st.sampled_from(["report", "quick_report", "self_handle", "remind"]) | anything,
        "text": st.text(max_size=300) | anything,
        "lon": st.floats(119, 121) | anything,
        "lat": st.floats(29, 31) | anything,
        "system": st.sampled_from(["wgs84", "gcj02", "bd09", "cgcs2000"]) | anything,
        "address": st.text(max_size=60) | anything,
        "class_code": st.sampled_from(["C0101", "E0102", ""]) | anything,
        "component_code": st.text(max_size=20) | anything,
        "occurred_at": st.datetimes().map(str) | anything,
        "photos": anything,
        "reporter": st.fixed_dictionaries({}, optional={"name": anything, "phone": anything}),
        "source_key": st.text(max_size=30) | anything,
    },
)


@settings(max_examples=150, deadline=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(body=fields, key=st.none() | st.text(max_size=30))
def test_no_report_ever_makes_the_server_fail(api, body, key):
    headers = {"Idempotency-Key": key} if key and key.isascii() and key.isprintable() else {}
    before = Report.objects.count()
    answer = api.post(body, **headers)
    assert answer.status_code < 500, (body, answer.content)
    kept = Report.objects.count() - before
    assert kept == (1 if answer.status_code == 201 else 0)
    if answer.status_code >= 400:
        assert answer["Content-Type"] == "application/problem+json" and answer.json()["reasons"]
