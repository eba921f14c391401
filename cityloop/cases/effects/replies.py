"""Effects on what is owed to those who reported."""

from __future__ import annotations

from cityloop.cases.change import Change


def owe_written_report(change: Change) -> None:
    """A leader's case owes a written report from the beginning (C07)."""
    if change.facts.get("written_report") and not change.imported:
        change.case.replies_owed = ["written_report"]


def note_replies_owed(change: Change) -> None:
    """These replies must be sent before the case may be closed (G03)."""
    wanted = change.inputs["replies"]
    owed = change.case.replies_owed
    change.case.replies_owed = [*owed, *(one for one in wanted if one not in owed)]


def note_replies_sent(change: Change) -> None:
    """These replies have been sent."""
    sent = change.inputs["replies"]
    change.case.replies_owed = [one for one in change.case.replies_owed if one not in sent]


def note_report_attached(change: Change) -> None:
    """The written report is part of the case."""
    owed = change.case.replies_owed
    change.case.replies_owed = [one for one in owed if one != "written_report"]


def note_review(change: Change) -> None:
    """The shift leader has gone through the whole case (G09)."""
    change.case.reviewed_at = change.now


def forget_review(change: Change) -> None:
    """What was checked anew is reviewed anew, and was reported before this check; what is accepted
    after all was reviewed for a reminder only."""
    change.case.reviewed_at = change.case.reported_again_at = None
