"""Reasons and notes are compared in English, as the command prints them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils.translation import override


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """The language of commands."""
    with override("en"):
        yield
