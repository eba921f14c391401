"""Reads of standards: editions, classes and rules; the manual; calendars and deadlines."""

from cityloop.standards.queries.calendars import (
    NoCalendar,
    calendar_changes,
    limit_text,
    reason_text,
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
    in_force,
    limit_of,
    manual,
    rules_for,
)

__all__ = [
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
    "in_force",
    "limit_of",
    "limit_text",
    "manual",
    "national_class",
    "reason_text",
    "rules_for",
    "search_classes",
    "stored_classes",
    "stored_rules",
    "work_calendar",
]
