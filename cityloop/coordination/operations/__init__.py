"""Every write of coordination. What belongs to a case is a step of the case."""

from cityloop.coordination.operations.deciding import Decision, decide_dispute
from cityloop.coordination.operations.disputes import (
    follow_case,
    open_dispute,
    raise_dispute,
    record_site_meeting,
)
from cityloop.coordination.operations.joint_operations import (
    Count,
    OperationPlan,
    add_operation_case,
    call_off_operation,
    plan_operation,
    report_operation,
    start_operation,
    tell_result,
)
from cityloop.coordination.operations.matters import (
    Matter,
    add_case,
    close_matter,
    open_matter,
    reach_milestone,
    remove_case,
    set_milestone,
)
from cityloop.coordination.operations.meetings import (
    Call,
    Minutes,
    add_agenda_item,
    call_meeting,
    finish_task,
    give_task,
    record_minutes,
)

__all__ = [
    "Call",
    "Count",
    "Decision",
    "Matter",
    "Minutes",
    "OperationPlan",
    "add_agenda_item",
    "add_case",
    "add_operation_case",
    "call_meeting",
    "call_off_operation",
    "close_matter",
    "decide_dispute",
    "finish_task",
    "follow_case",
    "give_task",
    "open_dispute",
    "open_matter",
    "plan_operation",
    "raise_dispute",
    "reach_milestone",
    "record_minutes",
    "record_site_meeting",
    "remove_case",
    "report_operation",
    "set_milestone",
    "start_operation",
    "tell_result",
]
