"""Filing rules for the palette: class, limit and condition in one line."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlencode

from django.utils import timezone
from django.utils.translation import gettext as _

from cityloop.kernel.actor import Actor
from cityloop.kernel.languages import in_language
from cityloop.kernel.manifest import Hit
from cityloop.standards.models import FilingRule, ProblemClass
from cityloop.standards.queries.calendars import limit_text
from cityloop.standards.queries.classes import search_classes
from cityloop.standards.queries.editions import NoEdition, current_edition


def find(actor: Actor, words: str, limit: int, now: datetime) -> list[Hit]:
    """Classes of the edition in force that fit what was typed, each with its first rule."""
    if not actor.may("manual.view"):
        return []
    try:
        edition = current_edition(timezone.localdate(now))
    except NoEdition:
        return []
    found = search_classes(words, edition, limit)
    first: dict[int, FilingRule] = {}
    for rule in FilingRule.objects.filter(problem_class__in=found).order_by("seq", "pk"):
        first.setdefault(rule.problem_class_id, rule)
    return [_hit(one, first.get(one.pk)) for one in found]


def _hit(one: ProblemClass, rule: FilingRule | None) -> Hit:
    words = ""
    if rule is not None:
        condition = in_language(rule.condition_zh, rule.condition_en)
        words = f"{limit_text(rule.limit_amount, rule.limit_unit)} · {condition[:90]}"
    path = f"/manual/?{urlencode({'q': one.short_code})}"
    return Hit(_("Command manual"), f"{one.short_code} {one.name}", path, words, "book-open")
