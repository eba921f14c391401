# ruff: noqa: E501 (a table: one row, one line)
"""History facts in words: one row for each fact that a line may hold. Pure; names come ready."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from cityloop.cases import fields, guards, privacy
from cityloop.cases.models import CaseEvent, ClosingKind, DisputeLevel, Task, TaskKind, TimerKind
from cityloop.desks.queries import Names
from cityloop.intake import channels
from cityloop.kernel.templatetags import ui
from cityloop.kernel.templatetags.ui import named
from cityloop.standards import queries as standards

Words = Callable[[Any, CaseEvent, Names], str]


def moment(text: str) -> str:
    """A stored moment as local day and time."""
    return ui.moment(timezone.localtime(datetime.fromisoformat(text)))


def _reason(code: Any, line: CaseEvent, names: Names) -> str:
    known = dict(fields.reasons(line.action))
    return _("Reason: %(reason)s") % {"reason": known.get(str(code), code)}


def _text(label: str) -> Words:
    """The text as it was written, behind its label."""

    def words(value: Any, line: CaseEvent, names: Names) -> str:
        if isinstance(value, dict) and value.get("withheld"):
            told = {"label": _(label), "now": value.get("is") or "–"}
            return _("%(label)s: corrected to “%(now)s”") % told
        if isinstance(value, dict):
            return _("%(label)s: was “%(was)s”, is “%(now)s”") % {
                "label": _(label), "was": value.get("was") or "–", "now": value.get("is") or "–",
            }  # fmt: skip
        return f"{_(label)}: {value}"

    return words


def _channel(value: Any, line: CaseEvent, names: Names) -> str:
    known = channels.BY_CODE.get(str(value))
    return _("Channel: %(channel)s") % {"channel": known.label if known else value}


def _unit(label: str) -> Words:
    def words(value: Any, line: CaseEvent, names: Names) -> str:
        unit = names.units.get(value) if isinstance(value, int) else None
        return f"{_(label)}: {named(unit) if unit else '–'}"

    return words


def _member(label: str) -> Words:
    def words(value: Any, line: CaseEvent, names: Names) -> str:
        member = names.members.get(value) if isinstance(value, int) else None
        return f"{_(label)}: {member.name if member else '–'}"

    return words


def _assisting(value: Any, line: CaseEvent, names: Names) -> str:
    found = [names.units.get(one["organisation"]) for one in value or ()]
    return f"{_('Assisting')}: {'、'.join(named(u) for u in found if u)}" if any(found) else ""


def _placed(value: Any, line: CaseEvent, names: Names) -> str:
    where = f"{value['by']} ({value['lon']:.5f}, {value['lat']:.5f})".strip()
    told = {"where": where, "grid": value["grid"]}
    if was := value.get("was"):
        told |= {"was": f"({was['lon']:.5f}, {was['lat']:.5f})", "before": was["grid"]}
        return _("Place: %(where)s, unit grid %(grid)s; was %(was)s, %(before)s") % told
    return _("Place: %(where)s, unit grid %(grid)s") % told


def _circle(value: Any, line: CaseEvent, names: Names) -> str:
    found = [names.units.get(one) for one in value]
    return _("Returned by: %(units)s") % {"units": " → ".join(named(u) for u in found if u)}


def _territories(value: Any, line: CaseEvent, names: Names) -> str:
    found = [names.units.get(one) for one in value]
    return _("On the border of: %(units)s") % {"units": " | ".join(named(u) for u in found if u)}


def _dispute_level(value: Any, line: CaseEvent, names: Names) -> str:
    known = dict(DisputeLevel.choices)
    return _("Level of coordination: %(level)s") % {"level": known.get(str(value), value)}


def _decided_by(value: Any, line: CaseEvent, names: Names) -> str:
    known = dict(DisputeLevel.choices)
    return _("Decided at the level: %(level)s") % {"level": known.get(str(value), value)}


def _checker(value: Any, line: CaseEvent, names: Names) -> str:
    who = {
        "team_inspector": _("a professional inspection team"),
        "community_station": _("the contact station of the community"),
    }
    return _("Sent on site: %(who)s") % {"who": who.get(str(value), value)}


def _class(value: Any, line: CaseEvent, names: Names) -> str:
    if isinstance(value, dict):
        was, now = (names.classes.get(value.get(key) or 0) for key in ("was", "is"))
        return _("Class: was %(was)s, is %(now)s") % {"was": named(was), "now": named(now)}
    chosen = names.classes.get(value or 0)
    return _("Class: %(name)s") % {"name": named(chosen)} if chosen else ""


def _rule(value: Any, line: CaseEvent, names: Names) -> str:
    rule = names.rules.get(value or 0)
    return _("Filing rule: %(rule)s") % {"rule": named(rule, "condition")} if rule else ""


def _limit(value: Any, line: CaseEvent, names: Names) -> str:
    return _("Limit: %(limit)s") % {
        "limit": standards.limit_text(Decimal(str(value[0])), str(value[1]))
    }


def _dispatch(value: Any, line: CaseEvent, names: Names) -> str:
    return _("Dispatch number %(n)s of this case") % {"n": value} if int(value) > 1 else ""


def _rework(value: Any, line: CaseEvent, names: Names) -> str:
    return _("Rework number %(n)s") % {"n": value}


def _reports(value: Any, line: CaseEvent, names: Names) -> str:
    return _("%(n)s reports tell of this problem now") % {"n": value}


def _flag(yes: str, no: str = "") -> Words:
    return lambda value, line, names: str(_(yes) if value else _(no) if no else "")


def _was_closed(value: Any, line: CaseEvent, names: Names) -> str:
    kinds = dict(ClosingKind.choices)
    return _("Had been closed (%(kind)s)") % {"kind": kinds.get(value[0], value[0])}


def _token(value: Any, line: CaseEvent, names: Names) -> str:
    return _("With the key %(name)s (no. %(id)s)") % {"id": value[0], "name": value[1]}


def _stage(value: Any, line: CaseEvent, names: Names) -> str:
    return _("Sent back to: %(step)s") % {"step": fields.STAGES.get(str(value), value)}


def _papers(value: Any, line: CaseEvent, names: Names) -> str:
    return ngettext("%(n)s file attached", "%(n)s files attached", len(value)) % {"n": len(value)}


def clock_name(kind: str) -> str:
    """The name of a kind of clock."""
    return str(TimerKind(kind).label) if kind in TimerKind.values else kind


def _clock(value: Any, line: CaseEvent, names: Names) -> str:
    return _("Clock: %(name)s") % {"name": clock_name(str(value))}


def _replies(value: Any, line: CaseEvent, names: Names) -> str:
    known = [str(guards.replies.REPLIES.get(code, code)) for code in value]
    return _("Replies: %(replies)s") % {"replies": ", ".join(known)}


def _extra(value: Any, line: CaseEvent, names: Names) -> str:
    return _("Extra time, in the unit of the limit: %(amount)s") % {"amount": value}


def _until(value: Any, line: CaseEvent, names: Names) -> str:
    return _("Until the end of %(day)s") % {"day": value}


def _extension(value: Any, line: CaseEvent, names: Names) -> str:
    return _("Extension number %(n)s of this case") % {"n": value}


def _notice(value: Any, line: CaseEvent, names: Names) -> str:
    return _("Overdue notice number %(n)s") % {"n": value}


def _missed(value: Any, line: CaseEvent, names: Names) -> str:
    return _("The limit passed on %(at)s") % {"at": moment(str(value))}


def _kept_at(value: Any, line: CaseEvent, names: Names) -> str:
    told = {"at": moment(str(value))}
    return _("Kept on the device at %(at)s, by its own clock, and sent later") % told


def _final_day(value: Any, line: CaseEvent, names: Names) -> str:
    return _("To be done by the end of %(day)s") % {"day": value}


def _answer_by(value: Any, line: CaseEvent, names: Names) -> str:
    return _("The answer is wanted by %(at)s") % {"at": moment(str(value))}


def protection_words(value: Any) -> str:
    """Which protection period gave the limit, instead of which one, and the duty in it."""
    said = _("Protection period “%(name)s” until %(until)s; the usual limit: %(limit)s") % {
        "name": value["name"], "until": value["until"], "limit": standards.limit_text(
            Decimal(str(value["was"][0])), str(value["was"][1])),
    }  # fmt: skip
    return f"{said} · {_('Duty')}: {value['duty']}" if value.get("duty") else said


def asked_words(task: Task) -> list[str]:
    """What a request asks for, a sentence each."""
    line, told = CaseEvent(action=f"ask_{task.kind}"), Names()
    wanted = {name: task.asked[name] for name in FACTS if name in task.asked}
    return [FACTS[name](value, line, told) for name, value in wanted.items()]


def _called_as(value: Any, line: CaseEvent, names: Names) -> str:
    return _("Called as: %(what)s") % {"what": fields.CALLED_AS.get(str(value), value)}


def _handed(value: Any, line: CaseEvent, names: Names) -> str:
    known = dict(TaskKind.choices)
    return _("Tasks: %(tasks)s") % {"tasks": ", ".join(str(known.get(k, k)) for k in value) or "–"}


def _altered(value: Any, line: CaseEvent, names: Names) -> str:
    parts = _(", ").join(_(ALTERED[part]) if part in ALTERED else str(part) for part in value)
    return _("Changed past the life cycle before this step: %(parts)s") % {"parts": parts}


ALTERED = {
    "case": gettext_noop("the case itself"),
    "clocks": gettext_noop("its clocks"),
    "tasks": gettext_noop("its tasks"),
}


# fmt: off
FACTS: dict[str, Words] = {
    "altered":       _altered,
    "channel":       _channel,
    "stage":         _stage,
    "reason_code":   _reason,
    "reason":        _text(gettext_noop("Explanation")),
    "same_as":       _text(gettext_noop("Same as case")),
    "result":        _text(gettext_noop("What was done")),
    "opinion":       _text(gettext_noop("Remark")),
    "class":         _class,
    "level":         _text(gettext_noop("Level of the matter")),
    "description":   _text(gettext_noop("Description")),
    "placed":        _placed,
    "component_left": _text(gettext_noop("Not this component any more")),
    "address":       _text(gettext_noop("Address")),
    "made_case":     _flag(gettext_noop("A quick report until now, a case from here on")),
    "rule":          _rule,
    "limit":         _limit,
    "place_level":   _text(gettext_noop("Level of the place")),
    "engineering":   _flag(gettext_noop("The engineering limit applies")),
    "unit":          _unit(gettext_noop("Lead unit")),
    "liable":        _unit(gettext_noop("Unit that should have acted")),
    "liable_open":   _flag(gettext_noop("It stays open who should have acted")),
    "assisting":     _assisting,
    "dispatch":      _dispatch,
    "as_proposed":   _flag(gettext_noop("As proposed"), gettext_noop("Another unit than the one proposed")),
    "rework":        _rework,
    "worker":        _member(gettext_noop("Person")),
    "inspector":     _member(gettext_noop("Inspector")),
    "closing_condition": _flag(gettext_noop("The closing condition is met")),
    "draw":          _text(gettext_noop("Draw")),
    "on_time":       _flag(gettext_noop("Handled in time"), gettext_noop("Handled late")),
    "check_on_time": _flag(gettext_noop("Checked in time"), gettext_noop("Checked late")),
    "sampled":       _flag(gettext_noop("Drawn for the sampled review")),
    "reports":       _reports,
    "was_closed":    _was_closed,
    "token":         _token,
    "elsewhere":     _flag(gettext_noop("Somebody goes who does not walk there")),
    "merged_posts":  _flag(gettext_noop("One person acts on both sides here: the city allows merged posts")),
    "same_hands":    _flag(gettext_noop("The same person did the step before: posts come together in one operator")),
    "checker":       _checker,
    "replies":       _replies,
    "clock":         _clock,
    "escalation":    _text(gettext_noop("Escalation no.")),
    "extra":         _extra,
    "until":         _until,
    "extension":     _extension,
    "notice":        _notice,
    "missed":        _missed,
    "final_day":     _final_day,
    "addressee":     _unit(gettext_noop("Unit that is told")),
    "answer_by":     _answer_by,
    "in_time":       _flag(gettext_noop("Answered in time"), gettext_noop("Answered late")),
    "consequence":   _text(gettext_noop("Consequence")),
    "document":      _text(gettext_noop("Document")),
    "protection":    lambda value, line, names: protection_words(value),
    "papers":        _papers,
    "kept_at":       _kept_at,
    "priority":      _flag(gettext_noop("Goes before all others")),
    "holder_before": _unit(gettext_noop("Was with the platform")),
    "holder":        _unit(gettext_noop("Is with the platform")),
    "share_on_time": _flag(gettext_noop("Within its share of the clock"), gettext_noop("Over its share of the clock")),
    "territories":   _territories,
    "subtask":       _text(gettext_noop("Sub-task")),
    "circle":        _circle,
    "dispute_level": _dispute_level,
    "decided_by_level": _decided_by,
    "fixed_by":      _unit(gettext_noop("Fixed by")),
    "called_as":     _called_as,
    "shift":         _text(gettext_noop("Shift")),
    "opened":        _flag(gettext_noop("The dispatch was opened")),
    "person":        _member(gettext_noop("Leaves the post")),
    "successor":     _member(gettext_noop("Successor")),
    "tasks":         _handed,
    "finding":       _text(gettext_noop("Fraud finding")),
    "accused":       _unit(gettext_noop("Unit accused")),
    "sent_again":    _text(gettext_noop("Sent again after the refusal of case")),
    "written_report": _flag(gettext_noop("A written report is owed")),
}
REMARKS = {
    "same_picture":    gettext_noop("The same picture belongs to case %(cases)s"),
    "from_album":      gettext_noop("From the album, not from the camera"),
    "old_photo":       gettext_noop("Taken on %(taken_at)s"),
    "taken_too_early": gettext_noop("Taken on %(taken_at)s, before what it is to prove: %(since)s"),
    "taken_elsewhere": gettext_noop("Taken %(metres)s m from the place"),
}
CLOCK_CHANGE = {
    "started": gettext_noop("%(clock)s clock started, due %(due)s"),
    "paused":  gettext_noop("%(clock)s clock paused"),
    "resumed": gettext_noop("%(clock)s clock goes on, due %(due)s (was %(was)s)"),
    "met":     gettext_noop("%(clock)s clock stopped in time"),
    "late":    gettext_noop("%(clock)s clock stopped late"),
    "extended": gettext_noop("%(clock)s clock extended, due %(due)s (was %(was)s)"),
    "changed": gettext_noop("%(clock)s clock has another limit, due %(due)s (was %(was)s)"),
    "recomputed": gettext_noop("%(clock)s clock follows the calendar, due %(due)s (was %(was)s)"),
    "ended":   gettext_noop("%(clock)s clock ended"),
}
# fmt: on


def words_of(line: CaseEvent, names: Names) -> list[str]:
    """What a line says, a sentence per fact, in the order of the table."""
    found = [
        words(line.facts[fact], line, names) for fact, words in FACTS.items() if fact in line.facts
    ]
    return [sentence for sentence in found if sentence]


def clock_words(line: CaseEvent) -> list[str]:
    """What the line did to the clocks."""
    return [clock_change(change) for change in line.facts.get("clocks") or ()]


def remark_words(remarks: list[dict[str, Any]]) -> list[str]:
    """What was odd about a photo, a sentence each."""
    found = []
    for remark in remarks:
        facts = {**remark, "cases": privacy.case_names(remark)}
        facts |= {name: moment(remark[name]) for name in ("taken_at", "since") if name in remark}
        found.append(_(REMARKS.get(str(remark.get("code")), "%(code)s")) % facts)
    return found


def clock_change(change: dict[str, Any]) -> str:
    """What a line did to a clock, in words."""
    sentence = CLOCK_CHANGE.get(str(change.get("what")), "%(clock)s")
    return _(sentence) % {
        "clock": clock_name(str(change.get("clock"))),
        "due": moment(change["due"]) if change.get("due") else "–",
        "was": moment(change["was"]) if change.get("was") else "–",
    }
