"""Effects that say which posts came together in one person."""

from __future__ import annotations

from cityloop.cases.change import Change
from cityloop.people.roles import VERIFIERS


def note_same_hands(change: Change) -> None:
    """One operator of a small centre does what several posts do elsewhere: the record says so
    (D05). Who accepts has looked on site, who files or checks has accepted."""
    member, case = change.actor.member_id, change.case
    if member is None:
        return
    looked = set(VERIFIERS) & change.actor.roles  # who only reported or sent somebody has not
    before = (case.judged_by if looked else []) if change.action == "accept" else [
        case.accepted_by_id
    ]  # fmt: skip
    if member in before:
        change.facts["same_hands"] = True
