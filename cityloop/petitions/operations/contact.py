"""The public page of channels and rules is published anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from django.utils.translation import gettext as _

from cityloop.kernel.actor import Actor
from cityloop.kernel.encoding import says_something
from cityloop.kernel.errors import Invalid
from cityloop.petitions.models import ContactPage
from cityloop.petitions.operations.persons import person_of
from cityloop.petitions.published import KINDS, Line
from cityloop.petitions.queries import PUBLISH

MOST_LINES, MAX_RULES = 30, 10_000
_LIMITS = {"label_zh": 60, "label_en": 60, "value": 200, "note_zh": 120, "note_en": 120}


def publish_contact(
    lines: Sequence[Line], *, rules_zh: str, rules_en: str, actor: Actor, now: datetime
) -> ContactPage:
    """Publish channels and rules; the page before stays on record.

    Raises NotAllowed, Invalid; the field of a line is named `lines.<place>.<name>`.
    """
    actor.require_for_city(PUBLISH)
    problems = _problems(rules_zh, rules_en)
    for place, line in enumerate(lines):
        problems |= {f"lines.{place}.{name}": why for name, why in _wrong(line).items()}
    if not 1 <= len(lines) <= MOST_LINES:
        problems["lines"] = _("from 1 to %(most)s channels") % {"most": MOST_LINES}
    if problems:
        raise Invalid(*problems.values(), fields=problems)
    return ContactPage.objects.create(
        lines=[asdict(one) for one in lines], rules_zh=rules_zh.strip(), rules_en=rules_en.strip(),
        set_at=now, set_by_id=person_of(actor),
    )  # fmt: skip


def _problems(rules_zh: str, rules_en: str) -> dict[str, str]:
    found = {}
    for name, value in (("rules_zh", rules_zh), ("rules_en", rules_en)):
        if len(value) > MAX_RULES or "\x00" in value:
            about = {"most": MAX_RULES}
            found[name] = _("at most %(most)s characters that can be printed") % about
    if not says_something(rules_zh):
        found["rules_zh"] = _("fill this in")
    return found


def _wrong(line: Line) -> dict[str, str]:
    found = {}
    for name, most in _LIMITS.items():
        value = getattr(line, name)
        if len(value) > most or not value.isprintable():
            found[name] = _("at most %(most)s characters that can be printed") % {"most": most}
    for name in ("label_zh", "value"):
        if not says_something(getattr(line, name)):
            found[name] = _("fill this in")
    if line.kind not in KINDS:
        found["kind"] = _("one of %(all)s") % {"all": ", ".join(KINDS)}
    scheme = line.value.partition(":")[0].lower() if "://" in line.value else ""
    if line.kind == "web" and scheme not in ("http", "https") and not line.value.startswith("/"):
        found["value"] = _("an address that begins with http:// or https://")
    return found
