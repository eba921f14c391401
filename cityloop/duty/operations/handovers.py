"""The end of a shift: everything that is open goes into the record, and from hand to hand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Case, F, Q, Value, When
from django.utils.translation import gettext as _

from cityloop.duty import piles, queries
from cityloop.duty.models import Desk, Handover
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Invalid, Refused
from cityloop.kernel.manifest import open_items
from cityloop.people.models import Organisation

HAND_OVER = "duty.hand_over"
MAX_REMARK = 2000
COLUMNS = "handover_id, case_id, version, status, due_at, overdue, urged, escalated"


@transaction.atomic
def end_shift(
    *,
    shift: str,
    actor: Actor,
    now: datetime,
    remark: str = "",
    remarks: Mapping[str, str] | None = None,
) -> Handover:
    """End the actor's shift: every case open in the hall now is written down, in one statement,
    and how much other work waits: replies, petitions, lists.

    Raises NotAllowed, Invalid, Refused (the handover before has not been accepted).
    """
    actor.require(HAND_OVER)
    hall = Organisation.objects.select_for_update().get(pk=queries.hall_of(actor).pk)
    if actor.member_id is None:
        raise Refused(_("a shift is ended by a person"))
    _check(shift, remark, remarks or {})
    desk = queries.desk_of(actor)
    before = Handover.objects.filter(hall=hall, desk=desk, accepted_at=None)
    if desk == Desk.SEAT:  # many sit beside each other
        before = before.filter(left_by_id=actor.member_id)
    if before.exists():
        raise Refused(_("the handover before has not been accepted yet"))
    row = Handover.objects.create(
        hall=hall, desk=desk,
        areas=None if actor.region_codes is None else list(actor.region_codes),
        shift=shift.strip(), ended_at=now, left_by_id=actor.member_id, left_as=actor.post[:120],
        remark=remark.strip(),
        remarks={key: words.strip() for key, words in (remarks or {}).items() if words.strip()},
    )  # fmt: skip
    row.cases = _write_lines(row, actor, now)
    row.beside = [[one.label, one.count, one.late, one.path] for one in open_items(actor, now)]
    row.save(update_fields=["cases", "beside"])
    row.digest = _digest(row)
    row.save(update_fields=["digest"])
    return row


def _check(shift: str, remark: str, remarks: Mapping[str, str]) -> None:
    problems = {}
    if not shift.strip() or len(shift.strip()) > 60:
        problems["shift"] = _("name the shift in at most 60 characters")
    for name, words in (("remark", remark), *remarks.items()):
        if len(words) > MAX_REMARK:
            problems[name] = _("at most %(n)s characters") % {"n": MAX_REMARK}
    if unknown := sorted(set(remarks) - set(piles.BY_KEY)):
        problems["remarks"] = _("unknown: %(value)s") % {"value": ", ".join(unknown)[:60]}
    if problems:
        raise Invalid(*problems.values(), fields=problems)


def _write_lines(row: Handover, actor: Actor, now: datetime) -> int:
    """INSERT ... SELECT: what is counted and what is written cannot differ."""
    chosen = queries.open_cases(actor).order_by().values_list(
        Value(row.pk), "pk", "version", "status", "due_at", _flag(Q(due_at__lt=now)),
        F("answer_owed"), _flag(Q(escalations__gt=0)),
    )  # fmt: skip
    sql, values = chosen.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO duty_handover_line ({COLUMNS}) {sql}", values)
        return int(cursor.rowcount)


def _flag(condition: Q) -> Case:
    return Case(When(condition, then=Value(True)), default=Value(False))


def _digest(row: Handover) -> str:
    with connection.cursor() as cursor:
        cursor.execute(_DIGEST, [row.pk])
        return str(cursor.fetchone()[0])


_DIGEST = """
SELECT encode(sha256(convert_to(coalesce(
  string_agg(c.number || ' ' || l.version || ' ' || l.status, E'\\n' ORDER BY c.id), '')
  -- What lay beside the cases; records of before it was kept have nothing to add.
  || CASE WHEN h.beside = '[]' THEN '' ELSE h.beside::text END, 'UTF8')
), 'hex')
FROM duty_handover h
LEFT JOIN duty_handover_line l ON l.handover_id = h.id LEFT JOIN cases_case c ON c.id = l.case_id
WHERE h.id = %s GROUP BY h.beside
"""


@transaction.atomic
def accept_handover(*, handover_id: int, actor: Actor, now: datetime, answer: str = "") -> Handover:
    """The coming person signs for everything in the record.

    Raises NotFound, NotAllowed, Invalid, Refused (accepted before; one's own shift; another hall).
    """
    actor.require(HAND_OVER)
    queries.handover_seen(actor, handover_id)
    row = Handover.objects.select_for_update().get(pk=handover_id)
    if row.accepted_at is not None:
        raise Refused(_("it was accepted before"))
    if actor.member_id is None or actor.member_id == row.left_by_id:
        raise Refused(_("another person accepts the shift than the one who left it"))
    here = {number for number, _kind in actor.platforms}
    if row.hall_id not in here or row.desk != queries.desk_of(actor):
        raise Refused(_("it is the handover of another desk"))
    if len(answer) > MAX_REMARK:
        raise Invalid(_("at most %(n)s characters") % {"n": MAX_REMARK})
    row.accepted_at, row.accepted_by_id = now, actor.member_id
    row.accepted_as, row.answer = actor.post[:120], answer.strip()
    row.save(update_fields=["accepted_at", "accepted_by", "accepted_as", "answer"])
    return row


def digest_holds(row: Handover) -> bool:
    """True when the lines are those that both have signed."""
    return _digest(row) == row.digest
