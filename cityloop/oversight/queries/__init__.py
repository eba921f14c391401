"""Every read of oversight; the first argument is the actor, whose scope limits the rows."""

from cityloop.oversight.queries.listed import (
    Place,
    Progress,
    candidates,
    entries,
    list_seen,
    lists,
    open_items,
    progress,
    readers,
    sanitation,
    seen,
    to_actor,
)
from cityloop.oversight.queries.ordered import Answered, by_unit, orders, state_of
from cityloop.oversight.queries.reminded import Reminded, counts, reminders

__all__ = [
    "Answered",
    "Place",
    "Progress",
    "Reminded",
    "by_unit",
    "candidates",
    "counts",
    "entries",
    "list_seen",
    "lists",
    "open_items",
    "orders",
    "progress",
    "readers",
    "reminders",
    "sanitation",
    "seen",
    "state_of",
    "to_actor",
]
