"""A petition is registered, held against earlier ones of the same person, and transferred."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from cityloop.cases import queries as cases
from cityloop.intake import operations as intake
from cityloop.intake import queries as reports
from cityloop.intake import reference
from cityloop.intake.models import Report
from cityloop.kernel.actor import Actor
from cityloop.kernel.encoding import says_something
from cityloop.kernel.errors import Invalid, NotAllowed, NotFound, Problem, Refused
from cityloop.kernel.phones import plain_phone
from cityloop.petitions import likeness, queries
from cityloop.petitions.models import Answer, Kind, Petition, Repetition
from cityloop.petitions.operations.numbers import (
    PETITIONS,
    SENT_TWICE,
    next_number,
    one_at_a_time,
)
from cityloop.petitions.operations.persons import person_of
from cityloop.petitions.queries import CHANNEL, REGISTER

JOINT_FROM = 5  # so many people who come together are a joint visit
MOST_HEADS = 100_000
MAX_REASON = 200
LOOKED_AT = 50  # earlier petitions of one person, the latest
OLDEST = timedelta(days=3650)
_PHONE = re.compile(r"[0-9+*#]{3,30}")
_LIMITS = {"name": 60, "address": 200, "subject": 120, "text": 5000, "place": 200}


@dataclass(frozen=True, slots=True)
class NewPetition:
    """What is written into the register. `address` is the petitioner's, `place` the matter's."""

    kind: str
    received_on: date
    subject: str
    text: str
    name: str = ""
    phone: str = ""
    address: str = ""
    head_count: int = 1
    place: str = ""
    class_code: str = ""


@dataclass(frozen=True, slots=True)
class Transfer:
    """How the matter is told to intake; `x`, `y` in WGS 84."""

    text: str
    address: str = ""
    class_code: str = ""
    x: float | None = None
    y: float | None = None


def register(given: NewPetition, *, actor: Actor, now: datetime) -> Petition:
    """Write a petition into the register; what it seems to repeat is proposed to a clerk.

    The same line by the same clerk within minutes is the one that stands there: a form sent twice.
    Raises NotAllowed, Invalid with a sentence per field.
    """
    actor.require(REGISTER)
    by, house = person_of(actor), actor.organisation_id
    if house is None:
        raise NotAllowed(_("the register is kept by people, each for the own house"))
    today = timezone.localdate(now)
    chosen, problems = class_of(given.class_code, today)
    problems = {**_problems(given, today), **problems}
    if problems:
        raise Invalid(*problems.values(), fields=problems)
    with transaction.atomic():
        if (same := _just_written(given, by, house, now)) is not None:
            return same
        person = intake.remember(
            phone=plain_phone(given.phone), name=given.name, address=given.address,
            channel=CHANNEL, now=now,
        )  # fmt: skip
        row = Petition.objects.create(
            number=next_number(PETITIONS, now=now), kind=given.kind, petitioner=person,
            received_on=given.received_on, subject=given.subject.strip(), text=given.text.strip(),
            place=given.place.strip(), head_count=given.head_count, problem_class_id=chosen,
            organisation_id=house, registered_by_id=by,
            registered_at=now, due_on=given.received_on + timedelta(days=_reply_days()),
        )  # fmt: skip
        propose(row)
    return row


def _just_written(given: NewPetition, by: int, house: int, now: datetime) -> Petition | None:
    """The same line, if this clerk has just written it; who sends it twice at once waits here."""
    one_at_a_time(PETITIONS, f"{by}")
    rows = Petition.objects.filter(
        registered_by_id=by, organisation_id=house, registered_at__gt=now - SENT_TWICE,
        kind=given.kind, received_on=given.received_on, subject=given.subject.strip(),
        text=given.text.strip(), place=given.place.strip(), head_count=given.head_count,
        petitioner__name=given.name.strip(), petitioner__phone=plain_phone(given.phone),
        petitioner__address=given.address.strip(),
    )  # fmt: skip
    return rows.order_by("pk").first()


def _reply_days() -> int:
    """Until the written answer, from the day of receipt; as the city's flow says."""
    return cases.current_parameters().petition_days


