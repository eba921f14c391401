"""A city's working time as a value: weekly periods with seasons, holidays, make-up days.

Pure and immutable. Years are laid out once, on first use, as sorted tables, so that a deadline is
two binary searches and not a walk over days. All positions are whole microseconds of local clock
time; China has had no clock changes since 1992, and in a zone that has them the answers stay right
as long as none falls inside a working period.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import accumulate
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from cityloop.kernel.errors import Invalid, Refused

Span = tuple[int, int]  # from, to in microseconds since local midnight

HOUR = 3_600_000_000
DAY = 24 * HOUR
FIRST_YEAR, LAST_YEAR = 1900, 2199  # that a calendar shows and takes days of
WEEK = range(1, 8)  # ISO weekdays
# A working calendar that offers nothing for so long has no working time at all.
EMPTY_YEARS = 10
SMALLEST = Decimal("0.01")  # of a limit


class NoWorkingTime(Refused):
    """The calendar has no working time to count, so no deadline can be found."""

    code, title = "no-working-time", "The calendar has no working time"


class BadPeriod(Invalid):
    """A working period that ends before it starts."""

    code, title = "bad-period", "The working period is not valid"


@dataclass(frozen=True, slots=True)
class WeeklyPeriod:
    """Working time from `starts` to `ends` on ISO weekdays (1 = Monday).

    `ends` 00:00 means midnight. `season_from` and `season_to` are MM-DD, both days included; a
    season may run over New Year. Empty: the whole year, but only where no season says otherwise.
    Holds from `first` on and before `end`; None: always.
    """

    weekdays: frozenset[int]
    starts: time
    ends: time
    season_from: str = ""
    season_to: str = ""
    first: date | None = None
    end: date | None = None

    def covers(self, day: date) -> bool:
        """True when the period holds on the day, and its season does (always, without one)."""
        if (self.first and day < self.first) or (self.end and day >= self.end):
            return False
        return not self.season_from or in_season(day, self.season_from, self.season_to)


@dataclass(frozen=True, slots=True)
class Special:
    """One day that differs from its weekday: a holiday, a make-up day, a day of other hours.

    `periods` None on a working day: the hours of that weekday, or, where it has none (a make-up
    Saturday), those of the first weekday that works in the season.
    """

    day: date
    works: bool
    name: str = ""
    periods: tuple[tuple[time, time], ...] | None = None


@dataclass(frozen=True, slots=True)
class Protection:
    """A holiday or an event with limits of its own: a factor for all, or a limit for a class, for a
    major class (E01) or for all of a kind (E); the narrowest counts."""

    name: str
    first: date
    last: date
    factor: Decimal = Decimal(1)
    limits: tuple[tuple[str, Decimal, str], ...] = ()  # class, amount, unit
    duty: str = ""

    def limit(self, class_code: str, amount: Decimal, unit: str) -> tuple[Decimal, str]:
        """The limit that holds in the period instead of the usual one."""
        own = {code: (limit, its_unit) for code, limit, its_unit in self.limits}
        for code in (class_code, class_code[:3], class_code[:1]):
            if code in own:
                return own[code]
        return max((amount * self.factor).quantize(SMALLEST), SMALLEST), unit


@dataclass(frozen=True, slots=True)
class MissingYear:
    """A warning: the holidays of this year are not in the calendar, only its weekends are."""

    year: int
    calendar: str

    def __str__(self) -> str:
        return f"calendar {self.calendar} holds no holidays for {self.year}"


@dataclass(frozen=True, slots=True)
class YearTable:
    """One year laid out: its working days in order and the time worked before each."""

    first: int  # ordinal of 1 January
    rank: list[int]  # for every day of the year: how many working days lie before it
    ordinals: list[int]  # of the working days
    spans: list[tuple[Span, ...]]  # of the working days
    before: list[int]  # microseconds worked before each working day; last: the whole year

    @property
    def total(self) -> int:
        """Microseconds worked in the year."""
        return self.before[-1]


@dataclass(frozen=True, slots=True)
class Position:
    """Where a moment stands in working time: `done` of the `length` of working day `index`."""

    year: int
    index: int
    done: int
    length: int  # 1 on a day off, where nothing is done


@dataclass(frozen=True)
class WorkCalendar:
    """Working time of a city. `known_years`: those whose holidays have been entered."""

    code: str
    periods: tuple[WeeklyPeriod, ...]
    specials: tuple[Special, ...] = ()
    known_years: frozenset[int] = frozenset()
    tz: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Shanghai"))
    revision: int = 0
    protections: tuple[Protection, ...] = ()
    _special: dict[date, Special] = field(init=False, repr=False, compare=False)
    _years: dict[int, YearTable] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_special", {one.day: one for one in self.specials})
        object.__setattr__(self, "_years", {})
        for period in self.periods:
            check_period(period.starts, period.ends)
        for special in self.specials:
            for starts, ends in special.periods or ():
                check_period(starts, ends)

    @property
    def hours_set(self) -> tuple[WeeklyPeriod, ...]:
        """The weekly hours as they were set last; they may begin tomorrow only."""
        return tuple(period for period in self.periods if period.end is None)

    def special(self, day: date) -> Special | None:
        """What is special about a day, or None."""
        return self._special.get(day)

    def protection(self, day: date) -> Protection | None:
        """The protection period of a day, or None; of several the one that began last, and of those
        that began together the one that was made last. Of limits the stricter holds."""
        return max(reversed(self.protected(day)), key=lambda one: one.first, default=None)

    def protected(self, day: date) -> tuple[Protection, ...]:
        """Every protection period of a day, in the order in which they were made."""
        return tuple(one for one in self.protections if one.first <= day <= one.last)

    def warning_for(self, year: int) -> MissingYear | None:
        """A warning when the year's holidays are unknown; deadlines there count weekends only."""
        return None if year in self.known_years else MissingYear(year, self.code)

    def spans_of(self, day: date) -> tuple[Span, ...]:
        """The working periods of a day, sorted and without overlap."""
        special = self._special.get(day)
        if special is None:
            return self._weekly(day, day.isoweekday())
        if not special.works:
            return ()
        if special.periods is not None:
            return merged(special.periods)
        return self._weekly(day, day.isoweekday()) or self._typical(day)

    def _weekly(self, day: date, weekday: int) -> tuple[Span, ...]:
        here = [p for p in self.periods if weekday in p.weekdays and p.covers(day)]
        seasonal = [p for p in here if p.season_from]
        return merged((p.starts, p.ends) for p in seasonal or here)

    def _typical(self, day: date) -> tuple[Span, ...]:
        """The hours of the first weekday that works in the day's season."""
        return next(filter(None, (self._weekly(day, weekday) for weekday in WEEK)), ())

    def year(self, year: int) -> YearTable:
        """The table of a year, laid out on first use (threads may do it twice, with one result)."""
        table = self._years.get(year)
        if table is None:
            table = self._years[year] = self._lay_out(year)
        return table

    def _lay_out(self, year: int) -> YearTable:
        first, end = date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal() + 1
        plans = [(o, self.spans_of(date.fromordinal(o))) for o in range(first, end)]
        working = [(o, spans) for o, spans in plans if spans]
        return YearTable(
            first=first,
            rank=list(accumulate((1 if spans else 0 for _, spans in plans), initial=0))[:-1],
            ordinals=[o for o, _ in working],
            spans=[spans for _, spans in working],
            before=list(accumulate((length(spans) for _, spans in working), initial=0)),
        )

    def position(self, local: datetime) -> Position:
        """Where a naive local moment stands in working time."""
        table = self.year(local.year)
        ordinal = local.toordinal()
        index = table.rank[ordinal - table.first]
        if index == len(table.ordinals) or table.ordinals[index] != ordinal:
            return Position(local.year, index, 0, 1)
        spans = table.spans[index]
        return Position(local.year, index, done(spans, clock(local)), length(spans))

    def worked_before(self, position: Position) -> int:
        """Microseconds worked since the start of the position's year."""
        return self.year(position.year).before[position.index] + position.done

    def after_work(self, year: int, worked: int, last_year: int) -> datetime | None:
        """The earliest local moment at which `worked` > 0 microseconds since the start of `year`
        are done; None when that lies behind `last_year`."""
        for number in self._years_from(year, last_year):
            table = self.year(number)
            if worked <= table.total:
                index = bisect_left(table.before, worked) - 1
                return moment(table, index, worked - table.before[index])
            worked -= table.total
        return None

    def nth_day(self, year: int, index: int, last_year: int) -> tuple[YearTable, int] | None:
        """Working day `index` counted from the start of `year`, wherever it falls; None behind
        `last_year`."""
        for number in self._years_from(year, last_year):
            table = self.year(number)
            if index < len(table.ordinals):
                return table, index
            index -= len(table.ordinals)
        return None

    def _years_from(self, year: int, last_year: int) -> Iterable[int]:
        """Years in order; raises NoWorkingTime when many in a row have none."""
        empty = 0
        for number in range(year, last_year + 1):
            yield number
            empty = 0 if self.year(number).ordinals else empty + 1
            if empty >= EMPTY_YEARS:
                raise self._no_time_after(year)

    def _no_time_after(self, when: int | date) -> NoWorkingTime:
        about = {"code": self.code, "when": when}
        return NoWorkingTime(_("calendar %(code)s has no working time after %(when)s") % about)

    def working_moment(self, local: datetime) -> datetime:
        """The moment itself when work is on (the ends of a period count), else the next start."""
        at = clock(local)
        for start, end in self.spans_of(local.date()):
            if at <= end:
                return local if at >= start else midnight(local) + timedelta(microseconds=start)
        position = self.position(local)
        following = position.index + (1 if position.done else 0)
        found = self.nth_day(local.year, following, local.year + EMPTY_YEARS)
        if found is None:  # _years_from raises first; this is for the type checker's peace
            raise self._no_time_after(local.date())
        return moment(*found, 0)

    def closes(self, local: datetime) -> datetime | None:
        """When the working period that runs at a naive local moment ends; None outside of any."""
        at = clock(local)
        ends = (end for start, end in self.spans_of(local.date()) if start <= at < end)
        return next((midnight(local) + timedelta(microseconds=end) for end in ends), None)


