"""The clocks on the page of a case, and why each deadline is what it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_safe

from cityloop.cases import deadline
from cityloop.cases import queries as cases
from cityloop.cases import views as case_views
from cityloop.cases.clocks import lit_from
from cityloop.cases.models import Case, Timer, TimerKind
from cityloop.desks import history, looks
from cityloop.desks.views.case_list import answered
from cityloop.kernel import clock
from cityloop.kernel.page import actor_of
from cityloop.standards import queries as standards
from cityloop.standards.queries.calendars import REASONS
from cityloop.standards.worktime import Reason, Unit

MOST_DIGITS = 5
BESIDE = {deadline.PAUSED: lazy("stands still"), deadline.PASSED: lazy("the deadline had passed")}


@dataclass(frozen=True, slots=True)
class ClockRow:
    """A clock, ready to show."""

    timer: Timer
    which: int  # its place among the clocks of its kind, from 1
    state: looks.Look
    light: str
    limit: str
    left: timedelta | None


def clock_rows(timers: list[Timer], *, now: datetime) -> list[ClockRow]:
    """All clocks of a case, in the order in which they are read."""
    which = {timer.pk: place for place, timer in case_views.placed(timers)}
    return [clock_row(one, which=which[one.pk], now=now) for one in clocks_in_order(timers)]


def clock_row(timer: Timer, *, which: int = 1, now: datetime) -> ClockRow:
    """State, light and words of one clock."""
    ended = timer.state == "ended"
    verdict = {True: "late", False: "met", None: "ended"}[timer.late]
    state = verdict if ended else timer.state
    light = "" if timer.state == "running" else "paused"
    if timer.state == "running":
        yellow = lit_from(timer)
        light = "red" if now >= timer.due_at else "yellow" if now >= yellow else "green"
    limit = standards.limit_text(timer.limit_amount, timer.limit_unit)
    if timer.margin_hours:
        limit += " + " + standards.limit_text(timer.margin_hours, Unit.WORK_HOUR)
    left = timer.due_at - now if timer.state == "running" else None
    return ClockRow(timer, which, looks.CLOCK_STATE[state], light, limit, left)


def clocks_in_order(timers: list[Timer]) -> list[Timer]:
    """Running ones by deadline, then the ended: the whole case, and its stages latest first."""
    running = sorted((t for t in timers if t.state != "ended"), key=lambda t: t.due_at)
    ended = [t for t in reversed(timers) if t.state == "ended"]
    return [*running, *sorted(ended, key=lambda t: t.kind != TimerKind.WHOLE)]


@require_safe
def explain(request: HttpRequest, number: str, kind: str) -> HttpResponse:
    """Why this deadline: each counted and skipped stretch between start and end; of the latest
    clock of the kind, or of the one that `?which=` names."""
    actor = actor_of(request)
    actor.require("cases.view")
    case = cases.get(actor, number)
    asked = request.GET.get("which")
    which = None if asked is None else place_read(asked)
    told = deadline.explained(case, kind, now=clock.now(), which=which)
    changes = [
        {**one, "look": looks.ACTION.get(one["action"]),
         "words": history.clock_change({**one, "clock": kind})}
        for one in case_views.clock_changes(case, kind, which=told["which"])
    ]  # fmt: skip
    context = {
        "case": case, "kind": history.clock_name(kind), "parts": days_of(told["stretches"]),
        "stands": told["stands_since"] and standing_words(told),
        "before": told["used_before"]
        and standards.limit_text(round(told["used_before"], 2), told["limit"][1]),
        "changes": changes, "protection": protected_by(case, kind),
    }  # fmt: skip
    return answered(request, page="desks/explain.html", part="desks/_explain.html", context=context)


def place_read(raw: str) -> int:
    """A place from 1 that an address names; 0, which no clock has, for anything else."""
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) <= MOST_DIGITS else 0


def protected_by(case: Case, kind: str) -> str:
    """The protection period behind the limit of a clock, in words; empty where none is."""
    found = case_views.protection_of(case) if kind in ("handling", "whole") else None
    return history.protection_words(found) if found else ""


def standing_words(told: dict[str, Any]) -> str:
    """Since when a clock stands still, what is used of its limit and what is left."""
    unit = told["limit"][1]
    amounts = {"limit": told["limit"][0], "used": round(told["used"], 2)}
    amounts["left"] = max(amounts["limit"] - amounts["used"], 0)
    words = {name: standards.limit_text(amount, unit) for name, amount in amounts.items()}
    return _(
        "This clock stands still since %(since)s. Of its limit of %(limit)s, used: %(used)s, left: "
        "%(left)s. Its deadline is set when it goes on."
    ) % {**words, "since": history.moment(told["stands_since"].isoformat())}


def days_of(parts: list[dict[str, Any]]) -> list[tuple[date, list[dict[str, Any]]]]:
    """The stretches by the local day on which they begin."""
    days: dict[date, list[dict[str, Any]]] = {}
    for part in parts:
        paused = part["reason"] == deadline.PAUSED
        words = BESIDE.get(part["reason"]) or str(REASONS[Reason(part["reason"])])
        if part["margin"] and part["counted"]:
            words = _("%(reason)s, margin of the other stages") % {"reason": words}
        day = timezone.localtime(part["start"]).date()
        look = looks.ACTION.get(part["action"])
        days.setdefault(day, []).append({**part, "words": words, "paused": paused, "look": look})
    return list(days.items())
