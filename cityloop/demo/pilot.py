"""One street of the demo city tries out another flow: its district dispatches first.

So cases rise to the city, are passed up and sent down, beside a city of one hall.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max

from cityloop.cases import operations as cases
from cityloop.cases import queries
from cityloop.cases.flow import DISTRICTS
from cityloop.cases.models import Flow
from cityloop.demo.town import Town
from cityloop.intake import reference
from cityloop.kernel.actor import Actor
from cityloop.people import queries as people

COMMAND: dict[str, Any] = {
    "command": [{"level": "city", "minutes": 20}, {"level": "district", "minutes": 30}],
    "dispatch_begins": "lowest",
}
CITY: dict[str, Any] = {"reply_check_share": 0.3}  # few replies go out: more of them are judged
ACTOR = Actor.system("demo")


def begin(town: Town, now: datetime) -> None:
    """Publish the flow with the pilot in the street that has most to do; once."""
    before = queries.current_flow().parameters
    if before.get(DISTRICTS):
        return
    street = town.streets[0][0].grid[:9]
    last = Flow.objects.aggregate(last=Max("published_at"))["last"]
    at = max(now, last + timedelta(microseconds=1))  # the last one holds
    parameters = {**before, **CITY, DISTRICTS: {street: COMMAND}}
    cases.publish_flow(code="pilot", parameters=parameters, actor=ACTOR, now=at)
    people.forget_actors()
    reference.forget()
