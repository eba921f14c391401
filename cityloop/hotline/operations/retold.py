"""What a row says of a known order otherwise than its report and the rows before: kept once each.

Compared are the text, the address, the place and the caller's number; what the row leaves out says
nothing. A hand-typed report is compared with the first row that is delivered.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from cityloop.geo import coordinates
from cityloop.hotline.models import Order
from cityloop.hotline.operations.rounds import CHANNEL, Sent
from cityloop.intake import operations as intake
from cityloop.intake.models import Reporter
from cityloop.kernel.phones import plain_phone

TEXT, ADDRESS, PLACE, CALLER = "text", "address", "place", "caller"
SAME_PLACE = 1e-5  # degrees, about a metre: what a system rounds is no other place


def retold(rounds: list[Order], row: Sent, cells: dict[str, str], *, now: datetime) -> list[str]:
    """A row of the present round says it otherwise: what is new is kept beside its report, and
    `take_over` saves it. What it is of: TEXT, ADDRESS, PLACE, CALLER; [] where all is known.

    Raises UnknownSystem, NoCoordinate for a place that is none.
    """
    newest = rounds[0]
    if any(row.digest in one.seen for one in rounds[1:]):
        return []  # a row of an earlier round says nothing of this one
    other: dict[str, Any] = {}
    for name, reported in ((TEXT, newest.report.text), (ADDRESS, newest.report.address)):
        if words := _other_words(newest, name, reported, cells.get(name, "")):
            other[name] = words
    other |= _other_place(newest, row, cells.get("system") or "wgs84")
    other |= _other_caller(newest, cells, now)
    if other:
        newest.retold = [*newest.retold, {"at": now.isoformat(), **other}]
    return [one for one in (TEXT, ADDRESS, PLACE, CALLER) if one in other]


def _other_words(order: Order, name: str, reported: str, told: str) -> str:
    known = {_bare(reported), *(_bare(one.get(name, "")) for one in order.retold)}
    if not _bare(told) or _bare(told) in known:
        return ""
    return "".join(sign for sign in told.strip() if sign.isprintable() or sign == "\n")


def _bare(text: str) -> str:
    """What is told, however it is spaced."""
    return "".join(sign for sign in text if sign.isprintable() and not sign.isspace())


def _other_place(order: Order, row: Sent, system: str) -> dict[str, Any]:
    if row.lon is None or row.lat is None:
        return {}
    lon, lat = coordinates.to_wgs84(row.lon, row.lat, system)
    point = order.report.point
    known = [(point.x, point.y)] if point else []
    known += [
        coordinates.to_wgs84(one[PLACE][0], one[PLACE][1], one["system"])
        for one in order.retold
        if PLACE in one
    ]
    if any(abs(x - lon) < SAME_PLACE and abs(y - lat) < SAME_PLACE for x, y in known):
        return {}
    return {PLACE: [row.lon, row.lat], "system": system}


def _other_caller(order: Order, cells: dict[str, str], now: datetime) -> dict[str, Any]:
    """Who called lies with intake, which forgets in time; the order knows the row only. Once the
    first one is forgotten, nobody can say whether this is another."""
    phone, first = plain_phone(cells.get("phone", ""))[:30], order.report.reporter
    if not phone or (first is not None and first.forgotten_at):
        return {}
    later = Reporter.objects.filter(pk__in=[one[CALLER] for one in order.retold if CALLER in one])
    known = {one.phone for one in (first, *later) if one is not None}
    if phone in known:
        return {}
    name = cells.get("name", "")[:60]
    kept = intake.remember(phone=phone, channel=CHANNEL, now=now, name=name)
    return {CALLER: kept.pk}
