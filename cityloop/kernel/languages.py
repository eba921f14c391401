"""Of two names the one that the reader understands."""

from __future__ import annotations

from django.utils.translation import get_language


def in_language(zh: str, en: str) -> str:
    """The text in the reader's language; Chinese where no English one is known."""
    return en if en and (get_language() or "").startswith("en") else zh
