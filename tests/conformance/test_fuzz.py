"""No input makes the API fail: examples made from its own description, fitting and not fitting."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
)

from cityloop.cases import fields, lifecycle
from cityloop.cases.models import Case
from cityloop.kernel import machines
from cityloop.kernel.actor import ROLES, Actor
from config.wsgi import application
from tests.conformance.calls import BY_NAME
from tests.conformance.city import City
from tests.conformance.test_api import assert_problem

pytestmark = [pytest.mark.slow, pytest.mark.requirement("O08")]

CHECKS = (schemathesis.checks.not_a_server_error, response_schema_conformance,
          content_type_conformance)  # fmt: skip
QUIET = (HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much,
         HealthCheck.data_too_large)  # fmt: skip


def _described(*, systematic: bool) -> Any:
    """The interface; `systematic`: beside random examples also the edges of every value."""
    made = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)
    made.config.generation.update(
        modes=[GenerationMode.POSITIVE, GenerationMode.NEGATIVE], deterministic=True
    )
    made.config.phases.coverage.enabled = systematic
    return made


def _examples(count: int) -> Any:
    return settings(
        max_examples=count, deadline=None, suppress_health_check=list(QUIET), derandomize=True
    )


schema, short_schema = _described(systematic=True), _described(systematic=False)
_mighty: list[Actor] = []


def mighty(request: Any) -> Actor | None:
    """Whoever asks may do everything, as a member who exists."""
    return _mighty[0]


@pytest.fixture(autouse=True)
def _one_connection(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Requests stay in the test's transaction, as with Django's own client."""
    monkeypatch.setattr(machines, "look_after_own", lambda: None)
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def almighty(city: City, settings) -> City:
    """Every request comes from somebody who may do everything."""
    _mighty[:] = [
        Actor(
            member_id=city.town.members["supervisor"].pk, name="全能", post="全能", merged=True,
            organisation_id=city.town.units["PLAT"].pk, roles=frozenset(ROLES),
            permissions=frozenset({"*"}), organisation_ids=None,
        )
    ]  # fmt: skip
    settings.ACTOR_OF = f"{__name__}.mighty"
    return city


def _real(case: Any, city: City) -> None:
    """Half of the addresses name something that exists, so that more than 404 is reached."""
    call = BY_NAME.get(f"{case.method} {case.path.removeprefix('/api/v1')}")
    made = random.Random(repr((case.path_parameters, case.query, case.body)))
    if call and case.path_parameters and made.random() < 0.5:
        case.path_parameters = {k: str(v) for k, v in call.at(city).items()}


@schema.parametrize()
@_examples(10)
def test_the_almighty_meets_no_failure(case: Any, almighty: City) -> None:
    _real(case, almighty)
    answer = case.call()
    case.validate_response(answer, checks=CHECKS)
    assert connection.is_usable()


@short_schema.parametrize()
@_examples(5)
def test_nobody_meets_no_failure(case: Any, city: City) -> None:
    answer = case.call()
    case.validate_response(answer, checks=CHECKS)
    # 422: an address that nobody could read, such as one with a NUL, before asking who it is.
    assert answer.status_code in (401, 404, 405, 413, 422)


INPUTS = {field.name for field in fields.TABLE}
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=30) | st.sampled_from(["\x00", "1", "-1", "9" * 30, "WATER", "water", "🙂"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)  # fmt: skip


FITTING = {
    "reason": "x", "opinion": "x", "result": "x", "unit": "WATER", "inspector": "inspector2",
    "liable": "ROADS", "document": "x",
    "worker": "water_worker", "closing_condition": True, "level": 2, "place_level": "A",
    "reason_code": "duplicate", "clock": "handling", "assists": ["ROADS"], "engineering": True,
    "extra": "1", "until": "2026-12-01", "final_day": "2026-12-01", "consequence": "x",
}  # fmt: skip


@pytest.mark.parametrize("action", [step.action for step in lifecycle.STEPS])
def test_steps_with_any_inputs_are_done_or_refused(almighty: City, action: str) -> None:
    step = lifecycle.BY_ACTION[action]
    names = sorted({name for name, _required in step.fields} or INPUTS)
    fitting = {name: FITTING[name] for name in names if name in FITTING and step.fields}
    stages = st.sampled_from(sorted(almighty.cases))

    @given(stages, st.dictionaries(st.sampled_from(names), ANYTHING, max_size=3), st.booleans())
    @_examples(15)
    def send(stage: str, wild: dict[str, Any], fit: bool) -> None:
        version = Case.objects.get(number=almighty.cases[stage]).version
        inputs = {**(fitting if fit else {}), **wild}
        answer = almighty.call(
            "POST", f"/api/v1/cases/{almighty.cases[stage]}/steps",
            data=fields_of(action, version, inputs), content_type="application/json",
        )  # fmt: skip
        if answer.status_code != 200:
            assert_problem(answer, 404, 409, 422)

    send()


def fields_of(action: str, version: int, inputs: dict[str, Any]) -> bytes:
    """The body of a step."""
    return json.dumps({"action": action, "version": version, "inputs": inputs}).encode()


HEADS = (b"", b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"%PDF-1.7\n", b"RIFF0000WEBP")


@given(body=st.binary(max_size=400), name=st.text(max_size=40), kind=st.sampled_from(
    ["image/jpeg", "application/pdf", "text/html", "", "x"]))  # fmt: skip
@_examples(30)
def test_a_file_of_any_bytes_is_kept_or_refused(
    almighty: City, body: bytes, name: str, kind: str
) -> None:
    browser = almighty.browser("acceptor")
    heads = (
        b"",
        b"\xff\xd8\xff\xe0",
        b"\x89PNG\r\n\x1a\n",
        b"GIF89a",
        b"%PDF-1.7\n",
        b"RIFF0000WEBP",
    )
    for head in heads:
        file = SimpleUploadedFile("x.jpg", head + body, kind)
        file._name = name
        answer = browser.post("/api/v1/files", {"file": file})
        assert answer.status_code in (200, 400, 413, 422), answer.content
