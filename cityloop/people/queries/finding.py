"""Units and people for the palette; which units answer for a class on somebody's ground."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from cityloop.geo import queries as geo
from cityloop.kernel.actor import Actor
from cityloop.kernel.languages import in_language
from cityloop.kernel.manifest import Hit
from cityloop.people.lines import Question
from cityloop.people.matrix import Matrix
from cityloop.people.queries.office import members
from cityloop.people.queries.organisations import organisation_tree
from cityloop.people.queries.responsibility import matrix_on

AREAS = 12  # districts that are asked for one class
NAMED = 2  # units that are named, the others counted


def find(actor: Actor, words: str, limit: int, now: datetime) -> list[Hit]:
    """Bodies and people in the actor's scope: who manages them gets to their pages, others to the
    cases of a unit."""
    manages, sees = actor.may("people.manage"), actor.may("cases.view")
    if not (manages or sees):
        return []
    path = "/office/organisations/{}/" if manages else "/cases/?unit_id={}"
    rows = organisation_tree(actor, words=words).filter(active=True)[:limit]
    found = [
        Hit(_("Units"), one.name, path.format(one.pk), one.get_kind_display(), "building-2")
        for one in rows
    ]
    if manages:
        on = timezone.localdate(now)
        found += [
            Hit(_("Members"), one.name, f"/office/members/{one.pk}/", one.username, "user")
            for one in members(actor, on=on, words=words).filter(active=True)[:limit]
        ]
    return found


def answers(actor: Actor, classes: Sequence[Any], now: datetime) -> dict[str, str]:
    """Short code of a class -> the units that the matrix names for it in the districts of the
    actor's ground, today; classes for which it names none are left out."""
    on = timezone.localdate(now)
    areas = [one.code for one in geo.regions_of(actor, levels=("district",))][:AREAS]
    areas = areas or list(actor.ground or ())[:AREAS]
    matrix = matrix_on(on)
    named = {one.short_code: _leads(matrix, one, areas) for one in classes}
    return {code: words for code, words in named.items() if words}


def _leads(matrix: Matrix, one: Any, areas: Sequence[str]) -> str:
    asked = (
        Question(one.kind, one.edition.code, one.major_code, one.minor_code, (area,), None)
        for area in areas
    )
    proposals = [found for found in map(matrix.find, asked) if found is not None]
    leads = list(dict.fromkeys(found.lead_id for found in proposals))
    names = [matrix.names.get(lead, ("", "")) for lead in leads[:NAMED]]
    shown = [in_language(zh, en) for zh, en in names]
    if len(leads) > NAMED:
        shown.append(_("%(n)s more") % {"n": len(leads) - NAMED})
    return ", ".join(shown)
