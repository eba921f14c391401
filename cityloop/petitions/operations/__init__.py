"""Every write of petitions: the register, chains, letters, suggestions, the contact page."""

from cityloop.petitions.operations.contact import publish_contact
from cityloop.petitions.operations.letters import send_letter
from cityloop.petitions.operations.register import (
    NewPetition,
    Transfer,
    decide,
    link_report,
    register,
    transfer,
)
from cityloop.petitions.operations.suggesting import (
    NewSuggestion,
    answer_suggestion,
    enter_suggestion,
    suggest,
)

__all__ = [
    "NewPetition",
    "NewSuggestion",
    "Transfer",
    "answer_suggestion",
    "decide",
    "enter_suggestion",
    "link_report",
    "publish_contact",
    "register",
    "send_letter",
    "suggest",
    "transfer",
]
