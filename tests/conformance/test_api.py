"""Every operation of the API keeps the same promises; made from its description."""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from ninja import Schema

from cityloop.people.models import Token
from config.api import api
from tests.conformance.calls import BY_NAME, CALLS, Call
from tests.conformance.city import City, fingerprint

pytestmark = pytest.mark.matrix

PARTS = {"type", "title", "status", "code", "detail", "reasons"}
READS = [call for call in CALLS if not call.writes]
WRITES = [call for call in CALLS if call.writes]
LISTS = [call for call in READS if call.method == "GET"]


@cache
def described() -> dict[str, dict[str, Any]]:
    """ "GET /cases" -> the operation as described; made once, it takes a second."""
    paths = api.get_openapi_schema()["paths"]
    return {
        f"{method.upper()} {path.removeprefix('/api/v1')}": operation
        for path, operations in paths.items()
        for method, operation in operations.items()
    }


def assert_problem(answer: HttpResponse, *statuses: int) -> dict[str, Any]:
    """The answer is problem+json of RFC 9457 with one of these statuses."""
    assert answer.status_code in statuses, answer.content[:300]
    assert answer["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert set(body) >= PARTS
    assert body["status"] == answer.status_code
    assert body["type"] == f"urn:cityloop:problem:{body['code']}"
    assert body["title"] and body["detail"]
    assert "Traceback" not in answer.content.decode()
    return body


def by_name(call: Call) -> str:
    return call.name


@pytest.mark.requirement("O08")
def test_every_operation_has_a_row_and_a_sentence() -> None:
    found = described()
    assert set(found) == set(BY_NAME)
    for name, operation in found.items():
        assert operation["summary"] and operation["description"], name
        assert operation["security"], name
        assert "default" in operation["responses"], name


def test_every_shape_has_a_name_of_its_own() -> None:
    """The description holds shapes by name: a second of the same name would replace the first."""
    shapes, left = [], [Schema]
    while left:
        one = left.pop()
        left += one.__subclasses__()
        if one.__module__.startswith("cityloop."):
            shapes.append(one.__name__)
    assert [name for name, times in Counter(shapes).items() if times > 1] == []


@pytest.mark.parametrize("call", CALLS, ids=by_name)
def test_what_it_answers_is_described(call: Call) -> None:
    answers = described()[call.name]["responses"]
    good = answers.get(call.status) or answers.get(str(call.status))
    assert good is not None
    assert call.status == 204 or good["content"]["application/json"]["schema"]


@pytest.mark.parametrize("call", CALLS, ids=by_name)
@pytest.mark.requirement("O10")
def test_the_right_role_is_served(city: City, call: Call) -> None:
    answer = call.send(city)
    assert answer.status_code == call.status, answer.content[:500]
    if call.status == 200:
        assert answer["Content-Type"].startswith("application/json")
        assert answer.json() is not None


@pytest.mark.parametrize("call", CALLS, ids=by_name)
@pytest.mark.requirement("O10")
def test_nobody_unknown_is_served(city: City, call: Call) -> None:
    before = fingerprint()
    assert_problem(call.send(city, by=""), 401)
    assert assert_problem(call.send(city, by="cl_no-such-key"), 401)["code"] == "bad-token"
    assert fingerprint() == before


@pytest.mark.parametrize("call", [c for c in CALLS if c.refused], ids=by_name)
@pytest.mark.requirement("O10")
def test_a_wrong_role_is_refused_and_changes_nothing(city: City, call: Call) -> None:
    before = fingerprint()
    for name in call.refused:
        if call.path in SCOPED and name != "stranger":
            assert_problem(call.send(city, by=name), 404, 403, 409)
        else:
            assert_problem(call.send(city, by=name), 403, 404)
    assert fingerprint() == before


# Who may call, but not for this case: outside the scope it does not exist; a role without the step
# is told so.
SCOPED = {"/cases/{number}/steps"}


def test_a_filter_that_is_none_is_refused(city: City) -> None:
    for wrong in ("status=nope", "reported_from=9999999", "bbox=1,2", "size=0"):
        assert_problem(city.call("GET", f"/api/v1/cases?{wrong}", by="acceptor"), 422)
    good = "status=filed&status=closed&reported_from=2026-03-02T08:00:00Z"
    assert city.call("GET", f"/api/v1/cases?{good}", by="acceptor").status_code == 200


@pytest.mark.requirement("O10")
@pytest.mark.parametrize(("path", "name", "good"), [
    ("cases", "channel", "hotline12345"), ("cases", "record_type", "quick"),
    ("cases", "status", "filed"), ("components", "state", "damaged"),
    ("organisations", "kind", "street"),
])  # fmt: skip
def test_a_word_that_a_filter_does_not_know_is_named(
    city: City, path: str, name: str, good: str
) -> None:
    answer = city.call("GET", f"/api/v1/{path}?{name}=nix", by="acceptor")
    assert_problem(answer, 422)
    (objection,) = answer.json()["invalid_params"]
    assert name in objection["name"] and good in objection["reason"]
    assert name == "status" or "nix" in objection["reason"]
    assert city.call("GET", f"/api/v1/{path}?{name}={good}", by="acceptor").status_code == 200


@pytest.mark.parametrize("call", CALLS, ids=by_name)
def test_a_wrong_method_or_address_is_a_problem_too(city: City, call: Call) -> None:
    answer = city.call("PATCH", call.address(city), by=call.by)
    assert_problem(answer, 405)
    assert answer["Allow"]
    assert_problem(city.call("GET", "/api/v1/no-such-thing", by=call.by), 404)


@pytest.mark.parametrize("call", [c for c in WRITES if c.body], ids=by_name)
def test_a_broken_body_is_a_problem(city: City, call: Call) -> None:
    before = fingerprint()
    for body in (b"", b"{", b"[]", b'"x"', b"null", b"\xff\xfe", b'{"version": 1e999}'):
        answer = city.call(
            call.method, call.address(city), by=call.by, data=body, content_type="application/json"
        )
        assert_problem(answer, 400, 422)
    assert fingerprint() == before


@pytest.mark.parametrize("call", [c for c in WRITES if "{" in c.path], ids=by_name)
def test_a_write_to_something_unknown_is_not_found(city: City, call: Call) -> None:
    lost = Call(**{**_fields(call), "at": lambda city: dict.fromkeys(call.at(city), "nowhere")})
    assert_problem(lost.send(city), 404, 422)


def _fields(call: Call) -> dict[str, Any]:
    return {name: getattr(call, name) for name in Call.__slots__}


@pytest.mark.parametrize("call", WRITES, ids=by_name)
@pytest.mark.requirement("O02")
def test_the_same_key_does_one_thing(city: City, call: Call) -> None:
    """The same answer again, one effect; with another content the key is refused."""
    header = [p["name"] for p in described()[call.name]["parameters"] if p["in"] == "header"]
    assert "Idempotency-Key" in header
    first = call.send(city, key="key-for-one-thing")
    assert first.status_code == call.status, first.content
    done = fingerprint()
    again = call.send(city, key="key-for-one-thing")
    assert again.status_code == (call.repeated or first.status_code)
    assert _told(again) == _told(first)
    assert fingerprint() == done
    if call.another or call.file:
        problem = assert_problem(call.send(city, key="key-for-one-thing", other=True), 409)
        assert problem["code"].endswith("key-reused")
        assert fingerprint() == done


def _told(answer: HttpResponse) -> Any:
    """What was answered, beside the remark that it was answered before."""
    body = answer.json() if answer.content else {}
    return {name: value for name, value in body.items() if name != "repeated"}


@pytest.mark.parametrize("call", WRITES, ids=by_name)
@pytest.mark.requirement("O02")
def test_a_key_belongs_to_its_caller(city: City, call: Call) -> None:
    """What one caller did is not told to another who uses the same key."""
    assert call.send(city, key="key-of-two-callers").status_code == call.status
    for name in call.refused:
        assert_problem(call.send(city, by=name, key="key-of-two-callers"), 403, 404, 409)


@pytest.mark.parametrize("call", WRITES, ids=by_name)
@pytest.mark.requirement("O10")
def test_a_write_needs_credentials_a_csrf_token_and_a_sound_key(city: City, call: Call) -> None:
    signed_in = city.browser(call.by)
    before = fingerprint()
    for browser, status, code in ((Client(), 401, "not-signed-in"), (signed_in, 403, "csrf")):
        browser.handler.enforce_csrf_checks = True
        answer = browser.generic(call.method, call.address(city), data="{}",
                                 content_type="application/json")  # fmt: skip
        assert assert_problem(answer, status)["code"] == code
    for key in ("short", "x" * 201):
        assert_problem(call.send(city, key=key), 422)
    assert fingerprint() == before


@pytest.mark.requirement("O06")
def test_what_a_key_does_says_so_in_the_history(city: City) -> None:
    call = BY_NAME["POST /cases/{number}/steps"]
    assert call.send(city).status_code == 200
    number = call.at(city)["number"]
    seen = city.call("GET", f"/api/v1/cases/{number}", by=call.by).json()
    key = Token.objects.get(member=city.town.members[call.by])
    assert seen["history"][-1]["facts"]["token"] == [key.pk, key.name]


@pytest.mark.requirement("O06")
@pytest.mark.parametrize(
    "call", [one for one in CALLS if one.method == "GET"], ids=lambda c: c.name
)
def test_a_parameter_that_nobody_knows_is_named(call: Call, city: City) -> None:
    """A misspelt filter would list too much: it is refused, by name."""
    address = call.address(city)
    mark = "&" if "?" in address else "?"
    answer = city.call("GET", f"{address}{mark}statsu=closed&nonexistent=1", by=call.by)
    problem = assert_problem(answer, 422)
    assert problem["code"] == "unknown-parameter"
    assert [one["name"] for one in problem["invalid_params"]] == ["nonexistent", "statsu"]


@pytest.mark.requirement("O06")
@pytest.mark.parametrize("when", [1764000000, 20260302, "1764000000", 1764000000.5])
def test_a_bare_number_is_no_moment(city: City, when: object) -> None:
    body = {"channel": "hotline12319", "text": "井盖破损", "occurred_at": when}
    answer = city.call("POST", "/api/v1/reports", by="acceptor", data=json.dumps(body),
                       content_type="application/json")  # fmt: skip
    problem = assert_problem(answer, 422)
    assert problem["invalid_params"][0]["name"] == "occurred_at"


@pytest.mark.requirement("O08")
@pytest.mark.parametrize("call", LISTS, ids=by_name)
def test_head_answers_as_get_without_a_body(city: City, call: Call) -> None:
    address = call.address(city)
    read = city.call("GET", address, by=call.by)
    head = city.call("HEAD", address, by=call.by)
    assert (head.status_code, head.content) == (read.status_code, b"")
    assert head["Content-Type"] == read["Content-Type"]
    assert city.call("HEAD", address).status_code == 401


def test_a_span_of_reports_that_ends_before_it_begins_is_refused(city: City) -> None:
    span = {"reported_from": "2026-05-02T00:00:00Z", "reported_to": "2026-05-01T00:00:00Z"}
    answer = city.browser("acceptor").get("/api/v1/cases", span)
    assert_problem(answer, 422)
    assert answer.json()["invalid_params"][0]["name"] == "reported_to"
