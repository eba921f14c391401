"""A report as it comes in: its shape, and everything that can be refused without the database."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

import orjson
from django.utils import translation
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from cityloop.cases.change import Paper
from cityloop.geo import coordinates
from cityloop.intake import reference
from cityloop.intake.channels import Channel
from cityloop.intake.checks import Finding
from cityloop.intake.models import CLIENT_KEY, Kind
from cityloop.intake.queries.asking import Question
from cityloop.kernel import clock, errors
from cityloop.kernel.actor import Actor

MAX_TEXT = 2000  # characters, as in every text of a case
MAX_ADDRESS = 200
MAX_NAME = 60
MAX_SOURCE, MAX_LINK = 80, 500
MAX_PHOTOS = 20
OLDEST = timedelta(days=3650)
CLOCKS_DIFFER = timedelta(minutes=5)  # a phone's clock may be ahead of ours
# What PostgreSQL's text cannot hold, or no person means: control characters, half characters.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_PHONE = re.compile(r"[0-9+*#()\- 转]{3,30}")
_LINK = re.compile(r"https?://[^\s\x00-\x1f\x7f/\"<>][^\s\x00-\x1f\x7f\"<>]*")
_SHA256 = re.compile(r"[0-9a-f]{64}")
# Parts of the file that a report may fill; only who has settled it on the spot shows a result.
_STAGES = frozenset({"report", "before", "paper"})
KINDS = tuple(Kind.values)
# Settled by the finder, so never part of another case.
SETTLED = frozenset({Kind.SELF_HANDLE.value, Kind.REMIND.value})
_SETTLED_STAGES = _STAGES | {"after"}


class BadReport(errors.Invalid):
    """Something in the report cannot be: every objection is listed by field. Nothing was kept."""

    code, title = "bad-report", "The report cannot be taken as it is"


class WrongChannel(errors.NotAllowed):
    """The actor's posts do not bring in reports of this channel."""

    code, title = "wrong-channel", "This channel is not yours"


@dataclass(frozen=True, slots=True)
class PhotoIn:
    """A stored file (kernel.files.store) that came with the report."""

    sha256: str
    stage: str = "report"
    filename: str = ""
    from_album: bool = False


@dataclass(frozen=True, slots=True)
class Incoming:
    """A report as a channel hands it over.

    `x`, `y` in degrees of `system` (wgs84, cgcs2000, gcj02, bd09). `class_code`: edition/C0101, or
    C0101 of the city's edition, or an id. `source_key` is the sender's own number, `repeat_key` the
    key of an HTTP client; either makes the same request once. Name and phone go to Reporter only.
    `accuracy_m`: to how many metres the device that measured the point knew it; None for a point
    that a person chose. `noticed`: findings of the subsystem that brings it, shown to the acceptor
    beside our own.
    """

    channel: str
    kind: str = Kind.REPORT.value
    text: str = ""
    x: float | None = None
    y: float | None = None
    system: str = "wgs84"
    accuracy_m: float | None = None
    address: str = ""
    source: str = ""  # newspaper, programme, account of a media report
    link: str = ""
    class_code: str = ""
    component_code: str = ""
    occurred_at: datetime | None = None
    photos: Sequence[PhotoIn] = ()
    reporter_name: str = ""
    reporter_phone: str = ""
    answer_wanted: bool = True
    source_key: str = ""
    repeat_key: str = ""
    same_as: str = ""  # the number of the case that whoever takes it says it is
    noticed: Sequence[Finding] = ()


@dataclass(slots=True)
class Draft:
    """A report while it is being decided."""

    given: Incoming
    channel: Channel
    actor: Actor
    now: datetime
    on: date  # the local day
    language: str | None  # of whoever sent it
    text: str
    address: str
    key: str
    digest: str
    lon: float | None = None
    lat: float | None = None
    known: reference.KnownClass | None = None
    cleaned: bool = False
    own: Sequence[Finding] = ()  # findings of the report alone
    checks: list[Finding] = field(default_factory=list)
    suggestions: list[list[Any]] = field(default_factory=list)
    papers: list[Paper] = field(default_factory=list)
    phashes: list[int] = field(default_factory=list)
    brief: bool = False  # what it is part of ends with it

    def anew(self) -> Draft:
        """As it was before anything was found out about it from the database."""
        return replace(self, checks=list(self.own), suggestions=[], papers=[], phashes=[])

    @property
    def contact(self) -> bool:
        """True when a person is to be remembered."""
        return bool(self.given.reporter_name or self.given.reporter_phone)

    def question(self) -> Question:
        """What the database is asked about it."""
        given = self.given
        return Question(
            channel=self.channel, now=self.now, on=self.on,
            lon=self.lon, lat=self.lat, class_id=self.known.id if self.known else None,
            component_code=given.component_code, source_key=self.key,
            photos=[photo.sha256 for photo in given.photos], contact=self.contact,
        )  # fmt: skip


