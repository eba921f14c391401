"""Every read of coordination; the first argument is the actor."""

from cityloop.coordination.queries.disputes import (
    Filters,
    dispute_seen,
    disputes,
    document_of,
    open_items,
    parties_of,
)
from cityloop.coordination.queries.joint_operations import (
    Total,
    joint_operations,
    operation_cases,
    operation_seen,
    totals,
    units_of,
)
from cityloop.coordination.queries.matters import cases_of, matter_seen, matters, taken_out
from cityloop.coordination.queries.meetings import (
    LEAST_CASES,
    disputes_to_discuss,
    meeting_seen,
    meetings,
    own_task,
    worst_units,
)

__all__ = [
    "LEAST_CASES",
    "Filters",
    "Total",
    "cases_of",
    "dispute_seen",
    "disputes",
    "disputes_to_discuss",
    "document_of",
    "joint_operations",
    "matter_seen",
    "matters",
    "meeting_seen",
    "meetings",
    "open_items",
    "operation_cases",
    "operation_seen",
    "own_task",
    "parties_of",
    "taken_out",
    "totals",
    "units_of",
    "worst_units",
]
