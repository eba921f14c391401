"""Nobody keeps what they may no longer do: tasks of who left go to a successor or to their desk."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cityloop.cases import operations as cases
from cityloop.cases.models import Case, Task
from cityloop.duty import queries
from cityloop.kernel.actor import Actor
from cityloop.people import queries as people
from cityloop.people.models import Member
from cityloop.people.roles import CHECKERS

# Site tasks that go back to the desk which gave them, by the step that takes them back.
RECALL = {"verify": "recall_verify", "check": "recall_check"}
LEAVER = "secondment"  # the system's post that hands over
GONE = "left_post"  # and that takes back from who lost a post or an account


def take_back(*, now: datetime) -> int:
    """Take the tasks back of those whose post ended or whose account is closed; each case by
    itself. Returns how many cases."""
    found = queries.left_behind(timezone.localdate(now))
    for number, person in found:
        reason = _("%(name)s holds no post any more that does this") % {"name": person.name}
        hand_on(number, person, None, reason=reason, now=now, by=GONE)
    return len(found)


def hand_on(
    number: str, person: Member, successor: Member | None, *, reason: str, now: datetime,
    by: str = LEAVER,
) -> bool:  # fmt: skip
    """One case; True when the successor has it, False when it went back to its desk."""
    if successor is not None:
        try:
            _step(number, "hand_on", now, by, person=person, successor=successor, reason=reason)
        except cases.Refused as refused:
            reason = f"{reason}; {refused}"[:400]
        else:
            return True
    held = Task.objects.filter(case__number=number, closed_at=None, member=person)
    kinds = set(held.values_list("kind", flat=True))
    if "recheck" in kinds:
        other = _another_inspector(number, person, timezone.localdate(now))
        _step(number, "hand_on", now, by, person=person, successor=other, reason=reason)
        return other is not None
    for kind in sorted(kinds & set(RECALL)):
        _step(number, RECALL[kind], now, by, reason=reason)
    if not kinds & set(RECALL):
        _step(number, "hand_on", now, by, person=person, reason=reason)
    return False


def _step(number: str, action: str, now: datetime, by: str, **inputs: object) -> None:
    with transaction.atomic():
        cases.perform(number, action, actor=Actor.system(by), now=now, inputs=inputs)


def _another_inspector(number: str, person: Member, on: date) -> Member | None:
    """A re-inspection has no desk to go back to: another inspector of the team, new to the case."""
    known = Case.objects.get(number=number).members
    rows = people.holders(on, *CHECKERS).filter(organisation_id=person.organisation_id)
    return rows.exclude(pk__in=known).order_by("pk").first()
