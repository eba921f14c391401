"""Every write of feedback."""

from cityloop.feedback.operations.answering import answer
from cityloop.feedback.operations.joining import mark_apart, mark_same
from cityloop.feedback.operations.saying import NewEntry, picture_of, say
from cityloop.feedback.operations.showing import publish, support, withdraw

__all__ = [
    "NewEntry",
    "answer",
    "mark_apart",
    "mark_same",
    "picture_of",
    "publish",
    "say",
    "support",
    "withdraw",
]
