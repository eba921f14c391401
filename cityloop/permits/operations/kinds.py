"""Kinds of permits, and the problem classes of which each speaks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cityloop.kernel.actor import Actor
from cityloop.permits.kinds import CATALOGUE
from cityloop.permits.models import PermitKind
from cityloop.permits.operations.record import KINDS, bad, line, words
from cityloop.permits.queries import NEAREST_M
from cityloop.standards.models import ProblemClass

MOST_DAYS = 3660
CODE = r"^[a-z][a-z_]{1,19}$"


@transaction.atomic
def set_kind(
    *,
    code: str,
    actor: Actor,
    now: datetime,
    name_zh: str | None = None,
    name_en: str | None = None,
    classes: Sequence[str] | None = None,
    after_days: int | None = None,
    near_m: int | None = None,
) -> PermitKind:
    """Change what is given of a kind, or make one; a line of history for what differs.

    `classes`: codes of the national catalogue, as E0303. Raises Invalid for a class that it does
    not have, NotAllowed.
    """
    actor.require_for_city(KINDS)
    row = PermitKind.objects.select_for_update().filter(code=code).first()
    wanted = _wanted(name_zh, name_en, classes, after_days, near_m)
    if row is None:
        row = _new(code, wanted)
    differences = {n: [getattr(row, n), v] for n, v in wanted.items() if getattr(row, n) != v}
    for name, (_old, new) in differences.items():
        setattr(row, name, new)
    created = row.pk is None
    if created or differences:
        row.save()
        action = "recorded" if created else "changed"
        line(row, action, actor=actor, now=now, fields=differences).save(force_insert=True)
    return row


def _new(code: str, wanted: dict[str, Any]) -> PermitKind:
    if not re.fullmatch(CODE, code):
        raise bad("code", _("small letters, 2 to 20"))
    for name in ("name_zh", "name_en"):
        if name not in wanted:
            raise bad(name, _("fill this in"))
    return PermitKind(code=code)


def _wanted(
    name_zh: str | None,
    name_en: str | None,
    classes: Sequence[str] | None,
    after_days: int | None,
    near_m: int | None,
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in (("name_zh", name_zh), ("name_en", name_en)):
        if value is not None:
            found[name] = words(value, name, longest=60)
    if classes is not None:
        found["classes"] = known_classes(classes)
    for name, number, most in (("after_days", after_days, MOST_DAYS),
                               ("near_m", near_m, NEAREST_M)):  # fmt: skip
        if number is not None:
            if not 0 <= number <= most:
                raise bad(name, _("0 to %(n)s") % {"n": most})
            found[name] = number
    return found


def known_classes(codes: Sequence[str]) -> list[str]:
    """The codes, sorted, once each; raises Invalid naming those the catalogue does not have."""
    wanted = sorted({code.strip().upper() for code in codes} - {""})
    rows = ProblemClass.objects.filter(code__in=[f"{CATALOGUE}/{code}" for code in wanted])
    known = {row.rpartition("/")[2] for row in rows.values_list("code", flat=True)}
    if unknown := [code[:10] for code in wanted if code not in known]:
        raise bad(
            "classes",
            _("%(edition)s has no class %(code)s")
            % {"edition": CATALOGUE, "code": ", ".join(unknown)},
        )
    return wanted
