"""Reads of standards: editions, classes and rules; the manual; calendars and deadlines."""

from cityloop.standards.queries.calendars import (
    DEFAULT,
    NoCalendar,
    calendar_changes,
    limit_text,
    reason_text,
    special_days,
    warning_text,
    work_calendar,
)
from cityloop.standards.queries.classes import (
    class_at,
    class_keys,
    classes,
    national_class,
    search_classes,
)
from cityloop.standards.queries.editions import (
    NoEdition,
    chain,
    current_edition,
    diff_editions,
    edition,
    editions,
    stored_classes,
    stored_rules,
)
from cityloop.standards.queries.rules import (
    Limit,
    NoEngineeringLimit,
    example,
    in_force,
    limit_of,
    manual,
    rules_for,
)

__all__ = [
    "DEFAULT",
    "Limit",
    "NoCalendar",
    "NoEdition",
    "NoEngineeringLimit",
    "calendar_changes",
    "chain",
    "class_at",
    "class_keys",
    "classes",
    "current_edition",
    "diff_editions",
    "edition",
    "editions",
    "example",
    "in_force",
    "limit_of",
    "limit_text",
    "manual",
    "national_class",
    "reason_text",
    "rules_for",
    "search_classes",
    "special_days",
    "stored_classes",
    "stored_rules",
    "warning_text",
    "work_calendar",
]
