"""The demo city: two real districts of Hangzhou with grids, people, facilities. Built once."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import shapely
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import Count
from django.utils.translation import override

from cityloop.assets import demo as components
from cityloop.cases.models import IN_HANDLING, Case
from cityloop.demo.foreign import (
    BEGUN,
    BUILT,
    COMPONENTS,
    GROUND,
    PEOPLE,
    STANDARDS,
    TEXTS,
    edition_folders,
    parts_done,
    stands,
)
from cityloop.geo import operations as geo
from cityloop.geo.models import Region
from cityloop.intake import operations as intake
from cityloop.kernel import statistics
from cityloop.kernel.actor import Actor
from cityloop.kernel.models import Marker
from cityloop.people import demo as people
from cityloop.people.models import Holding, Member
from cityloop.standards import operations as standards
from cityloop.standards.models import Calendar

CITY, DISTRICTS = "330100", ("330102", "330106")
ACTOR = Actor.system("demo")
# The day on which the local catalogue and the matrix begin: the city has lived since then.
FOUNDED = datetime(2026, 1, 1, tzinfo=ZoneInfo("Asia/Shanghai"))


@dataclass(frozen=True, slots=True)
class Summary:
    """The accounts to show, one a role: username, password, post; and what each part took."""

    accounts: Sequence[dict[str, str]]
    seconds: dict[str, float]


def build(*, now: datetime) -> Summary:
    """Build the city unless it stands; the accounts either way. A half built one is gone on with.

    Deterministic but for the password, which is made here and kept in DATA_DIR only. For a database
    without another city: ask foreign.of_another_city first.
    """
    password = everybodys_password()
    marker = Marker.objects.filter(pk=BUILT).first()
    if marker is None:
        value = _parts(password, now)
        told = {"accounts": value["accounts"], "seconds": value["parts"]}
        marker = Marker.objects.create(name=BUILT, value=told, set_at=now)
    accounts = [{**shown, "password": password} for shown in marker.value["accounts"]]
    return Summary(accounts, marker.value.get("seconds", {}))


def accounts_with_work(accounts: Sequence[dict[str, str]]) -> list[dict[str, str]]:
    """The accounts to show, with the desk of the unit that has most to do, and one of its workers.

    Who tries the city must find work there; which unit has it, city life decides.
    """
    held = Case.objects.filter(status__in=IN_HANDLING)
    busy = held.values("lead_id").annotate(n=Count("pk")).order_by("-n", "lead_id")
    for lead in busy.values_list("lead_id", flat=True):
        found = {role: _account(role, lead) for role in ("unit_desk", "worker")}
        if found["unit_desk"] is not None:
            return [_replaced(one, found) for one in accounts]
    return list(accounts)


def everybodys_password() -> str:
    """Made at the first build, readable by the owner of DATA_DIR only.

    Where the file is gone, everybody of the demo city gets the new word.
    """
    kept = Path(settings.DATA_DIR) / "demo.password"
    if kept.exists():
        return kept.read_text().strip()
    kept.parent.mkdir(parents=True, exist_ok=True)
    made = f"demo-{secrets.token_hex(4)}"
    with os.fdopen(os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(made)
    if stands() or PEOPLE in parts_done():
        Member.objects.update(password=make_password(made))
    return made


def _account(role: str, organisation_id: int) -> dict[str, str] | None:
    rows = Holding.objects.filter(
        post__roles__code=role, post__organisation_id=organisation_id, valid_to=None
    ).select_related("member", "post__organisation")
    held = rows.order_by("member__username").first()
    if held is None:
        return None
    post = held.post
    words = f"{post.organisation.name_zh} · {post.name_zh} · {held.member.name}"
    return {"username": held.member.username, "post": words, "role": role}


def _replaced(shown: dict[str, str], found: Mapping[str, dict[str, str] | None]) -> dict[str, str]:
    other = found.get(shown.get("role", ""))
    return {**shown, **other} if other else shown


def _parts(password: str, now: datetime) -> dict[str, Any]:
    """The parts that are missing, each whole or not at all; what BEGUN then says."""
    begun, _new = Marker.objects.get_or_create(
        name=BEGUN, defaults={"value": {"parts": {}, "accounts": []}, "set_at": now}
    )
    value: dict[str, Any] = begun.value
    works: tuple[tuple[str, Callable[[], Any]], ...] = (
        (STANDARDS, lambda: _standards(now)),
        (GROUND, _ground),
        (PEOPLE, lambda: value.update(accounts=_people(password))),
        (COMPONENTS, lambda: components.build(now=FOUNDED)),
        (TEXTS, lambda: intake.train(actor=ACTOR, now=now)),
    )
    for name, work in works:
        if name in value["parts"]:
            continue
        began = time.monotonic()
        with override("zh-hans"), transaction.atomic():
            work()
            value["parts"][name] = round(time.monotonic() - began, 2)
            begun.save()
            # The parts to come, and the city's life, ask tables that were empty a moment ago.
            statistics.refresh()
    return value


def _standards(now: datetime) -> None:
    standards.load_editions(edition_folders(), actor=ACTOR, now=now, publish=True)
    if not Calendar.objects.exists():
        standards.seed_calendar(actor=ACTOR, now=now)


def _ground() -> None:
    """Regions, roads, grids, responsibility grids, addresses, service area."""
    geo.outline_city(city_code=CITY, districts=DISTRICTS, actor=ACTOR, now=FOUNDED)
    geo.generate_grids(districts=DISTRICTS, actor=ACTOR, now=FOUNDED)
    geo.share_out_grids(areas=DISTRICTS, actor=ACTOR, now=FOUNDED)
    geo.make_addresses(actor=ACTOR, now=FOUNDED)
    shapes = Region.objects.filter(code__in=DISTRICTS).values_list("geom", flat=True)
    covered = shapely.union_all([shapely.from_wkb(bytes(shape.wkb)) for shape in shapes])
    geo.set_service_area(
        name="两区主城", shape=covered, starts_on=FOUNDED.date(), actor=ACTOR, now=FOUNDED
    )


def _people(password: str) -> list[dict[str, str]]:
    """Units and people; the accounts to show."""
    accounts = people.build(region_codes=DISTRICTS, password=password, now=FOUNDED)
    return [
        {
            "username": one.username,
            "post": f"{one.organisation} · {one.post} · {one.name}",
            "role": one.role,
        }
        for one in accounts
        if one.shown
    ]
