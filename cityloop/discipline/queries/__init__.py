"""Every read of discipline."""

from cityloop.discipline.queries.cards import (
    card_seen,
    cards,
    own_cards,
    points_of,
    rules,
    rules_on,
)
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

__all__ = [
    "Closer",
    "Ground",
    "card_seen",
    "cards",
    "closed_on",
    "closers",
    "counted",
    "draws",
    "finding_seen",
    "findings",
    "grounds",
    "lines_of",
    "other_teams",
    "own_cards",
    "own_units",
    "photos_of",
    "points_of",
    "rechecks",
    "rules",
    "rules_on",
    "state_of",
    "still_held",
    "who_did",
]
