"""The numbers of a page, ready to show: value, arrow, reason, and the lists that they open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cityloop.command import wording
from cityloop.command.measures import BY_KEY, Measure
from cityloop.command.queries import Cube, Reason, reason_of
from cityloop.command.spans import Span
from cityloop.command.wording import Names

PARAMETER = {"area": "area", "unit": "unit_id", "major": "major"}


@dataclass(frozen=True, slots=True)
class Number:
    """`tone`: good, bad or plain. `arrow`: an icon, '' where nothing is known of before."""

    key: str
    title: str
    icon: str
    value: str
    href: str
    tone: str = "plain"
    arrow: str = ""
    change: str = ""
    before: str = ""
    why: str = ""
    why_href: str = ""


def numbers(
    shown: Sequence[Measure], cube: Cube, span: Span, names: Names, *, area: str = ""
) -> list[Number]:
    """The rows of a page from the counts of two periods; `area` limits the lists to it."""
    now, before = cube.totals()
    return [_number(one, now, before, cube, span, names, area) for one in shown]


def _number(
    one: Measure,
    now: dict[str, int | None],
    before: dict[str, int | None],
    cube: Cube,
    span: Span,
    names: Names,
    area: str,
) -> Number:
    value, was = one.value(now), one.value(before)
    limited = {"area": area} if area else {}
    href = one.address(span, **limited)
    plain = Number(one.key, str(one.title), one.icon, wording.value_text(one, value), href)
    if value is None or was is None:
        return plain
    change = round(value - was, 1)
    reason = reason_of(one, cube) if change else None
    return Number(
        plain.key, plain.title, plain.icon, plain.value, plain.href,
        tone=_tone(one, change),
        arrow="trending-up" if change > 0 else "trending-down" if change < 0 else "move-right",
        change=wording.change_text(one, change),
        before=wording.value_text(one, was),
        why=wording.reason_text(reason, names) if reason else "",
        why_href=_why_address(one, reason, span, limited) if reason else "",
    )  # fmt: skip


def _tone(one: Measure, change: float) -> str:
    if not change or not one.better:
        return "plain"
    return "good" if (change > 0) == (one.better == "up") else "bad"


def _why_address(one: Measure, reason: Reason, span: Span, limited: dict[str, str]) -> str:
    """The cases of what explains it."""
    parts = limited | {PARAMETER[reason.dimension]: str(reason.key)}
    shown = BY_KEY[one.fallen] if one.fallen and not reason.rise else one
    return shown.address(span, **parts)
