"""What the machine notices about a report: one table of findings, and the rules that make them.

A finding never refuses a report. It is kept with the report and shown to the acceptor (A02, A30).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from cityloop.intake.channels import Channel
from cityloop.kernel import phones

COMPONENT_METRES = 50  # further from its component a report is doubtful
ROUGH_METRES = 50  # a position known less exactly may lie in the next street
OLD_DAYS = 30
SHORT_TEXT = 4
Finding = dict[str, Any]
# What is left of text that was read in another encoding than it was written in.
_BROKEN = re.compile("\ufffd|锟斤拷|锘縝|烫烫烫|[\u0080-\u00ff]{4}")

# code -> sentence; %(...)s are filled from the finding's own facts.
SENTENCES: dict[str, Any] = {
    "outside_grids": _("The point lies in no unit grid: the case cannot be filed until it does"),
    "outside_service": _("The point lies outside the area that is served today"),
    "no_place": _("No place is known: the case cannot be filed without one"),
    "placed_by_address": _("The point was found by the address: %(address)s"),
    "address_ambiguous": _("The address fits several places, the nearest match is %(address)s"),
    "rough_position": _("The device knew its position only to within %(metres)s m"),
    "photo_missing": _("No photo came with it"),
    "old_photo": _("A photo was taken at another time: %(taken_at)s"),
    "taken_elsewhere": _("A photo was taken %(metres)s m from the point"),
    "from_album": _("A photo comes from the album, not from the camera"),
    "same_picture": _("The same photo belongs to case %(cases)s"),
    "component_unknown": _("Component %(component)s is not in the register"),
    "component_far": _("Component %(component)s is %(metres)s m away"),
    "component_class": _("Component %(component)s is of another class: %(name)s"),
    "class_doubtful": _("By its words it is rather: %(name)s"),
    "long_ago": _("It happened %(days)s days ago"),
    "short_text": _("The text is very short"),
    "broken_text": _("Part of the text arrived unreadable"),
    "text_cleaned": _("Control characters were removed from the text"),
    "phone_in_text": _("The text holds a telephone number: units read it with its middle hidden"),
    "possible_duplicate": _("Case %(number)s, %(metres)s m away, may be the same"),
    "sent_again": _("Sent again under the same number after case %(number)s was refused"),
    "outer_deadline_past": _("The outer deadline had passed when it came: %(due_at)s"),
    "moved_from": _("Reported as %(report)s; that case was found to be the same"),
    "joined": _("Joined to case %(number)s: %(rules)s"),
}
# The rules of likeness.py in words.
LIKENESS: dict[str, Any] = {
    "same_component": _("the same component"),
    "same_file": _("the same photo"),
    "same_picture": _("a photo that looks alike"),
    "same_class_near_text": _("the same class in nearly the same words"),
    "same_words": _("the same words"),
    "same_class": _("the same class"),
    "near_words": _("nearly the same words"),
    "told_same": _("whoever took it says so"),
}


@dataclass(frozen=True, slots=True)
class Found:
    """The component that the report names, as the register has it."""

    class_id: int
    class_name: str
    metres: float | None


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the rules look at. `place` is None without a point."""

    channel: Channel
    now: datetime
    text: str
    cleaned: bool
    in_grid: bool
    in_service: bool
    placed: bool
    accuracy_m: float | None = None  # None: nobody measured the point
    occurred_at: datetime | None = None
    class_id: int | None = None
    component_code: str = ""
    component: Found | None = None
    spoken_of: str = ""  # the class that the text surely means, where another one was chosen
    remarks: tuple[tuple[Finding, ...], ...] = ()  # of each photo, as cases.photos words them


Rule = Callable[[Facts], list[Finding]]


def finding(code: str, /, **about: Any) -> Finding:
    """A finding as it is stored: its code and the facts that its sentence names."""
    return {"code": code, **about}


def former_case(found: Sequence[Finding]) -> str:
    """The number of the refused case whose matter was sent again; '' where there is none."""
    return next((str(one["number"]) for one in found if one["code"] == "sent_again"), "")


def sentence(one: Finding) -> str:
    """The finding in the reader's language."""
    words = SENTENCES.get(one["code"])
    about = {name: _shown(name, value) for name, value in one.items()}
    return str(words) % about if words else str(one["code"])


def _shown(name: str, value: Any) -> Any:
    """A fact as people read it: rules in words, moments in the city's time."""
    if isinstance(value, list):
        return ", ".join(str(LIKENESS.get(part, part)) for part in value)
    if name in ("taken_at", "due_at") and value:
        return date_format(timezone.localtime(datetime.fromisoformat(value)), "Y-m-d H:i")
    return value


def place_known(facts: Facts) -> list[Finding]:
    """Outside every grid, outside the served area, or without a place: flagged, not lost."""
    if not facts.placed:
        return [finding("no_place")]
    if not facts.in_grid:
        return [finding("outside_grids")]
    return [] if facts.in_service else [finding("outside_service")]


def place_exact(facts: Facts) -> list[Finding]:
    """A device that knew its position only roughly: the acceptor may ask where it really is."""
    metres = facts.accuracy_m
    if not facts.placed or metres is None or metres <= ROUGH_METRES:
        return []
    return [finding("rough_position", metres=round(metres))]


def text_readable(facts: Facts) -> list[Finding]:
    """Short, unreadable or with a phone number inside."""
    found = [finding("text_cleaned")] if facts.cleaned else []
    if 0 < len(facts.text) < SHORT_TEXT:
        found.append(finding("short_text"))
    if _BROKEN.search(facts.text):
        found.append(finding("broken_text"))
    if phones.IN_TEXT.search(facts.text):
        found.append(finding("phone_in_text"))
    return found


def time_likely(facts: Facts) -> list[Finding]:
    """What happened long ago is doubtful; the future was refused before."""
    if facts.occurred_at is None:
        return []
    days = (facts.now - facts.occurred_at).days
    return [finding("long_ago", days=days)] if days > OLD_DAYS else []


def photos_credible(facts: Facts) -> list[Finding]:
    """Missing where the channel expects one; or what is odd about each."""
    if not facts.remarks:
        return [finding("photo_missing")] if facts.channel.photo_expected else []
    return [remark for photo in facts.remarks for remark in photo]


def component_fits(facts: Facts) -> list[Finding]:
    """The named component exists, is near, and is of the class that was chosen (A02)."""
    code, known = facts.component_code, facts.component
    if not code:
        return []
    if known is None:
        return [finding("component_unknown", component=code)]
    found = []
    if known.metres is not None and known.metres > COMPONENT_METRES:
        found.append(finding("component_far", component=code, metres=round(known.metres)))
    if facts.class_id is not None and facts.class_id != known.class_id:
        found.append(finding("component_class", component=code, name=known.class_name))
    return found


def class_fits_text(facts: Facts) -> list[Finding]:
    """The words speak of another class than the one that was chosen (D08)."""
    return [finding("class_doubtful", name=facts.spoken_of)] if facts.spoken_of else []


RULES: tuple[Rule, ...] = (
    place_known, place_exact, text_readable, time_likely, photos_credible, component_fits,
    class_fits_text,
)  # fmt: skip


def look(facts: Facts) -> list[Finding]:
    """Every finding, in the order of the rules."""
    return [one for rule in RULES for one in rule(facts)]
