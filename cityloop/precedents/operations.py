"""Marking a closed case as typical, and taking the mark back with a reason."""

from __future__ import annotations

from datetime import datetime
from typing import NoReturn

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from cityloop.cases import queries as cases
from cityloop.cases.models import Case, ClosingKind, Status
from cityloop.evidence import operations as evidence
from cityloop.kernel.actor import Actor
from cityloop.kernel.encoding import says_something
from cityloop.kernel.errors import Invalid, NotAllowed, NotFound, Refused
from cityloop.kernel.models import StoredFile
from cityloop.precedents.models import Precedent

MARK = "precedents.mark"
MAX_TEXT = 2000


def mark(*, number: str, note: str, actor: Actor, now: datetime) -> Precedent:
    """Mark a case closed under its closing condition as typical; raises NotAllowed, NotFound,
    Invalid (note), Refused (not closed so, or marked already)."""
    actor.require(MARK)
    case, words = cases.get(actor, number), _words("note", note)
    if case.status != Status.CLOSED or case.closing_kind != ClosingKind.NORMAL:
        raise Refused(_("only a case closed under its closing condition becomes a precedent"))
    try:
        with transaction.atomic():
            return Precedent.objects.create(
                case=case, note=words, marked_by_id=_member(actor), marked_at=now
            )
    except IntegrityError as error:  # the constraint: one mark a case
        raise Refused(_("this case is a precedent already")) from error


@transaction.atomic
def unmark(*, number: str, reason: str, actor: Actor, now: datetime) -> Precedent:
    """Take the mark back; that it was there stays. Raises NotAllowed, NotFound, Invalid."""
    actor.require(MARK)
    case: Case = cases.get(actor, number)
    rows = Precedent.objects.select_for_update().filter(case=case, unmarked_at=None)
    row = rows.first()
    if row is None:
        raise NotFound(_("this case is no precedent"))
    row.unmark_reason = _words("reason", reason)
    row.unmarked_by_id, row.unmarked_at = _member(actor), now
    row.save(update_fields=["unmark_reason", "unmarked_by", "unmarked_at"])
    return row


def picture(sha256: str) -> StoredFile:
    """A stored picture with its print, to look for its like; raises Invalid.

    The worker prints the stock; a picture that has just come is printed here, some
    milliseconds, since somebody waits for the answer.
    """
    file = StoredFile.objects.filter(sha256=sha256).first()
    if file is None:
        _refuse("picture", _("store the file first: %(sha)s") % {"sha": sha256[:12]})
    if not file.media_type.startswith("image/"):
        _refuse("picture", _("this is no picture"))
    evidence.keep_prints(file)
    return file


def _member(actor: Actor) -> int:
    if actor.member_id is None:
        raise NotAllowed(_("a precedent is marked by a person"))
    return actor.member_id


def _words(field: str, raw: str) -> str:
    found = raw.replace("\x00", "").strip()
    if not says_something(found):
        _refuse(field, _("fill this in"))
    if len(found) > MAX_TEXT:
        _refuse(field, _("at most %(n)s characters") % {"n": MAX_TEXT})
    return found


def _refuse(field: str, why: str) -> NoReturn:
    raise Invalid(why, fields={field: why})
