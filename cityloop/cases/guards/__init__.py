"""Guards: named yes/no rules of the life cycle. Each returns None, or the reason it refuses."""

from collections.abc import Callable

from cityloop.cases.change import Change
from cityloop.cases.guards.dispatch import (
    assigned_or_unit,
    dispatch_explained,
    dispatch_needs_order,
    dispatch_within_rights,
    own_member_task,
    own_unit_task,
    unit_named,
    worker_of_unit,
)
from cityloop.cases.guards.filing import (
    another_than_asked,
    answer_owed,
    class_chosen,
    closing_condition_met,
    located,
    not_found_is_not_filed,
    rule_fits,
    second_eye,
    timer_due,
    verified_if_public,
    was_filed,
    was_self_handled,
)
from cityloop.cases.guards.proof import (
    has_photo,
    has_photo_of_result,
    has_photos_before_and_after,
    on_the_spot,
)
from cityloop.cases.guards.standing import (
    sides_kept_apart,
    within_scope,
)
from cityloop.cases.guards.substitution import fixed_by_another

Guard = Callable[[Change], str | None]

__all__ = [
    "Guard",
    "another_than_asked",
    "answer_owed",
    "assigned_or_unit",
    "class_chosen",
    "closing_condition_met",
    "dispatch_explained",
    "dispatch_needs_order",
    "dispatch_within_rights",
    "fixed_by_another",
    "has_photo",
    "has_photo_of_result",
    "has_photos_before_and_after",
    "located",
    "not_found_is_not_filed",
    "on_the_spot",
    "own_member_task",
    "own_unit_task",
    "rule_fits",
    "second_eye",
    "sides_kept_apart",
    "timer_due",
    "unit_named",
    "verified_if_public",
    "was_filed",
    "was_self_handled",
    "within_scope",
    "worker_of_unit",
]
