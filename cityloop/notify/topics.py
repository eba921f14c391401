"""The table of data/messages/topics.toml: topic -> audience -> media, and the texts as given."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings

LANGUAGES = ("zh-hans", "en")
AUDIENCES = ("reporter", "worker", "inspector", "unit", "ordered", "giver", "named", "called")
BLANKS = ("number", "class", "unit", "due", "when", "result", "reason", "address", "link",
          "order", "answer", "answer_by", "title", "sheet", "photo", "begins", "days",
          "hours", "phone", "part")  # fmt: skip
BLANK = re.compile(r"\{([a-z_]*)\}")
STOPS = "。."  # what ends a sentence


@dataclass(frozen=True, slots=True)
class Topic:
    """One row: who is told of it, by which media in which order, in which words."""

    code: str
    audience: str
    media: tuple[str, ...]
    texts: dict[str, str]  # by language
    urgent: bool = False


@lru_cache(maxsize=4)
def _read(path: Path) -> dict[str, Topic]:
    with path.open("rb") as file:
        rows = tomllib.load(file)
    return {
        code: Topic(
            code=code, audience=row["audience"], media=tuple(row["media"]),
            texts={"zh-hans": row["zh"], "en": row["en"]}, urgent=row.get("urgent", False),
        )
        for code, row in rows.items()
    }  # fmt: skip


def all_topics() -> dict[str, Topic]:
    """Every topic by its code, in the order of the file."""
    return _read(settings.BASE_DIR / "data/messages/topics.toml")


def blanks_of(text: str) -> set[str]:
    """The names in braces."""
    return set(BLANK.findall(text))


def fill(text: str, values: dict[str, str]) -> str:
    """The text with its blanks filled in; what is not known leaves nothing behind.

    Where the text ends the sentence itself, a value brings no full stop of its own.
    """

    def value(found: re.Match[str]) -> str:
        given = values.get(found.group(1), "")
        return given.rstrip(f"{STOPS} ") if text[found.end() :][:1] in tuple(STOPS) else given

    return BLANK.sub(value, text).strip()
