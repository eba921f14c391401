"""Example photos of a filing rule: what is to be filed, what is as it should be."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from cityloop.kernel import files
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Invalid, NotFound
from cityloop.kernel.models import StoredFile
from cityloop.standards import cells
from cityloop.standards.models import FilingRule, RulePhoto
from cityloop.standards.operations.publishing import PERMISSION

MAX_CAPTION = 200


@transaction.atomic
def attach_example(
    *, rule_id: int, file_id: int, verdict: str, caption: str = "", actor: Actor, now: datetime
) -> RulePhoto:
    """Show a stored picture beside a rule as `good` or `bad`; again, it changes the verdict.

    Examples explain a rule and are no part of it, so published rules take them too. Raises
    NotFound, Invalid (not a picture, unknown verdict, caption too long), NotAllowed.
    """
    _require(actor, rule_id)
    file = StoredFile.objects.filter(pk=file_id).first()
    if file is None:
        raise NotFound(_("there is no file %(id)s") % {"id": file_id})
    _check_picture(file)
    if verdict not in RulePhoto.Verdict.values:
        raise Invalid(_("the verdict must be good or bad"), code="bad-verdict")
    try:
        cells.text(MAX_CAPTION)(caption)
    except ValueError as error:
        raise Invalid(str(error), code="bad-text") from error
    photo, _created = RulePhoto.objects.update_or_create(
        rule_id=rule_id,
        file=file,
        defaults={
            "verdict": verdict,
            "caption": caption,
            "added_at": now,
            "added_by": actor.post[:120],
        },
    )
    return photo


@transaction.atomic
def remove_example(*, photo_id: int, actor: Actor) -> None:
    """Take an example off its rule; the stored file stays. Raises NotFound, NotAllowed."""
    actor.require_for_city(PERMISSION)
    deleted, _rows = RulePhoto.objects.filter(pk=photo_id).delete()
    if not deleted:
        raise NotFound(_("there is no example photo %(id)s") % {"id": photo_id})


@transaction.atomic
def store_example(
    *, rule_id: int, chunks: Iterable[bytes], filename: str, actor: Actor, now: datetime
) -> StoredFile:
    """Keep a picture that is to stand beside a rule, handed in by the actor.

    Raises NotFound, Invalid (not a picture), what `files.store` raises, NotAllowed.
    """
    _require(actor, rule_id)
    file = files.store(chunks=chunks, filename=filename, now=now)
    _check_picture(file)
    files.note_handed_in(file, member_id=actor.member_id, now=now)
    return file


def _require(actor: Actor, rule_id: int) -> None:
    actor.require_for_city(PERMISSION)
    if not FilingRule.objects.filter(pk=rule_id).exists():
        raise NotFound(_("there is no filing rule %(id)s") % {"id": rule_id})


def _check_picture(file: StoredFile) -> None:
    if not file.media_type.startswith("image/"):
        raise Invalid(_("an example must be a picture"), code="not-a-picture")
