"""The calendar of working time: a year at a glance, its days, the weekly hours, changes."""

from __future__ import annotations

import re
from calendar import Calendar as Months
from collections.abc import Callable
from datetime import date, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import get_language, gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from cityloop.kernel import clock
from cityloop.kernel.errors import Invalid
from cityloop.kernel.page import actor_of
from cityloop.standards import operations, queries
from cityloop.standards.models import CalendarChange, SpecialDay
from cityloop.standards.workcalendar import FIRST_YEAR, LAST_YEAR, WeeklyPeriod, WorkCalendar

SEE = "manual.view"
CHANGES = 20
MOST_DAYS = 31  # set at once: a holiday, not a year
_LINE = re.compile(
    r"(?P<days>[1-7](?:[-,][1-7])*)\s+(?P<from>\d\d?:\d\d)-(?P<to>\d\d?:\d\d)"
    r"(?:\s+(?P<first>\d\d-\d\d)\.\.(?P<last>\d\d-\d\d))?"
)


KINDS = {
    SpecialDay.Kind.HOLIDAY.value: pgettext_lazy("day", "holiday"),
    SpecialDay.Kind.WORKDAY.value: pgettext_lazy("day", "working day"),
}


ORDINARY = "ordinary"


class DayForm(forms.Form):
    """A day that differs from its weekday, or one that differs no more."""

    day = forms.DateField(
        label=_("Day"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    until = forms.DateField(
        label=_("Last of several days"), required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )  # fmt: skip
    kind = forms.ChoiceField(
        label=_("Kind of day"),
        choices=[*KINDS.items(), (ORDINARY, pgettext_lazy("day", "as its weekday again"))],
    )
    name = forms.CharField(label=_("Name of the day"), max_length=60, required=False)
    hours = forms.CharField(
        label=_("Hours"), required=False, max_length=120,
        widget=forms.TextInput({"placeholder": "08:00-12:00"}),
        help_text=_("Of a working day with hours of its own, such as a half-day; else left empty."),
    )  # fmt: skip
    why = forms.CharField(label=_("Reason"), max_length=500)

    def clean(self) -> dict[str, Any]:
        """`days`: the one day, or every day from the first to the last."""
        given = super().clean() or {}
        first, last = given.get("day"), given.get("until") or given.get("day")
        if first is None or last is None:
            return given
        count = (last - first).days + 1
        if not 1 <= count <= MOST_DAYS:
            told = _("the last day lies 0 to %(most)s days after the first")
            self.add_error("until", told % {"most": MOST_DAYS - 1})
            return given
        return {**given, "days": [first + timedelta(days=n) for n in range(count)]}


class HoursForm(forms.Form):
    """The weekly hours."""

    hours = forms.CharField(
        label=_("Weekly hours"), max_length=2000, widget=forms.Textarea({"rows": 4}),
        help_text=_("One period a line: weekdays (1 is Monday), hours, and for a season its first "
                    "and last day: 1-5 14:30-18:00 06-01..09-30"),
    )  # fmt: skip
    why = forms.CharField(label=_("Reason"), max_length=500)


@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    """A year; this one unless another is asked for."""
    actor_of(request).require(SEE)
    return _shown(request)


@require_POST
def set_day(request: HttpRequest) -> HttpResponse:
    """Make a day a holiday or a working day, or an ordinary one again."""
    form = DayForm(request.POST)

    def act(given: dict[str, Any]) -> None:
        with transaction.atomic():  # all of the days, or none
            for day in given["days"]:
                _set_one(request, day, given)

    return _done(request, form, "day", act, gettext("The day is set; open deadlines follow it."))


def _set_one(request: HttpRequest, day: date, given: dict[str, Any]) -> None:
    by: dict[str, Any] = {"actor": actor_of(request), "now": clock.now(), "why": given["why"]}
    if given["kind"] == ORDINARY:
        operations.clear_special_day(day, **by)
        return
    operations.set_special_day(
        day, given["kind"], name=given["name"],
        periods=_periods(given["hours"]) if given["hours"] else None, **by,
    )  # fmt: skip


@require_POST
def set_hours(request: HttpRequest) -> HttpResponse:
    """Replace the weekly hours."""
    form = HoursForm(request.POST)

    def act(given: dict[str, Any]) -> None:
        operations.set_periods(
            hours_of(given["hours"]), actor=actor_of(request), now=clock.now(), why=given["why"]
        )

    words = gettext("The weekly hours are set from tomorrow on; open deadlines follow them.")
    return _done(request, form, "hours", act, words)


@require_POST
def confirm_year(request: HttpRequest, year: int) -> HttpResponse:
    """Say that the days of a year have been entered by hand: its warning ends."""
    actor = actor_of(request)
    actor.require(operations.PERMISSION)
    try:
        operations.confirm_year(year, actor=actor, now=clock.now(), why=request.POST.get("why", ""))
    except Invalid as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, gettext("The year is confirmed: its warning has ended."))
    return redirect(f"{reverse('calendar')}?year={year}")


def _done(
    request: HttpRequest,
    form: forms.Form,
    which: str,
    act: Callable[[dict[str, Any]], None],
    words: str,
) -> HttpResponse:
    """Act on a valid form and go back; else the page again, with what was sent and why not."""
    actor_of(request).require(operations.PERMISSION)
    if form.is_valid():
        try:
            act(form.cleaned_data)
        except Invalid as problem:
            for name, reason in (problem.fields or {"": str(problem)}).items():
                form.add_error(name if name in form.fields else None, reason)
    if form.errors:
        return _shown(request, status=422, **{which: form})
    messages.success(request, words)
    day = form.cleaned_data.get("day")
    return redirect(f"{reverse('calendar')}?year={day.year}" if day else reverse("calendar"))


def _shown(
    request: HttpRequest, *, status: int = 200, day: forms.Form | None = None,
    hours: forms.Form | None = None,
) -> HttpResponse:  # fmt: skip
    today = clock.now().astimezone(ZoneInfo(settings.TIME_ZONE)).date()
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isascii() and asked.isdigit() and len(asked) == 4 else today.year
    year = min(max(year, FIRST_YEAR), LAST_YEAR)
    held = queries.work_calendar()
    may = actor_of(request).may_for_city(operations.PERMISSION)
    specials = queries.special_days(year)
    written = "\n".join(map(as_line, held.hours_set))
    context = {
        "year": year, "earlier": year - 1 if year > FIRST_YEAR else None,
        "later": year + 1 if year < LAST_YEAR else None,
        "months": _months(year, held, {one.day: one for one in specials}, today),
        "weekdays": _weekday_names(), "may": may,
        "specials": [(one, KINDS[one.kind]) for one in specials],
        "known": year in held.known_years, "periods": written.splitlines(),
        "changes": [
            (one, changed(one), queries.why_words(one))
            for one in queries.calendar_changes()[:CHANGES]
        ],
        "day_form": day or DayForm(initial=_asked(request, specials) or {"day": today}),
        "hours_form": hours or HoursForm(initial={"hours": written}),
    }  # fmt: skip
    return render(request, "standards/calendar.html", context, status=status)


def _asked(request: HttpRequest, specials: list[SpecialDay]) -> dict[str, Any]:
    """The day that was pressed in the year, as it is; nothing without one."""
    try:
        day = date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        return {}
    row = next((one for one in specials if one.day == day), None)
    if row is None:
        return {"day": day}
    hours = ", ".join(f"{starts}-{ends}" for starts, ends in row.periods or ())
    return {"day": day, "kind": row.kind, "name": row.name, "hours": hours}


def _weekday_names() -> list[str]:
    """Mo, Tu, ...; in Chinese the last character says it."""
    names = [str(name) for name in WEEKDAYS_ABBR.values()]
    chinese = (get_language() or "").startswith("zh")
    return [name[-1:] if chinese else name[:2] for name in names]


def changed(row: CalendarChange) -> str:
    """What a change was about, in words."""
    if row.what.startswith(operations.DAY):
        return row.what.removeprefix(operations.DAY)
    if row.what.startswith("year "):
        return gettext("year %(year)s confirmed") % {"year": row.what.removeprefix("year ")}
    if row.what.startswith("protection"):
        return gettext("protection period")
    known = {
        "weekly hours": gettext("weekly hours"),
        "holiday plans of the years": gettext("published holiday plans"),
    }
    return known.get(row.what, row.what)


def _months(
    year: int, held: WorkCalendar, specials: dict[date, SpecialDay], today: date
) -> list[dict[str, Any]]:
    """Twelve months of weeks; a cell says what kind of day it is, None beside the month."""

    def cell(day: date) -> dict[str, Any]:
        special = specials.get(day)
        works = bool(held.spans_of(day))
        kind = special.kind if special else "" if works else "rest"
        words = f"{KINDS[special.kind]} {special.name}".strip() if special else ""
        return {"day": day, "kind": kind, "words": words, "today": day == today}

    return [
        {"first": date(year, month, 1), "weeks": [
            [cell(day) if day.month == month else None for day in week]
            for week in Months().monthdatescalendar(year, month)
        ]}
        for month in range(1, 13)
    ]  # fmt: skip


def _periods(text: str) -> list[tuple[time, time]]:
    """Periods of a day as "08:00-12:00, 14:00-16:00"; raises Invalid."""
    try:
        return [
            (_moment(starts), _moment(ends))
            for starts, ends in (one.split("-") for one in re.split(r"[,，;；]", text))
        ]
    except ValueError as error:
        reason = gettext("hours are written as 08:00-12:00")
        raise Invalid(reason, fields={"hours": reason}) from error


def _moment(text: str) -> time:
    """8:00 or 08:00; 24:00 is the midnight that ends a day. Raises ValueError."""
    given = text.strip().zfill(5)
    return time() if given == "24:00" else time.fromisoformat(given)


def hours_of(text: str) -> list[WeeklyPeriod]:
    """Lines of weekdays, hours and season; raises Invalid for a line that is none."""
    found = []
    for line in filter(None, (one.strip() for one in text.splitlines())):
        match = _LINE.fullmatch(line)
        try:
            if match is None:
                raise ValueError(line)
            starts, ends = (_moment(match[one]) for one in ("from", "to"))
        except ValueError as error:
            reason = gettext("not weekdays and hours: %(line)s") % {"line": line[:60]}
            raise Invalid(reason, fields={"hours": reason}) from error
        season = (match["first"] or "", match["last"] or "")
        found.append(WeeklyPeriod(_weekdays(match["days"]), starts, ends, *season))
    return found


def _weekdays(text: str) -> frozenset[int]:
    """The days of "1-5,7"."""
    days: set[int] = set()
    for part in text.split(","):
        first, _dash, last = part.partition("-")
        days |= set(range(int(first), int(last[-1:] or first) + 1))
    return frozenset(days)


def as_line(period: WeeklyPeriod) -> str:
    """A weekly period as `hours_of` reads it."""
    days = ",".join(map(str, sorted(period.weekdays)))
    run = sorted(period.weekdays)
    if len(run) > 2 and run == list(range(run[0], run[-1] + 1)):
        days = f"{run[0]}-{run[-1]}"
    line = f"{days} {period.starts:%H:%M}-{period.ends:%H:%M}"
    return f"{line} {period.season_from}..{period.season_to}" if period.season_from else line


urlpatterns = [
    path("calendar/", calendar, name="calendar"),
    path("calendar/days/", set_day, name="calendar-day"),
    path("calendar/hours/", set_hours, name="calendar-hours"),
    path("calendar/years/<int:year>/", confirm_year, name="calendar-year"),
]
