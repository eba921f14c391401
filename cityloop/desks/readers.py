"""How the values of a search's terms are read.

A reader gets the value as typed and gives the condition with the value in words, or says by
NotUnderstood why it cannot be: nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from cityloop.cases.models import FINAL, OPEN, Attachment
from cityloop.desks import looks
from cityloop.desks.periods import midnight
from cityloop.geo import queries as geo
from cityloop.kernel.actor import Actor
from cityloop.kernel.templatetags.ui import named
from cityloop.people import queries as people
from cityloop.standards import queries as standards

MOST = 6  # names that a chip shows
_COUNT = re.compile(r"(?P<sign>>=|<=|>|<|=)?(?P<low>\d{1,4})(?:(?:\.\.|-)(?P<high>\d{1,4}))?")
_DAY = re.compile(r"\d{4}-\d{1,2}-\d{1,2}")
_MONTH = re.compile(r"(\d{4})-(\d{1,2})")
_BACK = re.compile(r"(\d{1,3})(?:d|天|日)")
_SIGNS = {">": "gt", ">=": "gte", "<": "lt", "<=": "lte", "=": "exact", "": "exact"}
YES, NO = ("yes", "y", "1", "是", "有"), ("no", "n", "0", "否", "无")
LANGUAGES = ("zh-hans", "en")


class NotUnderstood(ValueError):
    """Why the value of a term cannot be, in a sentence for who typed it."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Who asks, and when: what terms are read with."""

    actor: Actor
    now: datetime

    @property
    def today(self) -> date:
        """The day of the city."""
        return timezone.localdate(self.now)


Found = tuple[Q, str]
Reader = Callable[[str, Reading], Found]


def _joined(names: Iterable[str]) -> str:
    found = list(dict.fromkeys(names))
    return ", ".join(found[:MOST]) + (" …" if len(found) > MOST else "")


def _in_any_language(label: Any) -> list[str]:
    found = []
    for language in LANGUAGES:
        with translation.override(language):
            found.append(str(label).casefold())
    return found


def _chosen(value: str, offered: Iterable[tuple[str, Any]]) -> dict[str, str]:
    """Of (code, label), those with this code or label; where none is, those whose label has it
    in any language."""
    typed, every = value.casefold(), list(offered)
    names = {code: _in_any_language(label) for code, label in every}
    exact = [code for code in names if typed in (code.casefold(), *names[code])]
    within = [code for code in names if any(typed in name for name in names[code])]
    return {code: str(label) for code, label in every if code in (exact or within)}


def one_of(field: str, offered: Callable[[], Iterable[tuple[str, Any]]]) -> Reader:
    """Codes or labels of a fixed set; `offered` gives (code, label)."""

    def read(value: str, reading: Reading) -> Found:
        found = _chosen(value, offered())
        if not found:
            known = ", ".join(str(label) for _code, label in offered())
            raise NotUnderstood(_("it is one of %(known)s") % {"known": known})
        return Q(**{f"{field}__in": list(found)}), _joined(found.values())

    return read


def status(value: str, reading: Reading) -> Found:
    """A status, all open ones, or all that ended."""
    if value.casefold() in ("open", "未结"):
        return Q(status__in=OPEN), _("All open")
    if value.casefold() in ("ended", "已结"):
        return Q(status__in=FINAL), pgettext("term", "ended")
    return one_of("status", lambda: ((key, look.label) for key, look in looks.STATUS.items()))(
        value, reading
    )


def problem_class(value: str, reading: Reading) -> Found:
    """Of every edition: old cases are named by the classes of their day."""
    found = standards.classes_named(value)
    if not found:
        raise NotUnderstood(_("no class is called so"))
    return Q(problem_class__in=[one.pk for one in found]), _joined(named(one) for one in found)


def unit(value: str, reading: Reading) -> Found:
    """The unit that leads the handling, by its code or part of a name."""
    every = people.organisations_visible(reading.actor).defer("search")
    called = Q(name_zh__icontains=value) | Q(name_en__icontains=value)
    found = list(every.filter(code__iexact=value)) or list(every.filter(called))
    if not found:
        raise NotUnderstood(_("no unit that you see is called so"))
    return Q(lead__in=[one.pk for one in found]), _joined(one.name for one in found)


def worker(value: str, reading: Reading) -> Found:
    """The member who handles it, by part of a name or by user name."""
    every = people.members_visible(reading.actor)
    found = dict(every.filter(Q(name__icontains=value) | Q(username__iexact=value))
                 .values_list("pk", "name"))  # fmt: skip
    if not found:
        raise NotUnderstood(_("nobody whom you see is called so"))
    return Q(worker__in=list(found)), _joined(found.values())


