"""Guards on substitute works."""

from __future__ import annotations

from django.utils.translation import gettext as _

from cityloop.cases.change import Change


def fixed_by_another(change: Change) -> str | None:
    """Another unit fixes than the one that should have acted (E07)."""
    unit = change.inputs.get("unit")
    if unit is not None and unit.pk == who_should(change):
        return _("name another unit than the one that should have acted")
    return None


def liable_not_disputed(change: Change) -> str | None:
    """While a dispute is open, who is liable is decided at its level and not on the way (E18)."""
    if change.inputs.get("liable") is None or not change.case.dispute_level:
        return None
    return _("whose duty it was is disputed: leave that open, the decision names it")


def who_should(change: Change) -> int | None:
    """The unit that should have acted: the one named, of a disputed case nobody until it is
    decided, else the unit that had the case; a designated unit never becomes the culprit (I12)."""
    case, named = change.case, change.inputs.get("liable")
    if named is not None:
        return int(named.pk)
    if case.dispute_level:
        return None
    return case.liable_id if case.substituted else case.lead_id
