"""Why a unit was proposed: a code and its facts as a case keeps them, words when somebody reads.

A unit is kept by both of its names of that day. Codes stay: cases keep them for ever.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from cityloop.kernel.languages import in_language

Reason = Mapping[str, Any]
Name = tuple[str, str]  # Chinese, English

SENTENCES = {
    # code: the sentence; its values are unit names, part names or plain facts
    "won": gettext_noop("%(unit)s: line %(id)s names %(facts)s (%(order)s)."),
    "not": gettext_noop("Not %(unit)s (line %(id)s): %(reason)s."),
    "owner_doubt": gettext_noop("The owner is not known; other lines name a unit for an owner."),
    "place_doubt": gettext_noop("The place is not known; other lines name a unit for an area."),
    "owner_needed": gettext_noop(
        "The owner is not known, and only lines for certain owners speak of this class."
    ),
    "own_area": gettext_noop(
        "%(unit)s: the place lies in its own area %(area)s, where it stands for the territory."
    ),
    "owner_unknown": gettext_noop(
        "The owner of the component is not known: the territory answers for it."
    ),
    "border": gettext_noop(
        "The place lies between %(units)s: their lowest common parent %(parent)s leads."
    ),
    "permit": gettext_noop(
        "Permit %(number)s (%(kind)s) holds %(metres)s m from here, until and with %(until)s; "
        "%(unit)s looks after it."
    ),
    "permit_ended": gettext_noop(
        "Permit %(number)s (%(kind)s) held %(metres)s m from here, until and with %(until)s; "
        "%(unit)s looked after it."
    ),
    "permit_revoked": gettext_noop(
        "Permit %(number)s (%(kind)s) held %(metres)s m from here, until it was revoked on "
        "%(until)s; %(unit)s looked after it."
    ),
    "approved": gettext_noop("Who approves, supervises: %(unit)s; the matrix names nobody."),
    "approved_too": gettext_noop("Who approves, supervises: %(unit)s, as the matrix says."),
    "permit_before_line": gettext_noop(
        "Who approves, supervises: %(unit)s goes before %(other)s, whose line does not name this "
        "class at this place. A person decides."
    ),
    "line_before_permit": gettext_noop(
        "%(other)s goes before %(unit)s, who approved: its line names this class at this place. "
        "A person decides."
    ),
    "permits_differ": gettext_noop("Permits here are looked after by %(units)s."),
    "border_alone": gettext_noop("The place lies between %(units)s, which have no common parent."),
}
PARTS = {
    # code: a part of a sentence
    "class": gettext_noop("the class"),
    "major": gettext_noop("the major class"),
    "any": gettext_noop("any class"),
    "kept": gettext_noop("an earlier edition in which the class is the same (%(edition)s)"),
    "area": gettext_noop("area %(area)s"),
    "owner": gettext_noop("the owner"),
    "event": gettext_noop("territory before owner, as for every event"),
    "component": gettext_noop("owner before territory, as for every component"),
    "event_owner": gettext_noop("owner before territory, as this city sets it for events"),
    "component_territory": gettext_noop(
        "territory before owner, as this city sets it for components"
    ),
    "gone": gettext_noop("the unit no longer exists"),
    "less_class": gettext_noop("it names the class less exactly"),
    "edition": gettext_noop("it is not for this edition of the classes"),
    "earlier_edition": gettext_noop("it names an earlier edition of the classes"),
    "less_area": gettext_noop("it names the area less exactly"),
    "less_owner": gettext_noop("it names the owner less exactly"),
}
NAMED, PARTED = ("unit", "parent", "other", "kind"), ("order", "reason")


def words_of(reason: Reason | str) -> str:
    """The reason as a sentence in the reader's language; a text (an older case's) as it is."""
    if isinstance(reason, str):
        return reason
    sentence = _sentence(dict(reason))
    if not reason.get("changed_since"):
        return sentence
    then = _("%(sentence)s So it stood at the report; it was changed afterwards.")
    return then % {"sentence": sentence}


def _sentence(values: dict[str, Any]) -> str:
    for name in NAMED:
        if name in values:
            values[name] = in_language(*values[name])
    for name in PARTED:
        if name in values:
            values[name] = _(PARTS[values[name]])
    if "units" in values:
        values["units"] = _joined(in_language(*one) for one in values["units"])
    if "facts" in values:
        values["facts"] = _joined(_(PARTS[one]) % values for one in values["facts"])
    return _(SENTENCES[values["code"]]) % values


def _joined(parts: Iterable[str]) -> str:
    return _(", ").join(parts)
