"""Draws and their results, decisions looked at, fraud findings, cards."""

from cityloop.discipline.models.cards import (
    Card,
    CardGround,
    CardNote,
    CardPoints,
    CardRule,
    Colour,
    State,
    Trigger,
)
from cityloop.discipline.models.fraud import FraudCase, FraudFinding, FraudNote, Kind, Verdict
from cityloop.discipline.models.rechecks import Draw, Recheck, Result
from cityloop.discipline.models.samples import (
    MISTAKES,
    Decision,
    Lot,
    Mistake,
    Ruling,
    Sample,
    SampleAnswer,
)

__all__ = [
    "MISTAKES",
    "Card",
    "CardGround",
    "CardNote",
    "CardPoints",
    "CardRule",
    "Colour",
    "Decision",
    "Draw",
    "FraudCase",
    "FraudFinding",
    "FraudNote",
    "Kind",
    "Lot",
    "Mistake",
    "Recheck",
    "Result",
    "Ruling",
    "Sample",
    "SampleAnswer",
    "State",
    "Trigger",
    "Verdict",
]
