"""Publishing an edition: fixed for good, after it was said what that ends and what goes on."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cityloop.kernel import jobs
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Refused
from cityloop.standards import queries
from cityloop.standards.models import Edition, EditionChange
from cityloop.standards.operations.recording import note
from cityloop.standards.queries.publication import (
    ONE_DAY,
    ends,
    filed_before_it,
    objections,
)

PERMISSION = "standards.manage"


class NotPublishable(Refused):
    """The edition may not be published as it is."""

    code, title = "not-publishable", "The edition cannot be published"


class Backdated(Refused):
    """Cases were filed since the day from which the edition would hold."""

    code, title = "backdated-edition", "The edition would begin before cases that were filed"


@transaction.atomic
def publish_edition(code: str, *, actor: Actor, now: datetime, backdated: bool = False) -> Edition:
    """Fix an edition for good; one that is published already is returned as it is.

    The open-ended predecessor of its family ends on the day before. Raises NoEdition,
    NotPublishable (no classes, base not published, validity overlaps another of the family), and
    Backdated unless `backdated` says that a first day is meant since which cases were filed.
    """
    actor.require_for_city(PERMISSION)
    edition = locked(code)
    if edition.is_published:
        return edition
    family = list(
        Edition.objects.select_for_update()
        .filter(family=edition.family, status=Edition.Status.PUBLISHED)
        .order_by("valid_from")
    )
    if not backdated:
        _require_no_case_since(edition, timezone.localdate(now))
    _end_predecessor(edition, family)
    if reasons := objections(edition, family):
        raise NotPublishable(*reasons)
    edition.status = Edition.Status.PUBLISHED
    edition.published_at, edition.published_by = now, actor.post[:120]
    edition.save(update_fields=["status", "published_at", "published_by"])
    note(edition, EditionChange.What.PUBLISHED, actor=actor, now=now)
    jobs.defer("edition.published", {"edition_id": edition.pk})
    return edition


def locked(code: str) -> Edition:
    """The edition, held until the transaction ends; raises NoEdition."""
    edition = Edition.objects.select_for_update().filter(code=code).first()
    if edition is None:
        raise queries.NoEdition(_("there is no edition %(code)s") % {"code": code[:40]})
    return edition


def _end_predecessor(edition: Edition, family: list[Edition]) -> None:
    for other in family:
        if ends(edition, other):
            other.valid_to = edition.valid_from - ONE_DAY
            other.save(update_fields=["valid_to"])


def _require_no_case_since(edition: Edition, today: date) -> None:
    """A first day in the past, since which cases were filed, is most often a slip of the pen."""
    old, number = queries.predecessor(edition), filed_before_it(edition, on=today)
    if old is None or not number:
        return
    told = {"code": edition.code, "day": edition.valid_from, "number": number, "old": old.code}
    words = ngettext(
        "%(code)s would hold from %(day)s on, in the past, and %(number)s case was filed under "
        "%(old)s since",
        "%(code)s would hold from %(day)s on, in the past, and %(number)s cases were filed under "
        "%(old)s since",
        number,
    )
    advice = _("Nothing was changed: correct valid_from, or say that it is meant (--backdated).")
    raise Backdated(words % told, advice)
