"""The keys of the bench as one table: the help dialog lists it, and the script reads it there."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy


@dataclass(frozen=True, slots=True)
class Key:
    """What a key does. `keys`: as browsers name them, any of these; `shown`: as they are read."""

    act: str
    keys: tuple[str, ...]
    shown: tuple[str, ...]
    label: Promise


KEYS = (
    Key("down", ("j", "ArrowDown"), ("J", "↓"), pgettext_lazy("key", "Next row")),
    Key("up", ("k", "ArrowUp"), ("K", "↑"), pgettext_lazy("key", "Row before")),
    Key("open", ("o",), ("Enter", "O"), pgettext_lazy("key", "Open the row")),
    Key("next", ("n",), ("N",), pgettext_lazy("key", "Open the case after this one")),
    Key("step", tuple("123456789"), ("1", "…", "9"),
        pgettext_lazy("key", "Open the form of this step")),
    Key("send", ("Enter",), ("Ctrl", "Enter"), pgettext_lazy("key", "Take the step that is open")),
    Key("back", ("Escape",), ("Esc",), pgettext_lazy("key", "Out of the field; back to the list")),
    Key("search", ("/",), ("/",), pgettext_lazy("key", "Search")),
    Key("help", ("?",), ("?",), pgettext_lazy("key", "These keys")),
)  # fmt: skip
