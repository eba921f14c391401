"""A report as JSON or as a form becomes an Incoming: shape only, the rules are in operations."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, Literal

from django.utils.translation import gettext as _
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, FiniteFloat, ValidationError

from cityloop.intake.operations import Incoming, PhotoIn
from cityloop.kernel import misfits
from cityloop.kernel.api import no_number
from cityloop.kernel.errors import Invalid, Problem

Occurred = Annotated[datetime, BeforeValidator(no_number)]  # its years are the checks' matter
Text = Annotated[str, Field(max_length=2000)]
Line = Annotated[str, Field(max_length=200)]
Stage = Literal["report", "before", "after", "verify", "paper"]
Code = Annotated[str, Field(max_length=60)]


class BadBody(Problem):
    """The body cannot be read at all."""

    status, code, title = 400, "bad-body", "The body cannot be read"


class Contact(BaseModel):
    """Who reported; kept apart, for as long as the channel says."""

    model_config = ConfigDict(extra="forbid")
    name: Annotated[str, Field(max_length=60)] = ""
    phone: Annotated[str, Field(max_length=30)] = ""
    answer_wanted: bool = True


NOBODY = Contact()


class Photo(BaseModel):
    """A stored file (POST /api/v1/files)."""

    model_config = ConfigDict(extra="forbid")
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    stage: Stage = "report"
    filename: Annotated[str, Field(max_length=120)] = ""
    from_album: bool = False


class ReportIn(BaseModel):
    """A report. What a channel requires is in GET /channels."""

    model_config = ConfigDict(extra="forbid")
    channel: Annotated[str, Field(max_length=16)]
    kind: Literal["report", "quick_report", "self_handle", "remind"] = "report"
    text: Text = ""
    lon: FiniteFloat | None = None
    lat: FiniteFloat | None = None
    system: Literal["wgs84", "cgcs2000", "gcj02", "bd09"] = "wgs84"
    accuracy_m: Annotated[FiniteFloat, Field(ge=0)] | None = None
    address: Line = ""
    source: Annotated[str, Field(max_length=80)] = ""
    link: Annotated[str, Field(max_length=500)] = ""
    class_code: Code = ""
    component_code: Annotated[str, Field(max_length=32)] = ""
    occurred_at: Occurred | None = None
    photos: Annotated[tuple[Photo, ...], Field(max_length=20)] = ()
    reporter: Contact | None = None
    source_key: Annotated[str, Field(max_length=120)] = ""
    same_as: Annotated[str, Field(max_length=40)] = ""

    def incoming(self, repeat_key: str = "") -> Incoming:
        """The report for `receive`."""
        person = self.reporter or NOBODY
        return Incoming(
            channel=self.channel, kind=self.kind, text=self.text, x=self.lon, y=self.lat,
            system=self.system, accuracy_m=self.accuracy_m, address=self.address,
            source=self.source, link=self.link, class_code=self.class_code,
            component_code=self.component_code, occurred_at=self.occurred_at,
            photos=[
                PhotoIn(p.sha256, p.stage, p.filename.replace("\x00", ""), p.from_album)
                for p in self.photos
            ],
            reporter_name=person.name, reporter_phone=person.phone,
            answer_wanted=person.answer_wanted, source_key=self.source_key,
            repeat_key=repeat_key, same_as=self.same_as,
        )  # fmt: skip


def from_json(body: bytes) -> ReportIn:
    """A report out of a JSON body; raises BadBody or Invalid with a sentence per field."""
    try:
        return ReportIn.model_validate_json(body)
    except ValidationError as error:
        raise _problem(error) from error


CONTACT = {"reporter_name": "name", "reporter_phone": "phone", "answer_wanted": "answer_wanted"}


def from_form(fields: Iterable[tuple[str, str]], photos: list[Photo]) -> ReportIn:
    """A report out of form fields (empty ones count as not given) and stored photos."""
    given: dict[str, Any] = {name: value for name, value in fields if value != ""}
    given.pop("csrfmiddlewaretoken", None)
    contact = {to: given.pop(name) for name, to in CONTACT.items() if name in given}
    try:
        return ReportIn.model_validate({**given, "reporter": contact, "photos": photos})
    except ValidationError as error:
        raise _problem(error) from error


def _problem(error: ValidationError) -> Problem:
    found = error.errors(include_url=False, include_input=False)
    if found[0]["type"] == "json_invalid":
        return BadBody(_("the body is not JSON in UTF-8: %(why)s") % {"why": found[0]["msg"][:200]})
    fields = {".".join(map(str, one["loc"])) or "body": misfits.words(one) for one in found}
    return Invalid(*(f"{name}: {why}" for name, why in fields.items()), fields=fields)
