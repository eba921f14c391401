"""A member's own messages, and the city's wording."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import NotFound
from cityloop.notify import topics
from cityloop.notify.models import Message, Wording

CONFIGURE = "notify.configure"


class NoSuchMessage(NotFound):
    """The member has no such message."""

    code, title = "no-such-message", "There is no such message"


def inbox(actor: Actor) -> QuerySet[Message]:
    """The actor's own messages, whatever medium brought them."""
    return Message.objects.filter(member_id=actor.member_id or 0).select_related("case")


def unread(actor: Actor) -> int:
    """How many of them have not been read."""
    return inbox(actor).filter(read_at=None).count()


def message_of_member(actor: Actor, message_id: int) -> Message:
    """One of the actor's own messages; raises NoSuchMessage."""
    found = inbox(actor).filter(pk=message_id).first()
    if found is None:
        raise NoSuchMessage(_("there is no such message"))
    return found


def own_text(topic: str, class_code: str, language: str) -> str:
    """The city's text that fits the class best; '' where it has none of its own."""
    codes = [class_code[:length] for length in range(len(class_code), -1, -1)]
    rows = Wording.objects.filter(topic=topic, language=language, class_code__in=codes)
    held = {
        row.class_code: row.text
        for row in rows.order_by("class_code", "-id").distinct("class_code")
    }
    return next((held[code] for code in codes if held.get(code)), "")


@dataclass(frozen=True, slots=True)
class Line:
    """A text as it holds: the city's own, or the given one."""

    topic: str
    audience: str
    media: tuple[str, ...]
    class_code: str
    language: str
    text: str
    own: bool


def wordings(actor: Actor) -> list[Line]:
    """Every topic in both languages as given, and after it the city's own for all or some classes.

    Raises NotAllowed.
    """
    actor.require(CONFIGURE)
    rows = Wording.objects.order_by("topic", "language", "class_code", "-id")
    own: dict[tuple[str, str], list[Wording]] = {}
    for row in rows.distinct("topic", "language", "class_code"):
        if row.text:
            own.setdefault((row.topic, row.language), []).append(row)
    found = []
    for topic in topics.all_topics().values():
        for language in topics.LANGUAGES:
            about = (topic.code, topic.audience, topic.media)
            found.append(Line(*about, "", language, topic.texts[language], False))
            found += [
                Line(*about, row.class_code, language, row.text, True)
                for row in own.get((topic.code, language), [])
            ]
    return found


def wordings_set(topic: str) -> list[Wording]:
    """What the city set of a topic's texts, latest first; the last 50."""
    return list(Wording.objects.filter(topic=topic).order_by("-id")[:50])
