# ruff: noqa: E501 (a table: one row, one line)
"""What the parameters of a flow are called to people, and in which groups a form shows them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from cityloop.cases.command import GRAVEST, Level
from cityloop.cases.naming import STEPS

Words = str | Promise


@dataclass(frozen=True, slots=True)
class Named:
    """One parameter: the group that it stands in, its name, a hint."""

    group: str
    label: Words
    hint: Words = ""


GROUPS: dict[str, Words] = {
    "limits": _("Minutes of each stage"),
    "filing": _("Acceptance and filing"),
    "dispatch": pgettext_lazy("flow", "Dispatch"),
    "requests": _("Extensions, suspension and deferral"),
    "checks": _("Checks and samples"),
    "replies": _("Replies and the public"),
    "command": _("Who commands, who supervises"),
}
CLASSES = _("Codes of classes with blanks between them: C, E01, E0101; * is any.")
SHARE = _("A share from 0 to 1.")

# fmt: off
PARAMETERS: dict[str, Named] = {
    "acceptance_minutes":      Named("limits", pgettext_lazy("flow", "To accept")),
    "verify_minutes":          Named("limits", _("To verify on site")),
    "filing_minutes":          Named("limits", _("To file")),
    "dispatch_minutes":        Named("limits", pgettext_lazy("flow", "To dispatch")),
    "read_minutes":            Named("limits", _("Until somebody must have opened a dispatch"), _("After it the next one is called.")),
    "check_minutes":           Named("limits", _("To check on site")),
    "closing_minutes":         Named("limits", pgettext_lazy("flow", "To close")),
    "reply_minutes":           Named("limits", _("To answer who reported")),
    "whole_margin_hours":      Named("limits", _("Hours beyond the handling limit"), _("Working hours that the whole case has more.")),
    "second_eye":              Named("filing", _("The shift leader files what another has accepted")),
    "no_second_eye":           Named("filing", _("Classes that go on without a second eye"), CLASSES),
    "verify_public":           Named("filing", _("Reports of the public are verified on site before filing")),
    "merge_posts":             Named("filing", _("One person may work on both sides"), _("Small centres only; every such case says so. Whether one person may hold posts of both sides is decided beside the roles, in the back office.")),
    "reason_from_dispatch":    Named("dispatch", _("Reason needed from this dispatch on")),
    "supervisor_from_dispatch": Named("dispatch", _("Supervisor needed from this dispatch on")),
    "freeze_from_returns":     Named("dispatch", _("Frozen after so many returns"), _("0: people only freeze a case.")),
    "redispatch_clock":        Named("dispatch", _("Clock of a unit that gets a case again")),
    "auto_dispatch":           Named("dispatch", _("Unambiguous cases are dispatched without a person")),
    "auto_from":               Named("dispatch", _("How sure a proposal must be to go out by itself"), _("A line for each: class and share, as C01 0.9; * is any class.")),
    "look_back_days":          Named("dispatch", _("Days of earlier cases that a proposal asks"), _("0: the matrix alone.")),
    "escalate_at":             Named("dispatch", _("Escalation at multiples of the limit"), _("Rising numbers, as 1 2; empty: never.")),
    "extensions_at_most":      Named("requests", _("Extensions of a case at most")),
    "suspensions_at_most":     Named("requests", _("Suspensions of a case at most")),
    "suspension_days":         Named("requests", _("Days of suspension at most")),
    "deferrals_at_most":       Named("requests", _("Deferrals of a case at most")),
    "deferral_days":           Named("requests", _("Days of deferral at most")),
    "backlog_days":            Named("requests", _("Days after which a deferred case is backlog")),
    "appeal_days":             Named("requests", _("Days to appeal after closing")),
    "review_share":            Named("checks", _("Self-handled cases looked at afterwards"), SHARE),
    "reviewed_channels":       Named("checks", _("Channels whose every case is reviewed before closing")),
    "recheck_share":           Named("checks", _("Closed cases inspected again"), SHARE),
    "forced_share":            Named("checks", _("Cases closed by force inspected again"), SHARE),
    "decision_share":          Named("checks", _("Decisions judged by a second person"), SHARE),
    "reply_check_share":       Named("checks", _("Replies judged by a second person"), SHARE),
    "auto_reply_minutes":      Named("replies", _("Minutes until a reply goes out by itself"), _("0: at once; empty: people send it.")),
    "public_photos":           Named("replies", _("Classes whose photo of the result the public may see"), CLASSES),
    "petition_days":           Named("replies", _("Days to answer a petition in writing")),
    "suggestion_workdays":     Named("replies", _("Working days to answer a suggestion")),
    "command":                 Named("command", _("Levels that dispatch"), _("None: one hall dispatches every case.")),
    "dispatch_begins":         Named("command", _("A filed case begins with")),
    "supervision":             Named("command", _("Levels that accept, file and close"), _("None: any.")),
    "roles":                   Named("command", _("Steps that other roles take than usual"), _("A line for each step: its code, a colon, codes of roles.")),
    "trial":                   Named("command", _("Trial mode: figures are marked as not official")),
}
# fmt: on
LEVELS: dict[str, Words] = {
    "city": pgettext_lazy("level", "City"),
    "district": pgettext_lazy("level", "District"),
    "street": pgettext_lazy("level", "Street"),
    "community": pgettext_lazy("level", "Community"),
}  # fmt: skip
CHANNEL_NAMES: dict[str, Words] = {  # as intake/channels.py has them, which lies above
    "inspector": _("Inspector"), "professional": _("Professional inspection team"),
    "hotline12319": _("Hotline 12319"), "hotline12345": _("Mayor's hotline 12345"),
    "web": _("Web page"), "app": _("Mobile app"), "sms": _("Text message"),
    "leader": _("Leader's instruction"), "media": _("Media"), "police": _("Police 110"),
    "community": _("Community"), "petition": _("Letters and petitions"), "video": _("Video"),
    "sensor": _("Sensor"), "platform": _("Other platform"),
}  # fmt: skip
CHOICES: dict[str, dict[str, Words]] = {
    "redispatch_clock": {"continue": _("goes on"), "restart": _("begins anew")},
    "dispatch_begins": {"top": _("the highest level"), "lowest": _("the lowest level that may")},
}


def said(name: str, value: Any) -> str:
    """A value of a parameter as a line of text."""
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    if value is None:
        return str(_("never"))
    if name in CHOICES:
        return str(CHOICES[name].get(value, value))
    if name == "command":
        return ", ".join(map(_level, value)) or "–"
    if name == "supervision":
        return ", ".join(str(LEVELS.get(one, one)) for one in value) or "–"
    if name == "reviewed_channels":
        return ", ".join(str(CHANNEL_NAMES.get(one, one)) for one in value) or "–"
    if isinstance(value, tuple):
        return ", ".join(
            f"{one[0]}: {' '.join(map(str, one[1:]))}" if isinstance(one, tuple) else str(one)
            for one in value
        ) or "–"  # fmt: skip
    return str(value)


def _level(one: Level) -> str:
    """One level of command with all that is said of it."""
    parts = [str(LEVELS[one.level]), str(one.minutes)]
    if one.upto != GRAVEST:
        parts.append(str(_("up to matters of level %(n)s") % {"n": one.upto}))
    if one.own_units:
        parts.append(str(_("to its own units")))
    return " ".join([*parts, one.platform]).strip()


def in_words(sentence: str, roles: Mapping[str, str]) -> str:
    """A fault of the checker with parameters, steps, levels and roles by name, where the reader's
    language is not that of the codes. `roles`: code -> label."""
    if (get_language() or "").startswith("en"):
        return sentence
    names = {name: str(one.label) for name, one in PARAMETERS.items()}
    names |= {code: str(label) for code, label in (*LEVELS.items(), *STEPS.items())}
    names |= roles
    return re.sub(r"[a-z][a-z_0-9]*", lambda found: names.get(found[0], found[0]), sentence)
