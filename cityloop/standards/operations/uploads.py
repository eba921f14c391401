"""An edition that comes as a file through a form: read, looked at, then kept as a draft."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cityloop.kernel import uploads
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Stale
from cityloop.kernel.models import Upload
from cityloop.standards import catalogue, queries, sheets, unpacking
from cityloop.standards.catalogue import Catalogue, ClassKey, EditionRow
from cityloop.standards.models import Edition
from cityloop.standards.operations.checking import Checked, PublishedEdition, check
from cityloop.standards.operations.editions import load_catalogue
from cityloop.standards.operations.publishing import PERMISSION
from cityloop.standards.operations.reporting import EditionReport
from cityloop.standards.queries.publication import Outlook, outlook
from cityloop.standards.queries.succession import kept_under

KIND = "edition"


@dataclass(frozen=True, slots=True)
class Trial:
    """What keeping an upload would do. `edition`: its facts; `report`: as of the load; `outlook`:
    what publishing it would do then; `stamp`: the state of all editions that this was said of;
    `names`: of the classes in force under it and under the edition it was compared with."""

    edition: EditionRow
    report: EditionReport
    outlook: Outlook
    stamp: str
    names: dict[ClassKey, tuple[str, str]]


def put_up(files: Sequence[unpacking.File], *, actor: Actor, now: datetime) -> Upload:
    """Read (name, content) pairs as one edition and put them up to be looked at.

    Nothing of an edition is written. What the sender put up before goes, and what is a day old.
    Raises UnreadableFile, FileTooLarge, BadCatalogue, PublishedEdition, NotAllowed.
    """
    actor.require_for_city(PERMISSION)
    found = unpacking.read_sent(files)
    _new(catalogue.parse(found))
    digest = hashlib.sha256(b"".join(content for _name, content in files)).hexdigest()
    return uploads.put_up(
        KIND, unpacking.title(files), orjson.dumps(sheets.as_json(found)), sha256=digest,
        actor=actor, now=now,
    )  # fmt: skip


def upload_of(actor: Actor, upload_id: int) -> Upload:
    """The file that the actor put up; raises NotFound."""
    return uploads.upload_of(actor, KIND, upload_id)


def _catalogue(upload: Upload) -> Catalogue:
    return catalogue.parse(sheets.from_json(orjson.loads(bytes(upload.content))))


def try_upload(upload: Upload, *, actor: Actor, now: datetime) -> Trial:
    """What keeping it would do; nothing is written. Raises as put_up does."""
    actor.require_for_city(PERMISSION)
    stamp = queries.stamp()
    found = _catalogue(upload)
    one = _new(found)
    own = {key: (row.name_zh, row.name_en) for key, row in found.classes.items()}
    names = {**(queries.class_names(one.base) if one.base else {}), **own}
    before = queries.compared_with(one.row)
    return Trial(
        one.row, one.report, _outlook(one, names, now), stamp,
        {**(queries.class_names(before) if before else {}), **names},
    )  # fmt: skip


@transaction.atomic
def keep_upload(upload_id: int, *, stamp: str, actor: Actor, now: datetime) -> EditionReport:
    """Keep it as a draft, in place of an earlier draft of its code.

    `stamp`: of the trial that the actor saw; Stale where an edition changed since. Raises NotFound,
    ClassInUse, and as put_up does.
    """
    actor.require_for_city(PERMISSION)
    upload = upload_of(actor, upload_id)
    if stamp != queries.stamp():
        raise Stale(_("editions changed since: look at the difference again"))
    report = load_catalogue(
        _catalogue(upload), actor=actor, now=now,
        origin={"file": upload.name, "sha256": upload.sha256},
    )  # fmt: skip
    upload.delete()
    return report


def drop_upload(upload_id: int, *, actor: Actor) -> None:
    """Forget it; raises NotFound, NotAllowed."""
    actor.require_for_city(PERMISSION)
    upload_of(actor, upload_id).delete()


def _new(found: Catalogue) -> Checked:
    """The catalogue checked; one that is published already is nothing to keep."""
    one = check(found, lock=False)
    if one.published:
        raise PublishedEdition(*one.report.notes)
    return one


def _outlook(one: Checked, names: Mapping[ClassKey, tuple[str, str]], now: datetime) -> Outlook:
    row = one.row
    proposed = Edition(
        code=row.code, kind=row.kind, family=row.family, valid_from=row.valid_from,
        valid_to=row.valid_to, based_on=one.base,
    )  # fmt: skip
    kept = kept_under(
        {key: zh for key, (zh, _en) in names.items()}, family=row.family, since=row.valid_from
    )
    return outlook(proposed, on=timezone.localdate(now), kept=kept)
