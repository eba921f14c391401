"""Draws and their results, fraud findings, cards."""

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

__all__ = [
    "Card",
    "CardGround",
    "CardNote",
    "CardPoints",
    "CardRule",
    "Colour",
    "Draw",
    "FraudCase",
    "FraudFinding",
    "FraudNote",
    "Kind",
    "Recheck",
    "Result",
    "State",
    "Trigger",
    "Verdict",
]
