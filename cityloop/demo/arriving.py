"""How a report comes in: through the door of its channel, with what the channel has beside it."""

from __future__ import annotations

from datetime import datetime

from cityloop.demo.errands import letters, mayors, telephone
from cityloop.demo.errands.shape import Came
from cityloop.demo.reports import Told
from cityloop.demo.town import Town
from cityloop.intake import operations as intake


def hand_in(town: Town, told: Told, given: intake.Incoming, now: datetime) -> Came:
    """Hand a report in; what the channel refuses is raised as its Problem."""
    if told.channel == telephone.CHANNEL:
        return telephone.report(town, told, given, now)
    if told.channel == mayors.CHANNEL and mayors.in_a_file(town, told):
        return mayors.report(town, told, now)
    if told.channel == letters.CHANNEL:
        return letters.report(town, told, now)
    receipt = intake.receive(given, actor=town.actor(told.member_id, now), now=now)
    return Came(receipt.case, receipt.joined)
