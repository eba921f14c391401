"""What the worker does for the hotline: results of orders as cases end."""

from __future__ import annotations

from cityloop.hotline import operations


def note_result(number: str, version: int) -> None:
    """A case ended, or was opened again."""
    operations.note_result(number=number, version=version)
