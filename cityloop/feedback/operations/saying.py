"""Somebody says what hinders them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from cityloop.feedback.models import Entry, Kind
from cityloop.feedback.operations.notes import MAX_TEXT, person_of
from cityloop.kernel import release
from cityloop.kernel.actor import Actor
from cityloop.kernel.encoding import says_something
from cityloop.kernel.errors import Invalid, TooMany
from cityloop.kernel.models import StoredFile
from cityloop.people.models import Member

AN_HOUR, A_DAY = 20, 60  # entries of one member
SENT_TWICE = timedelta(minutes=10)  # the same words again: a button pressed twice, a lost answer
# A path of ours: nothing that a browser would take for another site, no control character.
_PATH = re.compile(r"/(?![/\\])[^\\?#\s\x00-\x1f\x7f]*")
MAX_PATH, MAX_TITLE = 300, 200


@dataclass(frozen=True, slots=True)
class NewEntry:
    """What somebody says: of which kind, in which words, about which page.

    `page`: its path; `title`, `language`: as the writer saw it. `picture`: one that was stored.
    """

    kind: str
    text: str
    page: str = ""
    title: str = ""
    language: str = ""
    picture: StoredFile | None = None


def say(given: NewEntry, *, actor: Actor, limited: bool, now: datetime) -> Entry:
    """Write an entry down, once where it is sent twice; who may sign in may.

    `limited`: the city limits how often. Raises NotAllowed (no person), Invalid with a sentence
    per field, TooMany.
    """
    member = Member.objects.get(pk=person_of(actor))
    words = _checked(given)
    with transaction.atomic():
        rows = Entry.objects.filter(member=member)
        _one_at_a_time(member.pk)
        same = rows.filter(
            kind=given.kind, text=words, page=_path(given.page), written_at__gt=now - SENT_TWICE
        )
        if (known := same.order_by("pk").first()) is not None:
            return known
        if limited:
            _count(member.pk, now)
        return Entry.objects.create(
            kind=given.kind, text=words, member=member, post=actor.post[:120],
            organisation_id=actor.organisation_id or member.organisation_id,
            page=_path(given.page), title=_line(given.title)[:MAX_TITLE],
            language=_language(given.language), version=release.version()[:40],
            picture=given.picture, written_at=now,
        )  # fmt: skip


def picture_of(sha256: str) -> StoredFile | None:
    """The stored picture of this content, None for ''; raises Invalid for anything else."""
    if not sha256:
        return None
    row = StoredFile.objects.filter(sha256=sha256).first()
    if row is None or not row.media_type.startswith("image/"):
        why = _("this is no picture")
        raise Invalid(why, fields={"picture": why})
    return row


def _checked(given: NewEntry) -> str:
    words, found = given.text.replace("\x00", "").strip(), {}
    if given.kind not in Kind.values:
        found["kind"] = _("one of %(all)s") % {"all": ", ".join(Kind.values)}
    if not says_something(words):
        found["text"] = _("fill this in")
    elif len(words) > MAX_TEXT:
        found["text"] = _("at most %(n)s characters") % {"n": MAX_TEXT}
    if found:
        raise Invalid(*found.values(), fields=found)
    return words


def _path(page: str) -> str:
    """A path that may be shown as a link; '' for whatever is none of ours."""
    path = page.partition("?")[0].partition("#")[0]
    return path if len(path) <= MAX_PATH and _PATH.fullmatch(path) else ""


def _line(words: str) -> str:
    return " ".join(words.replace("\x00", " ").split())


def _language(code: str) -> str:
    return code if code in dict(settings.LANGUAGES) else ""


def _count(member_id: int, now: datetime) -> None:
    rows = Entry.objects.filter(member_id=member_id)
    lately = rows.filter(written_at__gt=now - timedelta(hours=1)).count()
    today = rows.filter(written_at__gt=now - timedelta(days=1)).count()
    if lately >= AN_HOUR or today >= A_DAY:
        raise TooMany(_("you have said much in a short time: please try again in an hour"))


def _one_at_a_time(member_id: int) -> None:
    """Until the end of this transaction no other entry of this member is written."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"feedback.{member_id}"]
        )