def class_of(code: str, on: date) -> tuple[int | None, dict[str, str]]:
    """The id of a class in force, or what is wrong with its code."""
    if not code:
        return None, {}
    try:
        return reference.class_of(code, on).id, {}
    except Problem as problem:
        return None, {"class_code": "; ".join(problem.reasons) or problem.title}


def _problems(given: NewPetition, today: date) -> dict[str, str]:
    found = {}
    for name, most in _LIMITS.items():
        value = getattr(given, name)
        if len(value) > most or "\x00" in value:
            found[name] = _("at most %(most)s characters that can be printed") % {"most": most}
    for name in ("subject", "text"):
        if not says_something(getattr(given, name)):
            found[name] = _("fill this in")
    return found | _came(given, today) | _person(given) | _heads(given)


def _came(given: NewPetition, today: date) -> dict[str, str]:
    found = {}
    if given.kind not in Kind.values:
        found["kind"] = _("one of %(all)s") % {"all": ", ".join(Kind.values)}
    if given.received_on > today:
        found["received_on"] = _("lies in the future")
    elif given.received_on < today - OLDEST:
        found["received_on"] = _("lies more than ten years back")
    return found


def _person(given: NewPetition) -> dict[str, str]:
    found = {}
    if given.phone and not _PHONE.fullmatch(plain_phone(given.phone)):
        found["phone"] = _("this is not a telephone number")
    if not given.phone.strip() and not given.name.strip():
        found["name"] = _("name the petitioner, or give a telephone number")
    return found


def _heads(given: NewPetition) -> dict[str, str]:
    """Five people who come together are a joint visit, fewer are a visit."""
    count, together = given.head_count, given.kind == Kind.JOINT_VISIT
    if not 1 <= count <= MOST_HEADS:
        return {"head_count": _("from 1 to %(most)s people") % {"most": MOST_HEADS}}
    if together and count < JOINT_FROM:
        return {"head_count": _("a joint visit has at least %(n)s people") % {"n": JOINT_FROM}}
    if given.kind == Kind.VISIT and count >= JOINT_FROM:
        return {"head_count": _("from %(n)s people on it is a joint visit") % {"n": JOINT_FROM}}
    return {}


def propose(row: Petition) -> int:
    """Note every earlier petition of the same person about the same matter; how many are new."""
    person = row.petitioner
    same = Q(pk__in=())
    if person.phone:
        same |= Q(petitioner__phone=person.phone)
    if person.name and person.address:
        same |= Q(petitioner__name=person.name, petitioner__address=person.address)
    rows = Petition.objects.filter(same).exclude(pk=row.pk)  # of every register
    before = rows.filter(Q(received_on__lt=row.received_on) | Q(pk__lt=row.pk))
    found = before.select_related("petitioner", "report__case").order_by("-received_on", "-pk")
    mine, made = matter(row), 0
    for one in found[:LOOKED_AT]:
        why = likeness.same_matter(mine, matter(one))
        if why:
            phone = person.phone and one.petitioner.phone == person.phone
            _new, fresh = Repetition.objects.get_or_create(
                petition=row, earlier=one,
                defaults={"why": ["same_phone" if phone else "same_address", *why]},
            )  # fmt: skip
            made += fresh
    return made


def matter(row: Petition) -> likeness.Matter:
    """What a petition is about, with what its case knows by now."""
    case = row.report.case if row.report else None
    known = (row.problem_class_id, case.problem_class_id if case else None)
    classes = (one for one in known if one is not None)
    places = {row.place, case.address if case else ""} - {""}
    return likeness.Matter(f"{row.subject} {row.text}", frozenset(classes), frozenset(places))


