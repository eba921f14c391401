"""Guards: named yes/no rules of the life cycle. Each returns None, or the reason it refuses."""

from collections.abc import Callable

from cityloop.cases.change import Change
from cityloop.cases.guards.command import (
    platform_above,
    platform_below,
    platform_holds,
    supervised_here,
    unit_of_platform,
)
from cityloop.cases.guards.dispatch import (
    assigned_or_unit,
    assists_handle,
    dispatch_explained,
    dispatch_needs_order,
    dispatch_within_rights,
    inspector_in_post,
    own_member_task,
    own_unit_task,
    unit_named,
    worker_of_unit,
)
from cityloop.cases.guards.dispute import (
    circles,
    dispute_open,
    level_may_decide,
    not_at_the_top,
    not_circling,
)
from cityloop.cases.guards.filing import (
    another_than_asked,
    answer_owed,
    class_chosen,
    closing_condition_met,
    engineering_known,
    located,
    not_found_is_not_filed,
    rule_fits,
    second_eye,
    timer_due,
    verified_if_public,
    was_filed,
    was_self_handled,
)
from cityloop.cases.guards.joint import (
    may_assist,
    own_subtask,
    some_subtask,
    subtasks_done,
    two_territories,
    unit_owes_subtask,
)
from cityloop.cases.guards.proof import (
    has_photo,
    has_photo_of_result,
    has_photos_before_and_after,
    on_the_spot,
)
from cityloop.cases.guards.quality import (
    closed_normally,
    earlier_stage,
    late_check_explained,
    own_recheck_task,
)
from cityloop.cases.guards.replies import (
    has_paper,
    not_reviewed_yet,
    replies_sent,
    report_owed,
    reviewed_where_asked,
)
from cityloop.cases.guards.standing import (
    sides_kept_apart,
    within_scope,
)
from cityloop.cases.guards.substitution import (
    fixed_by_another,
)

Guard = Callable[[Change], str | None]
# Asked at every step, before those of its row.
EVERY_STEP: tuple[Guard, ...] = (within_scope, sides_kept_apart, supervised_here)

__all__ = [
    "EVERY_STEP",
    "Guard",
    "another_than_asked",
    "answer_owed",
    "assigned_or_unit",
    "assists_handle",
    "circles",
    "class_chosen",
    "closed_normally",
    "closing_condition_met",
    "dispatch_explained",
    "dispatch_needs_order",
    "dispatch_within_rights",
    "dispute_open",
    "earlier_stage",
    "engineering_known",
    "fixed_by_another",
    "has_paper",
    "has_photo",
    "has_photo_of_result",
    "has_photos_before_and_after",
    "inspector_in_post",
    "late_check_explained",
    "level_may_decide",
    "located",
    "may_assist",
    "not_at_the_top",
    "not_circling",
    "not_found_is_not_filed",
    "not_reviewed_yet",
    "on_the_spot",
    "own_member_task",
    "own_recheck_task",
    "own_subtask",
    "own_unit_task",
    "platform_above",
    "platform_below",
    "platform_holds",
    "replies_sent",
    "report_owed",
    "reviewed_where_asked",
    "rule_fits",
    "second_eye",
    "sides_kept_apart",
    "some_subtask",
    "subtasks_done",
    "supervised_here",
    "timer_due",
    "two_territories",
    "unit_named",
    "unit_of_platform",
    "unit_owes_subtask",
    "verified_if_public",
    "was_filed",
    "was_self_handled",
    "within_scope",
    "worker_of_unit",
]
