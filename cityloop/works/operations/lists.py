"""Designated units, price lists, budget lines: each change leaves a line."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import Q, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from cityloop.geo import queries as geo
from cityloop.kernel.actor import Actor
from cityloop.kernel.encoding import says_something
from cityloop.kernel.errors import NotAllowed, NotFound, Refused
from cityloop.people.models import Organisation
from cityloop.people.scope import in_scope, scopes_of, starts_with
from cityloop.works import queries
from cityloop.works.models import BudgetLine, Designation, PriceItem
from cityloop.works.operations.record import bad, money, once, record, words

MANAGE = "works.manage"
A_YEAR = timedelta(days=366)


@transaction.atomic
def designate(
    *,
    organisation_id: int,
    skills: str,
    source_document: str,
    valid_from: date,
    actor: Actor,
    now: datetime,
    phone: str = "",
    on_call: tuple[time, time] | None = None,
) -> Designation:
    """Put a unit on the standing list from a day on; raises Refused while it stands there."""
    actor.require(MANAGE)
    unit = Organisation.objects.filter(pk=organisation_id, active=True).first()
    if unit is None:
        raise bad("organisation", _("there is no such organisation"))
    _require_unit(actor, unit)
    held = Q(valid_to=None) | Q(valid_to__gt=valid_from)
    twice = Refused(_("%(unit)s stands on the list already") % {"unit": unit.name})
    if Designation.objects.select_for_update().filter(held, organisation=unit).exists():
        raise twice
    row = Designation(
        organisation=unit,
        skills=words(skills, "skills", longest=200),
        phone=words(phone, "phone", longest=40, optional=True),
        on_call_from=on_call[0] if on_call else None,
        on_call_to=on_call[1] if on_call else None,
        source_document=words(source_document, "source_document", longest=200),
        valid_from=valid_from,
    )
    with once("designation_open_once", twice):
        row.save(force_insert=True)
    record(row, "designated", actor=actor, now=now, unit=unit.code, since=valid_from,
           skills=row.skills, document=row.source_document)  # fmt: skip
    return row


@transaction.atomic
def end_designation(
    *, designation_id: int, ends_on: date, reason: str, actor: Actor, now: datetime
) -> Designation:
    """Take a unit off the list from a day on; its prices end with it. What was ordered stays."""
    actor.require(MANAGE)
    row = _locked(designation_id)
    _require_unit(actor, row.organisation)
    if row.valid_to is not None:
        raise Refused(_("this designation has ended already"))
    if ends_on < row.valid_from:
        raise bad("ends_on", _("it begins on %(day)s only") % {"day": row.valid_from})
    row.valid_to = ends_on
    row.save(update_fields=["valid_to"])
    row.prices.filter(valid_to=None).update(valid_to=ends_on)
    record(row, "ended", actor=actor, now=now, ends=ends_on,
           reason=words(reason, "reason", longest=200))  # fmt: skip
    return row


@transaction.atomic
def set_price(
    *,
    designation_id: int,
    code: str,
    name: str,
    measure: str,
    price: object,
    valid_from: date,
    actor: Actor,
    now: datetime,
) -> PriceItem:
    """A price from a day on, at most a year ahead; the one before ends there. One that begins on
    that same day, today or later, was a mistake and never holds. Orders keep the price they were
    made at."""
    actor.require(MANAGE)
    row = _locked(designation_id)
    _require_unit(actor, row.organisation)
    code = words(code, "code", longest=20)
    before = row.prices.filter(code=code, valid_to=None).first()
    _may_begin(valid_from, row, before, today=timezone.localdate(now))
    if before is not None:
        before.valid_to = valid_from
        before.save(update_fields=["valid_to"])
    item = PriceItem.objects.create(
        designation=row,
        code=code,
        name=words(name, "name", longest=120),
        measure=words(measure, "measure", longest=20),
        price=money(price, "price"),
        valid_from=valid_from,
    )
    record(item, "priced", actor=actor, now=now, code=code, price=item.price, since=valid_from,
           was=before.price if before else None)  # fmt: skip
    return item


def _may_begin(day: date, row: Designation, before: PriceItem | None, *, today: date) -> None:
    """Raises Invalid for a day on which a price cannot begin."""
    if day < row.valid_from or row.valid_to is not None:
        raise bad("valid_from", _("the unit does not stand on the list then"))
    if day > today + A_YEAR:
        raise bad("valid_from", _("a price is set at most a year ahead"))
    if before is not None and (before.valid_from > day or before.valid_from == day < today):
        raise bad("valid_from", _("a later price is set already: %(day)s")
                  % {"day": before.valid_from})  # fmt: skip


@transaction.atomic
def set_budget(
    *,
    year: int,
    code: str,
    name: str,
    amount: object,
    actor: Actor,
    now: datetime,
    area_code: str = "",
    reason: str = "",
) -> BudgetLine:
    """A new budget line, or another amount of one (with the reason); never below what is committed.

    An area is fixed when the line is made.
    """
    actor.require(MANAGE)
    code, given = words(code, "code", longest=20), money(amount, "amount")
    if not 2000 <= year <= 2100:
        raise bad("year", _("a year from 2000 to 2100"))
    row = BudgetLine.objects.select_for_update().filter(year=year, code=code).first()
    if row is None:
        row = BudgetLine(year=year, code=code, area_code=_area(area_code, now))
    elif area_code and area_code != row.area_code:
        raise bad("area_code", _("the area of a line is fixed when it is made"))
    elif not says_something(words(reason, "reason", longest=200, optional=True)):
        raise bad("reason", _("say why the budget changes"))
    _require_area(actor, row.area_code)
    was = row.amount if row.pk else None
    spoken_for = row.orders.aggregate(s=Sum("committed"))["s"] or 0 if row.pk else 0
    if was is not None and given < min(was, spoken_for):
        raise Refused(_("%(sum)s of this line are committed already") % {"sum": spoken_for})
    row.name, row.amount = words(name, "name", longest=120), given
    if was is None:
        with once("budget_line_once", Refused(_("this line has just been made by somebody else"))):
            row.save()
    record(row, "budgeted", actor=actor, now=now, reason=reason.strip(), amount=given, was=was)
    row.save()  # its table takes no amount of which the last record does not say the same
    return row


def _area(code: str, now: datetime) -> str:
    """The code of a region of today, '' for the whole city."""
    if code == "":
        return code
    try:
        return str(geo.region(code, on=timezone.localdate(now)).code)
    except NotFound as problem:
        raise bad("area_code", problem.reasons[0]) from None


def _locked(designation_id: int) -> Designation:
    queries.designation(designation_id)  # says it when there is none
    rows = Designation.objects.select_for_update(of=("self",)).select_related("organisation")
    return rows.get(pk=designation_id)


def _require_unit(actor: Actor, unit: Organisation) -> None:
    if not in_scope(actor, organisation_ids=[unit.pk], region_code=unit.region_code):
        raise NotAllowed(_("this lies outside what you manage"), code="out-of-scope")


def _require_area(actor: Actor, area_code: str) -> None:
    """Money of an area is set by who manages all of it, whatever units they look after."""
    every = [codes for _ids, codes in scopes_of(actor)]
    if not any(codes is None or (area_code and starts_with(area_code, codes)) for codes in every):
        raise NotAllowed(_("this lies outside what you manage"), code="out-of-scope")
