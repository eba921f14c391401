"""Clocks that ran out and were not swept, history that is not sealed: for the health page."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from cityloop.cases.models import CaseEvent, Seal, Timer
from cityloop.kernel.upkeep import BAD, WATCH, WELL, Row, clocked, spoken

SWEPT = timedelta(minutes=1)  # in which the worker comes to a clock that has run out
LET_LIE = timedelta(minutes=10)
SEALED = timedelta(minutes=15)


def health(now: datetime) -> list[Row]:
    """Timers due and unswept; lines since the last seal."""
    return [_timers(now), _seals(now)]


def _timers(now: datetime) -> Row:
    late = Timer.objects.filter(fire_at__lt=now - SWEPT).order_by("fire_at")
    count, oldest = late.count(), late.values_list("fire_at", flat=True).first()
    if oldest is None:
        return Row(_("Clocks of cases"), WELL, _("all that have run out were acted on"))
    words = _("%(n)d have run out and were not acted on, the oldest %(span)s ago") % {
        "n": count, "span": spoken(now - oldest),
    }  # fmt: skip
    light = WATCH if now - oldest < LET_LIE else BAD
    todo = _("See whether a worker runs; one that does catches up by itself.")
    return Row(_("Clocks of cases"), light, words, todo)


def _seals(now: datetime) -> Row:
    last = Seal.objects.order_by("-id").first()
    open_lines = CaseEvent.objects.filter(pk__gt=last.last_event if last else 0)
    first = open_lines.order_by("pk").values_list("recorded_at", flat=True).first()
    part = _("Seals of the history")
    if first is None or now - first < SEALED:
        at = clocked(last.sealed_at) if last else "–"
        return Row(part, WELL, _("the last at %(at)s") % {"at": at})
    words = _("what was written since %(at)s is not sealed") % {"at": clocked(first)}
    todo = _("See whether a worker runs, then prove the history: cityloop check --chain.")
    return Row(part, BAD, words, todo)
