"""Withdrawing a draft: it goes with its rows; that it was there stays in the record."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import ProtectedError, Q
from django.utils.translation import gettext as _

from cityloop.kernel.actor import Actor
from cityloop.kernel.encoding import says_something
from cityloop.kernel.errors import Invalid
from cityloop.standards.models import Edition, EditionChange
from cityloop.standards.operations.checking import PublishedEdition
from cityloop.standards.operations.publishing import PERMISSION, locked
from cityloop.standards.operations.recording import note
from cityloop.standards.operations.storing import ClassInUse

MAX_WHY = 500


@transaction.atomic
def withdraw_draft(code: str, *, actor: Actor, now: datetime, why: str) -> None:
    """Take away an edition that nobody published, with a reason that is recorded.

    Raises NoEdition, PublishedEdition, ClassInUse (another edition extends it or names its
    classes), Invalid without a reason, NotAllowed.
    """
    actor.require_for_city(PERMISSION)
    why = why.strip()[:MAX_WHY]
    if not says_something(why):
        raise Invalid(_("give a reason"), fields={"why": _("give a reason")})
    edition = locked(code)
    if edition.is_published:
        raise PublishedEdition(_("%(code)s is published; it stays for good") % {"code": code[:40]})
    if using := _using(edition):
        raise ClassInUse(
            _("%(others)s builds on it: withdraw or change that one first")
            % {"others": ", ".join(using)}
        )
    note(edition, EditionChange.What.WITHDRAWN, actor=actor, now=now, why=why)
    try:
        edition.rules.all().delete()
        edition.classes.all().delete()
        edition.delete()
    except ProtectedError as error:
        raise ClassInUse(_("classes or rules of %(code)s are in use") % {"code": code}) from error


def _using(edition: Edition) -> list[str]:
    """Codes of the editions that extend it, have rules for its classes or map their own to them."""
    uses = (
        Q(based_on=edition)
        | Q(rules__problem_class__edition=edition)
        | Q(classes__national__edition=edition)
    )
    rows = Edition.objects.filter(uses).exclude(pk=edition.pk).order_by("code").distinct()
    return list(rows.values_list("code", flat=True))
