"""Guards on substitute works."""

from __future__ import annotations

from django.utils.translation import gettext as _

from cityloop.cases.change import Change


def fixed_by_another(change: Change) -> str | None:
    """Another unit fixes than the one that should have acted (E07)."""
    case, unit, named = change.case, change.inputs.get("unit"), change.inputs.get("liable")
    should = named.pk if named else case.liable_id if case.substituted else case.lead_id
    if unit is not None and unit.pk == should:
        return _("name another unit than the one that should have acted")
    return None
