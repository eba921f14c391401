"""Publishing an edition: fixed for good, after it was said what that ends and what goes on."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cityloop.kernel import jobs
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Refused
from cityloop.kernel.manifest import successions
from cityloop.standards import queries
from cityloop.standards.models import Edition

PERMISSION = "standards.manage"
ONE_DAY = timedelta(days=1)


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
    actor.require(PERMISSION)
    edition = Edition.objects.select_for_update().filter(code=code).first()
    if edition is None:
        raise queries.NoEdition(_("there is no edition %(code)s") % {"code": code[:40]})
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
    if reasons := _objections(edition, family):
        raise NotPublishable(*reasons)
    edition.status = Edition.Status.PUBLISHED
    edition.published_at, edition.published_by = now, actor.post[:120]
    edition.save(update_fields=["status", "published_at", "published_by"])
    jobs.defer("edition.published", {"edition_id": edition.pk})
    return edition


def what_follows(edition: Edition, *, on: date, done: bool) -> list[str]:
    """What publishing an edition does on a day (`done`), or would do: sentences for a report."""
    old = queries.predecessor(edition)
    if old is None:
        return []
    notes = []
    if _ends(edition, old):
        told = {"old": old.code, "day": edition.valid_from - ONE_DAY, "code": edition.code}
        notes.append(
            _("%(old)s ends on %(day)s, before %(code)s begins") % told if done
            else _("once %(code)s is published, %(old)s ends on %(day)s") % told
        )  # fmt: skip
    notes += [
        _("%(own)s goes on to extend %(old)s: where cases are filed under it, %(code)s takes "
          "effect with an edition of the city's own that extends it")
        % {"own": own, "old": old.code, "code": edition.code}
        for own in _extending(old, since=edition.valid_from)
    ]  # fmt: skip
    for said in successions(old=old, new=edition, on=on):
        notes += said.notes
    return notes


def _extending(old: Edition, *, since: date) -> list[str]:
    """Codes of the published editions of other families that extend it from a day on."""
    rows = Edition.objects.filter(based_on=old, status=Edition.Status.PUBLISHED)
    rows = rows.exclude(family=old.family).filter(Q(valid_to=None) | Q(valid_to__gte=since))
    return list(rows.order_by("code").values_list("code", flat=True))


def _objections(edition: Edition, family: list[Edition]) -> list[str]:
    reasons = []
    if not edition.classes.exists():
        reasons.append(_("%(code)s has no classes") % {"code": edition.code})
    if edition.based_on and not edition.based_on.is_published:
        reasons.append(
            _("%(code)s, which it extends, is not published") % {"code": edition.based_on.code}
        )
    for other in family:
        if edition.covers(other.valid_from) or other.covers(edition.valid_from):
            told = {"code": other.code, "from": other.valid_from, "to": other.valid_to or "..."}
            reasons.append(_("its validity overlaps that of %(code)s (%(from)s to %(to)s)") % told)
    return reasons


def _end_predecessor(edition: Edition, family: list[Edition]) -> None:
    for other in family:
        if _ends(edition, other):
            other.valid_to = edition.valid_from - ONE_DAY
            other.save(update_fields=["valid_to"])


def _ends(edition: Edition, other: Edition) -> bool:
    return other.valid_to is None and other.valid_from < edition.valid_from


def _require_no_case_since(edition: Edition, today: date) -> None:
    """A first day in the past, since which cases were filed, is most often a slip of the pen."""
    old = queries.predecessor(edition)
    if old is None or edition.valid_from >= today:
        return
    number = sum(one.decided for one in successions(old=old, new=edition, on=today))
    if number:
        told = {"code": edition.code, "day": edition.valid_from, "number": number, "old": old.code}
        words = ngettext(
            "%(code)s would hold from %(day)s on, in the past, and %(number)s case was filed under "
            "%(old)s since. Nothing was loaded: correct valid_from, or say that it is meant "
            "(--backdated).",
            "%(code)s would hold from %(day)s on, in the past, and %(number)s cases were filed "
            "under %(old)s since. Nothing was loaded: correct valid_from, or say that it is meant "
            "(--backdated).",
            number,
        )
        raise Backdated(words % told)
