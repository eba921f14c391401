"""Programs with a key are answered by a shorter road exactly as by Django's own."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib import import_module
from io import BytesIO
from typing import Any

import pytest
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.test import override_settings

from cityloop.intake.models import Report
from cityloop.intake.tests import city as cities
from cityloop.intake.tests.city import MIDDLE
from cityloop.intake.tests.test_api import token
from cityloop.people import queries as people

Answer = tuple[str, list[tuple[str, str]], bytes]
GOOD = {"channel": "hotline12345", "text": "路面井盖破损", "lon": MIDDLE[0], "lat": MIDDLE[1],
        "class_code": "C0101"}  # fmt: skip


def ask(
    handler: Callable[..., Any], method: str, path: str, body: bytes = b"", **more: str
) -> Answer:
    """One request at the WSGI door; status, headers without the moment, body."""
    path, _mark, query = path.partition("?")
    told: list[Any] = []
    environ = {
        "REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": query, "SCRIPT_NAME": "",
        "SERVER_NAME": "localhost", "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "localhost", "REMOTE_ADDR": "127.0.0.1", "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body)),
        "CONTENT_TYPE": "application/json", **more,
    }  # fmt: skip
    answer = handler(environ, lambda status, headers: told.extend([status, headers]))
    content = b"".join(answer)
    getattr(answer, "close", lambda: None)()
    return told[0], sorted(told[1]), content


@pytest.fixture
def key(own_database) -> str:
    """A key of the acceptor, in a database that a handler may let go of."""
    people.forget_actors()
    token("acceptor", cities.build())
    return "Bearer acceptor"


@pytest.fixture
def roads() -> tuple[Callable[..., Any], Callable[..., Any]]:
    """Ours, and Django's behind the same layers."""
    with override_settings(MIDDLEWARE=settings.MACHINE_MIDDLEWARE):
        return import_module("config.wsgi").application, WSGIHandler()


ASKED = (
    ("GET", "/api/v1/cases?size=5", b"", "200"),
    ("GET", "/api/v1/channels", b"", "200"),
    ("HEAD", "/api/v1/channels", b"", "200"),
    ("HEAD", "/api/v1/reports", b"", "405"),
    ("GET", "/api/v1/cases/209901010000001", b"", "404"),
    ("GET", "/api/v1/nothing/here", b"", "404"),
    ("GET", "/api/v1/cases?colour=red", b"", "422"),
    ("DELETE", "/api/v1/reports", b"", "405"),
    ("POST", "/api/v1/reports", b"{", "400"),
    ("POST", "/api/v1/reports", b'{"channel": "no-such"}', "422"),
    ("GET", "/api/v1/channels", b"", "200"),
)


@pytest.mark.requirement("O02", "O05")
def test_the_answer_is_that_of_the_long_road(key, roads):
    for method, path, body, status in ASKED:
        ours, theirs = (ask(one, method, path, body, HTTP_AUTHORIZATION=key) for one in roads)
        assert ours == theirs and ours[0].startswith(status), (method, path, ours)


def test_a_bad_key_is_refused_alike(own_database, roads):
    ours, theirs = (
        ask(one, "GET", "/api/v1/cases", HTTP_AUTHORIZATION="Bearer nobody") for one in roads
    )
    assert ours == theirs and ours[0].startswith("401")


@pytest.mark.requirement("D01")
def test_a_report_is_taken(key, roads):
    status, headers, body = ask(
        roads[0], "POST", "/api/v1/reports", json.dumps(GOOD).encode(), HTTP_AUTHORIZATION=key
    )
    assert status == "201 Created" and json.loads(body)["case"] == Report.objects.get().case.number
    assert dict(headers)["Content-Length"] == str(len(body))
