"""Guards on substitute works."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from cityloop.assets import queries as assets
from cityloop.cases.change import Change
from cityloop.cases.guards.dispatch import DISPATCHES
from cityloop.cases.guards.dispute import disputing
from cityloop.cases.models import Case, CaseEvent, Status
from cityloop.people import queries as people

# After which of them the unit that has a case had not said no yet, or just has.
_GIVEN_OR_BACK = (*DISPATCHES, "return")


def fixed_by_another(change: Change) -> str | None:
    """Another unit fixes than the one that should have acted; while that is disputed none that may
    turn out to be it, or it would go round again and be paid for its own duty (E04, E07)."""
    unit = change.inputs.get("unit")
    if unit is None:
        return None
    if unit.pk == who_should(change):
        return _("name another unit than the one that should have acted")
    parties = disputing(change.case)
    if not parties and change.inputs.get("liable") is None and _gave_back(change):
        parties = set(change.case.returned_by)
    if not parties or change.imported or unit.pk not in people.one_house(parties):
        return None
    return _("%(unit)s is a party to the dispute, or of one house with one: order from another") % {
        "unit": unit.name
    }


def liable_not_disputed(change: Change) -> str | None:
    """While a dispute is open, who is liable is decided at its level and not on the way (E18); nor
    is one of two units that gave the case back named without a decision (E04)."""
    liable = change.inputs.get("liable")
    if liable is None or change.imported:
        return None
    if not change.case.dispute_level and liable.pk not in disputing(change.case):
        return None
    return _("whose duty it was is disputed: leave that open, the decision names it")


def liable_said(change: Change) -> str | None:
    """Of a case that its unit gave back nobody is liable by default: who orders the works names the
    unit that should have acted, or says that this stays open until it is decided (E10, I12)."""
    named, left_open = change.inputs.get("liable"), bool(change.inputs.get("liable_open"))
    if named is not None and left_open:
        return _("name the unit that should have acted, or leave that open: not both")
    if _gave_back(change):
        if named is not None or left_open:
            return None
        return _("the unit gave this case back: say which unit should have acted, or that this"
                 " stays open")  # fmt: skip
    if left_open and not change.case.dispute_level:
        return _("no unit gave this case back: it is not open who should have acted")
    return None


def given_back(case: Case, status: str) -> bool:
    """Whether the unit of a case in this status gave it back, and nobody has decided or disputes
    yet whose duty it is. One statement at most."""
    if status != Status.FILED or case.substituted or case.dispute_level:
        return False
    if case.liable_id is not None or case.lead_id not in case.returned_by[-1:]:
        return False
    lines = CaseEvent.objects.filter(case=case.pk, action__in=_GIVEN_OR_BACK)
    last = lines.order_by("-version").values_list("action", flat=True).first()
    return last == "return"


def _gave_back(change: Change) -> bool:
    return not change.imported and given_back(change.case, change.source)


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
    if case.dispute_level or _gave_back(change):
        parties += case.returned_by
    if change.flow.merge_posts or not change.actor.belongs_to(*parties):
        return None
    return _("your own unit is relieved of this case or named in it: others order the works")


def who_should(change: Change) -> int | None:
    """The unit that should have acted: the one named; of a disputed case, and of one that its unit
    gave back, nobody until it is decided; else the unit that had the case; a designated unit never
    becomes the culprit (I12)."""
    case, named = change.case, change.inputs.get("liable")
    if named is not None:
        return int(named.pk)
    if case.dispute_level or _gave_back(change):
        return None
    return case.liable_id if case.substituted else case.lead_id
