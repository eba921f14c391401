"""Roles: what a version of the program gives them, and what the city makes of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Invalid, NotFound, Refused
from cityloop.people.models import Role
from cityloop.people.operations.record import as_record, record, require_whole_city, touch
from cityloop.people.roles import NOT_HELD, SEEDS


@transaction.atomic
def seed_roles(*, now: datetime) -> int:
    """Add roles that are missing, and give the others what is new; returns how many changed.

    What the city made of a role stays: a permission is given once, never again after it was taken.
    """
    known = {row.code: row for row in Role.objects.select_for_update()}
    missing = [
        Role(
            code=row.code, label_zh=row.label_zh, label_en=row.label_en,
            permissions=list(row.permissions), offered=list(row.permissions),
            position=10 * (place + 1),
        )
        for place, row in enumerate(SEEDS)
        if row.code not in known
    ]  # fmt: skip
    Role.objects.bulk_create(missing, ignore_conflicts=True)
    if missing:
        touch()
    grown = [known[seed.code] for seed in SEEDS
             if seed.code in known and _offer(known[seed.code], seed.permissions, now)]  # fmt: skip
    return len(missing) + len(grown)


def _offer(row: Role, permissions: Iterable[str], now: datetime) -> bool:
    """Give a role the permissions that it was never offered; True when there were any."""
    new = set(permissions) - set(row.offered)
    if not new:
        return False
    before = as_record(row)
    row.offered = sorted({*row.offered, *new})
    row.permissions = sorted({*row.permissions, *new})
    row.save(update_fields=["offered", "permissions"])
    record(row, "offer", actor=Actor.system("program version"), now=now, before=before)
    return True


@transaction.atomic
def change_role(
    *,
    code: str,
    actor: Actor,
    now: datetime,
    label_zh: str | None = None,
    label_en: str | None = None,
    permissions: Sequence[str] | None = None,
) -> Role:
    """Relabel a role or change its bundle of permissions. City's administrators only."""
    require_whole_city(actor)
    row = Role.objects.select_for_update().filter(code=code).first()
    if row is None:
        raise NotFound(_("there is no such role"))
    if code in NOT_HELD:
        raise Refused(_("the system's role is not for changing"))
    if code == "administrator" and permissions is not None and "people.manage" not in permissions:
        raise Refused(_("without people.manage nobody could undo this"))
    before = as_record(row)
    row.label_zh = row.label_zh if label_zh is None else label_zh.strip()
    row.label_en = row.label_en if label_en is None else label_en.strip()
    if not row.label_zh:
        raise Invalid(_("a role needs a label"), fields={"label_zh": _("required")})
    if permissions is not None:
        row.permissions = sorted(set(permissions) - {"*"})
    row.save()
    record(row, "change", actor=actor, now=now, before=before)
    return row
