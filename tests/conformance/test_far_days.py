"""Days and moments at the ends of the calendar: refused, or kept so that everybody can read on."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.conformance.calls import CALLS, Call
from tests.conformance.city import City
from tests.conformance.test_api import by_name

FAR = {
    "date-time": ("9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59Z"),
    "date": ("9999-12-31", "0001-01-01"),
}
READS = [call for call in CALLS if call.method == "GET"]


def _kind(value: Any) -> str:
    """Which of the two a value of a good body is, '' for neither."""
    if not isinstance(value, str) or len(value) < 10 or value[4:5] != "-" or value[7:8] != "-":
        return ""
    return "date" if len(value) == 10 else "date-time"


def _dated(city: City, call: Call) -> list[dict[str, Any]]:
    """The good body with each of its days far away."""
    body = json.loads(json.dumps(call.body(city), default=str)) if call.body else {}
    if not isinstance(body, dict):
        return []
    return [
        {**body, name: far}
        for name, value in body.items()
        if _kind(value)
        for far in FAR[_kind(value)]
    ]


@pytest.mark.matrix
@pytest.mark.parametrize("call", [c for c in CALLS if c.writes and c.body], ids=by_name)
def test_a_far_day_leaves_every_list_readable(city: City, call: Call) -> None:
    kept = 0
    for number, body in enumerate(_dated(city, call)):
        answer = city.call(
            call.method, call.address(city), by=call.by, data=json.dumps(body),
            content_type="application/json", headers={"Idempotency-Key": f"far-day-{number:03}"},
        )  # fmt: skip
        assert answer.status_code < 500, (body, answer.content)
        kept += answer.status_code < 300
    for read in READS if kept else ():
        answer = read.send(city)
        assert answer.status_code < 500, (read.name, answer.content)
