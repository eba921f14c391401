"""An edition that comes as a file through a form: read, looked at, then kept as a draft."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Stale
from cityloop.standards import catalogue, queries, sheets, unpacking
from cityloop.standards.catalogue import Catalogue, ClassKey, EditionRow
from cityloop.standards.models import Edition, EditionUpload
from cityloop.standards.operations.checking import Checked, PublishedEdition, check
from cityloop.standards.operations.editions import load_catalogue
from cityloop.standards.operations.publishing import PERMISSION
from cityloop.standards.operations.reporting import EditionReport
from cityloop.standards.queries.publication import Outlook, outlook
from cityloop.standards.queries.succession import kept_under

KEPT = timedelta(days=1)


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


@transaction.atomic
def put_up(files: Sequence[unpacking.File], *, actor: Actor, now: datetime) -> EditionUpload:
    """Read (name, content) pairs as one edition and put them up to be looked at.

    Nothing of an edition is written. What the sender put up before goes, and what is a day old.
    Raises UnreadableFile, FileTooLarge, BadCatalogue, PublishedEdition, NotAllowed.
    """
    actor.require_for_city(PERMISSION)
    found = unpacking.read_sent(files)
    _new(catalogue.parse(found))
    old = Q(member_id=actor.member_id) | Q(at__lt=now - KEPT)
    EditionUpload.objects.filter(old).delete()
    digest = hashlib.sha256(b"".join(content for _name, content in files)).hexdigest()
    return EditionUpload.objects.create(
        name=unpacking.title(files), sha256=digest, sheets=sheets.as_json(found),
        member_id=actor.member_id, at=now,
    )  # fmt: skip


def try_upload(upload: EditionUpload, *, actor: Actor, now: datetime) -> Trial:
    """What keeping it would do; nothing is written. Raises as put_up does."""
    actor.require_for_city(PERMISSION)
    stamp = queries.stamp()
    found = catalogue.parse(sheets.from_json(upload.sheets))
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
    upload = queries.upload_of(actor, upload_id)
    if stamp != queries.stamp():
        raise Stale(_("editions changed since: look at the difference again"))
    report = load_catalogue(
        catalogue.parse(sheets.from_json(upload.sheets)), actor=actor, now=now,
        origin={"file": upload.name, "sha256": upload.sha256},
    )  # fmt: skip
    upload.delete()
    return report


def drop_upload(upload_id: int, *, actor: Actor) -> None:
    """Forget it; raises NotFound, NotAllowed."""
    actor.require_for_city(PERMISSION)
    queries.upload_of(actor, upload_id).delete()


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
