"""The city's own words."""

from __future__ import annotations

import re
from datetime import datetime

from django.utils.translation import gettext as _

from cityloop.kernel import errors
from cityloop.kernel.actor import Actor
from cityloop.notify import topics
from cityloop.notify.models import Wording
from cityloop.notify.queries.messages import CONFIGURE

CLASS_CODE = re.compile(r"(?:[CE](?:\d\d){0,2})?")
MAX_TEXT = 500


def set_wording(
    topic: str, *, language: str, text: str, actor: Actor, now: datetime, class_code: str = ""
) -> Wording:
    """Replace a text, for all classes or for some; '' goes back to the given one.

    Raises NotAllowed, Invalid with a sentence per field.
    """
    actor.require_for_city(CONFIGURE)
    if problems := _problems(topic, language, text, class_code):
        raise errors.Invalid(*problems.values(), fields=problems)
    return Wording.objects.create(
        topic=topic, language=language, class_code=class_code, text=text.strip(),
        set_at=now, set_by=actor.post[:120], member_id=actor.member_id,
    )  # fmt: skip


def _problems(topic: str, language: str, text: str, class_code: str) -> dict[str, str]:
    found = {}
    if topic not in topics.all_topics():
        found["topic"] = _("there is no topic %(code)s") % {"code": topic[:24]}
    if language not in topics.LANGUAGES:
        found["language"] = _("a language is one of: %(all)s") % {
            "all": ", ".join(topics.LANGUAGES)
        }
    if not CLASS_CODE.fullmatch(class_code):
        found["class_code"] = _("the beginning of a class's code: C, C01 or C0101")
    if len(text) > MAX_TEXT or "\x00" in text:
        found["text"] = _("a text has at most %(n)s characters") % {"n": MAX_TEXT}
    elif unknown := topics.blanks_of(text) - set(topics.BLANKS):
        known = ", ".join(topics.BLANKS)
        about = {"name": ", ".join(sorted(unknown)), "all": known}
        found["text"] = _("there is no blank %(name)s; there are: %(all)s") % about
    elif {"{", "}"} & set(topics.BLANK.sub("", text)):
        found["text"] = _("a blank is one name in braces, as {number}; no other braces stay")
    return found
