"""Protection periods: days of a holiday or an event with other limits and another duty (H10)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Invalid, NotFound
from cityloop.standards import worktime
from cityloop.standards.models import Calendar, ProtectionPeriod
from cityloop.standards.operations.calendars import check_text, locked, record
from cityloop.standards.queries.calendars import DEFAULT, PROTECTION
from cityloop.standards.queries.classes import classes
from cityloop.standards.queries.editions import current_edition

MAX_NAME, MAX_DUTY, MAX_LIMITS, MAX_CODE = 60, 2000, 200, 20
MOST = Decimal(10)  # times the usual limit
MAX_AMOUNT = Decimal(9999)


@dataclass(frozen=True, slots=True)
class NewProtection:
    """What a city enters; `limits` are (class, amount, unit) that replace the usual ones."""

    name: str
    first: date
    last: date
    name_en: str = ""
    factor: Decimal = Decimal(1)
    limits: Sequence[tuple[str, Decimal, str]] = ()
    duty: str = ""


@transaction.atomic
def add_protection(
    new: NewProtection, *, code: str = DEFAULT, actor: Actor, now: datetime, why: str
) -> ProtectionPeriod:
    """Protect the days from first to last: cases filed in them get these limits.

    What was filed before keeps its limit. Limits name classes of the edition in force, or major
    classes, each once. Raises NoCalendar, NoReason, Invalid, NotAllowed.
    """
    for text, most in ((new.name, MAX_NAME), (new.name_en, MAX_NAME), (new.duty, MAX_DUTY)):
        check_text(text, most)
    _check(new)
    limits = [_limit(*one) for one in new.limits]
    _check_classes([one["class"] for one in limits], new.first)
    calendar = locked(code, actor, why)
    _check_new(calendar, new, limits)
    row = ProtectionPeriod.objects.create(
        calendar=calendar, name_zh=new.name.strip(), name_en=new.name_en.strip(),
        starts_on=new.first, ends_on=new.last, factor=new.factor, limits=limits,
        duty=new.duty.strip(),
    )  # fmt: skip
    what = f"{PROTECTION}{row.pk}"
    record(calendar, what, None, _facts(row), actor=actor, now=now, why=why)
    return row


@transaction.atomic
def remove_protection(
    period_id: int, *, code: str = DEFAULT, actor: Actor, now: datetime, why: str
) -> None:
    """End the protection; limits given in it stay. Raises NotFound, NoReason, NotAllowed."""
    calendar = locked(code, actor, why)
    row = calendar.protection_periods.filter(pk=period_id).first()
    if row is None:
        raise NotFound(_("there is no such protection period"))
    before, what = _facts(row), f"{PROTECTION}{row.pk}"
    row.delete()
    record(calendar, what, before, None, actor=actor, now=now, why=why)


def _check(new: NewProtection) -> None:
    problems = {}
    if not new.name.strip():
        problems["name"] = _("fill this in")
    if new.last < new.first:
        problems["last"] = _("the period ends before it begins")
    factor = new.factor
    if not factor.is_finite() or not 0 < factor <= MOST or factor != round(factor, 2):
        problems["factor"] = _("a number above 0, at most %(n)s") % {"n": MOST}
    if len(new.limits) > MAX_LIMITS:
        problems["limits"] = _("at most %(n)s classes") % {"n": MAX_LIMITS}
    if problems:
        raise Invalid(*problems.values(), fields=problems)


def _check_classes(codes: Sequence[str], day: date) -> None:
    """A mistyped class would protect nothing, and nobody would learn of it."""
    problems = [_("%(code)s is named twice") % {"code": one}
                for one in dict.fromkeys(codes) if codes.count(one) > 1]  # fmt: skip
    if codes:
        known = {one.short_code for one in classes(current_edition(day))}
        known |= {code[:n] for code in known for n in (1, 3)}
        problems += [_("there is no class %(code)s") % {"code": one}
                     for one in dict.fromkeys(codes) if one not in known]  # fmt: skip
    if problems:
        raise Invalid(*problems, fields={"limits": " ".join(problems)})


def _check_new(calendar: Calendar, new: NewProtection, limits: Sequence[dict[str, str]]) -> None:
    """The same period twice is a double click, not another event."""
    same = calendar.protection_periods.filter(
        name_zh=new.name.strip(), starts_on=new.first, ends_on=new.last, factor=new.factor
    )
    if any(row.limits == list(limits) for row in same):
        raise Invalid(_("this period is in the calendar already"))


def _limit(class_code: str, amount: Decimal, unit: str) -> dict[str, str]:
    good = amount.is_finite() and 0 < amount <= MAX_AMOUNT and amount == round(amount, 2)
    if not class_code or len(class_code) > MAX_CODE or not good:
        reason = _("a class, an amount above 0 and a unit, such as: C0101 2 urgent_hour")
        raise Invalid(reason, fields={"limits": reason})
    return {"class": class_code, "amount": str(amount), "unit": str(worktime.unit_of(unit))}


def _facts(row: ProtectionPeriod) -> dict[str, Any]:
    return {
        "name": row.name_zh, "from": str(row.starts_on), "to": str(row.ends_on),
        "factor": str(row.factor), "limits": row.limits, "duty": row.duty,
    }  # fmt: skip