def prepare(given: Incoming, *, actor: Actor, now: datetime) -> Draft:
    """The draft of a report that may be taken.

    Raises UnknownChannel, WrongChannel, BadReport (all objections at once), NoCoordinate,
    UnknownSystem, UnknownClass.
    """
    channel = reference.channel(given.channel)
    if not (actor.roles & channel.brought_by or "system" in actor.roles):
        raise WrongChannel(
            _("reports of the channel %(channel)s are entered by: %(roles)s")
            % {"channel": channel.code, "roles": ", ".join(sorted(channel.brought_by))}
        )
    if actor.channel and actor.channel != channel.code:
        raise WrongChannel(
            _("this token brings reports of the channel %(channel)s only")
            % {"channel": actor.channel}
        )
    text, address = clean(given.text), clean(given.address)
    draft = Draft(
        given=given, channel=channel, actor=actor, now=now, on=clock.local_day(now),
        language=translation.get_language(), text=text, address=address,
        key=_key(given, actor), digest="",
        cleaned=text != given.text.strip(), checks=list(given.noticed),
    )  # fmt: skip
    if problems := objections(draft):
        reasons = (f"{name}: {reason}" for name, reason in problems.items())
        raise BadReport(*reasons, fields=problems)
    if given.x is not None and given.y is not None:
        draft.lon, draft.lat = coordinates.to_wgs84(given.x, given.y, given.system)
    if given.class_code:
        draft.known = reference.class_of(given.class_code, draft.on)
    draft.digest = _digest(draft)
    return draft


def clean(text: str) -> str:
    """The text without what cannot be stored or printed, and without space around it."""
    plain = text.strip()
    return _UNPRINTABLE.sub("", plain) if _UNPRINTABLE.search(plain) else plain


def objections(draft: Draft) -> dict[str, str]:
    """Field -> what is wrong with it; empty when the report may be taken."""
    found: dict[str, str] = {}
    for rule in (_lengths, _contact, _times, _photos, _names, _link, _accuracy, _given):
        for name, reason in rule(draft).items():
            found.setdefault(name, reason)
    return found


def _lengths(draft: Draft) -> dict[str, str]:
    limits = (
        ("text", draft.text, MAX_TEXT),
        ("address", draft.address, MAX_ADDRESS),
        ("reporter_name", draft.given.reporter_name, MAX_NAME),
        ("source", draft.given.source, MAX_SOURCE),
        ("link", draft.given.link, MAX_LINK),
        ("component_code", draft.given.component_code, 32),
        ("class_code", draft.given.class_code, 60),
        ("source_key", draft.given.source_key, 120),
        ("repeat_key", draft.given.repeat_key, 200),
        ("same_as", draft.given.same_as, 40),
    )
    return {
        name: _("at most %(most)s characters, these are %(n)s") % {"most": most, "n": len(value)}
        for name, value, most in limits
        if len(value) > most
    }


def _contact(draft: Draft) -> dict[str, str]:
    found = {}
    if draft.given.reporter_phone and not _PHONE.fullmatch(draft.given.reporter_phone):
        found["reporter_phone"] = _("digits, and + - * # ( ) between them, 3 to 30 in all")
    if _UNPRINTABLE.search(draft.given.reporter_name):
        found["reporter_name"] = _("holds characters that cannot be printed")
    return found


def _times(draft: Draft) -> dict[str, str]:
    at = draft.given.occurred_at
    if at is None:
        return {}
    if at.tzinfo is None:
        return {"occurred_at": _("give the time with its zone, such as +08:00")}
    if at > draft.now + CLOCKS_DIFFER:
        return {"occurred_at": _("lies in the future")}
    if at < draft.now - OLDEST:
        return {"occurred_at": _("lies more than ten years back")}
    return {}


def _photos(draft: Draft) -> dict[str, str]:
    photos = draft.given.photos
    may = _SETTLED_STAGES if draft.given.kind in SETTLED else _STAGES
    if len(photos) > MAX_PHOTOS:
        return {"photos": _("at most %(most)s photos") % {"most": MAX_PHOTOS}}
    for photo in photos:
        if not _SHA256.fullmatch(photo.sha256):
            return {"photos": _("name a stored file by its SHA-256 (POST /api/v1/files)")}
        if photo.stage not in may:
            return {"photos": _("a stage is one of %(all)s") % {"all": ", ".join(sorted(may))}}
    return {}


