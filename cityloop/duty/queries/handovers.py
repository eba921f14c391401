"""Handovers of shifts and of secondments: what is open, what was recorded, what is missing."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from cityloop.cases import queries as cases
from cityloop.cases.models import OPEN, Case, Task
from cityloop.duty import piles
from cityloop.duty.models import Desk, Handover, HandoverLine, Succession
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import NotFound, Refused
from cityloop.people import queries as people
from cityloop.people.models import Holding, HoldingKind, Member, Organisation
from cityloop.people.roles import CHECKERS, VERIFIERS

LATE_AFTER = timedelta(minutes=30)  # a handover that nobody accepted warns
WARN_DAYS = 14  # before a secondment ends
SENDING = ("dispatch", "dispatch_by_order", "dispatch_across", "decide")


@dataclass(slots=True)
class Pile:
    """A pile of a handover: how many, how many of them are marked, what was said of it."""

    key: str
    label: Any
    cases: int = 0
    marks: Counter[str] = field(default_factory=Counter)
    remark: str = ""
    lines: list[HandoverLine] = field(default_factory=list)


def hall_of(actor: Actor) -> Organisation:
    """The hall at whose desk the actor works: its platform; raises Refused without one."""
    if not actor.platforms:
        raise Refused(_("you work at no desk of a hall"))
    return Organisation.objects.get(pk=actor.platforms[0][0])


def desk_of(actor: Actor) -> Desk:
    """Acceptance for its shift leader, a seat of it, or dispatch."""
    if "shift_leader" in actor.roles:
        return Desk.ACCEPTANCE
    return Desk.SEAT if "acceptor" in actor.roles else Desk.DISPATCH


def open_cases(actor: Actor) -> QuerySet[Case]:
    """Everything open in the actor's hall."""
    return cases.visible(actor).filter(status__in=OPEN)


def open_piles(actor: Actor, *, now: datetime) -> list[Pile]:
    """What would be handed over now, by pile. One statement."""
    late, urged, raised = Q(due_at__lt=now), Q(answer_owed=True), Q(escalations__gt=0)
    counted = open_cases(actor).values("status").annotate(
        cases=Count("pk"), overdue=Count("pk", filter=late), urged=Count("pk", filter=urged),
        escalated=Count("pk", filter=raised),
    ).order_by()  # fmt: skip
    found = _empty()
    for row in counted:
        pile = found[piles.OF_STATUS[row["status"]]]
        pile.cases += row["cases"]
        pile.marks.update(overdue=row["overdue"], urged=row["urged"], escalated=row["escalated"])
    return list(found.values())


def _empty() -> dict[str, Pile]:
    return {one.key: Pile(one.key, one.label) for one in piles.PILES}


def piles_of(row: Handover) -> list[Pile]:
    """The record by pile, with its lines: overdue first, then by time left."""
    found = _empty()
    lines = row.lines.select_related("case__problem_class", "case__lead")
    for line in lines.order_by("-overdue", "due_at", "case_id"):
        pile = found[piles.OF_STATUS[line.status]]
        pile.cases += 1
        pile.lines.append(line)
        pile.marks.update({mark: int(getattr(line, mark)) for mark in piles.MARKS})
    for key, words in row.remarks.items():
        found[key].remark = words
    return list(found.values())


def handovers(actor: Actor) -> QuerySet[Handover]:
    """The handovers of the actor's halls, latest first; those who oversee see every hall.

    Who has no post at a hall and sees only part of the city's work sees none.
    """
    rows = Handover.objects.select_related("hall", "left_by", "accepted_by")
    if actor.platforms or actor.organisation_ids is not None:
        rows = rows.filter(hall_id__in=[number for number, _kind in actor.platforms])
    return rows.order_by("-ended_at", "-pk")


def handover_seen(actor: Actor, handover_id: int) -> Handover:
    """One of them; raises NotFound."""
    row = handovers(actor).filter(pk=handover_id).first()
    if row is None:
        raise NotFound(_("there is no such handover"))
    return row


