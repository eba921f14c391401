"""What of a case is kept from those who handle it: words that may name who reported."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from cityloop.cases.models import Case
from cityloop.kernel.actor import Actor
from cityloop.people.roles import REPORTER

CORRECTED = ("description", "address")


def facts_for(facts: Mapping[str, Any], actor: Actor, case: Case) -> dict[str, Any]:
    """The facts of a history line as this reader may know them.

    A description is corrected to keep a name or number out of it: who may not see reporters sees
    the words that stand today, not those that stood before, however often they were corrected. The
    line itself never changes, nor does its hash.
    """
    if actor.may(REPORTER):
        return dict(facts)
    return {name: _without_former(name, value, case) for name, value in facts.items()}


def _without_former(name: str, value: Any, case: Case) -> Any:
    if name not in CORRECTED or not isinstance(value, Mapping) or "was" not in value:
        return value
    today = value.get("is") == getattr(case, name)
    return {"was": "", "is": value["is"] if today else "", "withheld": True}


def case_names(facts: Mapping[str, Any]) -> str:
    """The cases that a remark or finding names, as this reader may know them."""
    names = list(facts.get("cases") or ())
    if hidden := facts.get("hidden"):
        names.append(_("%(n)s outside your area") % {"n": hidden})
    return "、".join(names)