_PRINTED = ("source_key", "repeat_key", "component_code", "class_code", "source", "same_as")


def _names(draft: Draft) -> dict[str, str]:
    """Keys and codes hold printable characters only; the kind is one that opens a case."""
    given = draft.given
    found = {
        name: _("holds characters that cannot be printed")
        for name in _PRINTED
        if not getattr(given, name).isprintable()
    }
    if given.kind not in KINDS:
        found["kind"] = _("one of %(all)s") % {"all": ", ".join(KINDS)}
    if given.same_as and given.kind in SETTLED:
        found["same_as"] = _("what was settled on the spot is no report of another case")
    if 0 < len(given.repeat_key) < 8:
        found["repeat_key"] = _("at least 8 characters")
    return found


def _link(draft: Draft) -> dict[str, str]:
    link = draft.given.link
    if link and not _LINK.fullmatch(link):
        return {"link": _("an address that begins with http:// or https://")}
    return {}


def _accuracy(draft: Draft) -> dict[str, str]:
    metres = draft.given.accuracy_m
    if metres is not None and not (math.isfinite(metres) and metres >= 0):
        return {"accuracy_m": _("a number of metres, 0 or more")}
    return {}


# What a channel may require, as the form calls it.
LABELS: dict[str, Any] = {
    "text": gettext_lazy("What is the matter?"),
    "class": gettext_lazy("Class"),
    "point": gettext_lazy("Longitude, latitude"),
    "address": gettext_lazy("Address"),
    "source": gettext_lazy("Newspaper, programme or account"),
    "link": gettext_lazy("Link to the report"),
    "photos": gettext_lazy("Photos and recordings"),
    "source_key": gettext_lazy("Number at the sender"),
}
_GIVEN: dict[str, Callable[[Draft], bool]] = {
    "text": lambda draft: bool(draft.text),
    "class": lambda draft: bool(draft.given.class_code),
    "point": lambda draft: draft.given.x is not None and draft.given.y is not None,
    "address": lambda draft: bool(draft.address),
    "source": lambda draft: bool(draft.given.source.strip()),
    "link": lambda draft: bool(draft.given.link),
    "photos": lambda draft: bool(draft.given.photos),
    "source_key": lambda draft: bool(draft.given.source_key),
}


def _given(draft: Draft) -> dict[str, str]:
    """What the channel requires is there; half a point is none."""
    found = {}
    if (draft.given.x is None) != (draft.given.y is None):
        found["point"] = _("give both coordinates or none")
    for wanted in draft.channel.required:
        names = wanted.split("|")
        if not any(_GIVEN[name](draft) for name in names):
            labels = pgettext("labels", " or ").join(f"“{LABELS[name]}”" for name in names)
            found.setdefault(names[0], _("needed: %(names)s") % {"names": labels})
    return found


def _key(given: Incoming, actor: Actor) -> str:
    """What makes the request once: the sender's number, or the client's key with its owner."""
    if given.source_key or not given.repeat_key:
        return given.source_key
    owner = f"{actor.member_id}:{given.repeat_key}"
    return CLIENT_KEY + hashlib.blake2b(owner.encode(), digest_size=16).hexdigest()


def _digest(draft: Draft) -> str:
    """Of all that was sent: the same key with another content, or from another person, is refused.

    How exactly a device knew the point says nothing of the matter: measured again it is the same.
    The person goes in under the installation's secret, so that nobody can guess it from here.
    """
    given = draft.given
    person = (
        salted_hmac("intake.report", f"{given.reporter_name}\n{given.reporter_phone}").hexdigest()
        if draft.contact
        else ""
    )
    content = [
        person, given.answer_wanted, given.occurred_at,
        given.kind, draft.text, given.x, given.y, given.system, draft.address, given.class_code,
        given.component_code, [[p.sha256, p.stage] for p in given.photos],
    ]  # fmt: skip
    if given.source or given.link:  # only then: what came before these fields keeps its digest
        content += [given.source, given.link]
    if given.same_as:
        content.append({"same_as": given.same_as})
    if draft.key.startswith(CLIENT_KEY):  # a sender's own number belongs to its channel anyway
        content.append(draft.channel.code)
    return hashlib.blake2b(orjson.dumps(content), digest_size=16).hexdigest()
