"""What the leaders' pages share: their tabs, whose ground is shown, the facts of each page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy

from cityloop.command import charts, measures, numbers, queries, spans, wording
from cityloop.command.queries import Cube
from cityloop.command.wording import Names
from cityloop.desks import boxes
from cityloop.desks import desks as tables
from cityloop.desks import queries as desks
from cityloop.geo import queries as geo
from cityloop.kernel import clock
from cityloop.kernel.actor import Actor
from cityloop.kernel.page import actor_with
from cityloop.people.scope import scopes_of

PERMISSION = "command.view"
TABS = (
    ("today", pgettext_lazy("command", "Today"), "sun"),
    ("month", pgettext_lazy("command", "Month"), "calendar-range"),
    ("heat", pgettext_lazy("command", "Heat map"), "flame"),
    ("ranking", pgettext_lazy("command", "Ranking"), "trophy"),
)
DECISIONS = ("requests", "answered", "answer_owed", "escalated", "backlog")
TREND_DAYS, BEST, PLACES, ALL = 13, 6, 10, 300


@dataclass(frozen=True, slots=True)
class Worse:
    """An area, unit or group of classes in which more was late than before."""

    name: str
    more: int
    href: str
    dimension: str


def reader(request: HttpRequest) -> tuple[Actor, datetime]:
    """Who reads, and when; raises NotAllowed without the permission."""
    return actor_with(request, PERMISSION), clock.now()


def tabs(current: str) -> list[tuple[str, str, str, bool]]:
    """The tabs as ui/tabs.html wants them."""
    return [(reverse(name), str(title), icon, name == current) for name, title, icon in TABS]


def ground(actor: Actor) -> str:
    """Whose cases are counted, in words."""
    scopes = scopes_of(actor)
    codes = [code for _ids, held in scopes for code in held or ("",)]
    if any(ids is not None for ids, _codes in scopes):
        return pgettext("command", "The own organisation")
    if not codes or any(len(code) <= 4 for code in codes):
        return pgettext("command", "The whole city")
    known = geo.region_names(codes)
    return pgettext("command", ", ").join(known.get(code, code) for code in codes[:4])


def area_of(actor: Actor) -> str:
    """The one district or street that an actor sees, for the addresses of lists; else ''."""
    scopes = scopes_of(actor)
    if len(scopes) != 1 or len(scopes[0][1] or ()) != 1:
        return ""
    code = (scopes[0][1] or ("",))[0]
    return code if len(code) in (6, 9) else ""


def today_facts(actor: Actor, *, now: datetime) -> dict[str, Any]:
    """The page of today: numbers, red matters, what waits for the reader, chart, ranking."""
    span, before = spans.today(now)
    digits = queries.digits_of(actor)
    flow = queries.counted(actor, span, before, digits=digits)
    held = queries.standing(actor, now=now, digits=digits)
    held = queries.with_evening(held, actor, before.last)
    cube = queries.joined([flow, held])
    names = wording.names_of(cube, on=span.last)
    past = spans.whole(span.last - timedelta(days=TREND_DAYS), before.last)
    days = [*queries.by_day(actor, past), queries.day_of(cube, span.last)]
    return {
        "now": now, "ground": ground(actor), "span": span,
        "numbers": numbers.numbers(
            measures.shown(measures.TODAY), cube, span, names, area=area_of(actor)
        ),
        "against": _("than yesterday at this hour"),
        "red": [(one, [wording.RED[key] for key in one.why])
                for one in queries.red_matters(actor, now=now)],
        "red_href": f"{reverse('cases')}?box={queries.BOX}",
        "charts": [charts.trend(days)],
        "decisions": decisions(actor, now=now),
    }  # fmt: skip


def decisions(actor: Actor, *, now: datetime) -> list[tuple[boxes.Box, int]]:
    """The boxes that wait for the reader's own word, with how many."""
    own, _others = tables.boxes_of(actor)
    mine = [box for box in (boxes.BY_KEY[key] for key in DECISIONS) if box in own]
    counts = desks.counters(actor, now=now, only={box.key for box in mine}) if mine else {}
    return [(box, counts.get(box.key, 0)) for box in mine]


