"""Effects that say which posts came together in one person."""

from __future__ import annotations

from cityloop.cases.change import Change


def note_same_hands(change: Change) -> None:
    """One operator of a small centre does what several posts do elsewhere: the record says so
    (D05). Who accepts has looked on site, who files or checks has accepted."""
    member, case = change.actor.member_id, change.case
    if member is None:
        return
    before = case.judged_by if change.action == "accept" else [case.accepted_by_id]
    if member in before:
        change.facts["same_hands"] = True