def area(value: str, reading: Reading) -> Found:
    """District, street or community, by code or part of a name."""
    every = geo.regions_of(reading.actor, levels=("district", "street", "community"))
    found = dict(every.filter(Q(code=value) | Q(name__contains=value)).values_list("code", "name"))
    if not found:
        raise NotUnderstood(_("no district, street or community is called so"))
    areas = (Q(area_code__startswith=code) for code in found)
    return reduce(or_, areas), _joined(found.values())


def prefix(field: str) -> Reader:
    """What the text of the field begins with."""

    def read(value: str, reading: Reading) -> Found:
        return Q(**{f"{field}__startswith": value}), f"{value}…"

    return read


def count(field: str) -> Reader:
    """A number, or a span of numbers."""

    def read(value: str, reading: Reading) -> Found:
        found = _COUNT.fullmatch(value)
        if found is None or (found["sign"] and found["high"]):
            raise NotUnderstood(_("a number, as in 2, >2, <=3 or 2..4"))
        low = int(found["low"])
        if found["high"]:
            return Q(**{f"{field}__range": (low, int(found["high"]))}), f"{low}–{found['high']}"
        sign = found["sign"] or ""
        return Q(**{f"{field}__{_SIGNS[sign]}": low}), f"{sign if sign != '=' else ''}{low}"

    return read


def flag(condition: Callable[[Reading], Q]) -> Reader:
    """Whether the condition holds of a case."""

    def read(value: str, reading: Reading) -> Found:
        if value.casefold() in YES:
            return condition(reading), pgettext("term", "yes")
        if value.casefold() in NO:
            return ~condition(reading), pgettext("term", "no")
        raise NotUnderstood(_("it is yes or no"))

    return read


def age(value: str, reading: Reading) -> Found:
    """Days since the report: more of them is an earlier report."""
    found = _COUNT.fullmatch(value)
    if found is None or found["high"] or found["sign"] not in (">", "<"):
        raise NotUnderstood(_("a number of days, as in >7 or <2"))
    name = "reported_at__lt" if found["sign"] == ">" else "reported_at__gt"
    words = _("%(n)s days") % {"n": value}
    return Q(**{name: reading.now - timedelta(days=int(found["low"]))}), words


def _days(value: str, reading: Reading) -> tuple[date, date]:
    """First and last day of what is typed; raises NotUnderstood."""
    today, typed = reading.today, value.casefold()
    named = {"today": 0, "今天": 0, "yesterday": 1, "昨天": 1}
    try:
        if typed in named:
            return (today - timedelta(days=named[typed]),) * 2
        if back := _BACK.fullmatch(typed):
            return today - timedelta(days=max(int(back[1]) - 1, 0)), today
        if month := _MONTH.fullmatch(typed):
            first = date(int(month[1]), int(month[2]), 1)
            return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        first_, _dots, last_ = typed.partition("..")
        if _DAY.fullmatch(first_) and (not last_ or _DAY.fullmatch(last_)):
            first = _day(first_)
            return first, _day(last_) if last_ else first
    except (ValueError, OverflowError):
        pass
    raise NotUnderstood(_("days, as in today, 7d, 2026-11, 2026-11-03 or 2026-11-03..2026-11-09"))


def _day(typed: str) -> date:
    year, month, day = (int(part) for part in typed.split("-"))
    return date(year, month, day)


def when(field: str) -> Reader:
    """The day of a moment, in days of the city."""

    def read(value: str, reading: Reading) -> Found:
        first, last = _days(value, reading)
        if first.year < 2000 or last.year > 2100:
            raise NotUnderstood(_("a year from 2000 to 2100"))
        if last < first:
            raise NotUnderstood(_("the last day lies before the first"))
        since, until = midnight(first), midnight(last + timedelta(days=1))
        words = f"{first:%Y-%m-%d}" if first == last else f"{first:%Y-%m-%d} – {last:%Y-%m-%d}"
        return Q(**{f"{field}__gte": since, f"{field}__lt": until}), words

    return read


def overdue(reading: Reading) -> Q:
    """The clock of an open case has run out."""
    return Q(due_at__lt=reading.now, status__in=OPEN)


def photographed(_reading: Reading) -> Q:
    """A photo came with the report."""
    return Q(Exists(Attachment.objects.filter(case=OuterRef("pk"), stage="report")))
