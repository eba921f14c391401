"""Guards on what is still owed to those who reported."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from cityloop.cases.change import Change
from cityloop.cases.flow import from_public
from cityloop.cases.models import Status
from cityloop.kernel import jobs

# What a case may owe before it is closed.
REPLIES = {
    "filed": lazy("the reply at filing"),
    "progress": lazy("the progress reply"),
    "written_report": lazy("the written report"),
}


def replies_sent(change: Change) -> str | None:
    """What was owed before closing is sent: both replies of an engineering or overdue case, and
    a leader's written report (G03, C07). What waits for the end of the quiet hours is not sent:
    the case is closed in the morning, or the reporter is told otherwise."""
    owed = [str(label) for code, label in REPLIES.items() if code in change.case.replies_owed]
    if not owed:
        return None
    return _("still owed before closing: %(replies)s") % {"replies": _(", ").join(owed)}


def replies_made_out(change: Change) -> str | None:
    """What made the case slow may be a second old: the worker has then still to make out the
    progress reply, and a case closed before that would owe nobody anything (G03)."""
    if change.imported:
        return None
    return next(iter(jobs.tell("case.before_closing", case=change.case)), None)


def report_owed(change: Change) -> str | None:
    """A written report is owed and not attached yet (C07)."""
    owed = "written_report" in change.case.replies_owed
    return None if owed else _("no written report is owed")


def has_paper(change: Change) -> str | None:
    """The report itself is attached to this step."""
    return None if change.papers else _("attach the report")


def reviewed_where_asked(change: Change) -> str | None:
    """Every case of the channels that the city names is reviewed before closing (G09)."""
    case = change.case
    public = from_public(case, change.flow.reviewed_channels)
    if not public or case.reviewed_at or change.imported:
        return None
    return _("review this case first: what the public reported is reviewed before closing")


def review_asked_here(change: Change) -> str | None:
    """A case is reviewed after its check; one that is to end by force, where it stands; one that
    is to end by a reminder, once it was seen where that is wanted (G09, B10)."""
    case = change.case
    if case.status == Status.CHECKED:
        return None
    unseen = case.filed_at is not None or case.verified in ("wanted", "not_found")
    if from_public(case, change.flow.reviewed_channels) and not (
        case.status == Status.REPORTED and unseen
    ):
        return None
    return _("no review is asked of this case before its check")


def not_reported_again(change: Change) -> str | None:
    """Nobody has reported the problem since its check passed (F06)."""
    if change.case.reported_again_at is None:
        return None
    return _("it was reported again after the check: have it checked once more, or reworked")


def not_reviewed_yet(change: Change) -> str | None:
    """Nobody has reviewed what the last check found."""
    return _("this case has been reviewed") if change.case.reviewed_at else None
