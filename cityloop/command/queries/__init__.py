"""Every read of the leaders' pages; the first argument is the actor."""

from cityloop.command.queries.cells import (
    DISTRICT,
    FLOWS,
    Cell,
    Cube,
    any_of,
    by_place,
    counted,
    digits_of,
    from_days,
    happened,
    joined,
    of_spans,
    standing,
    with_evening,
)
from cityloop.command.queries.digests import ROLE, digest_wanted, readers
from cityloop.command.queries.heat import bounds
from cityloop.command.queries.ranking import Ranked, ranking, rate
from cityloop.command.queries.reasons import Reason, reason_of
from cityloop.command.queries.red import BOX, RedMatter, red_matters
from cityloop.command.queries.trends import Day, by_day, day_of

__all__ = [
    "BOX",
    "DISTRICT",
    "FLOWS",
    "ROLE",
    "Cell",
    "Cube",
    "Day",
    "Ranked",
    "Reason",
    "RedMatter",
    "any_of",
    "bounds",
    "by_day",
    "by_place",
    "counted",
    "day_of",
    "digest_wanted",
    "digits_of",
    "from_days",
    "happened",
    "joined",
    "of_spans",
    "ranking",
    "rate",
    "readers",
    "reason_of",
    "red_matters",
    "standing",
    "with_evening",
]
