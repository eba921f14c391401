"""Orders of the mayor's hotline: with a number and a deadline; what is refused may come again."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from django.utils import timezone

from cityloop.cases.models import Case
from cityloop.demo.errands.shape import After, Came, Errand
from cityloop.demo.reports import Told
from cityloop.demo.town import Town
from cityloop.hotline import operations as hotline
from cityloop.hotline.models import Order
from cityloop.hotline.reading import Row
from cityloop.kernel.errors import Refused

CHANNEL = "hotline12345"
DAYS = (2, 3, 5)  # until the outer deadline
IN_FILES = 0.3  # share of orders that come in a file; others are typed in
SENT_AGAIN = 0.5  # share of refused orders that 12345 sends again
LATER = (3, 20)  # hours


def in_a_file(town: Town, told: Told) -> bool:
    """Whether the order comes in a file, which names no component."""
    return town.chance.random() < IN_FILES and not told.spot.component


def report(town: Town, told: Told, now: datetime) -> Came:
    """One order as its own delivery; Refused with the reasons where its row is not taken."""
    order = _take(town, told, now)
    after = After(counted="orders of 12345")
    return Came(order.report.case.number, order.report.ordinal > 1, after)


def _take(town: Town, told: Told, now: datetime) -> Order:
    due = timezone.localtime(now + timedelta(days=town.chance.choice(DAYS)))
    spot = told.spot
    cells = {
        "number": told.source_key, "due_at": due.isoformat(timespec="minutes"),
        "sent_at": timezone.localtime(now).isoformat(timespec="seconds"),
        "name": told.reporter[0], "phone": told.reporter[1], "text": told.text,
        "lon": str(spot.lon), "lat": str(spot.lat), "address": spot.address,
        "class_code": "" if told.vague else told.matter.code,
    }  # fmt: skip
    name = f"12345-{timezone.localtime(now):%Y%m%d-%H%M}.csv"
    batch = hotline.import_orders(
        [Row(1, cells)], name=name, actor=town.actor(told.member_id, now), now=now
    )
    if batch.bad_rows:
        raise Refused(*batch.bad_rows[0]["reasons"])
    newest = Order.objects.filter(outer_number=told.source_key).order_by("-round")
    return newest.select_related("report__case")[0]


def refused(case: Case, told: Told | None, town: Town, now: datetime) -> After:
    """The result goes back at once; 12345 may send the order again."""
    hotline.note_result(number=case.number, version=case.version)
    if told is None or town.chance.random() >= SENT_AGAIN:
        return After()
    at = now + timedelta(hours=town.chance.uniform(*LATER))
    return After(((at, _again(told)),), counted="orders refused")


def _again(told: Told) -> Errand:
    """12345 does not agree, and sends the order once more with what the caller has added."""

    def again(town: Town, now: datetime) -> After:
        where = told.spot.address or "原地点"
        more = replace(told, text=f"{told.text}市民补充：{where}，请现场查看。", vague=False)
        order = _take(town, more, now)
        return After(case=order.report.case.number, told=more, counted="orders sent again")

    return again
