"""The line that every change leaves, and how money, words and days are read."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from cityloop.kernel.actor import Actor
from cityloop.kernel.encoding import says_something
from cityloop.kernel.errors import Invalid, NotAllowed
from cityloop.kernel.models import StoredFile
from cityloop.works import queries
from cityloop.works.models import Order, WorksRecord

CENT = Decimal("0.01")
MOST = Decimal(10) ** 9  # a thousand million: more is a slip of the pen


def record(
    row: models.Model,
    action: str,
    *,
    actor: Actor,
    now: datetime,
    reason: str = "",
    **facts: Any,
) -> None:
    """Who did what to an order, a list or a budget; money as text, days as ISO."""
    WorksRecord.objects.create(
        subject=str(row._meta.model_name), subject_id=row.pk, action=action,
        facts={name: _plain(value) for name, value in facts.items()}, reason=reason[:200],
        member_id=actor.member_id, actor=actor.post[:120], at=now,
    )  # fmt: skip


@contextmanager
def once(constraint: str, objection: Exception) -> Iterator[None]:
    """Who writes the same at the same moment hears the sentence that a moment later would give."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        refused = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "")
        if refused != constraint:
            raise
        raise objection from error


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | int | list | dict | None) else str(value)


def money(value: Any, name: str, *, negative: bool = False) -> Decimal:
    """An amount in yuan and cents; raises Invalid for none, for zero, for a third decimal."""
    try:
        amount = Decimal(str(value))
        good = amount.is_finite() and amount == amount.quantize(CENT) and abs(amount) < MOST
    except InvalidOperation:
        good = False
    if not good or amount == 0 or (amount < 0 and not negative):
        raise bad(name, _("an amount above zero, with two decimals at most"))
    return amount.quantize(CENT)


def words(value: str, name: str, *, longest: int, optional: bool = False) -> str:
    """A text without blanks around it; raises Invalid when it is missing or too long."""
    text = str(value).replace("\x00", "").strip()
    if not says_something(text) and not optional:
        raise bad(name, _("fill this in"))
    if len(text) > longest:
        raise bad(name, _("at most %(n)s characters") % {"n": longest})
    return text


def apart(actor: Actor, order: Order) -> None:
    """Nobody decides over money that their own house earns or owes, or may come to owe by a dispute
    that is open; the one rule of every operation on an order and its claims. NotAllowed."""
    if actor.belongs_to(*queries.at_stake(order)):
        raise NotAllowed(_("your own unit earns or owes this money: others decide"))


def spelled(text: str) -> str:
    """Words without what tells two spellings apart: case, full width, gaps, unseen signs."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(
        sign for sign in plain if not sign.isspace() and unicodedata.category(sign) != "Cf"
    )


def document(value: str, name: str, *, longest: int) -> str:
    """The document that proves something, with its number: words alone can be looked up nowhere."""
    text = words(value, name, longest=longest)
    if not any(sign.isdigit() for sign in text):
        raise bad(name, _("give the number of the document"))
    return text


def not_before(day: date, first: date, name: str, why: str) -> date:
    """A day from the first possible one on; raises Invalid with `why` and that day."""
    if day < first:
        raise bad(name, _("%(why)s: %(day)s at the earliest") % {"why": why, "day": first})
    return day


def not_later(day: date, today: date, name: str) -> date:
    """A day that has come; raises Invalid for one ahead."""
    if day > today:
        raise bad(name, _("this day has not come yet"))
    return day


def stored(sha256: str, name: str) -> StoredFile:
    """A file that was stored before; raises Invalid."""
    file = StoredFile.objects.filter(sha256=sha256).first()
    if file is None:
        raise bad(name, _("store the file first: %(sha)s") % {"sha": sha256[:12] or "-"})
    return file


def bad(name: str, why: str) -> Invalid:
    """The problem of one field."""
    return Invalid(f"{name}: {why}", fields={name: why})
