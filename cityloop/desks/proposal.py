"""The proposal of a unit in words: what speaks for it, and how sure that makes it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from cityloop.assets.models import Stage
from cityloop.cases import receiving
from cityloop.cases.models import Case
from cityloop.desks.queries import Names
from cityloop.kernel.actor import Actor
from cityloop.kernel.templatetags.ui import named
from cityloop.people.models import Organisation
from cityloop.people.reasons import words_of
from cityloop.permits import queries as permits


@dataclass(frozen=True, slots=True)
class Explained:
    """A proposal, ready to show. `percent` None: made before it was counted."""

    unit: Organisation
    percent: int | None
    sentences: list[str]
    auto: bool
    followed: bool | None  # None: not dispatched yet


def explained(case: Case, names: Names, actor: Actor, *, on: date) -> Explained | None:
    """The case's proposal in the reader's words; None without one."""
    kept = case.proposal
    unit = names.units.get(kept.get("unit") or 0)
    if unit is None:
        return None
    sentences = [words_of(one) for one in kept.get("why") or ()]
    sentences += _held(actor, kept.get("testimony") or ())
    owner = names.units.get(kept.get("owner") or 0)
    if owner is not None:
        sentences.append(_owned(case, owner))
    if earlier := kept.get("earlier"):
        sentences.append(_earlier(earlier, unit))
    if found := receiving.lacking(case, on=on):
        sentences.append(_nobody(found))
    sure = kept.get("sure")
    return Explained(
        unit=unit,
        percent=None if sure is None else round(sure * 100),
        sentences=sentences,
        auto=bool(kept.get("auto")),
        followed=None if not case.dispatches else case.lead_id == unit.pk,
    )


def _nobody(units: Collection[int]) -> str:
    rows = Organisation.objects.filter(pk__in=units).order_by("path").defer("search")
    return _("Nobody at %(units)s can receive a case: choose another unit.") % {
        "units": ", ".join(named(unit) for unit in rows)
    }


def _held(actor: Actor, said: Sequence[dict[str, Any]]) -> list[str]:
    """Who holds the permits, for who may know it: a case keeps no holder, who may be a person."""
    sentence = _("Permit %(number)s is held by %(holder)s.")
    return [
        sentence % {"number": number, "holder": holder}
        for number, holder in permits.holders(actor, said)
    ]


def _owned(case: Case, owner: Organisation) -> str:
    """Whose the component was on the day of the report, and since when, where that is dated."""
    dated = case.proposal.get("owned")
    if not dated:
        return _("The component belongs to %(unit)s.") % {"unit": named(owner)}
    sentence = _(
        "On %(day)s, the day of the report, %(unit)s answered for the component: "
        "%(stage)s since %(since)s."
    )
    return sentence % {
        "day": timezone.localdate(case.reported_at), "unit": named(owner),
        "stage": Stage(dated["stage"]).label, "since": dated["since"],
    }  # fmt: skip


def _earlier(facts: dict[str, Any], unit: Organisation) -> str:
    where = _("in this street") if len(str(facts["area"])) == 9 else _("in this district")
    values = {**facts, "where": where, "unit": named(unit)}
    if not facts["cases"]:
        return _("No case of this class was closed %(where)s in %(days)s days.") % values
    sentence = (
        _(
            "Closed cases of this class %(where)s in %(days)s days: %(cases)s, "
            "of these %(same)s by %(unit)s."
        )
        % values
    )
    if facts["returned"]:
        sentence += " " + _("Of these, %(returned)s had been returned by a unit first.") % values
    return sentence