def month_facts(actor: Actor, *, now: datetime, places: int = PLACES) -> dict[str, Any]:
    """The page of the month: numbers, charts, the first places of the rankings."""
    span, before = spans.month(now)
    cube = queries.of_spans(actor, span, before)
    names = wording.names_of(cube, on=span.last)
    days = queries.by_day(actor, spans.whole(span.last - timedelta(days=29), span.last))
    this, last = pgettext("chart", "This month"), pgettext("chart", "The month before")
    return {
        "now": now, "ground": ground(actor), "span": span, "before": before,
        "numbers": numbers.numbers(
            measures.shown(measures.MONTH), cube, span, names, area=area_of(actor)
        ),
        "against": _("than the same days of the month before"),
        "charts": [charts.trend(days), charts.by_class(cube, names, now=this, before=last)],
        "rankings": rankings(cube, span, names, most=places, area=area_of(actor)),
        "worse": worse(cube, span, names, area=area_of(actor)),
    }  # fmt: skip


def worse(cube: Cube, span: spans.Span, names: Names, *, area: str) -> list[Worse]:
    """What got worse: where most was handled late beyond the period before."""
    late = measures.BY_KEY["late"]
    limited = {"area": area} if area else {}
    found = []
    for dimension, parameter in numbers.PARAMETER.items():
        for key, (is_, was) in cube.by(dimension).items():
            more = is_.get("late", 0) - was.get("late", 0)
            if key and more > 0:
                href = late.address(span, **(limited | {parameter: str(key)}))
                found.append(Worse(names.of(dimension, key), more, href, dimension))
    return sorted(found, key=lambda one: (-one.more, one.name))[:BEST]


def rankings(
    cube: Cube, span: spans.Span, names: Names, *, most: int, area: str = ""
) -> list[dict[str, Any]]:
    """Units and areas in order, each with the addresses of its lists."""
    tables = (
        ("area", pgettext("command", "Areas"), "map"),
        ("unit", pgettext("command", "Units"), "building-2"),
    )
    ranked = ((*table, queries.ranking(cube, table[0])) for table in tables)
    return [
        {
            "key": dimension, "title": title, "icon": icon,
            "rows": [_line(row, dimension, span, names, area) for row in rows[:most]],
        }
        for dimension, title, icon, rows in ranked
        if dimension != "area" or len(rows) > 1  # one alone is first among nobody
    ]  # fmt: skip


def _line(
    row: queries.Ranked, dimension: str, span: spans.Span, names: Names, area: str
) -> dict[str, Any]:
    limited = {"area": area} if area and dimension != "area" else {}
    parts = limited | {numbers.PARAMETER[dimension]: str(row.key)}
    opened = {
        key: (row.counts.get(key, 0), measures.BY_KEY[key].address(span, **parts))
        for key in ("filed", "closed", "late", "reworked")
    }
    rate = measures.BY_KEY["on_time"].address(span, **parts)
    return {
        "row": row, "name": names.of(dimension, row.key), "rate": wording.rate_text(row),
        "rate_href": rate, "opened": opened,
    }  # fmt: skip


def ranking_facts(actor: Actor, *, day: date, now: datetime, places: int = ALL) -> dict[str, Any]:
    """The ranking of one day, beside the day before."""
    span = spans.whole(day, day)
    earlier = day - timedelta(days=1)
    cube = queries.of_spans(actor, span, spans.whole(earlier, earlier))
    names = wording.names_of(cube, on=day)
    last = clock.local_day(now) - timedelta(days=1)
    return {
        "now": now, "ground": ground(actor), "day": day, "earlier": earlier,
        "later": day + timedelta(days=1) if day < last else None,
        "rankings": rankings(cube, span, names, most=places, area=area_of(actor)),
    }  # fmt: skip


def heat_facts(actor: Actor, *, now: datetime) -> dict[str, Any]:
    """The map of heat and live cases, with what stands now."""
    digits = queries.digits_of(actor)
    held = queries.standing(actor, now=now, digits=digits)
    names = wording.names_of(held, on=clock.local_day(now))
    span, _before = spans.today(now)
    shown = measures.shown(("open", "overdue"))
    return {
        "now": now, "ground": ground(actor),
        "numbers": numbers.numbers(shown, held, span, names, area=area_of(actor)),
        "against": _("than yesterday at this hour"), "bounds": queries.bounds(actor),
    }  # fmt: skip


def chosen(names: str, known: Sequence[str]) -> list[str]:
    """The known names of a list with commas, in its order, each once."""
    return list(dict.fromkeys(name for name in names.split(",") if name in known))
