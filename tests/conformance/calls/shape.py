"""What a row says, and what rows of several parts say alike."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from cityloop.demo.papers import paper
from cityloop.intake.tests.city import picture
from tests import town as towns
from tests.conformance.city import City
from tests.conformance.values import Values, nothing


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
    picture: bool = False  # a form: the fields of the body, and a picture as `file`
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
            form = {"file": _upload("other" if other else "one")}
            return {"data": encode_multipart(BOUNDARY, form), "content_type": MULTIPART_CONTENT}
        make = self.another if other else self.body
        if make is None:
            return {}
        if self.picture:
            form = {**make(city), "file": SimpleUploadedFile("p.jpg", _PICTURE, "image/jpeg")}
            return {"data": encode_multipart(BOUNDARY, form), "content_type": MULTIPART_CONTENT}
        return {"data": json.dumps(make(city)), "content_type": "application/json"}


_PICTURE = picture("conformance")


def _upload(words: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("paper.pdf", paper(words), "application/pdf")


def lonlat(city: City) -> dict[str, float]:
    """A point in a grid, as query."""
    point = city.town.grid(3).geom.point_on_surface
    return {"lon": point.x, "lat": point.y}
