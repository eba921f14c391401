"""What the worker does for coordination: disputes follow the steps of their cases."""

from __future__ import annotations

from cityloop.coordination import operations


def open_dispute(number: str, version: int) -> None:
    """The case was frozen, or fixed by another while it stays open whose duty it was."""
    operations.open_dispute(number=number, version=version)


def follow_case(number: str, version: int) -> None:
    """The dispute was passed up or decided, or the problem is gone."""
    operations.follow_case(number=number, version=version)
