"""A case as plain data: what the API answers and the pages show. No query beyond its arguments'."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from cityloop.cases import chain, deadline, granting, offers, privacy, queries, receiving, state
from cityloop.cases.models import Attachment, Case, CaseEvent, Task, Timer, TimerState
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Invalid
from cityloop.people.models import Organisation
from cityloop.people.reasons import words_of

LONGEST, YEARS = timedelta(days=3660), set(range(1900, 2200))


def light(case: Case, *, now: datetime) -> str:
    """green, yellow, red (late), purple (late by the whole limit again) or '' without a clock."""
    if case.due_at is None:
        return ""
    if now >= case.due_at:
        started = case.yellow_at or case.due_at
        span = (case.due_at - started) * 4
        return "purple" if span and now >= case.due_at + span else "red"
    return "yellow" if case.yellow_at and now >= case.yellow_at else "green"


def summary(case: Case, *, now: datetime) -> dict[str, Any]:
    """One line of a list."""
    chosen, lead = case.problem_class, case.lead
    return {
        "number": case.number,
        "version": case.version,
        "status": case.status,
        "record_type": case.record_type,
        "channel": case.channel,
        "class": {"id": chosen.pk, "code": chosen.code, "name": chosen.name_zh} if chosen else None,
        "description": case.description,
        "address": case.address,
        "area_code": case.area_code,
        "grid_code": case.grid_code,
        "lon": case.point.x if case.point else None,
        "lat": case.point.y if case.point else None,
        "unit": {"id": lead.pk, "code": lead.code, "name": lead.name_zh} if lead else None,
        "reported_at": case.reported_at,
        "due_at": case.due_at,
        "light": light(case, now=now),
        "dispatches": case.dispatches,
        "reworks": case.reworks,
        "reports": case.reports,
    }


def full(case: Case, *, actor: Actor, now: datetime) -> dict[str, Any]:
    """The whole case file."""
    timers, tasks = queries.timers(case), queries.tasks(case)
    lines, share = queries.history(case), queries.responsibility_grid(case)
    mine = offers.offers(actor, case, timers=timers, tasks=tasks, now=now)
    return {
        **summary(case, now=now),
        **_proven(case, lines),
        "level": case.level,
        "trial": case.trial,
        "imported": case.imported,
        "in_service_area": case.in_service_area,
        "responsibility_grid": share.code if share else "",
        "raw": {"x": case.raw_x, "y": case.raw_y, "system": case.raw_system},
        "filing_rule": case.filing_rule_id,
        "limit": [case.limit_amount, case.limit_unit] if case.limit_unit else None,
        "proposal": _proposal(case, on=timezone.localdate(now)),
        "holder": _platform(case),
        "assisting": case.assisting,
        "substituted": case.substituted,
        "liable": case.liable_id,
        "closing_kind": case.closing_kind,
        "handled_late": case.handled_late,
        "appeal": case.appeal,
        "extensions": case.extensions,
        "suspensions": case.suspensions,
        "deferrals": case.deferrals,
        "long_limit": case.long_limit,
        "backlog_at": case.backlog_at,
        "history": [event(line, case, actor=actor) for line in lines],
        "clocks": [clock(timer, which=place, now=now) for place, timer in placed(timers)],
        "tasks": [task(one) for one in tasks],
        "attachments": _papers(case, actor),
        "steps": [offer.step.action for offer in mine if not offer.hindrances],
        "hindered": [
            {"action": offer.step.action, "reasons": list(offer.hindrances)}
            for offer in mine
            if offer.hindrances
        ],
    }


def _proven(case: Case, lines: list[CaseEvent]) -> dict[str, Any]:
    broken = chain.broken_from(case, lines)
    return {
        "chain_broken_from": broken,
        "changed_outside": broken is None and state.unlike(case),
    }


def _proposal(case: Case, *, on: date) -> dict[str, Any]:
    """As the case keeps it, its reasons in the reader's words; `nobody_receives`: of the units that
    it names, before it is followed, those at which nobody can receive a case that day."""
    found = dict(case.proposal)
    if "why" in found:
        found["why"] = [words_of(reason) for reason in found["why"]]
    if lacking := receiving.lacking(case, on=on):
        found["nobody_receives"] = sorted(lacking)
    return found


def _platform(case: Case) -> dict[str, Any] | None:
    held = case.holder
    return {"id": held.pk, "code": held.code, "name": held.name_zh} if held else None


def event(line: CaseEvent, case: Case, *, actor: Actor) -> dict[str, Any]:
    """One history line, as this actor may know it."""
    return {
        "version": line.version, "action": line.action, "from": line.source, "to": line.target,
        "role": line.role, "actor": line.actor, "at": line.at,
        "facts": privacy.facts_for(line.facts, actor, case),
        "imported": line.imported, "previous": line.previous, "hash": line.hash,
    }  # fmt: skip


def placed(timers: Iterable[Timer]) -> Iterator[tuple[int, Timer]]:
    """Each clock, the oldest first, with its place among those of its kind, from 1."""
    places = Counter[str]()
    for timer in timers:
        places[timer.kind] += 1
        yield places[timer.kind], timer


def clock(timer: Timer, *, which: int, now: datetime) -> dict[str, Any]:
    """One clock; `seconds_left` is wall time, negative when late, null unless it runs. What stands
    still has no deadline."""
    running, stands = timer.state == TimerState.RUNNING, timer.state == TimerState.PAUSED
    unit = timer.organisation
    return {
        "unit": unit.name_zh if unit else None, "appeal": timer.appeal,
        "kind": timer.kind, "which": which, "state": timer.state,
        "started_at": timer.first_started_at, "due_at": None if stands else timer.due_at,
        "ended_at": timer.ended_at, "late": timer.late,
        "limit": [timer.limit_amount, timer.limit_unit], "margin_hours": timer.margin_hours,
        "spent": timer.spent,
        "seconds_left": round((timer.due_at - now).total_seconds()) if running else None,
    }  # fmt: skip


def task(one: Task) -> dict[str, Any]:
    """One task."""
    return {
        "kind": one.kind, "unit": one.organisation.name_zh if one.organisation else None,
        "member": one.member.name if one.member else None, "role": one.role,
        "what": one.what,
        "opened_at": one.opened_at, "due_at": one.due_at, "closed_at": one.closed_at,
        "result": one.result,
        "asked": {name: value for name, value in one.asked.items() if name != "by"},
    }  # fmt: skip


def _papers(case: Case, actor: Actor) -> list[dict[str, Any]]:
    papers = queries.attachments(case)
    queries.only_seen(actor, [remark for paper in papers for remark in paper.remarks])
    return [attachment(one) for one in papers]


def attachment(one: Attachment) -> dict[str, Any]:
    """One paper of the file."""
    return {
        "version": one.version, "stage": one.stage, "sha256": one.file.sha256,
        "media_type": one.file.media_type, "taken_at": one.file.taken_at,
        "from_album": one.from_album, "remarks": one.remarks, "url": f"/files/{one.file.sha256}",
        "stamped_url": reverse("file-stamped", args=[one.file.sha256, one.pk])
        if one.file.media_type.startswith("image/") else None,
    }  # fmt: skip


def clock_changes(case: Case, kind: str, *, which: int | None = None) -> list[dict[str, Any]]:
    """How the deadlines of a kind of clock came about: each change with who made it, oldest first;
    of all its clocks, or of one by its place from 1.

    Raises NotFound when the case has no such clock.
    """
    clocks = deadline.noted(kind, queries.history(case))
    if not 0 < (1 if which is None else which) <= len(clocks):
        raise deadline.no_clock(kind)
    return [
        {
            "at": line.at, "action": line.action, "actor": line.actor, "what": note["what"],
            "was": note["was"], "due": note["due"],
            "reason": str(line.facts.get("reason") or line.facts.get("opinion") or ""),
        }
        for notes in (clocks if which is None else [clocks[which - 1]])
        for line, note in notes
    ]  # fmt: skip


def protection_of(case: Case) -> dict[str, Any] | None:
    """The protection period whose limit the case was filed with, as its history tells it."""
    lines = [line for line in queries.history(case) if line.action == "file"]
    return lines[-1].facts.get("protection") if lines else None


def days(first: date, last: date) -> tuple[datetime, datetime]:
    """The moments between which these local days lie; Invalid when reversed or vast."""
    if not (first <= last and last - first <= LONGEST and {first.year, last.year} <= YEARS):
        raise Invalid(_("the period ends before it begins, or is longer than ten years"))
    start, end = (datetime.combine(day, time()) for day in (first, last + timedelta(days=1)))
    return timezone.make_aware(start), timezone.make_aware(end)


def unit(row: Organisation) -> dict[str, Any]:
    """A unit as the figures name it."""
    return {"id": row.pk, "code": row.code, "name": row.name_zh}


def granted(row: granting.Granted) -> dict[str, Any]:
    """A unit's counts and rates of what it was granted."""
    counts = {
        name: getattr(row, name)
        for name in ("filed", "extended", "extensions", "long_limits", "suspended", "deferred",
                     "backlog", "left_backlog", "late", "excused")
    }  # fmt: skip
    return {
        "unit": unit(row.unit), **counts, "extension_rate": row.rate(row.extended),
        "suspension_rate": row.rate(row.suspended), "deferral_rate": row.rate(row.deferred),
        "late_rate": row.rate(row.late),
    }  # fmt: skip
