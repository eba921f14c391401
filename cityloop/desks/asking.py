"""What somebody typed into the search of a list: terms ("unit:water -reworks:0"), and words."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from cityloop.desks.readers import NotUnderstood, Reading
from cityloop.desks.terms import BY_KEY
from cityloop.kernel.actor import Actor

LONGEST = 200
# A minus turns a term round; a value in quotes may hold blanks. Times and addresses (12:30, http://)
# are words: a key is letters, and no slash follows the colon.
_TERM = re.compile(
    r'(?<!\S)(?P<minus>[-−])?(?P<key>[^\W\d_]+)[:：](?!//)(?P<value>"[^"]*"|“[^”]*”|[^\s"“]\S*)'
)


@dataclass(frozen=True, slots=True)
class Understood:
    """A term as it was understood. `without`: the rest of what was typed."""

    label: Any
    value: str
    turned: bool
    without: str


@dataclass(frozen=True, slots=True)
class Asked:
    """`words`: what was typed besides terms; `objections`: of terms that are left out, why."""

    words: str
    terms: tuple[Understood, ...] = ()
    condition: Q = field(default_factory=Q)
    objections: tuple[str, ...] = ()


def asked(typed: str, *, actor: Actor, now: datetime) -> Asked:
    """The search as it is obeyed: every term, and the words between them."""
    typed = typed[:LONGEST].replace("\x00", " ")
    found, objections, condition = [], [], Q()
    for match in _TERM.finditer(typed):
        term, value = BY_KEY.get(match["key"].casefold()), match["value"].strip('"“”').strip()
        if term is None:
            objections.append(_("“%(key)s:” is no term of a search") % {"key": match["key"]})
            continue
        try:
            says, words = term.read(value, Reading(actor, now))
        except NotUnderstood as problem:
            objections.append(f"{match[0]} ({problem})")
            continue
        turned = bool(match["minus"])
        condition &= ~says if turned else says
        rest = _tidy(typed[: match.start()] + typed[match.end() :])
        found.append(Understood(term.label, words, turned, rest))
    return Asked(_tidy(_TERM.sub(" ", typed)), tuple(found), condition, tuple(objections))


def _tidy(text: str) -> str:
    return " ".join(text.split())
