"""Example pictures of filing rules over HTTP: what is to be filed, what is as it should be."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, File, Form, Router, Schema
from ninja.files import UploadedFile

from cityloop.kernel import clock
from cityloop.kernel.api import idempotent
from cityloop.kernel.errors import Invalid
from cityloop.kernel.page import actor_of
from cityloop.standards import operations, queries
from cityloop.standards.api.calendar import VIEW
from cityloop.standards.models import RulePhoto
from cityloop.standards.operations.examples import MAX_CAPTION

router = Router(tags=["standards"])
Id = Annotated[int, Field(ge=1, le=2**63 - 1)]


class PhotoOut(Schema):
    """An example picture; `url` answers a small JPEG."""

    id: int
    verdict: str
    caption: str
    url: str

    @staticmethod
    def resolve_url(row: Any) -> str:
        """Where it is."""
        return f"/manual/examples/{row.pk}"


class ExampleOut(PhotoOut):
    """An example picture of a rule: the digest of its file, who put it there and when."""

    sha256: str
    added_at: datetime
    added_by: str

    @staticmethod
    def resolve_sha256(row: Any) -> str:
        """Of the original."""
        return str(row.file.sha256)


class ExampleIn(Schema):
    """What the picture shows: `bad` what is to be filed, `good` the state to reach.

    `sha256` names a picture that the caller has handed in, instead of a `file`.
    """

    verdict: Literal["good", "bad"]
    caption: Annotated[str, Field(max_length=MAX_CAPTION)] = ""
    sha256: Annotated[str, Field(pattern="^([0-9a-f]{64})?$")] = ""


@router.get(
    "/standards/rules/{rule_id}/examples", response=list[ExampleOut], summary="Examples of a rule"
)
def list_examples(request: HttpRequest, rule_id: Id) -> list[RulePhoto]:
    """In the order of the command manual."""
    actor_of(request).require(VIEW)
    return list(queries.examples(rule_id))


@router.post(
    "/standards/rules/{rule_id}/examples", response=ExampleOut, summary="Show an example of a rule"
)
@idempotent
def attach_example(
    request: HttpRequest,
    rule_id: Id,
    given: Form[ExampleIn],
    file: File[UploadedFile | None] = None,
) -> tuple[int, dict[str, Any]]:
    """The picture stands in the command manual, of published rules too; a form with it as `file`,
    or with its `sha256`. The same picture again changes verdict and caption."""
    actor, now = actor_of(request), clock.now()
    actor.require(operations.PERMISSION)
    if (file is None) != bool(given.sha256):
        why = _("either a file or the sha256 of a picture that you have handed in")
        raise Invalid(why, fields={"file": why})
    if file is None:
        stored = queries.picture_in_hand(actor, given.sha256)
    else:
        chunks, name = file.chunks(), file.name or ""
        stored = operations.store_example(
            rule_id=rule_id, chunks=chunks, filename=name, actor=actor, now=now
        )
    row = operations.attach_example(
        rule_id=rule_id, file_id=stored.pk, verdict=given.verdict, caption=given.caption,
        actor=actor, now=now,
    )  # fmt: skip
    return 200, ExampleOut.from_orm(row).dict()


@router.delete(
    "/standards/examples/{photo_id}", response={204: None}, summary="Take an example off its rule"
)
@idempotent
def remove_example(request: HttpRequest, photo_id: Id) -> tuple[int, None]:
    """The command manual shows it no more; the stored file stays."""
    operations.remove_example(photo_id=photo_id, actor=actor_of(request))
    return 204, None
