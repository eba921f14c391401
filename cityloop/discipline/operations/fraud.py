"""Fraud findings: recorded with evidence, answered, decided, appealed against once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from cityloop.cases import operations as cases
from cityloop.cases import queries as case_queries
from cityloop.cases.models import Case, CaseEvent
from cityloop.discipline import queries
from cityloop.discipline.models import FraudCase, FraudFinding, FraudNote, Kind, Verdict
from cityloop.discipline.operations.cards import drop_ground
from cityloop.discipline.operations.proposing import one_at_a_time, propose_cards
from cityloop.discipline.operations.telling import (
    in_each,
    judge,
    member_of,
    not_below,
    refuse,
    tell_unit,
    words,
)
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import NotAllowed, Refused
from cityloop.people.models import Member, Organisation

FIND, DECIDE, ANSWER = "discipline.find", "discipline.decide", "discipline.answer"
Step = FraudNote.Step
MOST_CASES = 20


@dataclass(frozen=True, slots=True)
class Accusation:
    """Who is said to have done what, in which cases, and what shows it.

    `photos`: digests of photos of these cases; `lines`: (number, version) of their history.
    """

    kind: str
    unit: Organisation
    numbers: Sequence[str]
    account: str
    member: Member | None = None
    photos: Sequence[str] = ()
    lines: Sequence[tuple[str, int]] = ()


@transaction.atomic
def record_fraud(given: Accusation, *, actor: Actor, now: datetime) -> FraudFinding:
    """Record a finding; the unit is told and may state its case. Raises NotAllowed, Invalid."""
    actor.require(FIND)
    one_at_a_time()  # or two who saw the same would both find nothing recorded
    if given.kind not in Kind.values:
        refuse("kind", _("one of: %(all)s") % {"all": ", ".join(Kind.values)})
    if given.member and given.member.organisation_id != given.unit.pk:
        refuse("member", _("%(name)s does not belong to the unit") % {"name": given.member.name})
    found = _cases(given.numbers, actor)
    _took_part(given.unit, found)
    evidence = _evidence(given, found)
    _recorded_once(given, evidence)
    row = FraudFinding.objects.create(
        kind=given.kind, unit=given.unit, member=given.member,
        account=words("account", given.account), evidence=evidence,
        found_by_id=member_of(actor), found_at=now,
    )  # fmt: skip
    FraudCase.objects.bulk_create(FraudCase(finding=row, case=one) for one in found.values())
    _tell(row, "fraud_found", row.account[:120], now)
    return row


def _took_part(unit: Organisation, found: Mapping[str, Case]) -> None:
    """The unit had each of the cases, or somebody of it acted in it."""
    inside = Q(organisation=unit) | Q(organisation__path__startswith=unit.path)
    people = set(Member.objects.filter(inside).values_list("pk", flat=True))
    strange = [number for number, case in found.items()
               if unit.pk not in case.units and not people.intersection(case.members)]  # fmt: skip
    if strange:
        refuse("unit", _("%(unit)s took no part in case %(number)s")
               % {"unit": unit.name, "number": ", ".join(strange)})  # fmt: skip


def _recorded_once(given: Accusation, evidence: list[dict[str, Any]]) -> None:
    """One deed is one finding, or two cards would be proposed for one photo: no photo and no line
    that speaks against a unit speaks against it again, under whatever name."""
    dismissed = FraudNote.objects.filter(verdict=Verdict.DISMISSED).values("finding")
    rows = FraudFinding.objects.filter(unit=given.unit).exclude(pk__in=dismissed)
    for one in evidence:
        known = {name: one[name] for name in _NAMES_IT[one["what"]]}
        if (same := rows.filter(evidence__contains=[known]).first()) is not None:
            raise Refused(_("this has been recorded: finding %(n)s") % {"n": same.pk})


_NAMES_IT = {"photo": ("what", "sha256"), "line": ("what", "case", "version")}


def _cases(numbers: Sequence[str], actor: Actor) -> dict[str, Case]:
    wanted = list(dict.fromkeys(one.strip()[:30] for one in numbers if one.strip()))
    if not 0 < len(wanted) <= MOST_CASES:
        refuse("numbers", _("name 1 to %(n)s cases") % {"n": MOST_CASES})
    known = {one.number: one for one in case_queries.visible(actor).filter(number__in=wanted)}
    if missing := [one for one in wanted if one not in known]:
        refuse("numbers", _("there is no case %(number)s") % {"number": ", ".join(missing)})
    return known


def _evidence(given: Accusation, found: dict[str, Case]) -> list[dict[str, Any]]:
    """As it is now: photos with what machines remarked, lines with their hashes."""
    photos = queries.photos_of(found.values())
    lines = {(one.case.number, one.version): one for one in queries.lines_of(found.values())}
    if unknown := [one[:12] for one in given.photos if one not in photos]:
        refuse("photos", _("no photo of these cases: %(all)s") % {"all": ", ".join(unknown)})
    if any(one not in lines for one in given.lines):
        refuse("lines", _("a line of the history does not belong to these cases"))
    frozen = [photos[one] for one in dict.fromkeys(given.photos)]
    frozen += [_line(lines[one]) for one in dict.fromkeys(given.lines)]
    if not frozen:
        refuse("photos", _("name evidence: a photo or a line of the history"))
    return frozen


def _line(row: CaseEvent) -> dict[str, Any]:
    return {
        "what": "line", "case": row.case.number, "version": row.version, "action": row.action,
        "target": row.target, "at": row.at.isoformat(), "actor": row.actor, "hash": row.hash,
    }  # fmt: skip


def state_case(*, finding_id: int, text: str, actor: Actor, now: datetime) -> FraudFinding:
    """What the accused unit says to it, once, before the decision."""
    return _answer(finding_id, Step.STATEMENT, text, actor, now)


def appeal(*, finding_id: int, text: str, actor: Actor, now: datetime) -> FraudFinding:
    """The unit asks once that an upheld finding be judged again."""
    return _answer(finding_id, Step.APPEAL, text, actor, now)


@transaction.atomic
def _answer(finding_id: int, step: str, text: str, actor: Actor, now: datetime) -> FraudFinding:
    actor.require(ANSWER)
    row = _locked(actor, finding_id)
    if row.unit_id not in actor.own_units:
        raise NotAllowed(_("%(unit)s answers to this") % {"unit": row.unit.name})
    _expect(row, step)
    _write(row, step, words("text", text), actor, now)
    return row


def decide_fraud(
    *, finding_id: int, verdict: str, reason: str, actor: Actor, now: datetime
) -> FraudFinding:
    """Upheld or dismissed, by a leader who did not find it; upheld is a fact of its cases."""
    return _decide(finding_id, Step.DECISION, verdict, reason, actor, now)


def decide_appeal(
    *, finding_id: int, verdict: str, reason: str, actor: Actor, now: datetime
) -> FraudFinding:
    """The last word, by another leader than the first; dismissed takes the fact back."""
    return _decide(finding_id, Step.APPEAL_DECISION, verdict, reason, actor, now)


@transaction.atomic
def _decide(
    finding_id: int, step: str, verdict: str, reason: str, actor: Actor, now: datetime
) -> FraudFinding:
    actor.require(DECIDE)
    one_at_a_time()
    row = _locked(actor, finding_id)
    judge(actor, row.unit)
    if verdict not in Verdict.values:
        refuse("verdict", _("one of: %(all)s") % {"all": ", ".join(Verdict.values)})
    notes = _expect(row, step)
    first = notes.get(Step.DECISION)
    if actor.member_id == row.found_by_id or (first and first.by_id == actor.member_id):
        raise NotAllowed(_("another person must decide than who found it or decided before"))
    if first:
        not_below(first.by_id, actor=actor, now=now)
    _write(row, step, words("reason", reason), actor, now, verdict)
    if verdict == Verdict.UPHELD and step == Step.DECISION:
        _mark(row, "note_fraud", now, reason_code=row.kind, accused=row.unit)
        propose_cards(now=now)
    elif verdict == Verdict.DISMISSED and step == Step.APPEAL_DECISION:
        _mark(row, "withdraw_fraud", now, reason=reason[:500])
        drop_ground(finding_id=row.pk, reason=reason, actor=actor, now=now)
    _tell(row, "fraud_decided", in_each(lambda: Verdict(verdict).label), now)
    return row


def _expect(row: FraudFinding, step: str) -> dict[str, FraudNote]:
    """What has been said so far; raises Refused when this is not what comes next."""
    notes = {one.step: one for one in FraudNote.objects.filter(finding=row)}
    if step in notes:
        raise Refused(_("this has been said already, and stays"))
    decided = notes.get(Step.DECISION)
    if step in (Step.STATEMENT, Step.DECISION) and decided:
        raise Refused(_("this finding is decided"))
    if step == Step.APPEAL and (decided is None or decided.verdict != Verdict.UPHELD):
        raise Refused(_("only an upheld finding is appealed against"))
    if step == Step.APPEAL_DECISION and Step.APPEAL not in notes:
        raise Refused(_("nobody has appealed"))
    return notes


def _write(
    row: FraudFinding, step: str, text: str, actor: Actor, now: datetime, verdict: str = ""
) -> None:
    FraudNote.objects.create(
        finding=row, step=step, verdict=verdict, text=text, by_id=member_of(actor), at=now
    )


def _mark(row: FraudFinding, action: str, now: datetime, **inputs: Any) -> None:
    """The fact stands in the history of every case of the finding."""
    for number in row.members.order_by("case__number").values_list("case__number", flat=True):
        cases.perform(
            number, action, actor=Actor.system("discipline"), now=now,
            inputs={"finding": str(row), **inputs},
        )  # fmt: skip


def _locked(actor: Actor, finding_id: int) -> FraudFinding:
    row = queries.finding_seen(actor, finding_id)
    FraudFinding.objects.select_for_update().get(pk=row.pk)
    return row


def _tell(row: FraudFinding, topic: str, reason: str | dict[str, str], now: datetime) -> None:
    path = f"/discipline/fraud/{row.pk}/"
    values: dict[str, str | dict[str, str]] = {
        "title": in_each(row.get_kind_display), "reason": reason,
    }  # fmt: skip
    tell_unit(
        topic, row.unit, path, values, about=f"{topic}:{row.pk}:{int(now.timestamp())}",
        on=timezone.localdate(now),
    )  # fmt: skip
