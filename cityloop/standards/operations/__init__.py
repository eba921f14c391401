"""Writes of standards: editions (all or nothing, fixed once published) and calendars (recorded)."""

from cityloop.standards.operations.calendars import (
    PERMISSION,
    NoReason,
    clear_special_day,
    confirm_year,
    seed_calendar,
    set_periods,
    set_special_day,
)
from cityloop.standards.operations.editions import (
    BadCatalogue,
    PublishedEdition,
    load_catalogue,
    load_edition,
    load_editions,
)
from cityloop.standards.operations.examples import attach_example, remove_example
from cityloop.standards.operations.protection import (
    NewProtection,
    add_protection,
    remove_protection,
)
from cityloop.standards.operations.publishing import Backdated, NotPublishable, publish_edition
from cityloop.standards.operations.reporting import EditionReport
from cityloop.standards.operations.storing import ClassInUse
from cityloop.standards.queries.calendars import DAY

__all__ = [
    "DAY",
    "PERMISSION",
    "Backdated",
    "BadCatalogue",
    "ClassInUse",
    "EditionReport",
    "NewProtection",
    "NoReason",
    "NotPublishable",
    "PublishedEdition",
    "add_protection",
    "attach_example",
    "clear_special_day",
    "confirm_year",
    "load_catalogue",
    "load_edition",
    "load_editions",
    "publish_edition",
    "remove_example",
    "remove_protection",
    "seed_calendar",
    "set_periods",
    "set_special_day",
]
