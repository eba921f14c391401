"""Single permits: record, change, revoke; each a line of history."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import NotAllowed, NotFound, Refused
from cityloop.kernel.phones import plain_phone
from cityloop.people.models import Organisation
from cityloop.people.scope import in_scope
from cityloop.permits.models import Permit, PermitKind
from cityloop.permits.operations.places import ground_of
from cityloop.permits.operations.record import MANAGE, Differences, bad, line, words

LONGEST = {
    # field: (characters, may be empty)
    "number": (60, False),
    "holder": (120, False),
    "phone": (40, True),
    "address": (200, True),
    "conditions": (4000, True),
    "document": (200, True),
}
PLACE = ("lon", "lat", "radius_m", "area")
KEPT_PLACE = ("point", "radius_m", "ground", "grid_code", "area_code")
CHANGEABLE = (*LONGEST, *PLACE, "kind", "supervisor_id", "valid_from", "valid_until")


@transaction.atomic
def record_permit(
    *,
    kind: str,
    number: str,
    issuer_id: int,
    holder: str,
    valid_from: date,
    valid_until: date,
    actor: Actor,
    now: datetime,
    action: str = "recorded",
    **facts: Any,
) -> Permit:
    """A new permit at a WGS 84 point with a radius (20 m for want of one), or in an area (WKT).

    `facts`: lon, lat, radius_m or area, and phone, supervisor_id, address, conditions, document,
    where known. Both days of its period count.
    Raises Invalid, Refused (the issuer has used the number), NotAllowed (not the own bodies').
    """
    actor.require(MANAGE)
    place: dict[str, Any] = {"lon": None, "lat": None, "radius_m": None, "area": ""}
    place |= {name: facts.pop(name) for name in PLACE if name in facts}
    given = {"number": number, "holder": holder, "valid_from": valid_from,
             "valid_until": valid_until, **facts}  # fmt: skip
    row = Permit(kind=_kind(kind), issuer=_organisation(issuer_id, "issuer_id"), recorded_at=now,
                 **_checked(given))  # fmt: skip
    _period(row)
    ground = ground_of(**place, on=timezone.localdate(now))
    for name in KEPT_PLACE:
        setattr(row, name, getattr(ground, name))
    require_scope(actor, row)
    _save(row)
    line(row, action, actor=actor, now=now).save(force_insert=True)
    return row


@transaction.atomic
def change_permit(
    *, permit_id: int, reason: str, actor: Actor, now: datetime, action: str = "changed",
    **changes: Any,
) -> Permit:  # fmt: skip
    """Change facts of CHANGEABLE; what is the same already makes no line of history.

    A place is changed by a point with its radius, or by an area. Raises NotFound, Invalid,
    Refused (it is revoked, the number is used), NotAllowed.
    """
    row = _locked(permit_id, actor)
    if unknown := sorted(set(changes) - set(CHANGEABLE)):
        raise bad(unknown[0], _("this cannot be changed"))
    why = words(reason, "reason", longest=200)
    if row.revoked_on is not None:
        raise Refused(_("a revoked permit stays as it is"))
    differences = _differences(row, _wanted(row, changes, timezone.localdate(now)))
    if not differences:
        return row
    for name, (_old, new) in differences.items():
        setattr(row, name, new)
    _period(row)
    require_scope(actor, row)
    _save(row)
    line(row, action, actor=actor, now=now, reason=why, fields=differences).save(force_insert=True)
    return row


@transaction.atomic
def revoke_permit(
    *, permit_id: int, reason: str, actor: Actor, now: datetime, on: date | None = None
) -> Permit:
    """Take a permit back from a day on (today); it stays readable. Raises NotFound, Invalid,
    Refused (it is revoked already), NotAllowed."""
    row = _locked(permit_id, actor)
    why, today = words(reason, "reason", longest=200), timezone.localdate(now)
    if row.revoked_on is not None:
        raise Refused(_("it is revoked already, since %(day)s") % {"day": row.revoked_on})
    if on is not None and on > today:
        raise bad("on", _("this day has not come yet"))
    row.revoked_on, row.revoke_reason = on or today, why
    row.save(update_fields=["revoked_on", "revoke_reason"])
    fields: Differences = {"revoked_on": [None, row.revoked_on]}
    line(row, "revoked", actor=actor, now=now, reason=why, fields=fields).save(force_insert=True)
    return row


def require_scope(actor: Actor, row: Permit) -> None:
    """Raise NotAllowed for a permit of another body than the actor's, or outside its area."""
    code = row.grid_code or row.area_code
    if not in_scope(actor, organisation_ids=[row.issuer_id], region_code=code):
        raise NotAllowed(_("the permit lies outside what you manage"), code="out-of-scope")


def _locked(permit_id: int, actor: Actor) -> Permit:
    actor.require(MANAGE)
    rows = Permit.objects.select_for_update(of=("self",)).select_related("kind")
    row = rows.filter(pk=permit_id).first()
    if row is None:
        raise NotFound(_("there is no such permit, or you may not see it"))
    require_scope(actor, row)
    return row


def _checked(given: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in given.items():
        if name in LONGEST:
            longest, optional = LONGEST[name]
            found[name] = words(value or "", name, longest=longest, optional=optional)
        elif name == "supervisor_id":
            found[name] = None if value is None else _organisation(value, name).pk
        elif name in ("valid_from", "valid_until"):
            found[name] = value
        else:
            raise bad(name, _("this cannot be given here"))
    if "phone" in found:
        found["phone"] = plain_phone(found["phone"])
    return found


def _wanted(row: Permit, changes: Mapping[str, Any], today: date) -> dict[str, Any]:
    place = {name: changes[name] for name in PLACE if changes.get(name) not in (None, "")}
    rest = {name: value for name, value in changes.items() if name not in (*PLACE, "kind")}
    found = _checked(rest)
    if "kind" in changes:
        found["kind_id"] = _kind(changes["kind"]).pk
    if place:
        usual = {"lon": row.point.x, "lat": row.point.y, "radius_m": row.radius_m, "area": ""}
        ground = ground_of(**{**usual, **place}, on=today)
        found |= {name: getattr(ground, name) for name in KEPT_PLACE}
    return found


def _differences(row: Permit, wanted: Mapping[str, Any]) -> Differences:
    return {
        name: [getattr(row, name), value]
        for name, value in wanted.items()
        if getattr(row, name) != value
    }


def _period(row: Permit) -> None:
    if row.valid_until < row.valid_from:
        raise bad("valid_until", _("it ends before it begins"))


def _kind(code: str) -> PermitKind:
    found = PermitKind.objects.filter(code=code).first()
    if found is None:
        raise bad("kind", _("there is no kind of permits %(code)s") % {"code": str(code)[:20]})
    return found


def _organisation(pk: int, name: str) -> Organisation:
    found = Organisation.objects.filter(pk=pk, active=True).first()
    if found is None:
        raise bad(name, _("no such organisation"))
    return found


def _save(row: Permit) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        refused = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "")
        if refused != "permit_number_once_an_issuer":
            raise
        raise Refused(
            _("this body has a permit %(number)s already") % {"number": row.number},
            code="used-number",
        ) from error