def waiting(actor: Actor) -> list[Handover]:
    """Handovers of the hall that nobody has accepted."""
    return list(handovers(actor).filter(accepted_at=None))


def is_late(row: Handover, now: datetime) -> bool:
    """True when nobody accepted it within half an hour."""
    return row.accepted_at is None and now - row.ended_at >= LATE_AFTER


def missing(row: Handover) -> list[str]:
    """Cases that the history shows open in the hall at that moment, and the record does not hold.

    Told from the history lines, not from what wrote the record: the proof that nothing was lost.
    """
    areas = None if row.areas is None else [f"{code}%" for code in row.areas]
    with connection.cursor() as cursor:
        cursor.execute(
            _MISSING, {"at": row.ended_at, "areas": areas, "open": list(OPEN), "id": row.pk}
        )
        return [number for (number,) in cursor.fetchall()]


_MISSING = """
SELECT c.number FROM cases_case c
CROSS JOIN LATERAL (
  SELECT e.target FROM cases_event e
  WHERE e.case_id = c.id AND e.recorded_at <= %(at)s ORDER BY e.version DESC LIMIT 1
) stood
WHERE (c.status = ANY(%(open)s) OR c.closed_at >= %(at)s)
  AND (%(areas)s::text[] IS NULL OR c.area_code LIKE ANY(%(areas)s::text[]))
  AND stood.target = ANY(%(open)s)
  AND NOT EXISTS (
    SELECT 1 FROM duty_handover_line l WHERE l.handover_id = %(id)s AND l.case_id = c.id)
ORDER BY c.number
"""


@dataclass(frozen=True, slots=True)
class Secondment:
    """A secondment that ends soon or has ended: what its holder still has in hand."""

    holding: Holding
    succession: Succession | None
    tasks: int
    cases: int
    ended: bool

    @property
    def left(self) -> int:
        """What would be handed over."""
        return self.tasks + self.cases


def secondments(actor: Actor, *, now: datetime) -> list[Secondment]:
    """Secondments that end within two weeks, and ended ones of the last month, first to end first.

    Seen by who sees the organisation; a fixed number of statements.
    """
    today = timezone.localdate(now)
    rows = Holding.objects.filter(
        kind=HoldingKind.SECONDMENT, valid_to__lte=today + timedelta(days=WARN_DAYS),
        valid_to__gt=today - timedelta(days=30),
        post__organisation__in=people.organisation_tree(actor).values("pk"),
    ).select_related("member", "post__organisation").order_by("valid_to", "pk")  # fmt: skip
    found = list(rows)
    members = {one.member_id for one in found}
    held = Succession.objects.filter(holding__in=found).select_related("successor")
    known = {one.holding_id: one for one in held}
    # The task of a case that they are assigned to goes with the case.
    own = Task.objects.filter(closed_at=None, member_id__in=members)
    tasks = _counts(own.exclude(kind="handle", case__worker_id=F("member_id")), "member_id")
    assigned = Case.objects.filter(status__in=OPEN, worker_id__in=members)
    workers = _counts(assigned, "worker_id")
    return [
        Secondment(
            one, known.get(one.pk), tasks[one.member_id], workers[one.member_id],
            one.valid_to is not None and one.valid_to <= today,
        )
        for one in found
    ]  # fmt: skip


def _counts(rows: QuerySet[Any], name: str) -> Counter[int]:
    counted = rows.values_list(name).annotate(n=Count("pk")).order_by()
    return Counter(dict(counted))


def secondment_seen(actor: Actor, holding_id: int) -> Holding:
    """A secondment within what the actor sees; raises NotFound."""
    rows = Holding.objects.filter(
        kind=HoldingKind.SECONDMENT,
        post__organisation__in=people.organisation_tree(actor).values("pk"),
    )
    row = rows.select_related("member", "post__organisation").filter(pk=holding_id).first()
    if row is None:
        raise NotFound(_("there is no such secondment"))
    return row


