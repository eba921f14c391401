"""Cards that stand otherwise than their notes say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from cityloop.discipline.models import Card, CardNote
from cityloop.discipline.models.cards import State

Step = CardNote.Step
# Where a card stands after its last note; one that fell with its grounds was refused or taken back.
STANDS = {
    Step.APPROVAL: (State.ISSUED,), Step.REFUSAL: (State.REFUSED,), Step.ANSWER: (State.ANSWERED,),
    Step.SENT_BACK: (State.ISSUED,), Step.ACCEPTANCE: (State.RECTIFIED,),
    Step.WITHDRAWAL: (State.WITHDRAWN,), Step.FALL: (State.REFUSED, State.WITHDRAWN),
}  # fmt: skip
OWED = (Step.APPROVAL, Step.SENT_BACK)  # from these on an answer is owed within the rule's days


@dataclass(frozen=True, slots=True)
class AlteredCard:
    """A card, and what of it is another thing than its notes say."""

    card: str
    parts: tuple[str, ...]

    def __str__(self) -> str:
        return f"card {self.card}: {', '.join(self.parts)}"


def altered_cards() -> tuple[int, list[AlteredCard]]:
    """How many cards there are, and those whose state or whose last day for an answer is not what
    follows from their notes. Two statements."""
    notes: dict[int, list[CardNote]] = {}
    for note in CardNote.objects.order_by("pk"):
        notes.setdefault(note.card_id, []).append(note)
    rows = Card.objects.select_related("rule").order_by("pk")
    every = [AlteredCard(str(one.pk), _altered(one, notes.get(one.pk, ()))) for one in rows]
    return len(every), [one for one in every if one.parts]


def _altered(card: Card, notes: Sequence[CardNote]) -> tuple[str, ...]:
    stands = STANDS[Step(notes[-1].step)] if notes else (State.PROPOSED,)
    parts = [] if card.state in stands else ["another state"]
    owed = [note.at for note in notes if note.step in OWED]
    days = timedelta(days=card.rule.rectify_days)
    if card.rectify_by != (timezone.localdate(owed[-1]) + days if owed else None):
        parts.append("another last day for its answer")
    return tuple(parts)
