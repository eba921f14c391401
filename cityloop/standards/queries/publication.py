"""What publishing an edition does, or would do: what ends, what goes on, what speaks against it.

The edition need not be stored: so a file is told what it would do before anything of it is kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _

from cityloop.kernel.manifest import Succession, successions
from cityloop.standards.catalogue import ClassKey
from cityloop.standards.models import Edition
from cityloop.standards.queries.succession import kept_by, predecessor

ONE_DAY = timedelta(days=1)
Kept = Mapping[str, frozenset[ClassKey]]


@dataclass(frozen=True, slots=True)
class Outlook:
    """What publishing a draft would do. `notes`: sentences; `objections`: why it is refused;
    `filed`: cases filed since a first day in the past, so that it must be said to be meant."""

    notes: list[str]
    objections: list[str]
    filed: int


def outlook(edition: Edition, *, on: date, kept: Kept | None = None) -> Outlook:
    """What publishing an edition on a day would do; nothing is changed. `kept`: of an edition that
    is not stored, see kept_under."""
    rows = Edition.objects.filter(family=edition.family, status=Edition.Status.PUBLISHED)
    family = list(rows.order_by("valid_from"))
    for other in family:
        if ends(edition, other):
            other.valid_to = edition.valid_from - ONE_DAY  # in memory only
    old = predecessor(edition)
    said = [] if old is None else _said(edition, old, on, kept)
    return Outlook(
        [] if old is None else _notes(edition, old, said, done=False),
        objections(edition, family),
        _decided(edition, said, on),
    )


def what_follows(edition: Edition, *, on: date, done: bool) -> list[str]:
    """What publishing an edition does on a day (`done`), or would do: sentences for a report."""
    old = predecessor(edition)
    return [] if old is None else _notes(edition, old, _said(edition, old, on), done=done)


def filed_before_it(edition: Edition, *, on: date) -> int:
    """How many cases were filed under its predecessor since a first day that lies before `on`."""
    old = predecessor(edition)
    if old is None or edition.valid_from >= on:
        return 0
    return _decided(edition, _said(edition, old, on), on)


def ends(edition: Edition, other: Edition) -> bool:
    """True where publishing `edition` ends `other`, of the same family, on the day before."""
    return other.valid_to is None and other.valid_from < edition.valid_from


def objections(edition: Edition, family: list[Edition]) -> list[str]:
    """Why an edition cannot be published beside the published ones of its family."""
    reasons = []
    if edition.pk and not edition.classes.exists():
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


def _said(edition: Edition, old: Edition, on: date, kept: Kept | None = None) -> list[Succession]:
    kept = kept_by(edition) if kept is None else kept
    return successions(old=old, new=edition, on=on, kept=kept)


def _decided(edition: Edition, said: list[Succession], on: date) -> int:
    return sum(one.decided for one in said) if edition.valid_from < on else 0


def _notes(edition: Edition, old: Edition, said: list[Succession], *, done: bool) -> list[str]:
    notes = []
    if ends(edition, old):
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
    return [*notes, *(note for one in said for note in one.notes)]


def _extending(old: Edition, *, since: date) -> list[str]:
    """Codes of the published editions of other families that extend it from a day on."""
    rows = Edition.objects.filter(based_on=old, status=Edition.Status.PUBLISHED)
    rows = rows.exclude(family=old.family).filter(Q(valid_to=None) | Q(valid_to__gte=since))
    return list(rows.order_by("code").values_list("code", flat=True))
