"""Reports as plain data: what the API answers and the pages show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cityloop.intake import checks, queries
from cityloop.intake.channels import Channel
from cityloop.intake.likeness import Likeness
from cityloop.intake.models import CLIENT_KEY, Report, Reporter, ReporterNotice
from cityloop.intake.operations import Receipt
from cityloop.intake.queries import ClassGuess, DayAccount, RuleGuess
from cityloop.intake.reference import KnownClass
from cityloop.kernel.actor import Actor
from cityloop.kernel.languages import in_language


def receipt(one: Receipt) -> dict[str, Any]:
    """The answer to a report."""
    return {
        "report": one.number,
        "case": one.case,
        "version": one.version,
        "status": one.status,
        "joined": one.joined,
        "repeated": one.repeated,
        "checks": findings(one.checks),
        "suggestions": [
            {"class": code, "name": name, "confidence": confidence}
            for code, name, confidence in one.suggestions
        ],
    }


def findings(found: Sequence[checks.Finding]) -> list[dict[str, Any]]:
    """Findings with their sentence in the reader's language."""
    return [{"code": one["code"], "text": checks.sentence(one), "about": one} for one in found]


def reports(found: Sequence[Report], *, actor: Actor) -> list[dict[str, Any]]:
    """Everything on some reports that the actor may see; two queries for all of them."""
    numbers = queries.numbers_in_channel(found)
    guesses = queries.stored_suggestions(found)
    return [_report(one, numbers.get(one.pk), guesses[one.pk], actor=actor) for one in found]


def _report(
    one: Report, number: int | None, guesses: Sequence[ClassGuess], *, actor: Actor
) -> dict[str, Any]:
    person = queries.reporter_of(actor, one)
    chosen = one.problem_class
    return {
        "report": queries.report_number(one.case.number, one.ordinal),
        "case": one.case.number,
        "status": one.case.status,
        "joined": one.joined,
        "number_in_channel": number,
        "channel": one.channel,
        "kind": one.kind,
        "source_key": "" if one.source_key.startswith(CLIENT_KEY) else one.source_key,
        "received_at": one.received_at,
        "occurred_at": one.occurred_at,
        "entered_by": one.member.name if one.member else None,
        "priority": one.priority,
        "text": one.text,
        "lon": one.point.x if one.point else None,
        "lat": one.point.y if one.point else None,
        "raw": {"x": one.raw_x, "y": one.raw_y, "system": one.raw_system},
        "address": one.address,
        "source": one.source,
        "link": one.link,
        "class": chosen.code if chosen else None,
        "component": one.component_code,
        "checks": findings(one.checks),
        "suggestions": [guess(g) for g in guesses],
        "reporter": reporter(person) if person else None,
        "answer_wanted": one.answer_wanted,
        "notices": [notice(n) for n in queries.notices_of(one)],
    }


def reporter(person: Reporter) -> dict[str, Any]:
    """Who reported; only for those who may know."""
    return {"name": person.name, "phone": person.phone, "kept_until": person.keep_until}


def notice(one: ReporterNotice) -> dict[str, Any]:
    """An answer that is owed or was given."""
    return {
        "id": one.pk, "topic": one.topic, "version": one.version, "written": one.written,
        "state": one.state, "owed_at": one.owed_at, "settled_at": one.settled_at,
        "settled_by": one.settled_by, "medium": one.medium, "note": one.note,
    }  # fmt: skip


def owed(one: ReporterNotice, *, actor: Actor) -> dict[str, Any]:
    """An answer that is owed, with the report that it is for."""
    person = queries.reporter_of(actor, one.report)
    return {
        **notice(one),
        "report": queries.report_number(one.report.case.number, one.report.ordinal),
        "channel": one.report.channel,
        "status": one.report.case.status,
        "reporter": reporter(person) if person else None,
    }


def channel(one: Channel) -> dict[str, Any]:
    """A row of the channel table as the city has set it."""
    return {
        "code": one.code, "label": str(one.label), "group": one.group, "enabled": one.enabled,
        "required": [alternatives.split("|") for alternatives in one.required],
        "photo_expected": one.photo_expected, "verify": one.verify, "outside": one.outside,
        "metres": one.metres, "hours": one.hours, "auto_file": one.auto_file,
        "priority": one.priority, "written_report": one.written_report,
        "retention_days": one.retention_days, "clock": dict(one.clock),
        "brought_by": sorted(one.brought_by),
    }  # fmt: skip


def known_class(one: KnownClass) -> dict[str, Any]:
    """A class in short."""
    return {"id": one.id, "code": one.code, "name": in_language(one.name_zh, one.name_en)}


def guess(one: ClassGuess) -> dict[str, Any]:
    """A suggested class."""
    return {"class": known_class(one.known), "confidence": one.confidence}


def rule_guess(one: RuleGuess) -> dict[str, Any]:
    """A suggested filing rule."""
    rule = one.rule
    return {
        "id": rule.pk, "condition": in_language(rule.condition_zh, rule.condition_en),
        "limit": [rule.limit_amount, rule.limit_unit], "place_level": rule.place_level,
        "confidence": one.confidence,
    }  # fmt: skip


def likeness(one: Likeness) -> dict[str, Any]:
    """A case that may be the same problem."""
    case = one.candidate
    return {
        "case": case.number, "status": case.status, "metres": case.metres, "same": one.same,
        "rules": list(one.rules), "score": one.score, "text": case.told.text,
        "class_id": case.told.class_id,
    }  # fmt: skip


def account(one: DayAccount) -> dict[str, Any]:
    """A day's account."""
    return {
        "day": one.day, "channels": one.channels, "received": one.received,
        "history": one.history, "missing": one.missing,
    }  # fmt: skip
