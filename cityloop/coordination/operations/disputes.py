"""A dispute follows the steps of its case; meetings are recorded beside them."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from cityloop.cases import operations as cases
from cityloop.cases.models import CaseEvent, DisputeLevel
from cityloop.coordination import queries
from cityloop.coordination.models import Dispute, SiteMeeting
from cityloop.kernel.actor import Actor
from cityloop.kernel.clock import to_the_minute
from cityloop.kernel.encoding import filled_in
from cityloop.kernel.errors import Invalid, Refused
from cityloop.kernel.models import StoredFile
from cityloop.people.models import Responsibility

MANAGE = "coordination.manage"
DECIDED = ("decide", "name_liable")
FIXED = ("fixed_meanwhile", "finish")  # by whoever did it, or by the unit ordered to act instead
NOT_FIXED = ("check_failed", "ask_better_proof", "send_back", "reopen", "recheck_false")
FOLLOWED = (*DECIDED, *FIXED, *NOT_FIXED, "raise_dispute")


@transaction.atomic
def open_dispute(*, number: str, version: int) -> Dispute:
    """By this step the case was frozen, or given to another unit while its duty stays open: the
    dispute is opened, or goes on. May be told twice."""
    line = _line(number, version)
    known = Dispute.objects.select_for_update().filter(case=line.case_id)
    row = known.filter(last_version__gte=version).order_by("last_version").first()
    if row is not None:
        return row
    row = known.filter(closed_at=None).first() or Dispute(case_id=line.case_id, opened_at=line.at)
    row.parties = list(dict.fromkeys(line.facts["circle"]))
    row.level = line.facts["dispute_level"]
    row.last_version, row.fixed_at, row.fixed_by = version, None, None
    row.save()
    later = CaseEvent.objects.filter(case=line.case_id, version__gt=version, action__in=FOLLOWED)
    for after in later.order_by("version").values_list("version", flat=True):
        follow_case(number=number, version=after)  # told before this one
    return row


@transaction.atomic
def follow_case(
    *,
    number: str,
    version: int,
    file: StoredFile | None = None,
    rule: Responsibility | None = None,
) -> Dispute | None:
    """The dispute takes over what a step of its case says. May be told twice, or late.

    `file`, `rule`: what a decision has beside the words of its step; all of it is written at once.
    """
    line = _line(number, version)
    if line.action not in FOLLOWED:
        return None
    rows = Dispute.objects.select_for_update().filter(case=line.case_id, closed_at=None)
    row = rows.filter(last_version__lt=version).first()
    if row is None:
        return None
    facts = line.facts
    if line.action == "raise_dispute":
        row.level = facts["dispute_level"]
    elif line.action in NOT_FIXED:
        row.fixed_at, row.fixed_by = None, None
    elif line.action in FIXED:
        row.fixed_at, row.fixed_by_id = line.at, facts.get("fixed_by") or _ordered(line)
    else:
        row.closed_at, row.liable_id = line.at, facts["liable"]
        row.decision, row.decided_by = facts["reason"], line.actor
        row.document, row.file, row.line = facts.get("document", ""), file, rule
    row.last_version = version
    row.save()
    return row


def _ordered(line: CaseEvent) -> int | None:
    """The unit that had been ordered to act instead when this line was written, if any."""
    if line.action != "finish":
        return None
    orders = CaseEvent.objects.filter(
        case=line.case_id, version__lt=line.version, action="substitute"
    )
    last = orders.order_by("-version").first()
    return last.facts["unit"] if last else None


def _line(number: str, version: int) -> CaseEvent:
    return CaseEvent.objects.get(case__number=number, version=version)


def held(actor: Actor, dispute_id: int) -> Dispute:
    """An open dispute in the actor's scope, locked; raises NotFound, Refused."""
    row = queries.dispute_seen(actor, dispute_id)
    Dispute.objects.select_for_update().filter(pk=row.pk).first()
    row.refresh_from_db(fields=["closed_at", "level", "last_version", "fixed_at"])
    if not row.open:
        raise Refused(_("this dispute has been decided already"))
    return row


@transaction.atomic
def record_site_meeting(
    *,
    dispute_id: int,
    held_at: datetime,
    place: str,
    present: str,
    minutes: str,
    actor: Actor,
    now: datetime,
    file: StoredFile | None = None,
) -> SiteMeeting:
    """Keep what the parties saw and said at the place; raises NotAllowed, NotFound, Invalid."""
    actor.require(MANAGE)
    row = held(actor, dispute_id)
    filled_in(place=place, present=present, minutes=minutes)
    if held_at > now:
        raise Invalid(_("a meeting is recorded after it was held"),
                      fields={"held_at": _("lies in the future")})  # fmt: skip
    if held_at < to_the_minute(row.case.reported_at):
        raise Invalid(_("a meeting at the place is held after the case was reported"),
                      fields={"held_at": _("lies before the case was reported")})  # fmt: skip
    return SiteMeeting.objects.create(
        dispute=row, held_at=held_at, place=place.strip(), present=present.strip(),
        minutes=minutes.strip(), file=file, recorded_by=actor.post[:120], recorded_at=now,
    )  # fmt: skip


@transaction.atomic
def raise_dispute(
    *, dispute_id: int, level: str, reason: str, actor: Actor, now: datetime
) -> Dispute:
    """Pass the dispute from `level` to the next, as a step of its case; raises Refused at the top,
    and where another level has it by now: asked twice, it is passed up once.
    """
    actor.require(MANAGE)
    if level not in DisputeLevel.values:
        every = ", ".join(DisputeLevel.values)
        raise Invalid(_("name the level that passes the dispute up"),
                      fields={"level": _("one of %(all)s") % {"all": every}})  # fmt: skip
    row = held(actor, dispute_id)
    if row.level != level:
        raise Refused(
            _("this dispute lies with “%(level)s” by now") % {"level": row.get_level_display()}
        )
    case = cases.perform(
        row.case.number, "raise_dispute", actor=actor, now=now, inputs={"reason": reason}
    )
    follow_case(number=case.number, version=case.version)
    return queries.dispute_seen(actor, dispute_id)