def keeps_post(holding: Holding, on: date) -> bool:
    """True when the member goes on in the same organisation with all that the post gave."""
    valid = Q(valid_to=None) | Q(valid_to__gt=on)
    others = Holding.objects.filter(
        valid, member_id=holding.member_id, valid_from__lte=on, post__active=True,
        post__organisation_id=holding.post.organisation_id,
    ).exclude(pk=holding.pk)  # fmt: skip
    kept = set(others.values_list("post__roles__code", flat=True))
    return set(holding.post.roles.values_list("code", flat=True)) <= kept


def in_hand(holding: Holding, on: date) -> list[str]:
    """Numbers of the cases in which the post's holder has a task, is assigned, or dispatched last.

    Of a unit's post those of the unit; of an inspector's those on site, unless another post gives
    them; of a dispatcher's every open case that they sent to a unit. What was handed on already is
    left out.
    """
    roles = set(holding.post.roles.values_list("code", flat=True))
    below = Organisation.objects.filter(path__contains=f"/{holding.post.organisation_id}/")
    person = holding.member_id
    wanted = Q(pk__in=Task.objects.filter(
        closed_at=None, member_id=person, organisation__in=below).values("case_id"))  # fmt: skip
    wanted |= Q(worker_id=person, status__in=OPEN, lead__in=below)
    if roles & set(VERIFIERS) and not people.roles_held(person, on, *VERIFIERS):
        sites = Task.objects.filter(closed_at=None, member_id=person, organisation=None)
        wanted |= Q(pk__in=sites.values("case_id"))
    found = list(Case.objects.filter(wanted).order_by("pk").values_list("number", flat=True))
    if roles & {"dispatcher", "district_platform"}:
        found += [number for number in _followed(holding) if number not in found]
    return found


def left_behind(on: date) -> list[tuple[str, Member]]:
    """Case numbers, with the person, in which somebody has an open task that none of the posts they
    hold on the day lets them do; oldest case first."""
    held = people.holdings_on(on).filter(post__active=True, member__active=True)
    verifiers, checkers = (
        people.holders(on, *roles).values("pk") for roles in (VERIFIERS, CHECKERS)
    )
    left = ~Q(member__in=held.order_by().values("member_id"))
    left |= Q(kind="verify") & ~Q(member__in=verifiers)
    left |= Q(kind__in=("check", "recheck")) & ~Q(member__in=checkers)
    tasks = Task.objects.filter(left, closed_at=None, member__isnull=False)
    rows = tasks.order_by("case_id").values_list("case__number", "member_id").distinct()
    pairs = list(rows)
    members = Member.objects.in_bulk({member for _number, member in pairs})
    return [(number, members[member]) for number, member in pairs]


def _followed(holding: Holding) -> list[str]:
    """Open cases of which the latest dispatch was theirs, and that nobody took over since."""
    with connection.cursor() as cursor:
        cursor.execute(
            _FOLLOWED,
            {"open": list(OPEN), "member": holding.member_id, "sending": list(SENDING)},
        )
        return [number for (number,) in cursor.fetchall()]


_FOLLOWED = """
SELECT c.number FROM cases_case c
CROSS JOIN LATERAL (
  SELECT e.member_id, e.version FROM cases_event e
  WHERE e.case_id = c.id AND e.action = ANY(%(sending)s) ORDER BY e.version DESC LIMIT 1
) sent
WHERE c.status = ANY(%(open)s) AND c.members @> ARRAY[%(member)s]::bigint[]
  AND sent.member_id = %(member)s
  AND NOT EXISTS (
    SELECT 1 FROM cases_event h WHERE h.case_id = c.id AND h.version > sent.version
      AND h.action = 'hand_on' AND (h.facts->>'person')::bigint = %(member)s)
ORDER BY c.id
"""
