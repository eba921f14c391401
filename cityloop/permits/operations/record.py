"""The line that every change leaves, and how words and days are read."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.contrib.gis.geos import GEOSGeometry
from django.utils.translation import gettext as _

from cityloop.kernel.actor import Actor
from cityloop.kernel.encoding import says_something
from cityloop.kernel.errors import Invalid
from cityloop.permits.models import Permit, PermitChange, PermitKind

MANAGE, KINDS = "permits.manage", "permits.kinds"
Differences = dict[str, list[Any]]


def line(
    row: Permit | PermitKind,
    action: str,
    *,
    actor: Actor,
    now: datetime,
    reason: str = "",
    fields: Differences | None = None,
) -> PermitChange:
    """Who did what, not saved yet; days as ISO, places as text."""
    plain = {name: [_plain(old), _plain(new)] for name, (old, new) in (fields or {}).items()}
    owner = {"permit": row} if isinstance(row, Permit) else {"kind": row}
    return PermitChange(
        at=now, member_id=actor.member_id, actor=actor.post[:120], action=action,
        reason=reason[:200], fields=plain, **owner,
    )  # fmt: skip


def _plain(value: Any) -> Any:
    if isinstance(value, GEOSGeometry):
        return value.wkt
    return value.isoformat() if isinstance(value, date) else value


def words(value: str, name: str, *, longest: int, optional: bool = False) -> str:
    """A text without blanks around it; raises Invalid when it is missing or too long."""
    text = str(value).replace("\x00", "").strip()
    if not says_something(text) and not optional:
        raise bad(name, _("fill this in"))
    if len(text) > longest:
        raise bad(name, _("at most %(n)s characters") % {"n": longest})
    return text


def bad(name: str, why: str) -> Invalid:
    """The problem of one field."""
    return Invalid(f"{name}: {why}", fields={name: why})
