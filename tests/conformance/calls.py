"""One good call of every operation of the API: who may make it, with what, and who may not.

A new operation needs one row here; the tests are made from the rows.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from tests import town as towns
from tests.conformance.city import PHONE, City

Values = Callable[[City], Mapping[str, Any]]
EDITION = "330100-2026"


def nothing(city: City) -> Mapping[str, Any]:
    """No values."""
    return {}


@dataclass(frozen=True, slots=True)
class Call:
    """One row. `refused`: who is signed in and may not; () where everybody may."""

    method: str
    path: str
    by: str = "acceptor"
    refused: tuple[str, ...] = (towns.STRANGER,)
    at: Values = nothing  # values of the path
    query: Values = nothing
    body: Values | None = None
    another: Values | None = None  # another body for the same address
    file: bool = False
    status: int = 200
    repeated: int = 0  # status of the same call again, where it differs
    reads: bool = field(default=False)  # a POST that changes nothing

    @property
    def name(self) -> str:
        """As the description of the interface has it."""
        return f"{self.method} {self.path}"

    @property
    def writes(self) -> bool:
        """True when it changes something."""
        return self.method != "GET" and not self.reads

    def send(
        self, city: City, *, by: str | None = None, key: str = "", other: bool = False
    ) -> HttpResponse:
        """Make the call; `other` with the other body, `key` as idempotency key."""
        headers = {"Idempotency-Key": key} if key else {}
        caller = self.by if by is None else by
        return city.call(
            self.method,
            self.address(city),
            by=caller,
            headers=headers,
            **self._content(city, other),
        )

    def address(self, city: City) -> str:
        """The address with its values and its query."""
        path = "/api/v1" + self.path.format(**self.at(city))
        query = urlencode(self.query(city), doseq=True)
        return f"{path}?{query}" if query else path

    def _content(self, city: City, other: bool) -> dict[str, Any]:
        if self.file:
            form = {"file": _upload(b"%PDF-1.4 other" if other else b"%PDF-1.4 one")}
            return {"data": encode_multipart(BOUNDARY, form), "content_type": MULTIPART_CONTENT}
        make = self.another if other else self.body
        if make is None:
            return {}
        return {"data": json.dumps(make(city)), "content_type": "application/json"}


def _upload(body: bytes) -> Any:
    from django.core.files.uploadedfile import SimpleUploadedFile

    return SimpleUploadedFile("paper.pdf", body + b"\n%%EOF\n", "application/pdf")


def _point(city: City) -> dict[str, float]:
    point = city.town.grid(3).geom.point_on_surface
    return {"x": point.x, "y": point.y}


def _lonlat(city: City) -> dict[str, float]:
    point = city.town.grid(3).geom.point_on_surface
    return {"lon": point.x, "lat": point.y}


def _step(city: City) -> dict[str, Any]:
    return {"action": "accept", "version": 1, "inputs": {}}


def _other_step(city: City) -> dict[str, Any]:
    return {"action": "accept", "version": 1, "inputs": {"level": "3"}}


def _code(city: City) -> dict[str, str]:
    return {"code": city.component}


def _report(city: City) -> dict[str, Any]:
    point = city.town.grid(40).geom.point_on_surface
    return {"channel": "hotline12319", "text": "井盖缺失", "class_code": "C0101",
            "lon": point.x, "lat": point.y}  # fmt: skip


def _protection(city: City) -> dict[str, Any]:
    return {"name": "峰会", "first": "2026-12-01", "last": "2026-12-05", "factor": "0.5",
            "limits": [{"class": "C0101", "amount": "2", "unit": "urgent_hour"}],
            "why": "试验"}  # fmt: skip


def _day(city: City) -> dict[str, Any]:
    return {"kind": "holiday", "name": "城市日", "why": "试验"}


CALLS = (
    # geo
    Call("GET", "/geo/locate", query=_point),
    Call("POST", "/geo/locate", reads=True,
         body=lambda city: {"points": [list(_point(city).values()), [0.0, 0.0]]}),
    Call("GET", "/geo/convert", query=lambda city: {**_point(city), "to": "gcj02"}),
    Call("GET", "/geo/addresses", query=lambda city: {"q": "路", "limit": 5}),
    Call("GET", "/geo/addresses/nearest", query=lambda city: {**_lonlat(city), "within_m": 5000}),
    Call("GET", "/geo/regions"),
    Call("GET", "/geo/map-style"),
    # standards
    Call("GET", "/standards/editions"),
    Call("GET", "/standards/editions/{old}/difference/{new}",
         at=lambda city: {"old": "HZ-2006", "new": EDITION}),
    Call("GET", "/standards/classes", query=lambda city: {"q": "井盖"}),
    Call("GET", "/standards/classes/{class_id}/rules",
         at=lambda city: {"class_id": city.town.chosen().pk}),
    Call("GET", "/standards/manual", query=lambda city: {"q": "井盖"}),
    Call("GET", "/standards/due",
         query=lambda city: {"start": "2026-03-02T09:00+08:00", "amount": 4, "unit": "work_hour"}),
    Call("GET", "/standards/calendar", query=lambda city: {"year": 2026}),
    Call("PUT", "/standards/calendar/{day}", by="administrator",
         refused=(towns.STRANGER, "acceptor", "evaluator"), at=lambda city: {"day": "2026-03-03"},
         body=_day, another=lambda city: {**_day(city), "name": "另一日"}),
    Call("DELETE", "/standards/calendar/{day}", by="administrator", status=204,
         refused=(towns.STRANGER, "acceptor", "evaluator"),
         at=lambda city: {"day": "2026-10-01"}, query=lambda city: {"why": "试验"}),
    Call("GET", "/standards/protection"),
    Call("POST", "/standards/protection", by="administrator", status=201,
         refused=(towns.STRANGER, "acceptor", "evaluator"),
         body=_protection, another=lambda city: {**_protection(city), "name": "赛事"}),
    Call("DELETE", "/standards/protection/{period_id}", by="administrator", status=204,
         refused=(towns.STRANGER, "acceptor", "evaluator"),
         at=lambda city: {"period_id": city.protection}, query=lambda city: {"why": "试验"}),
    # people
    Call("GET", "/organisations"),
    Call("GET", "/members", refused=(towns.STRANGER, "inspector", "water_worker")),
    Call("GET", "/responsibility", refused=(towns.STRANGER, "inspector"),
         query=lambda city: {"kind": "component", "edition_code": EDITION, "major_code": "01",
                             "minor_code": "01", "district_code": towns.DISTRICT}),
    Call("GET", "/responsibility/gaps", refused=(towns.STRANGER, "inspector"),
         query=lambda city: {"edition_code": EDITION}),
    # assets
    Call("GET", "/components"),
    Call("GET", "/components/nearest", query=_lonlat),
    Call("GET", "/components/{code}", at=_code),
    Call("GET", "/components/{code}/history", at=_code),
    Call("POST", "/components/{code}/state", by="administrator", at=_code,
         refused=(towns.STRANGER, "acceptor", "inspector"),
         body=lambda city: {"state": "damaged", "reason": "试验"},
         another=lambda city: {"state": "lost", "reason": "试验"}),
    Call("POST", "/components/{code}/owner", by="administrator", at=_code,
         refused=(towns.STRANGER, "acceptor", "inspector"),
         body=lambda city: {"owner_id": city.town.units["ROADS"].pk, "reason": "移交"},
         another=lambda city: {"owner_id": city.town.units["GREEN"].pk, "reason": "移交"}),
    # intake
    Call("POST", "/reports", status=201, repeated=200,
         refused=(towns.STRANGER, "evaluator", "water", "dispatcher"),
         body=_report, another=lambda city: {**_report(city), "text": "另一处井盖缺失"}),
    Call("GET", "/reports/{number}", refused=(towns.STRANGER, "water"),
         at=lambda city: {"number": city.report}),
    Call("GET", "/cases/{number}/reports", refused=(towns.STRANGER, "roads"),
         at=lambda city: {"number": city.cases["handling"]}),
    Call("GET", "/channels", refused=(towns.STRANGER, "evaluator", "water")),
    Call("PUT", "/channels/{code}", by="administrator", at=lambda city: {"code": "web"},
         refused=(towns.STRANGER, "acceptor", "shift_leader"),
         body=lambda city: {"changes": {"metres": 80}, "reason": "试验"},
         another=lambda city: {"changes": {"metres": 90}, "reason": "试验"}),
    Call("GET", "/intake/suggest", refused=(towns.STRANGER, "evaluator", "water"),
         query=lambda city: {"text": "路上井盖坏了"}),
    Call("GET", "/intake/duplicates", query=_lonlat,
         refused=(towns.STRANGER, "evaluator", "water")),
    Call("POST", "/intake/earlier", reads=True, refused=(towns.STRANGER, "inspector", "water"),
         body=lambda city: {"phone": PHONE}),
    Call("GET", "/intake/notices", refused=(towns.STRANGER, "inspector", "water")),
    Call("POST", "/intake/notices/{notice_id}/settle",
         refused=(towns.STRANGER, "inspector", "water"),
         at=lambda city: {"notice_id": city.notice},
         body=lambda city: {"medium": "phone"}, another=lambda city: {"medium": "sms"}),
    Call("GET", "/intake/account", refused=(towns.STRANGER, "evaluator", "water")),
    # cases
    Call("GET", "/cases"),
    Call("GET", "/cases/nearby", query=_lonlat),
    Call("GET", "/cases/boxes"),
    Call("GET", "/cases/{number}", refused=(towns.STRANGER, "roads"),
         at=lambda city: {"number": city.cases["handling"]}),
    Call("GET", "/cases/{number}/clocks/{kind}/explain", refused=(towns.STRANGER, "roads"),
         at=lambda city: {"number": city.cases["handling"], "kind": "handling"}),
    Call("GET", "/cases/{number}/clocks/{kind}/changes", refused=(towns.STRANGER, "roads"),
         at=lambda city: {"number": city.cases["handling"], "kind": "handling"}),
    Call("GET", "/cases/granted",
         query=lambda city: {"since": "2026-01-01", "until": "2026-12-31"}),
    Call("POST", "/cases/{number}/steps", refused=(towns.STRANGER, "evaluator", "water"),
         at=lambda city: {"number": city.cases["reported"]}, body=_step, another=_other_step),
    Call("GET", "/lifecycle", refused=()),
    Call("POST", "/files", refused=(towns.STRANGER, "evaluator"), file=True),
)  # fmt: skip
BY_NAME = {call.name: call for call in CALLS}