def check_period(starts: time, ends: time) -> None:
    """Raise BadPeriod when a period does not end after its start; 00:00 as end is midnight.

    Hours are local and whole minutes: nothing is left off silently.
    """
    for one in (starts, ends):
        if one.tzinfo is not None or one.second or one.microsecond:
            raise BadPeriod(
                _("%(time)s: hours and minutes of local time only") % {"time": one.isoformat()}
            )
    if (clock(ends) or DAY) <= clock(starts):
        period = f"{starts:%H:%M}-{ends:%H:%M}"
        raise BadPeriod(_("%(period)s does not end after it starts") % {"period": period})


def in_season(day: date, season_from: str, season_to: str) -> bool:
    """True when the day lies in MM-DD .. MM-DD, both included; a season may run over New Year."""
    at = f"{day.month:02}-{day.day:02}"
    if season_from <= season_to:
        return season_from <= at <= season_to
    return at >= season_from or at <= season_to


def merged(periods: Iterable[tuple[time, time]]) -> tuple[Span, ...]:
    """Periods as sorted spans; those that touch or overlap become one, so none counts twice."""
    spans: list[Span] = []
    for start, end in sorted((clock(a), clock(b) or DAY) for a, b in periods):
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        else:
            spans.append((start, end))
    return tuple(spans)


def length(spans: tuple[Span, ...]) -> int:
    """Microseconds of all spans together."""
    return sum(end - start for start, end in spans)


def done(spans: tuple[Span, ...], at: int) -> int:
    """Microseconds of the spans that lie before `at`."""
    return sum(min(at, end) - start for start, end in spans if at > start)


def reached(spans: tuple[Span, ...], worked: int) -> int:
    """The earliest time of day at which `worked` microseconds of the spans are done."""
    for start, end in spans:
        if worked <= end - start:
            return start + worked
        worked -= end - start
    return spans[-1][1]


def moment(table: YearTable, index: int, worked: int) -> datetime:
    """The local moment at which `worked` microseconds of a working day are done."""
    day = datetime.fromordinal(table.ordinals[index])
    return day + timedelta(microseconds=reached(table.spans[index], worked))


def clock(at: datetime | time) -> int:
    """Microseconds since midnight."""
    return ((at.hour * 60 + at.minute) * 60 + at.second) * 1_000_000 + at.microsecond


def midnight(local: datetime) -> datetime:
    """The start of the moment's day."""
    return local.replace(hour=0, minute=0, second=0, microsecond=0)
