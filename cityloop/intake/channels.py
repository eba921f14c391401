# ruff: noqa: E501 (a table: one row, one line)
"""The channels by which reports come: one table. A city changes its rows with set_channel.

Reading a row: `required` lists what must be given, "text|class" meaning one of the two. `outside`
says what happens to a point in no unit grid: people's reports are kept and flagged, a machine is
told at once. A report of the same problem within `metres` and `hours` joins the case.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

FLAG, REFUSE = "flag", "refuse"
OFF, UNAMBIGUOUS = "off", "unambiguous"
GROUPS = ("inspector", "public", "leader", "machine", "exchange")

INSPECTORS, TEAMS = frozenset({"inspector"}), frozenset({"team_inspector"})
CLERKS = frozenset({
    "acceptor", "shift_leader", "supervisor", "leader", "district_platform", "exchange",
})  # fmt: skip
NEIGHBOURS = CLERKS | {"community_station"}  # a contact station reports on behalf of people
MACHINES = frozenset({"exchange", "acceptor"})


@dataclass(frozen=True, slots=True)
class Channel:
    """One row: where a report comes from and what follows from that."""

    code: str
    label: Any
    group: str  # how statistics count it
    brought_by: frozenset[str]  # roles that may enter its reports, beside the system
    required: tuple[str, ...] = ("text|class",)
    photo_expected: bool = False
    verify: bool = True  # seen on site before it is filed (D06)
    outside: str = FLAG
    metres: int = 50
    hours: int = 24
    auto_file: str = OFF
    priority: int = 2  # 1 is first
    clock: tuple[tuple[str, Any], ...] = ()  # flow parameters of its own
    written_report: bool = False  # the sender gets a written answer, always
    retention_days: int = 365  # of name and phone, from the report on
    enabled: bool = True


LEADER_CLOCK = (
    ("acceptance_minutes", 5),
    ("closing_minutes", 30),
    ("dispatch_minutes", 10),
    ("filing_minutes", 10),
    ("reply_minutes", 8 * 60),
)
PLACED = ("point", "text|class")
TOLD = ("point|address", "text")
PUBLISHED = ("text", "source", "link|photos")

# fmt: off
TABLE = (
    Channel("inspector",    _("Inspector"),                "inspector", INSPECTORS, PLACED, photo_expected=True, verify=False),
    Channel("professional", _("Professional inspection team"), "inspector", TEAMS, PLACED, photo_expected=True, verify=False),
    Channel("hotline12319", _("Hotline 12319"),            "public",    CLERKS, TOLD, retention_days=730),
    Channel("hotline12345", _("Mayor's hotline 12345"),    "public",    CLERKS, TOLD, retention_days=730),
    Channel("web",          _("Web page"),                 "public",    CLERKS, TOLD),
    Channel("app",          _("Mobile app"),               "public",    CLERKS, PLACED, photo_expected=True),
    Channel("sms",          _("Text message"),             "public",    CLERKS, ("text",)),
    Channel("leader",       _("Leader's instruction"),     "leader",    CLERKS, ("text",), verify=False, hours=72, priority=1, clock=LEADER_CLOCK, written_report=True, retention_days=1825),
    Channel("media",        _("Media"),                    "public",    CLERKS, PUBLISHED, hours=72),
    Channel("police",       _("Police 110"),               "exchange",  CLERKS, TOLD, hours=4),
    Channel("community",    _("Community"),                "public",    NEIGHBOURS, TOLD),
    Channel("petition",     _("Letters and petitions"),    "public",    CLERKS, ("text",), hours=168, retention_days=1095),
    Channel("video",        _("Video"),                    "machine",   MACHINES, ("point", "class"), photo_expected=True, outside=REFUSE, metres=30, hours=12),
    Channel("sensor",       _("Sensor"),                   "machine",   MACHINES, ("point", "class"), outside=REFUSE, metres=20, hours=24),
    Channel("platform",     _("Other platform"),           "exchange",  CLERKS, ("point|address", "text|class", "source_key"), retention_days=730),
)
# fmt: on
BY_CODE = {channel.code: channel for channel in TABLE}

# What a city may set, and the kind of value; everything else of a row is fixed by the field.
SETTABLE: dict[str, type] = {
    "enabled": bool, "verify": bool, "photo_expected": bool, "metres": int, "hours": int,
    "auto_file": str, "priority": int, "retention_days": int,
}  # fmt: skip
BOUNDS = {
    "metres": (1, 1000),
    "hours": (1, 24 * 90),
    "priority": (1, 4),
    "retention_days": (1, 3650),
}


def with_changes(channel: Channel, changes: dict[str, Any]) -> Channel:
    """The row as the city has set it; raises ValueError with a sentence on a wrong change."""
    for name, value in changes.items():
        if reason := _objection(name, value):
            raise ValueError(reason)
    return replace(channel, **changes)


def _objection(name: str, value: Any) -> str:
    wanted = SETTABLE.get(name)
    if wanted is None:
        return gettext("a channel has no setting %(name)s") % {"name": name[:40]}
    if type(value) is not wanted:
        return gettext("%(name)s has the wrong kind of value") % {"name": name}
    if name in BOUNDS and not BOUNDS[name][0] <= int(str(value)) <= BOUNDS[name][1]:
        low, high = BOUNDS[name]
        about = {"name": name, "low": low, "high": high}
        return gettext("%(name)s lies between %(low)s and %(high)s") % about
    if name == "auto_file" and value not in (OFF, UNAMBIGUOUS):
        return gettext("automatic filing is off or unambiguous")
    return ""
