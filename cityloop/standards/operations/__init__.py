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
from cityloop.standards.operations.checking import BadCatalogue, PublishedEdition
from cityloop.standards.operations.editions import (
    load_catalogue,
    load_edition,
    load_editions,
)
from cityloop.standards.operations.examples import attach_example, remove_example, store_example
from cityloop.standards.operations.protection import (
    NewProtection,
    add_protection,
    remove_protection,
)
from cityloop.standards.operations.publishing import Backdated, NotPublishable, publish_edition
from cityloop.standards.operations.reporting import EditionReport
from cityloop.standards.operations.storing import ClassInUse
from cityloop.standards.operations.uploads import (
    Trial,
    drop_upload,
    keep_upload,
    put_up,
    try_upload,
    upload_of,
)
from cityloop.standards.operations.withdrawing import withdraw_draft
from cityloop.standards.queries.calendars import DAY
from cityloop.standards.unpacking import FileTooLarge

__all__ = [
    "DAY",
    "PERMISSION",
    "Backdated",
    "BadCatalogue",
    "ClassInUse",
    "EditionReport",
    "FileTooLarge",
    "NewProtection",
    "NoReason",
    "NotPublishable",
    "PublishedEdition",
    "Trial",
    "add_protection",
    "attach_example",
    "clear_special_day",
    "confirm_year",
    "drop_upload",
    "keep_upload",
    "load_catalogue",
    "load_edition",
    "load_editions",
    "publish_edition",
    "put_up",
    "remove_example",
    "remove_protection",
    "seed_calendar",
    "set_periods",
    "set_special_day",
    "store_example",
    "try_upload",
    "upload_of",
    "withdraw_draft",
]
