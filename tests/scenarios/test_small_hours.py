"""After midnight the city's day has begun, eight hours before that of UTC."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from cityloop.kernel import clock
from cityloop.people import operations as people
from tests.town import DISTRICT, SYSTEM, Town

REFUSE = "E0110"


@pytest.mark.requirement("E02", "A29")
def test_at_half_past_midnight_the_matrix_of_the_new_day_proposes_the_unit(town: Town) -> None:
    tomorrow: date = clock.local_day(town.now) + timedelta(days=1)
    people.set_responsibility(
        kind="event", lead=town.units["GREEN"], region_code=f"{DISTRICT}001",
        valid_from=tomorrow, source_document="试验区〔2026〕9号", actor=SYSTEM, now=town.now,
    )  # fmt: skip
    midnight = timezone.make_aware(datetime.combine(tomorrow, datetime.min.time()))
    for moment, unit in ((-1, "ROADS"), (1, "GREEN")):
        town.now = midnight + timedelta(minutes=30 * moment)
        number = town.report(class_code=REFUSE, text=f"路边堆放垃圾{moment}").case
        town.step(number, "accept", "acceptor")
        case = town.step(number, "file", "shift_leader", filing_rule=town.rule(REFUSE).pk)
        assert case.proposal["unit"] == town.units[unit].pk, moment
