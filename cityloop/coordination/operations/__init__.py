"""Every write of coordination. What belongs to a case is a step of the case."""

from cityloop.coordination.operations.deciding import Decision, decide_dispute
from cityloop.coordination.operations.disputes import (
    follow_case,
    open_dispute,
    raise_dispute,
    record_site_meeting,
)

__all__ = [
    "Decision",
    "decide_dispute",
    "follow_case",
    "open_dispute",
    "raise_dispute",
    "record_site_meeting",
]
