"""Every read of discipline."""

from cityloop.discipline.queries.cards import (
    card_seen,
    cards,
    own_cards,
    points_of,
    rules,
    rules_on,
)
from cityloop.discipline.queries.decisions import Taken, Wanted, decided_on, decisions
from cityloop.discipline.queries.error_rates import HALL, OPERATOR, Figure, figures
from cityloop.discipline.queries.fraud import (
    finding_seen,
    findings,
    lines_of,
    own_units,
    photos_of,
    state_of,
)
from cityloop.discipline.queries.grounds import Ground, counted, grounds, still_held
from cityloop.discipline.queries.rechecks import (
    Closer,
    closed_on,
    closers,
    draws,
    other_teams,
    rechecks,
    who_did,
)
from cityloop.discipline.queries.samples import (
    STATES,
    WAITING,
    NoSuchSample,
    class_then,
    line_of,
    lots,
    sample,
    samples,
    why_not,
)

__all__ = [
    "HALL",
    "OPERATOR",
    "STATES",
    "WAITING",
    "Closer",
    "Figure",
    "Ground",
    "NoSuchSample",
    "Taken",
    "Wanted",
    "card_seen",
    "cards",
    "class_then",
    "closed_on",
    "closers",
    "counted",
    "decided_on",
    "decisions",
    "draws",
    "figures",
    "finding_seen",
    "findings",
    "grounds",
    "line_of",
    "lines_of",
    "lots",
    "other_teams",
    "own_cards",
    "own_units",
    "photos_of",
    "points_of",
    "rechecks",
    "rules",
    "rules_on",
    "sample",
    "samples",
    "state_of",
    "still_held",
    "who_did",
    "why_not",
]
