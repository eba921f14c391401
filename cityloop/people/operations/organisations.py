"""The organisation tree: create, change, move, close."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cityloop.geo import codes
from cityloop.geo import queries as geo
from cityloop.kernel import manifest
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Invalid, NotFound, Refused
from cityloop.people.models import Holding, Organisation, OrganisationKind, Responsibility
from cityloop.people.operations.record import (
    as_record,
    one_at_a_time,
    record,
    require_area,
    require_manager,
    require_whole_city,
)
from cityloop.people.queries.actors import AREA_KINDS

CHANGEABLE = ("name_zh", "name_en", "kind", "region_code", "level", "phone", "trial",
              "also_under")  # fmt: skip

LONGEST = {"name_en": 120, "level": 16, "phone": 40}


class Cycle(Refused):
    """An organisation cannot stand below itself."""

    code = "cycle"


@transaction.atomic
def create_organisation(  # noqa: PLR0913 (the facts of a row, all by keyword)
    *,
    code: str,
    name_zh: str,
    kind: str,
    actor: Actor,
    now: datetime,
    parent: Organisation | None = None,
    also_under: Organisation | None = None,
    name_en: str = "",
    region_code: str = "",
    level: str = "",
    phone: str = "",
    trial: bool = False,
    valid_from: date | None = None,
) -> Organisation:
    """A new organisation below `parent`, or a root (city's administrators only).

    Raises Invalid (bad or used code, unknown kind or region), NotAllowed.
    """
    actor.require("people.manage")
    one_at_a_time()
    _require_open(parent)
    row = Organisation(
        code=code.strip(), name_zh=name_zh.strip(), name_en=name_en.strip(), kind=kind,
        parent=parent, also_under=also_under, region_code=known_region(region_code), level=level,
        phone=phone, trial=trial,
        valid_from=valid_from or timezone.localdate(now),
    )  # fmt: skip
    _check(row)
    _require_above(actor, row)
    if Organisation.objects.filter(code=row.code).exists():
        raise Invalid(
            _("an organisation with the code %(code)s exists") % {"code": row.code},
            fields={"code": _("in use")},
        )
    row.save(force_insert=True)
    row.refresh_from_db(fields=["path"])  # a trigger keeps the paths
    record(row, "create", actor=actor, now=now)
    return row


def _require_open(parent: Organisation | None) -> None:
    if parent is not None and not Organisation.objects.filter(pk=parent.pk, active=True).exists():
        raise Refused(_("%(name)s is closed") % {"name": parent.name})


def _require_above(actor: Actor, row: Organisation) -> None:
    """The actor manages what the new body stands under; a root is the city's."""
    if row.parent is None:
        require_whole_city(actor)
    else:
        require_manager(actor, [row.parent])
    _check_second(actor, row)
    _require_view(actor, row)


def _require_view(actor: Actor, row: Organisation) -> None:
    """A platform, street or community gives its people a view of its area."""
    if row.kind == OrganisationKind.CITY_PLATFORM:
        require_whole_city(actor)
    elif row.kind in AREA_KINDS and row.region_code:
        require_area(actor, row.region_code)


def _check_second(actor: Actor, row: Organisation) -> None:
    """A second body above sees into this one: given by who manages both, and never a circle."""
    second = row.also_under
    if second is None:
        return
    require_manager(actor, [second])
    if row.pk and f"/{row.pk}/" in second.path:
        raise Cycle(_("%(name)s stands below it already") % {"name": second.name})


def _check(row: Organisation) -> None:
    wrong: dict[str, str] = {}
    if not row.code or len(row.code) > 40:
        wrong["code"] = _("1 to 40 characters")
    if not row.name_zh or len(row.name_zh) > 120:
        wrong["name_zh"] = _("1 to 120 characters")
    if row.kind not in OrganisationKind.values:
        wrong["kind"] = _("unknown kind")
    for name, most in LONGEST.items():
        if len(getattr(row, name)) > most:
            wrong[name] = _("at most %(n)s characters") % {"n": most}
    if wrong:
        raise Invalid(*(f"{name}: {why}" for name, why in wrong.items()), fields=wrong)


def read_region(region_code: str) -> str:
    """A region code in its short spelling (330100 -> 3301), '' for none. Raises Invalid."""
    if not region_code.strip():
        return ""
    return codes.parse_region_code(region_code).code


def known_region(region_code: str) -> str:
    """`read_region` of a place where the city has ground, or of any before it has regions: who
    answers for a place that is not there sees nothing. Raises Invalid.
    """
    code = read_region(region_code)
    if code and code not in geo.areas_known([code]):
        why = _("there is no region %(code)s") % {"code": region_code.strip()}
        raise Invalid(why, fields={"region_code": why})
    return code


@transaction.atomic
def change_organisation(
    *, organisation_id: int, actor: Actor, now: datetime, reason: str = "", **changes: Any
) -> Organisation:
    """Change names, kind, region code, level, phone, trial or the second body above; code and
    parent have own ways.

    Raises NotFound, Invalid, NotAllowed.
    """
    row = _locked(organisation_id)
    require_manager(actor, [row])
    if unknown := set(changes) - set(CHANGEABLE):
        raise Invalid(*(f"{name} cannot be changed here" for name in sorted(unknown)))
    before = as_record(row)
    if "region_code" in changes:
        if read_region(changes["region_code"]) != row.region_code:
            known_region(changes["region_code"])
        changes["region_code"] = read_region(changes["region_code"])
    for name, value in changes.items():
        setattr(row, name, value)
    _check(row)
    if before["also_under_id"] != row.also_under_id:
        _check_second(actor, row)
    if before["kind"] != row.kind or before["region_code"] != row.region_code:
        require_manager(actor, [row])
        _require_view(actor, row)
    if changes:
        row.save(update_fields=list(changes))
        record(row, "change", actor=actor, now=now, before=before, reason=reason)
    return row


@transaction.atomic
def move_organisation(
    *,
    organisation_id: int,
    parent_id: int | None,
    actor: Actor,
    now: datetime,
    reason: str = "",
) -> Organisation:
    """Hang an organisation with all below it under another parent, or make it a root.

    Raises Cycle when the new parent is the organisation itself or lies below it.
    """
    one_at_a_time()
    row = _locked(organisation_id)
    parent = _locked(parent_id) if parent_id is not None else None
    require_manager(actor, [row, *([parent] if parent else [])])
    if parent is None:
        require_whole_city(actor)
    if parent is not None and parent.path.startswith(row.path):
        raise Cycle(
            _("%(parent)s is %(name)s or lies below it") % {"parent": parent.name, "name": row.name}
        )
    if row.parent_id == parent_id:
        return row
    before = as_record(row)
    row.parent = parent
    row.save(update_fields=["parent"])
    row.refresh_from_db(fields=["path"])  # a trigger moves the paths of all below
    record(row, "move", actor=actor, now=now, before=before, reason=reason)
    return row


@transaction.atomic
def close_organisation(
    *, organisation_id: int, actor: Actor, now: datetime, reason: str = ""
) -> Organisation:
    """End an organisation today. Refused while anything still hangs on it: each is named."""
    one_at_a_time()
    row = _locked(organisation_id)
    require_manager(actor, [row])
    today = timezone.localdate(now)
    if objections := [*_hanging_on(row, today), *manifest.hanging(row.pk)]:
        raise Refused(*objections, code="still-in-use")
    before = as_record(row)
    row.active, row.valid_to = False, max(today, row.valid_from)
    if row.valid_to == row.valid_from:
        row.valid_to = None  # opened and closed on one day: `active` alone says it
    row.save(update_fields=["active", "valid_to"])
    record(row, "close", actor=actor, now=now, before=before, reason=reason)
    return row


def _hanging_on(row: Organisation, today: date) -> list[str]:
    objections = []
    if count := row.children.filter(active=True).count():
        objections.append(
            ngettext(
                "%(count)s organisation stands below it",
                "%(count)s organisations stand below it",
                count,
            )
            % {"count": count}
        )
    held = Holding.objects.filter(post__organisation=row).exclude(valid_to__lte=today)
    if count := held.count():
        objections.append(
            ngettext("%(count)s post in it is held", "%(count)s posts in it are held", count)
            % {"count": count}
        )
    if count := row.members.filter(active=True).count():
        objections.append(
            ngettext("%(count)s member belongs to it", "%(count)s members belong to it", count)
            % {"count": count}
        )
    lines = Responsibility.objects.filter(lead=row).exclude(valid_to__lte=today)
    if count := lines.count():
        objections.append(
            ngettext(
                "it leads in %(count)s line of the matrix",
                "it leads in %(count)s lines of the matrix",
                count,
            )
            % {"count": count}
        )
    return objections


def _locked(organisation_id: int) -> Organisation:
    found = Organisation.objects.select_for_update().filter(pk=organisation_id).first()
    if found is None:
        raise NotFound(_("there is no such organisation"))
    return found
