"""The public page of channels and rules, as it holds today."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from cityloop.cases import queries as cases
from cityloop.petitions import published
from cityloop.petitions.models import ContactPage

PUBLISH = "petitions.publish"


@dataclass(frozen=True, slots=True)
class Published:
    """Channels and rules; `set_at` is empty while the city has published none of its own."""

    lines: Sequence[published.Line]
    rules_zh: str
    rules_en: str
    set_at: datetime | None = None

    def rules(self, language: str) -> str:
        """The rules in a language; Chinese for want of it."""
        return self.rules_en if language == "en" and self.rules_en else self.rules_zh


def contact_page() -> Published:
    """What the city has published last, or what comes with the product."""
    row = ContactPage.objects.order_by("-pk").first()
    if row is None:
        limits = asdict(cases.current_parameters())
        zh, en = (text.format(**limits) for text in (published.RULES_ZH, published.RULES_EN))
        return Published(published.LINES, zh, en)
    lines = [published.Line(**one) for one in row.lines]
    return Published(lines, row.rules_zh, row.rules_en, row.set_at)
