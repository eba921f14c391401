"""Files that are looked at before they are taken: kept as sent, tried in a transaction that is
rolled back, then taken as they were shown.

A subsystem names its import as a function of the file's path; nothing here knows what it writes.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Invalid, NotFound, Problem, Stale, TooLarge
from cityloop.kernel.models import Upload
from cityloop.kernel.reports import ImportReport

KEPT = timedelta(days=1)
R = TypeVar("R", bound=ImportReport)


@dataclass(frozen=True, slots=True)
class Trial:
    """What taking a file would do, and the mark of it by which somebody agrees to just that."""

    report: ImportReport
    stamp: str


@transaction.atomic
def put_up(
    kind: str,
    name: str,
    content: bytes,
    *,
    actor: Actor,
    now: datetime,
    options: Mapping[str, Any] | None = None,
    sha256: str = "",
) -> Upload:
    """Keep a file to be looked at; who may, the caller says.

    What the sender put up of the kind before goes, and what is a day old. `sha256`: of what was
    sent, where `content` is made of it. Raises Invalid (an empty file), TooLarge.
    """
    if not content:
        raise Invalid(_("the file is empty"))
    if len(content) > settings.MAX_BODY_BYTES:
        told = {"n": settings.MAX_BODY_BYTES >> 20}
        raise TooLarge(_("the file is larger than %(n)s MB") % told)
    old = Q(member_id=actor.member_id, kind=kind) | Q(at__lt=now - KEPT)
    Upload.objects.filter(old).delete()
    return Upload.objects.create(
        kind=kind, name=name[-120:], sha256=sha256 or hashlib.sha256(content).hexdigest(),
        content=content, options=dict(options or {}), member_id=actor.member_id, at=now,
    )  # fmt: skip


def upload_of(actor: Actor, kind: str, upload_id: int) -> Upload:
    """What the actor put up; nobody else sees it. Raises NotFound."""
    row = Upload.objects.filter(pk=upload_id, kind=kind, member_id=actor.member_id).first()
    if row is None:
        raise NotFound(_("this upload is not there any more: send the file again"))
    return row


@contextmanager
def as_file(upload: Upload) -> Iterator[Path]:
    """The file in a folder of its own, under a name with its own ending."""
    suffix = Path(upload.name).suffix.lower()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"upload{suffix if suffix[1:].isalnum() else ''}"
        path.write_bytes(bytes(upload.content))
        yield path


def try_upload(upload: Upload, run: Callable[[Path], ImportReport]) -> Trial:
    """What taking it would do; nothing stays of it. A file that is refused as a whole is told as a
    report too."""
    with as_file(upload) as path, transaction.atomic():
        try:
            with transaction.atomic():
                report = run(path)
        except Problem as problem:
            report = ImportReport.of_refusal(problem)
        transaction.set_rollback(True)
    return Trial(report, _stamp(report))


@transaction.atomic
def take(upload: Upload, run: Callable[[Path], R], *, stamp: str) -> R:
    """Take it, if it does what the actor saw.

    `stamp`: of the trial that was shown. Raises Stale, where the same file would do something else
    by now; then nothing was written. Raises what the import raises.
    """
    with as_file(upload) as path:
        report = run(path)
    if _stamp(report) != stamp:
        raise Stale(_("what the file changes is not what you saw: look at it again"))
    upload.delete()
    return report


def _stamp(report: ImportReport) -> str:
    """The same for reports that say the same of every row."""
    told = [report.imported, report.joined, report.effects, report.rejected, report.refused]
    return hashlib.sha256(repr(told).encode()).hexdigest()
