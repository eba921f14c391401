"""Effects of substitute works."""

from __future__ import annotations

from cityloop.cases.change import Change
from cityloop.cases.effects.dispute import open_dispute
from cityloop.cases.effects.facts import count_rework
from cityloop.cases.effects.tasks import united
from cityloop.cases.guards.substitution import who_should


def note_substitution(change: Change) -> None:
    """A designated unit fixes; who should have done it stays on the case (E07, I12).

    No dispatch of the ping-pong counter: nobody sends the case to and fro, somebody decides.
    """
    case, unit, should = change.case, change.inputs["unit"], who_should(change)
    change.facts["unit_before"] = case.lead_id
    case.liable_id, case.substituted = should, True
    case.lead_id, case.worker_id, case.assisting = unit.pk, None, []
    case.units = united(case.units, [one for one in (unit.pk, should) if one is not None])
    case.dispatched_at = change.now
    change.facts |= {"unit": unit.pk, "liable": should}
    if change.inputs.get("liable_open") and not case.dispute_level:
        open_dispute(change)  # fixed first; whose duty it was is decided beside it (E10)
    count_rework(change)