def decide(
    number: str, earlier: str, *, same: bool, actor: Actor, now: datetime, reason: str = ""
) -> Repetition:
    """A clerk says whether a petition repeats an earlier one; then both stand in one chain.

    That it does not takes it out of the count of repeated petitions: the clerk says why.
    Raises NotAllowed, Invalid (no reason), NotFound, Refused when it was decided before.
    """
    actor.require(REGISTER)
    if not same and not says_something(reason):
        why = _("say why it is another matter")
        raise Invalid(why, fields={"reason": why})
    if len(reason.strip()) > MAX_REASON or "\x00" in reason:
        why = _("at most %(most)s characters that can be printed") % {"most": MAX_REASON}
        raise Invalid(why, fields={"reason": why})
    with transaction.atomic():
        row = queries.petition(actor, number, lock=True)
        found = Repetition.objects.select_for_update(of=("self",)).filter(
            petition=row, earlier__number=earlier
        )
        one = found.select_related("earlier").first()
        if one is None:
            raise NotFound(_("nothing proposes that one for the other"))
        if not queries.petitions(actor).filter(pk=one.earlier_id).exists():
            raise Refused(_("that petition is of another register: who sees both decides"))
        if one.answer != Answer.OPEN:
            raise Refused(_("this was decided before"))
        one.answer = Answer.SAME if same else Answer.OTHER
        one.decided_at, one.decided_by_id = now, person_of(actor)
        one.reason = reason.strip()
        one.save()
        if same:
            _link(row, one.earlier)
    return one


def _link(row: Petition, earlier: Petition) -> None:
    """Both chains become one that begins with the earliest petition of all."""
    ends = {row.first_id or row.pk, earlier.first_id or earlier.pk}
    whole = Petition.objects.select_for_update().filter(Q(pk__in=ends) | Q(first_id__in=ends))
    members = list(whole.order_by("received_on", "pk"))
    root, rest = members[0], [one.pk for one in members[1:]]
    Petition.objects.filter(pk=root.pk).update(first=None)
    Petition.objects.filter(pk__in=rest).update(first=root)


def transfer(number: str, told: Transfer, *, actor: Actor, now: datetime) -> Petition:
    """Open the case of a petition, or join the one that is open: through intake, once.

    Raises NotAllowed, NoSuchPetition, Refused when it was transferred, and what intake raises.
    """
    actor.require(REGISTER)
    with transaction.atomic():
        row = queries.petition(actor, number, lock=True)
        if row.report is not None:
            about = {"case": row.report.case.number}
            raise Refused(_("it was transferred as case %(case)s") % about)
        receipt = intake.receive(_incoming(row, told), actor=actor, now=now)
        _became(row, receipt.number, now)
    return row


def link_report(number: str, report: str, *, actor: Actor, now: datetime) -> Petition:
    """The petition was transferred with the form of reports; the first report stays.

    Raises NotAllowed, NoSuchPetition, NoSuchReport.
    """
    actor.require(REGISTER)
    with transaction.atomic():
        row = queries.petition(actor, number, lock=True)
        if row.report is None:
            reports.report(actor, report)  # one that the actor sees
            _became(row, report, now)
    return row


def _became(row: Petition, report: str, now: datetime) -> None:
    """Note the report; class and place are known better now."""
    case, _dash, ordinal = report.rpartition("-")
    row.report = Report.objects.select_related("case").get(case__number=case, ordinal=int(ordinal))
    row.transferred_at = now
    row.save(update_fields=["report", "transferred_at"])
    propose(row)


def _incoming(row: Petition, told: Transfer) -> intake.Incoming:
    person: dict[str, Any] = {}
    if row.petitioner.forgotten_at is None:
        person = {"reporter_name": row.petitioner.name, "reporter_phone": row.petitioner.phone}
    return intake.Incoming(
        channel=CHANNEL, text=told.text, address=told.address, class_code=told.class_code,
        x=told.x, y=told.y, source_key=row.number, answer_wanted=False, **person,
    )  # fmt: skip
