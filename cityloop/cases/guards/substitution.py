"""Guards on substitute works."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from cityloop.assets import queries as assets
from cityloop.cases.change import Change
from cityloop.cases.guards.dispatch import DISPATCHES
from cityloop.cases.guards.dispute import disputing
from cityloop.cases.models import Case, CaseEvent
from cityloop.people import queries as people


def fixed_by_another(change: Change) -> str | None:
    """Another unit fixes than the one that should have acted; while that is disputed none that may
    turn out to be it, or it would go round again and be paid for its own duty (E04, E07)."""
    unit = change.inputs.get("unit")
    if unit is None:
        return None
    if unit.pk == who_should(change):
        return _("name another unit than the one that should have acted")
    parties = disputing(change.case)
    if not parties or change.imported or unit.pk not in people.one_house(parties):
        return None
    return _("%(unit)s is a party to the dispute, or of one house with one: order from another") % {
        "unit": unit.name
    }


def liable_not_disputed(change: Change) -> str | None:
    """While a dispute is open, who is liable is decided at its level and not on the way (E18)."""
    if change.inputs.get("liable") is None or not change.case.dispute_level:
        return None
    return _("whose duty it was is disputed: leave that open, the decision names it")


def liable_had_it(change: Change) -> str | None:
    """A unit is named as the one that should have acted only where the case was its own (I12): it
    has it, had it, or is proposed for it, or the component belongs to it."""
    named = change.inputs.get("liable")
    if named is None or change.imported or named.pk in _near(change.case):
        return None
    sent = CaseEvent.objects.filter(
        case=change.case.pk, action__in=DISPATCHES, facts__unit=named.pk
    )
    if named.pk in _owners(change) or sent.exists():
        return None
    return _("%(unit)s neither had this case nor should have had it") % {"unit": named.name}


def _near(case: Case) -> set[int | None]:
    """The units that the case itself says it was of, or should be of."""
    proposed = (case.proposal.get("unit"), case.proposal.get("owner"))
    return {case.lead_id, case.liable_id, *case.returned_by, *proposed}


def _owners(change: Change) -> set[int | None]:
    """Whose the component was on the day of the report, and whose it is."""
    component = change.case.component_id
    if component is None:
        return set()
    days = {timezone.localdate(at) for at in (change.case.reported_at, change.now)}
    return {assets.owner_on(component, day).owner_id for day in days}


def no_party_substitutes(change: Change) -> str | None:
    """Nobody orders substitute works by which the unit they come from is relieved, made liable, or
    given the work."""
    case, unit = change.case, change.inputs.get("unit")
    parties = [case.lead_id, who_should(change), unit.pk if unit is not None else None]
    if case.dispute_level:
        parties += case.returned_by
    if change.flow.merge_posts or not change.actor.belongs_to(*parties):
        return None
    return _("your own unit is relieved of this case or named in it: others order the works")


def who_should(change: Change) -> int | None:
    """The unit that should have acted: the one named, of a disputed case nobody until it is
    decided, else the unit that had the case; a designated unit never becomes the culprit (I12)."""
    case, named = change.case, change.inputs.get("liable")
    if named is not None:
        return int(named.pk)
    if case.dispute_level:
        return None
    return case.liable_id if case.substituted else case.lead_id
